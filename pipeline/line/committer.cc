// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/committer.h"

#include <algorithm>
#include <utility>

#include "vision/core/thread.h"

namespace veriline::line {

Committer::Committer(item::RecordStore& store, const Clock& clock, Callbacks callbacks,
                     std::vector<item::ResultSink*> sinks)
    : store_(store),
      clock_(clock),
      callbacks_(std::move(callbacks)),
      sinks_(std::move(sinks)),
      queue_(kCapacity) {}

Committer::~Committer() { Stop(); }

void Committer::Start() {
  stop_ = false;
  thread_ = std::thread([this] { Run(); });
}

void Committer::Stop() {
  if (!thread_.joinable()) return;
  stop_ = true;
  wake_.Post();
  thread_.join();
}

bool Committer::PushJob(Job&& job) {
  if (!queue_.TryPush(std::move(job))) return false;
  wake_.Post();
  return true;
}

bool Committer::Push(item::Claim&& claim, const item::Verdict& verdict) {
  return PushJob(ClaimJob{std::move(claim), verdict});
}
bool Committer::Push(item::InspectionRecord&& record) { return PushJob(std::move(record)); }
bool Committer::Push(item::Confirmation&& c) { return PushJob(std::move(c)); }
bool Committer::Push(item::Suspicion&& s) { return PushJob(std::move(s)); }

item::QueueStatus Committer::queue_status() const {
  return {"commit", queue_.capacity(), queue_.peak(), queue_.full_count()};
}

void Committer::Run() {
  SetThreadName("committer");
  for (;;) {
    const bool last_round = stop_;
    Drain();
    if (!group_.claims.empty() || RecordsAreDue() || (last_round && oldest_waiting_ns_ != 0)) {
      Write();
    }
    if (last_round && ((queue_.size() == 0 && records_.empty()) || failing())) return;
    if (queue_.size() == 0 && !RecordsAreDue()) {
      wake_.WaitUntil(clock_.NowNs() + kRecordsWaitNs / 2);
    }
  }
}

bool Committer::RecordsAreDue() const {
  const int64_t now = clock_.NowNs();
  return oldest_waiting_ns_ != 0 && now >= oldest_waiting_ns_ + kRecordsWaitNs &&
         now >= retry_at_ns_;
}

void Committer::Drain() {
  Job job;
  while (group_.claims.size() < kMaxClaimsPerGroup && queue_.TryPop(job)) {
    if (auto* claim = std::get_if<ClaimJob>(&job)) {
      // While the store is known not to write, one claim in a while is enough to try it.
      if (failing() && clock_.NowNs() < retry_at_ns_) {
        callbacks_.not_written(claim->verdict, true);
      } else if (!callbacks_.is_open(claim->verdict.lane, claim->verdict.item_seq)) {
        callbacks_.not_written(claim->verdict, false);
      } else {
        group_.claims.push_back(std::move(claim->claim));
        group_verdicts_.push_back(claim->verdict);
      }
      continue;
    }
    if (oldest_waiting_ns_ == 0) oldest_waiting_ns_ = clock_.NowNs();
    if (auto* record = std::get_if<item::InspectionRecord>(&job)) {
      if (records_.size() >= kMaxKept) {
        records_lost_.fetch_add(1, std::memory_order_relaxed);
      } else {
        records_.push_back(std::move(*record));
      }
    } else if (auto* confirmation = std::get_if<item::Confirmation>(&job)) {
      group_.confirmations.push_back(std::move(*confirmation));
    } else if (auto* suspicion = std::get_if<item::Suspicion>(&job)) {
      group_.suspicions.push_back(std::move(*suspicion));
    }
  }
}

void Committer::Write() {
  while (group_.records.size() < kMaxRecordsPerGroup && !records_.empty()) {
    group_.records.push_back(std::move(records_.front()));
    records_.pop_front();
  }
  const int64_t start = clock_.NowNs();
  const Result<void> written = store_.Commit(group_);
  if (!written) {
    store_errors_.fetch_add(1, std::memory_order_relaxed);
    failing_.store(true, std::memory_order_release);
    retry_at_ns_ = clock_.NowNs() + kRetryNs;
    for (const item::Verdict& verdict : group_verdicts_) callbacks_.not_written(verdict, true);
    group_.claims.clear();
    group_verdicts_.clear();
    return;  // records and confirmations stay for the next try
  }
  commit_latency_.Record(clock_.NowNs() - start);
  failing_.store(false, std::memory_order_release);
  for (const item::RefusedClaim& r : group_.refused) {
    callbacks_.refused(group_verdicts_[r.index], r.answer);
  }
  for (size_t i = 0; i < group_verdicts_.size(); ++i) {
    const auto is_it = [i](const item::RefusedClaim& r) { return r.index == i; };
    if (std::ranges::none_of(group_.refused, is_it)) callbacks_.durable(group_verdicts_[i]);
  }
  for (const item::InspectionRecord& record : group_.records) {
    for (item::ResultSink* sink : sinks_) sink->OnRecord(record);
  }
  group_.Clear();
  group_verdicts_.clear();
  oldest_waiting_ns_ = records_.empty() ? 0 : start - kRecordsWaitNs;  // the rest is due
}

}  // namespace veriline::line
