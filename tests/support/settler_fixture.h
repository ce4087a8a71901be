// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "pipeline/line/settler.h"
#include "tests/support/belt.h"
#include "tests/support/memory_store.h"

namespace veriline::line {

using ::veriline::testing::DoneWith;
using ::veriline::testing::MemoryStore;
using ::veriline::testing::PackRecipe;
using ::veriline::testing::StampAt;
using ::veriline::testing::SymbolAt;

inline constexpr int64_t kDistance = 3000;  // eye → axis of PackRecipe, counts
inline constexpr int64_t kLength = 800;
inline constexpr int64_t kPitch = 1300;

/// Collects what the settler decides and answers as scheduler and committer would, at once.
class SettlerTest : public ::testing::Test, public SettlerOutput {
 protected:
  SettlerTest() { Use(PackRecipe()); }
  void Use(const item::Recipe& recipe) {
    settler_ = std::make_unique<Settler>(SettlerConfig{"L1", "B", recipe}, store_, *this);
  }

  static int64_t FromOf(uint64_t seq) { return static_cast<int64_t>(seq) * kPitch; }
  // Encoder count at which the item's centre is on the optical axis.
  static int64_t ExposureOf(uint64_t seq) { return FromOf(seq) + kLength / 2 + kDistance; }

  void Open(uint64_t seq, int64_t from, int64_t to, bool overlong = false) {
    item::ItemTrack track{0, seq, from, 0, from, false, false};
    settler_->Handle(ItemOpened{track});
    track.to_count = to;
    track.closed = true;
    track.overlong = overlong;
    settler_->Handle(ItemClosed{track});
    tracks_[seq] = track;
  }
  void Open(uint64_t seq) { Open(seq, FromOf(seq), FromOf(seq) + kLength); }
  void Arrive(const FrameStamp& stamp) { settler_->Handle(FrameArrived{stamp}); }
  void Finish(const FrameStamp& stamp, std::vector<Symbol> symbols = {}, bool partial = false) {
    settler_->Handle(DoneWith(stamp, std::move(symbols), partial));
  }
  void Show(const FrameStamp& stamp, std::vector<Symbol> symbols = {}) {
    Arrive(stamp);
    Finish(stamp, std::move(symbols));
  }
  void Expire(uint64_t seq) { settler_->Handle(ItemExpired{tracks_.at(seq)}); }

  item::RejectReason ReasonOf(uint64_t seq) const { return verdicts_.at(seq).primary; }
  bool Accepted(uint64_t seq) const { return verdicts_.at(seq).accepted; }
  bool Decided(uint64_t seq) const { return verdicts_.contains(seq); }

  void Reject(const item::Verdict& v) override {
    ASSERT_FALSE(verdicts_.contains(v.item_seq)) << "a second verdict for item " << v.item_seq;
    verdicts_[v.item_seq] = v;
    finals_.push_back(v);
  }
  bool ClaimThenRelease(item::Claim&&, const item::Verdict& v) override {
    EXPECT_FALSE(verdicts_.contains(v.item_seq)) << "a second verdict for item " << v.item_seq;
    verdicts_[v.item_seq] = v;
    finals_.push_back(v);
    return true;
  }
  void Record(item::InspectionRecord&& r) override { records_.push_back(std::move(r)); }
  void Confirm(item::Confirmation&& c) override { confirmations_.push_back(std::move(c)); }
  // The scheduler tells everything that was decided.
  void TellAll() {
    for (const item::Verdict& v : std::exchange(finals_, {})) settler_->Handle(ItemFinal{v});
  }

  MemoryStore store_;
  std::unique_ptr<Settler> settler_;
  std::map<uint64_t, item::ItemTrack> tracks_;
  std::map<uint64_t, item::Verdict> verdicts_;
  std::vector<item::Verdict> finals_;
  std::vector<item::InspectionRecord> records_;
  std::vector<item::Confirmation> confirmations_;
};

}  // namespace veriline::line
