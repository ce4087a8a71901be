// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/batch_desk.h"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "pipeline/store/store.h"
#include "vision/core/clock.h"

namespace veriline::tools {
namespace {

constexpr int64_t kRetryNs = 50'000'000;
constexpr int64_t kConnectNs = 1'000'000'000;

class LocalDesk final : public BatchDesk {
 public:
  explicit LocalDesk(std::unique_ptr<store::Store> store) : store_(std::move(store)) {}

  Checked<uint64_t> Import(const std::string& batch, bool adds, std::istream& list,
                           const std::string& file_name) override {
    return adds ? store_->AddCodes(batch, list, file_name)
                : store_->ImportBatch(batch, list, file_name);
  }
  Checked<batch::IssueAnswer> RegisterIssue(const batch::IssueRecord& record, std::istream& list,
                                            const std::string& file_name,
                                            bool skip_known) override {
    return store_->RegisterIssue(record, list, file_name, skip_known);
  }
  Checked<std::vector<batch::IssueRecord>> Issues(const std::string& gtin14) override {
    return store_->Issues(gtin14);
  }
  Checked<void> Open(const std::string& batch) override { return store_->OpenBatch(batch); }
  Checked<void> Close(const std::string& batch) override { return store_->CloseBatch(batch); }
  Checked<void> Move(const std::string& batch, const std::vector<std::string>& codes,
                     const batch::MoveOrder& order) override {
    const auto keys = batch::KeysOfCodes(codes, "codes");
    if (!keys) return Fail(keys.error());
    return store_->Move(batch, *keys, order);
  }
  Checked<std::vector<item::StationAnswer>> Claim(const std::string& batch,
                                                  const std::vector<std::string>& codes,
                                                  const item::Station& station) override {
    return item::ClaimAtStation(*store_, *store_, station, batch, codes);
  }
  Checked<std::vector<batch::ListedCode>> Codes(const std::string& batch, uint64_t first,
                                                uint32_t limit) override {
    return store_->ListCodes(batch, first, limit);
  }
  Checked<void> RecordPrint(const std::string& batch, const batch::PrintRun& run) override {
    return store_->RecordPrint(batch, run);
  }
  Checked<batch::BatchBalance> Balance(const std::string& batch) override {
    return store_->Balance(batch);
  }
  Checked<batch::BatchStatus> Status(const std::string& batch) override {
    return store_->Status(batch);
  }
  Checked<std::vector<batch::VerifiedCode>> Verified(const batch::VerifiedQuery& query) override {
    return store_->ListVerified(query);
  }

 private:
  std::unique_ptr<store::Store> store_;
};

}  // namespace

std::string UserName() {
  const passwd* user = getpwuid(geteuid());
  return user == nullptr ? std::to_string(geteuid()) : user->pw_name;
}

Checked<std::unique_ptr<BatchDesk>> OpenDesk(const std::string& dir, bool create, int64_t wait_ns,
                                             const std::string& station) {
  if (store::IsAddress(dir)) {
    // Who claims nothing need not load what is open.
    auto store =
        store::OpenStore(dir, station.empty() ? std::vector<std::string>{} : std::vector{station});
    if (!store) return Fail(store.error());
    return std::unique_ptr<BatchDesk>(new LocalDesk(std::move(*store)));
  }
  std::error_code ignored;
  if (!create && !std::filesystem::exists(dir + "/veriline.db", ignored)) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "there is no store in this directory",
                           .file = dir,
                           .advice = "veriline batch import makes one"});
  }
  // An absolute path means the same to gRPC whatever comes before it.
  const std::string socket =
      store::OwnerSocketPath(std::filesystem::absolute(dir, ignored).lexically_normal().string());
  const SteadyClock clock;
  const int64_t deadline_ns = clock.NowNs() + wait_ns;
  for (;;) {
    auto store = store::EmbeddedStore::Open(dir);
    if (store) return std::unique_ptr<BatchDesk>(new LocalDesk(std::move(*store)));
    if (store.error().code != ErrorCode::kUnavailable) return Fail(store.error());
    // A socket without someone behind it is one that its owner left; the lock decides.
    if (std::filesystem::exists(socket, ignored)) {
      if (auto desk = ConnectDesk("unix:" + socket, kConnectNs)) return desk;
    }
    if (clock.NowNs() >= deadline_ns) return Fail(store.error());
    SleepUntilNs(clock.NowNs() + kRetryNs);
  }
}

}  // namespace veriline::tools
