// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "pipeline/item/inspection_record.h"

namespace veriline::line {

/// A record that the replay has otherwise than the recording.
struct ReplayDifference {
  item::RecordKind kind = item::RecordKind::kItem;
  int lane = 0;
  uint64_t item_seq = 0;   ///< of an item
  int64_t from_count = 0;  ///< where it lies
  /// Fields that differ, as "name: recorded X, replayed Y"; or "only in the recording", "only in
  /// the replay".
  std::vector<std::string> fields;
};

/// The fields in which two records differ, times apart: compared is everything but `seq`, `utc_ns`,
/// `times`, and in a duplicate's sentence the moment of the claim.
std::vector<std::string> DifferencesOf(const item::InspectionRecord& recorded,
                                       const item::InspectionRecord& replayed);

/// Brings recorded and replayed records together, in whatever order they come, and tells those
/// that differ. Memory: the records that wait for their partner.
/// Thread: one.
class RecordComparison {
 public:
  using OnDifference = std::function<void(const ReplayDifference&)>;
  explicit RecordComparison(OnDifference on_difference)
      : on_difference_(std::move(on_difference)) {}

  void AddRecorded(const item::InspectionRecord& record) { Add(record, recorded_, replayed_, 0); }
  /// `step`: number of the entry by which it came.
  void AddReplayed(const item::InspectionRecord& record, uint64_t step) {
    Add(record, replayed_, recorded_, step);
  }
  /// Tells what has no partner, but for replayed records of the steps from `unknown_from` on,
  /// whose partners the end of the recording may have cut off.
  void Finish(uint64_t unknown_from);

  uint64_t differences() const { return differences_; }

 private:
  /// Kind, lane, item; a stray's place, camera, frame and payload.
  using Key = std::tuple<int, int, uint64_t, int64_t, uint32_t, uint64_t, std::string>;
  struct Waiting {
    item::InspectionRecord record;
    uint64_t step = 0;
  };
  using Side = std::map<Key, std::deque<Waiting>>;

  void Add(const item::InspectionRecord& record, Side& own, Side& other, uint64_t step);
  void Tell(const item::InspectionRecord& record, std::vector<std::string> fields);

  const OnDifference on_difference_;
  Side recorded_;
  Side replayed_;
  uint64_t differences_ = 0;
};

}  // namespace veriline::line
