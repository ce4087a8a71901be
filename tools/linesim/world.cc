// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "pipeline/batch/code_list.h"
#include "tools/linesim/codes.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr uint64_t kMaxItems = 10'000'000;
constexpr uint32_t kMaxEvents = 100;
// A duplicate's original lies that many rows before it in its lane: far enough to be settled in
// another frame, near enough that its commit may still be in flight.
constexpr uint64_t kDuplicateNearest = 3;
constexpr uint64_t kDuplicateFarthest = 40;
/// How much of the web is lost at a splice.
constexpr int kSpliceMaxCounts = 300;
/// Faults of feeds are drawn from a seed of their own.
constexpr uint64_t kFeedSeed = 0xF33D;

tl::unexpected<Diagnostic> Bad(const char* message, std::string advice) {
  return Fail(Diagnostic{.message = message, .advice = std::move(advice)});
}

double CountsPerS(const WorldConfig& config) {
  const SceneTraits& scene = config.traits();
  return config.items_per_min / 60 * static_cast<double>(scene.feed_pitch_counts) /
         scene.feed_items();
}

}  // namespace

Checked<void> WorldConfig::Validate() const {
  if (static_cast<int>(scene) >= kSceneCount) return Bad("scene is unknown", "0 to 9");
  if (items == 0 || items > kMaxItems) return Bad("items is out of range", "1 to 10000000");
  if (items % static_cast<uint64_t>(traits().feed_items()) != 0) {
    return Bad("items is no multiple of what comes at once",
               "web: of 8; sheet: of 96; labels-number: of 4");
  }
  if (!(items_per_min >= 1 && items_per_min <= 600000)) {
    return Bad("items_per_min is out of range", "1 to 600000");
  }
  if (!(fault_ratio >= 0 && fault_ratio <= 0.25)) {
    return Bad("fault_ratio is out of range", "0 to 0.25");
  }
  if ((fault_kinds & ~kAllFaultKinds) != 0) {
    return Bad("fault_kinds has bits of no fault",
               fmt::format("bits 1 to {}", kFaultKindCount - 1));
  }
  if (fault_ratio > 0 && (fault_kinds & (traits().item_faults | traits().feed_faults)) == 0) {
    return Bad("fault_kinds holds no kind of the scene", "choose one or set fault_ratio to 0");
  }
  if (camera_distance_counts < kPictureWidth || gate_distance_counts <= camera_distance_counts ||
      exit_distance_counts <= gate_distance_counts) {
    return Bad("distances are not in the order eye, camera, gate, exit",
               "camera at least 1280 counts behind the eye");
  }
  if (codes_path[0] != 0 && (scene != SceneKind::kPacks || fault_ratio > 0)) {
    return Bad("codes of a list go with packs without faults", "scene packs, fault_ratio 0");
  }
  if (stops > kMaxEvents || reversals > kMaxEvents) {
    return Bad("too many stops or reversals", "at most 100 of each");
  }
  return {};
}

World::World(const WorldConfig& config)
    : config_(config),
      plan_(config.seed, config.items, config.fault_ratio, KindsIn(scene().item_faults)),
      feed_plan_(config.seed ^ kFeedSeed, feeds(),
                 config.fault_ratio > 0 && scene().feed_fault_period > 0
                     ? 1.0 / scene().feed_fault_period
                     : 0,
                 KindsIn(scene().feed_faults)),
      motion_(CountsPerS(config)) {
  if (scene().feed_faults & BitOf(FaultKind::kSplice)) {
    int64_t sum = 0;
    for (uint64_t row = 0; row < feeds(); ++row) {
      if (FeedFaultOf(row) != FaultKind::kSplice) continue;
      sum += Random(config.seed, Stream::kSplice, row).Between(1, kSpliceMaxCounts);
      splices_.emplace_back(row, sum);
    }
  }
  if (config.codes_path[0] != 0) {
    std::ifstream in(config.codes_path.data(), std::ios::binary);
    auto list = batch::ParseCodeList(in, config.codes_path.data());
    if (!list || list->codes.size() < config.items) {
      throw std::runtime_error(list ? "the code list is too short" : list.error().ToString());
    }
    listed_.reserve(config.items);
    for (uint64_t i = 0; i < config.items; ++i) listed_.push_back(std::move(list->codes[i].code));
  }
  if (config.stops + config.reversals > 0) {
    motion_ = Motion(CountsPerS(config), EndCount(), config.stops, config.reversals);
  }
}

std::vector<FaultKind> World::KindsIn(uint64_t bits) const {
  std::vector<FaultKind> kinds;
  for (const FaultTruth& row : kFaultTable) {
    if (bits & config_.fault_kinds & BitOf(row.kind)) kinds.push_back(row.kind);
  }
  return kinds;
}

double World::counts_per_s() const { return CountsPerS(config_); }

int64_t World::MarkCount(uint64_t feed) const {
  Random random(config_.seed, Stream::kPitch, feed);
  const SceneTraits& s = scene();
  if (config_.scene == SceneKind::kPacks && ShowsInPictureBefore(feed)) {
    // Pushed up against the unlabelled item before it.
    return MarkEndCount(feed - 1) + random.Between(kMinGapCounts, 2 * kMinGapCounts);
  }
  int64_t count = kFirstItemCount + static_cast<int64_t>(feed) * s.feed_pitch_counts +
                  random.Between(-s.feed_jitter_counts, s.feed_jitter_counts);
  const auto after = std::ranges::lower_bound(splices_, feed, std::ranges::less(),
                                              &std::pair<uint64_t, int64_t>::first);
  if (after != splices_.begin()) count += std::prev(after)->second;
  return count;
}

FaultKind World::PlannedFaultOf(uint64_t item) const {
  if (item >= config_.items) return FaultKind::kNone;
  if (config_.scene == SceneKind::kEmpty) return FaultKind::kNoLabel;
  const FaultKind of_feed = FeedFaultOf(FeedOf(item));
  return of_feed != FaultKind::kNone ? of_feed : plan_.Of(item);
}

FaultKind World::FaultOf(uint64_t item) const {
  const FaultKind kind = PlannedFaultOf(item);
  // Where there is no good item to take the code from, it stays good.
  const bool copies = kind == FaultKind::kDuplicate || kind == FaultKind::kSwapped;
  return copies && !OriginalOf(item, kind) ? FaultKind::kNone : kind;
}

std::optional<uint64_t> World::OriginalOf(uint64_t item, FaultKind kind) const {
  if (kind == FaultKind::kDuplicate) return DuplicateOf(item);
  if (kind == FaultKind::kSwapped) return NeighbourOf(item);
  return std::nullopt;
}

std::optional<uint64_t> World::DuplicateOf(uint64_t item) const {
  // In the same lane, where the order of the verdicts is that of the items.
  const auto lanes = static_cast<uint64_t>(scene().lanes);
  Random random(config_.seed, Stream::kDuplicate, item);
  const uint64_t farthest = std::min(kDuplicateFarthest, item / lanes);
  if (farthest < kDuplicateNearest) return std::nullopt;
  const uint64_t span = farthest - kDuplicateNearest + 1;
  const uint64_t start = random.Below(static_cast<uint32_t>(span));
  for (uint64_t i = 0; i < span; ++i) {
    const uint64_t original = item - lanes * (kDuplicateNearest + (start + i) % span);
    if (PlannedFaultOf(original) == FaultKind::kNone) return original;
  }
  return std::nullopt;
}

std::optional<uint64_t> World::NeighbourOf(uint64_t item) const {
  const int lane = LaneOf(item);
  for (int distance = 1; distance < scene().lanes; ++distance) {
    for (const int other : {lane - distance, lane + distance}) {
      if (other < 0 || other >= scene().lanes) continue;
      const uint64_t neighbour = item - static_cast<uint64_t>(lane) + static_cast<uint64_t>(other);
      if (PlannedFaultOf(neighbour) == FaultKind::kNone) return neighbour;
    }
  }
  return std::nullopt;
}

std::string World::CodeOf(uint64_t item) const {
  if (item < listed_.size()) return listed_[item];
  const FaultKind fault = FaultOf(item);
  const CodeList list = fault == FaultKind::kWrongBatch ? CodeList::kOther
                        : fault == FaultKind::kUnknown  ? CodeList::kUnlisted
                                                        : CodeList::kIssued;
  Random random(config_.seed, Stream::kCode, (uint64_t{1} << 60) + item);
  switch (config_.scene) {
    case SceneKind::kWeb:
      return MakeCode(config_.seed, list, item, CodeFormat::kShort);
    case SceneKind::kSheet:
      return MakePlainCode(config_.seed, list, item, random.Between(0, kPlainCodeSizes - 1));
    case SceneKind::kCartons:
    case SceneKind::kLabelsEan:
      return MakeCode(config_.seed, list, item, static_cast<CodeFormat>(random.Below(3)));
    case SceneKind::kLabelsPair:
      return MakePlainCode(config_.seed, list, item, 0);
    case SceneKind::kLabelsText:
      return MakeCode(config_.seed, list, item, CodeFormat::kLabel);
    case SceneKind::kLabelsNumber:
      return MakeNumber(config_.seed, LaneOf(item), FeedOf(item));
    default:
      break;
  }
  auto format = static_cast<CodeFormat>(random.Below(kCodeFormatCount));
  // The symbol must fit into the part of the item that the picture before shows.
  if (ShowsInPictureBefore(item)) format = CodeFormat::kShort;
  return MakeCode(config_.seed, list, item, format);
}

uint64_t World::BesideOf(uint64_t item) const {
  const auto lanes = static_cast<uint64_t>(scene().lanes);
  if (lanes == 1) return item > 0 ? item - 1 : item + 1;
  return item % lanes > 0 ? item - 1 : item + 1;
}

std::string World::CodeOn(uint64_t item) const {
  const FaultKind fault = FaultOf(item);
  if (fault == FaultKind::kNumberSwapped) return CodeOf(BesideOf(item));
  if (fault == FaultKind::kNumberDigit) {
    // Not the last one: that would be a number that may come next.
    std::string number = CodeOf(item);
    Random random(config_.seed, Stream::kDamage, item);
    char& digit = number[random.Below(static_cast<uint32_t>(number.size() - 1))];
    digit = static_cast<char>('0' + (digit - '0' + random.Between(1, 9)) % 10);
    return number;
  }
  if (fault == FaultKind::kMalformedSeparator) return MakeCodeWithoutSeparator(config_.seed, item);
  if (fault == FaultKind::kMalformedSerial) return MakeCodeWithLongSerial(config_.seed, item);
  return CodeOf(OriginalOf(item, fault).value_or(item));
}

ItemTruth World::OutlineOf(uint64_t item) const {
  ItemTruth truth;
  truth.index = item;
  truth.lane = LaneOf(item);
  truth.fault = FaultOf(item);
  truth.leading_count = LeadingCount(item);
  truth.trailing_count = truth.leading_count + scene().item_counts;
  truth.exposure_count = ExposureCount(item);
  truth.duplicate_of = OriginalOf(item, truth.fault);
  if (truth.fault == FaultKind::kSwapped) truth.twin = truth.duplicate_of;
  if (truth.fault == FaultKind::kNone && scene().item_faults & BitOf(FaultKind::kSwapped)) {
    const uint64_t first = item - static_cast<uint64_t>(truth.lane);
    for (uint64_t i = first; i < first + static_cast<uint64_t>(scene().lanes); ++i) {
      if (FaultOf(i) == FaultKind::kSwapped && NeighbourOf(i) == item) truth.twin = i;
    }
  }
  return truth;
}

ItemTruth World::TruthOf(uint64_t item) const {
  ItemTruth truth = OutlineOf(item);
  if (config_.scene != SceneKind::kPacks && config_.scene != SceneKind::kFoil) return truth;
  std::vector<std::string> texts;
  if (truth.fault != FaultKind::kNoLabel && truth.fault != FaultKind::kNeighbour) {
    texts = {CodeOn(item)};
  }
  if (truth.fault == FaultKind::kTwoCodes) {
    texts.push_back(MakeCode(config_.seed, CodeList::kIssuedSecond, item, CodeFormat::kExpiry));
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
