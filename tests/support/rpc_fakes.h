// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "pipeline/item/interfaces.h"
#include "rpc/server.h"
#include "tests/support/memory_store.h"
#include "vision/core/clock.h"

namespace veriline::testing {

/// A line that is nothing but its PackML machine and what was confirmed to it.
class FakeLine final : public item::LineControl {
 public:
  const std::string& line_id() const override { return line_id_; }
  item::LineStatus Status() const override {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  Checked<item::PackmlState> Command(item::PackmlCommand command) override {
    const std::lock_guard lock(mutex_);
    item::PackmlState next;
    if (!item::NextState(status_.state, command, &next)) {
      return Fail(
          {.code = ErrorCode::kWrongState, .message = std::string(Name(command)) + " not obeyed"});
    }
    status_.state = next;
    return next;
  }
  size_t Confirm(std::span<const item::ItemConfirmation> confirmations) override {
    const std::lock_guard lock(mutex_);
    const size_t taken = std::min(confirmations.size(), confirm_capacity);
    confirmed_.insert(confirmed_.end(), confirmations.begin(),
                      confirmations.begin() + static_cast<std::ptrdiff_t>(taken));
    if (on_confirm) on_confirm(confirmations.first(taken));
    return taken;
  }

  std::vector<item::ItemConfirmation> confirmed() const {
    const std::lock_guard lock(mutex_);
    return confirmed_;
  }
  void SetStatus(const item::LineStatus& status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  size_t confirm_capacity = 1000;  ///< taken of one call
  std::function<void(std::span<const item::ItemConfirmation>)> on_confirm;

 private:
  const std::string line_id_ = "line-1";
  mutable std::mutex mutex_;
  item::LineStatus status_;
  std::vector<item::ItemConfirmation> confirmed_;
};

/// A trigger that keeps what a PLC told it.
class FakeFeed final : public item::TriggerFeed {
 public:
  Checked<void> Tell(const Encoder& encoder) override {
    const std::lock_guard lock(mutex_);
    if (encoder.count < 0) {
      return Fail({.message = "below zero", .advice = "count upwards"});
    }
    encoders_.push_back(encoder);
    return {};
  }
  Checked<void> Tell(const Edge& edge) override {
    const std::lock_guard lock(mutex_);
    edges_.push_back(edge);
    return {};
  }
  Checked<void> Tell(const Part& part) override {
    const std::lock_guard lock(mutex_);
    if (parts_.size() == part_capacity) {
      return Fail({.code = ErrorCode::kExhausted, .message = "full"});
    }
    parts_.push_back(part);
    return {};
  }
  bool heard() const override { return is_heard; }

  std::vector<Encoder> encoders() const {
    const std::lock_guard lock(mutex_);
    return encoders_;
  }
  std::vector<Edge> edges() const {
    const std::lock_guard lock(mutex_);
    return edges_;
  }
  std::vector<Part> parts() const {
    const std::lock_guard lock(mutex_);
    return parts_;
  }
  std::atomic<bool> is_heard{false};
  size_t part_capacity = 1000;

 private:
  mutable std::mutex mutex_;
  std::vector<Encoder> encoders_;
  std::vector<Edge> edges_;
  std::vector<Part> parts_;
};

/// Recipes "a.yaml" and, with a problem, "b.yaml" of a line that changes them in Stopped.
class FakeRecipes final : public item::RecipeControl {
 public:
  explicit FakeRecipes(const item::LineControl& line) : line_(line) {}
  Checked<std::vector<item::RecipeEntry>> ListRecipes() const override {
    return std::vector<item::RecipeEntry>{
        {.path = "a.yaml", .name = "a", .hash = "00aa", .selected = true},
        {.path = "b.yaml",
         .problem = Diagnostic{.message = "wrong", .file = "b.yaml", .line = 7, .advice = "mend"}}};
  }
  Checked<item::RecipeEntry> SelectRecipe(const std::string& recipe) override {
    if (line_.Status().state != item::PackmlState::kStopped) {
      return Fail({.code = ErrorCode::kWrongState, .message = "only in Stopped"});
    }
    const auto recipes = ListRecipes();
    for (const item::RecipeEntry& entry : *recipes) {
      if (entry.path != recipe) continue;
      if (entry.problem) return Fail(*entry.problem);
      return entry;
    }
    return Fail({.message = "there is no recipe"});
  }

 private:
  const item::LineControl& line_;
};

/// A store of records only, which forgets old ones when told to. Records are made by number, so
/// that a hundred thousand cost nothing.
class RecordLog final : public MemoryStore {
 public:
  /// The record of that seq: every third one a reject.
  static item::InspectionRecord Record(uint64_t seq) {
    item::InspectionRecord record;
    record.line_id = "line-1";
    record.seq = seq;
    record.item_seq = seq;
    record.from_count = static_cast<int64_t>(seq) * 100;
    record.to_count = record.from_count + 60;
    record.accepted = seq % 3 != 0;
    if (!record.accepted) {
      record.primary = seq % 2 == 0 ? item::RejectReason::kNoRead : item::RejectReason::kUnknown;
      record.reasons.Add(record.primary);
    }
    record.utc_ns = 1'700'000'000'000'000'000 + static_cast<int64_t>(seq);
    return record;
  }

  void Keep(uint64_t first, uint64_t last) {
    const std::lock_guard lock(mutex_);
    first_ = first;
    last_ = last;
  }
  /// Writes the next record and returns it.
  item::InspectionRecord Write() {
    const std::lock_guard lock(mutex_);
    if (first_ == 0) first_ = 1;
    return Record(++last_);
  }
  std::atomic<bool> fail_reads{false};
  std::atomic<bool> fail_range{false};
  std::atomic<uint64_t> reads{0};
  std::atomic<uint32_t> largest_read{0};

  std::string store_id() const override { return "store-1"; }
  Checked<std::vector<item::InspectionRecord>> ReadRecords(const std::string&, uint64_t from_seq,
                                                           uint32_t limit) const override {
    auto* self = const_cast<RecordLog*>(this);
    ++self->reads;
    if (limit > largest_read) self->largest_read = limit;
    if (fail_reads) return Fail({.code = ErrorCode::kIo, .message = "the disk is gone"});
    const std::lock_guard lock(mutex_);
    std::vector<item::InspectionRecord> found;
    for (uint64_t seq = std::max(from_seq, first_);
         seq != 0 && seq <= last_ && found.size() < limit; ++seq) {
      found.push_back(Record(seq));
    }
    return found;
  }
  Checked<std::optional<SeqRange>> RecordRange(const std::string&) const override {
    if (fail_range) return Fail({.code = ErrorCode::kIo, .message = "the disk is gone"});
    const std::lock_guard lock(mutex_);
    if (last_ == 0) return std::nullopt;
    return SeqRange{first_, last_};
  }

 private:
  mutable std::mutex mutex_;
  uint64_t first_ = 0;
  uint64_t last_ = 0;
};

/// Batches by name, their verified codes by cursor.
class FakeRegistry final : public MemoryStore {
 public:
  Checked<uint64_t> ImportBatch(const std::string& name, std::istream& in,
                                const std::string& file_name) override {
    if (throws) throw std::runtime_error("the registry threw");
    const auto list = batch::ParseCodeList(in, file_name);
    if (!list) return Fail(list.error());
    const std::lock_guard lock(mutex_);
    batch::BatchStatus& status = batches_[name];
    status.name = name;
    status.codes = status.counts[1] = list->codes.size();
    return status.codes;
  }
  Checked<void> OpenBatch(const std::string& name) override {
    return SetState(name, batch::BatchState::kOpen);
  }
  Checked<void> CloseBatch(const std::string& name) override {
    return SetState(name, batch::BatchState::kClosed);
  }
  Checked<void> Move(const std::string& name, const std::vector<batch::CodeKey>& keys,
                     const batch::MoveOrder& order) override {
    const std::lock_guard lock(mutex_);
    voided_ = keys;
    order_ = order;
    batches_[name].counts[static_cast<size_t>(order.to)] += keys.size();
    return {};
  }
  Checked<batch::BatchStatus> Status(const std::string& name) const override {
    const std::lock_guard lock(mutex_);
    const auto at = batches_.find(name);
    if (at == batches_.end()) return Unknown(name);
    return at->second;
  }
  Checked<std::vector<batch::VerifiedCode>> ListVerified(
      const batch::VerifiedQuery& query) const override {
    const std::lock_guard lock(mutex_);
    if (!batches_.contains(query.batch)) return Unknown(query.batch);
    std::vector<batch::VerifiedCode> found;
    for (const batch::VerifiedCode& code : verified_) {
      if (code.cursor <= query.after || found.size() >= query.limit) continue;
      if (code.state == batch::CodeState::kCommissioned || query.include_unconfirmed) {
        found.push_back(code);
      }
    }
    return found;
  }

  void AddBatch(const std::string& name) {
    const std::lock_guard lock(mutex_);
    batches_[name].name = name;
  }
  void AddVerified(batch::VerifiedCode code) {
    const std::lock_guard lock(mutex_);
    code.cursor = verified_.size() + 1;
    verified_.push_back(std::move(code));
  }
  std::vector<batch::CodeKey> voided() const {
    const std::lock_guard lock(mutex_);
    return voided_;
  }
  std::atomic<bool> throws{false};

 private:
  static tl::unexpected<Diagnostic> Unknown(const std::string& name) {
    return Fail({.message = "there is no batch \"" + name + "\"", .advice = "import it first"});
  }
  Checked<void> SetState(const std::string& name, batch::BatchState state) {
    const std::lock_guard lock(mutex_);
    const auto at = batches_.find(name);
    if (at == batches_.end()) return Unknown(name);
    if (at->second.state == state) {
      return Fail({.code = ErrorCode::kWrongState,
                   .message = "batch is " + std::string(batch::Name(state)) + " already"});
    }
    at->second.state = state;
    return {};
  }

  mutable std::mutex mutex_;
  std::map<std::string, batch::BatchStatus> batches_;
  std::vector<batch::VerifiedCode> verified_;
  std::vector<batch::CodeKey> voided_;
  batch::MoveOrder order_;
};

/// A server on a free loopback port with fakes behind it.
struct RpcHarness {
  FakeLine line;
  RecordLog records;
  FakeRegistry registry;
  FakeFeed feed;
  FakeRecipes recipes{line};
  bool offers_feed_and_recipes = true;
  std::unique_ptr<rpc::RpcServer> server;
  std::shared_ptr<grpc::Channel> channel;

  void Start(rpc::RpcServerOptions options = {.listen = {"127.0.0.1:0"}}) {
    server = std::make_unique<rpc::RpcServer>(std::move(options));
    const Checked<void> started =
        server->Start({.line = &line,
                       .records = &records,
                       .registry = &registry,
                       .counts_per_mm = 10,
                       .lanes = 2,
                       .feed = offers_feed_and_recipes ? &feed : nullptr,
                       .recipes = offers_feed_and_recipes ? &recipes : nullptr});
    if (!started) throw std::runtime_error(started.error().ToString());
    channel = NewChannel();
  }
  /// A connection of its own.
  std::shared_ptr<grpc::Channel> NewChannel() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(server->addresses().at(0), grpc::InsecureChannelCredentials(),
                                     arguments);
  }
  void Stop() {
    server->Shutdown(200);
    server.reset();
  }
  /// Writes `count` records and tells the server of them.
  void Write(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) server->sink()->OnRecord(records.Write());
  }
  /// Tells the verdicts of items first … first + count - 1 of lane 0, released.
  void Tell(uint64_t first, uint64_t count) {
    const SteadyClock clock;
    for (uint64_t i = first; i < first + count; ++i) {
      item::Verdict verdict;
      verdict.item_seq = i;
      verdict.from_count = static_cast<int64_t>(i) * 100;
      verdict.to_count = verdict.from_count + 60;
      verdict.accepted = true;
      verdict.times.sent_ns = clock.NowNs();
      server->gateway()->Tell(verdict);
    }
  }
  void Beat() {
    server->gateway()->Beat({.steady_ns = SteadyClock().NowNs(),
                             .encoder_count = 77,
                             .state = item::PackmlState::kExecute});
  }
};

/// The deadline of a test's call: a hung call fails the test instead of hanging it.
inline void SetTestDeadline(grpc::ClientContext* context, int seconds = 30) {
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(seconds));
}

}  // namespace veriline::testing
