// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pipeline/item/reasons.h"
#include "tools/linesim/gate.h"
#include "tools/linesim/world.h"
#include "vision/core/latency_histogram.h"

namespace veriline::linesim {

/// Compares what left the belt with the truth, item by item.
class Account {
 public:
  struct FeedFault {
    FaultKind fault = FaultKind::kNone;
    int rejected = 0;
  };
  /// One item that went wrong, with all that is known of it.
  struct Error {
    uint64_t item = 0;
    FaultKind fault = FaultKind::kNone;
    std::string what;
  };

  explicit Account(const World& world) : world_(world), spent_(world.items()) {}

  /// Reports come in the order of the items.
  void Add(const GateReport& report);

  uint64_t items = 0;
  uint64_t accepted = 0;
  std::array<uint64_t, item::kRejectReasonCount> rejected{};          ///< by told reason
  std::array<uint64_t, item::kRejectReasonCount> good_rejected_by{};  ///< [0]: gate did not open
  std::array<uint64_t, kFaultKindCount> planted{};
  uint64_t bad_on_good_lane = 0;  ///< planted faults that left on the good lane
  uint64_t good_rejected = 0;     ///< drawn without fault and rejected, whatever the reason
  uint64_t without_verdict = 0;
  uint64_t wrong_verdict_reason = 0;  ///< planted faults rejected for another reason than theirs
  uint64_t told_again = 0;            ///< items with more than one verdict
  /// Feeds with a fault of their own, by number: all of their items must be rejected.
  std::map<uint64_t, FeedFault> feed_faults;
  LatencyHistogram from_pixels;    ///< last pixel in memory → message at the gate
  LatencyHistogram from_exposure;  ///< start of exposure → message at the gate
  LatencyHistogram from_trigger;   ///< photo-eye edge → message at the gate
  std::vector<Error> errors;       ///< the first 20

  bool clean() const {
    return bad_on_good_lane + good_rejected + without_verdict + wrong_verdict_reason + told_again ==
           0;
  }
  /// The table for people.
  std::string Table(double codes_per_s, double frames_per_s) const;
  /// The contract's last line of `demo --json`.
  std::string Json(double codes_per_s, double frames_per_s) const;

 private:
  void Note(const GateReport& report, FaultKind fault, std::string what);
  void NoteGoodRejected(const GateReport& report, FaultKind fault);

  const World& world_;
  /// By the item that a code belongs to: the code has left the belt on the good lane.
  std::vector<bool> spent_;
};

}  // namespace veriline::linesim
