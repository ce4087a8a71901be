// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/scene.h"

namespace veriline::linesim {
namespace {

using enum FaultKind;

template <typename... Kinds>
constexpr uint64_t Bits(Kinds... kinds) {
  return (BitOf(kinds) | ...);
}

constexpr uint64_t kPackFaults =
    Bits(kNoLabel, kDamaged, kFaint, kWrongBatch, kUnknown, kVoided, kMalformedSeparator,
         kMalformedSerial, kDuplicate, kTwoCodes, kLostFrame, kIgnoredTrigger, kNeighbour);
constexpr uint64_t kGradeFaults = Bits(kLowContrast, kInkSpread, kFading, kFlecks);

/// Items of 80 mm each 100 mm, one at a time.
constexpr SceneTraits PackBelt(SceneKind kind, std::string_view name, int cameras,
                               uint64_t faults) {
  return {.kind = kind,
          .name = name,
          .counts_per_mm = 10,
          .lanes = 1,
          .rows = 1,
          .feed_pitch_counts = 1000,
          .feed_jitter_counts = 40,
          .mark_counts = 800,
          .row_offset_counts = 0,
          .row_pitch_counts = 1000,
          .item_counts = 800,
          .cameras = cameras,
          .picture_width = 1280,
          .picture_height = 1024,
          .item_faults = faults};
}

}  // namespace

const std::array<SceneTraits, kSceneCount> kScenes = {{
    PackBelt(SceneKind::kPacks, "packs", 1, kPackFaults | kGradeFaults),
    // Labels of 44 × 42 mm, two rows and 32 codes in a block of 2048 lines.
    {.kind = SceneKind::kWeb,
     .name = "web",
     .counts_per_mm = 20,
     .lanes = 8,
     .rows = 1,
     .feed_pitch_counts = 1000,
     .feed_jitter_counts = 3,
     .mark_counts = 60,
     .row_offset_counts = 40,
     .row_pitch_counts = 1000,
     .item_counts = 920,
     .cameras = 1,
     .picture_width = 8192,
     .picture_height = 256,
     .line_scan = true,
     .item_faults =
         Bits(kNoLabel, kTextOnly, kDamaged, kUnknown, kWrongBatch, kDuplicate, kSwapped),
     .feed_faults = Bits(kSplice),
     .feed_fault_period = 100},
    // 12 rows and 8 lanes of positions on a sheet of 400 mm. The windows leave 6 mm between them.
    {.kind = SceneKind::kSheet,
     .name = "sheet",
     .counts_per_mm = 10,
     .lanes = 8,
     .rows = 12,
     .feed_pitch_counts = 4400,
     .feed_jitter_counts = 40,
     .mark_counts = 4000,
     .row_offset_counts = 110,
     .row_pitch_counts = 320,
     .item_counts = 260,
     .cameras = 1,
     .picture_width = 4096,
     .picture_height = 3072,
     .item_faults = Bits(kNoLabel, kDamaged, kUnknown, kWrongBatch, kVoided, kDuplicate, kSwapped),
     .feed_faults = Bits(kMisplaced),
     .feed_fault_period = 12},
    {.kind = SceneKind::kCartons,
     .name = "cartons",
     .counts_per_mm = 10,
     .lanes = 1,
     .rows = 1,
     .feed_pitch_counts = 2700,
     .feed_jitter_counts = 60,
     .mark_counts = 1800,
     .row_offset_counts = 0,
     .row_pitch_counts = 2700,
     .item_counts = 1800,
     .cameras = 1,
     .picture_width = 2448,
     .picture_height = 2048,
     .item_faults = Bits(kNoLabel, kDamaged, kUnknown, kWrongBatch, kVoided, kDuplicate, kLostFrame,
                         kCopyMissing, kCopyDiffers, kProductMissing, kWrongProduct)},
    PackBelt(SceneKind::kFoil, "foil", 2,
             Bits(kNoLabel, kDamaged, kWrongBatch, kUnknown, kVoided, kDuplicate, kGlare)),
    PackBelt(SceneKind::kEmpty, "empty", 1, Bits(kNoLabel)),
    PackBelt(SceneKind::kLabelsPair, "labels-c128-qr", 1,
             Bits(kNoLabel, kCopyMissing, kExtraCode, kPartSwapped, kUnknown, kWrongBatch, kVoided,
                  kDuplicate)),
    PackBelt(SceneKind::kLabelsEan, "labels-ean-dm", 1,
             Bits(kNoLabel, kProductMissing, kWrongProduct, kExtraCode, kUnknown, kWrongBatch,
                  kVoided, kDuplicate)),
    PackBelt(SceneKind::kLabelsText, "labels-gs1-text", 1,
             Bits(kNoLabel, kCopyMissing, kPartSwapped, kExtraCode, kTextDigit, kTextMissing,
                  kTextSmeared, kTextSwapped, kUnknown, kVoided, kDuplicate)),
    // Four labels of 80 mm side by side behind each mark.
    {.kind = SceneKind::kLabelsNumber,
     .name = "labels-number",
     .counts_per_mm = 10,
     .lanes = 4,
     .rows = 1,
     .feed_pitch_counts = 1000,
     .feed_jitter_counts = 40,
     .mark_counts = 800,
     .row_offset_counts = 0,
     .row_pitch_counts = 1000,
     .item_counts = 800,
     .cameras = 1,
     .picture_width = 1280,
     .picture_height = 1024,
     .item_faults = Bits(kNoLabel, kNumberDigit, kNumberSwapped, kNumberSmeared, kVoided)},
}};

std::optional<SceneKind> SceneKindFromName(std::string_view name) {
  for (const SceneTraits& scene : kScenes) {
    if (scene.name == name) return scene.kind;
  }
  return std::nullopt;
}

}  // namespace veriline::linesim
