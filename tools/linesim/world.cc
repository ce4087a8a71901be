// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/world.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tools/linesim/codes.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr uint64_t kMaxItems = 10'000'000;
// A duplicate's original is that many items before it: far enough to be settled in another frame,
// near enough that its commit may still be in flight.
constexpr uint64_t kDuplicateNearest = 3;
constexpr uint64_t kDuplicateFarthest = 40;

tl::unexpected<Diagnostic> Bad(const char* message, const char* advice) {
  return Fail(Diagnostic{.message = message, .advice = advice});
}

}  // namespace

Checked<void> WorldConfig::Validate() const {
  if (items == 0 || items > kMaxItems) return Bad("items is out of range", "1 to 10000000");
  if (!(items_per_min >= 1 && items_per_min <= 60000)) {
    return Bad("items_per_min is out of range", "1 to 60000");
  }
  if (!(fault_ratio >= 0 && fault_ratio <= 0.25)) {
    return Bad("fault_ratio is out of range", "0 to 0.25");
  }
  if ((fault_kinds & ~kAllFaultKinds) != 0) {
    return Bad("fault_kinds has bits of no fault", "bits 1 to 13");
  }
  if (fault_ratio > 0 && fault_kinds == 0) {
    return Bad("fault_kinds is empty", "choose a kind or set fault_ratio to 0");
  }
  if (camera_distance_counts < kPictureWidth || gate_distance_counts <= camera_distance_counts ||
      exit_distance_counts <= gate_distance_counts) {
    return Bad("distances are not in the order eye, camera, gate, exit",
               "camera at least 1280 counts behind the eye");
  }
  return {};
}

World::World(const WorldConfig& config) : config_(config) {
  for (const FaultTruth& row : kFaultTable) {
    if ((config.fault_kinds >> static_cast<int>(row.kind)) & 1) kinds_.push_back(row.kind);
  }
}

int64_t World::CountAt(int64_t steady_ns) const {
  const double seconds = static_cast<double>(steady_ns - config_.t0_ns) * 1e-9;
  return static_cast<int64_t>(std::floor(seconds * counts_per_s()));
}

int64_t World::TimeOfCount(int64_t count) const {
  int64_t time_ns =
      config_.t0_ns +
      static_cast<int64_t>(std::ceil(static_cast<double>(count) / counts_per_s() * 1e9));
  while (CountAt(time_ns) < count) ++time_ns;  // rounding of the two quotients
  return time_ns;
}

FaultKind World::FaultOf(uint64_t item) const {
  if (config_.fault_ratio <= 0 || item >= config_.items) return FaultKind::kNone;
  // Stratum s holds the items [ceil(s / ratio), ceil((s + 1) / ratio)).
  const double period = 1 / config_.fault_ratio;
  const auto first_of = [period](uint64_t s) {
    return static_cast<uint64_t>(std::ceil(static_cast<double>(s) * period - 1e-9));
  };
  auto stratum = static_cast<uint64_t>(static_cast<double>(item) / period);
  while (first_of(stratum) > item) --stratum;
  while (first_of(stratum + 1) <= item) ++stratum;
  const uint64_t first = first_of(stratum);
  const uint64_t size = first_of(stratum + 1) - first;
  if (first + size > config_.items) return FaultKind::kNone;  // no fault in a part of a stratum

  // Which kind: each round of strata takes every kind once, in an order of its own.
  const uint64_t round = stratum / kinds_.size();
  Random order(config_.seed, Stream::kFaultOrder, round);
  std::vector<FaultKind> kinds = kinds_;
  for (size_t i = kinds.size(); i > 1; --i) {
    std::swap(kinds[i - 1], kinds[order.Below(static_cast<uint32_t>(i))]);
  }
  const FaultKind kind = kinds[stratum % kinds.size()];

  // Where: anywhere in the stratum, except that behind a kNeighbour comes a good item, and that a
  // duplicate has good ones before it.
  Random place(config_.seed, Stream::kFaultPlace, stratum);
  uint64_t choices = size;
  if (kind == FaultKind::kNeighbour) choices = size - 1;
  uint64_t offset = place.Below(static_cast<uint32_t>(choices));
  if (kind == FaultKind::kDuplicate && stratum == 0) offset = size - 1;
  return item == first + offset ? kind : FaultKind::kNone;
}

int64_t World::LeadingCount(uint64_t item) const {
  if (ShowsInPictureBefore(item)) {
    // Pushed up against the unlabelled item before it.
    Random random(config_.seed, Stream::kPitch, item);
    return TrailingCount(item - 1) + random.Between(kMinGapCounts, 2 * kMinGapCounts);
  }
  Random random(config_.seed, Stream::kPitch, item);
  return kFirstItemCount + static_cast<int64_t>(item) * kPitchCounts +
         random.Between(-kPitchJitterCounts, kPitchJitterCounts);
}

uint64_t World::DuplicateOf(uint64_t item) const {
  Random random(config_.seed, Stream::kDuplicate, item);
  const uint64_t farthest = std::min(kDuplicateFarthest, item);
  const uint64_t span = farthest - kDuplicateNearest + 1;
  const uint64_t start = random.Below(static_cast<uint32_t>(span));
  for (uint64_t i = 0; i < span; ++i) {
    const uint64_t original = item - kDuplicateNearest - (start + i) % span;
    if (FaultOf(original) == FaultKind::kNone) return original;
  }
  return item - kDuplicateNearest;  // not reached: strata of four items or more have good ones
}

std::string World::CodeOf(uint64_t item) const {
  Random random(config_.seed, Stream::kCode, (uint64_t{1} << 60) + item);
  auto format = static_cast<CodeFormat>(random.Below(kCodeFormatCount));
  // The symbol must fit into the part of the item that the picture before shows.
  if (ShowsInPictureBefore(item)) format = CodeFormat::kShort;
  const CodeList list = FaultOf(item) == FaultKind::kWrongBatch ? CodeList::kOther
                        : FaultOf(item) == FaultKind::kUnknown  ? CodeList::kUnlisted
                                                                : CodeList::kIssued;
  return MakeCode(config_.seed, list, item, format);
}

ItemTruth World::TruthOf(uint64_t item) const {
  ItemTruth truth;
  truth.index = item;
  truth.fault = FaultOf(item);
  truth.leading_count = LeadingCount(item);
  truth.trailing_count = truth.leading_count + kItemLengthCounts;
  truth.exposure_count = ExposureCount(item);
  std::vector<std::string> texts;
  switch (truth.fault) {
    case FaultKind::kNoLabel:
    case FaultKind::kNeighbour:
      break;
    case FaultKind::kDuplicate:
      truth.duplicate_of = DuplicateOf(item);
      texts = {CodeOf(*truth.duplicate_of)};
      break;
    case FaultKind::kTwoCodes:
      texts = {CodeOf(item),
               MakeCode(config_.seed, CodeList::kIssuedSecond, item, CodeFormat::kExpiry)};
      break;
    case FaultKind::kMalformedSeparator:
      texts = {MakeCodeWithoutSeparator(config_.seed, item)};
      break;
    case FaultKind::kMalformedSerial:
      texts = {MakeCodeWithLongSerial(config_.seed, item)};
      break;
    default:
      texts = {CodeOf(item)};
  }
  truth.labels = LayOutLabels(*this, item, texts);
  return truth;
}

std::string World::BatchName() const { return "SIM-" + std::to_string(config_.seed); }
std::string World::OtherBatchName() const { return BatchName() + "-OTHER"; }

CodeLists World::Codes() const {
  CodeLists lists;
  lists.issued.reserve(config_.items);
  std::vector<std::string> second;
  for (uint64_t item = 0; item < config_.items; ++item) {
    const FaultKind fault = FaultOf(item);
    switch (fault) {
      case FaultKind::kWrongBatch:
        lists.other.push_back(CodeOf(item));
        break;
      case FaultKind::kVoided:
        lists.voided.push_back(CodeOf(item));
        break;
      case FaultKind::kTwoCodes:
        second.push_back(
            MakeCode(config_.seed, CodeList::kIssuedSecond, item, CodeFormat::kExpiry));
        break;
      default:
        break;
    }
    // Items with a foreign code leave a code of the batch unused, as a real line does.
    lists.issued.push_back(fault == FaultKind::kWrongBatch || fault == FaultKind::kUnknown
                               ? MakeCode(config_.seed, CodeList::kIssued, item, CodeFormat::kLong)
                               : CodeOf(item));
  }
  lists.issued.insert(lists.issued.end(), second.begin(), second.end());
  return lists;
}

}  // namespace veriline::linesim
