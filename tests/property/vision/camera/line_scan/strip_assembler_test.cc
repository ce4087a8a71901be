// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/line_scan/strip_assembler.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/web_model.h"

namespace veriline::camera {
namespace {

constexpr int64_t kCountsPerLine = 4;
constexpr size_t kBuffers = 16384;  // more than there are blocks; untouched ones cost nothing

LineScanOptions AnyBlocks(int max_gap_lines) {
  LineScanOptions options{.counts_per_line = kCountsPerLine, .max_gap_lines = max_gap_lines};
  options.block_lines = *rc::gen::inRange(4, 40);
  options.overlap_lines = *rc::gen::inRange(0, options.block_lines / 2 + 1);
  return options;
}

int64_t AnyOrigin() { return *rc::gen::inRange<int64_t>(-1'000'000, 1'000'000'000'000); }

/// The strips of a belt that moves as it likes, without a gap: each line lies one step from the one
/// before it. Step: counts at full speed. The belt goes forward (at that speed, or at any lower),
/// stands, reverses by up to three blocks, and slips back and forth.
std::vector<Strip> AnyMotion(int64_t origin, int64_t step, int least_lines, int block_lines,
                             const std::vector<int64_t>& slow_steps) {
  std::vector<Strip> strips;
  int64_t count = origin;
  const auto add = [&](int lines, int64_t s) {
    strips.push_back({count, count + (lines - 1) * s, lines});
    count += lines * s;
  };
  const auto any_lines = [&] { return *rc::gen::inRange(least_lines, 50); };
  add(any_lines(), step);
  enum Motion { kForward, kSlow, kStop, kReverse, kSlip };
  for (int pieces = *rc::gen::inRange(1, 40); pieces > 0; --pieces) {
    switch (*rc::gen::weightedElement<int>(
        {{6, kForward}, {1, kSlow}, {1, kStop}, {1, kReverse}, {1, kSlip}})) {
      case kForward:
        for (int n = *rc::gen::inRange(1, 6); n > 0; --n) add(any_lines(), step);
        break;
      case kSlow:
        add(any_lines(), *rc::gen::elementOf(slow_steps));
        break;
      case kStop:
        add(any_lines(), 0);
        break;
      case kReverse:
        for (int back = *rc::gen::inRange(1, 3 * block_lines); back > 0;) {
          const int lines = any_lines();
          add(lines, -step);
          back -= lines;
        }
        break;
      default:
        for (int n = *rc::gen::inRange(1, 8); n > 0; --n) {
          add(*rc::gen::inRange(least_lines, least_lines + 3),
              *rc::gen::elementOf(std::vector<int64_t>{-step, 0, step}));
        }
    }
  }
  return strips;
}

int64_t FurthestOf(const std::vector<Strip>& strips) {
  int64_t furthest = strips.front().count;
  for (const Strip& s : strips) furthest = std::max({furthest, s.count, s.count_end});
  return furthest;
}

int64_t PitchOf(const LineScanOptions& o) { return o.block_lines - o.overlap_lines; }

/// How many blocks are full when line `last` has been seen.
size_t FullBlocks(const LineScanOptions& o, int64_t last) {
  if (last + 1 < o.block_lines) return 0;
  return static_cast<size_t>((last + 1 - o.block_lines) / PitchOf(o) + 1);
}

/// Blocks follow on each other, none missing and none twice; each is intact, bound to its place,
/// and every line of it is the web's, byte for byte, within `tolerance` counts of where it must be.
void CheckWeb(const AssemblerRig& rig, int64_t origin, double tolerance) {
  const LineScanOptions& o = rig.options();
  int64_t k = 0;
  for (const Frame& block : rig.sink.frames) {
    RC_ASSERT(block.stamp.frame_id == static_cast<uint64_t>(k) + 1);
    RC_ASSERT(block.stamp.status == FrameStatus::kComplete);
    const int64_t start = origin + k * PitchOf(o) * kCountsPerLine;
    RC_ASSERT(block.stamp.encoder_count == start + (o.block_lines - 1) * kCountsPerLine / 2);
    for (int y = 0; y < o.block_lines; ++y) {
      const auto position = WebModel::PositionOf(block.pixels.Row(y));
      RC_ASSERT(position.has_value());
      RC_ASSERT(std::abs(*position - static_cast<double>(start + y * kCountsPerLine)) <= tolerance);
    }
    ++k;
  }
}

/// What two neighbours have in common is the same in both.
void CheckOverlaps(const AssemblerRig& rig) {
  const LineScanOptions& o = rig.options();
  const std::vector<Frame>& blocks = rig.sink.frames;
  for (size_t k = 1; k < blocks.size(); ++k) {
    for (int y = 0; y < o.overlap_lines; ++y) {
      const uint8_t* before = blocks[k - 1].pixels.Row(static_cast<int>(PitchOf(o)) + y);
      RC_ASSERT(std::equal(before, before + WebModel::kWidth, blocks[k].pixels.Row(y)));
    }
  }
}

RC_GTEST_PROP(StripAssembler, BlocksAreTheWebHoweverTheBeltMoves, ()) {
  AssemblerRig rig(AnyBlocks(0), kBuffers);
  const int64_t origin = AnyOrigin();
  const auto strips =
      AnyMotion(origin, kCountsPerLine, 1, rig.options().block_lines, {0, kCountsPerLine});
  for (const Strip& strip : strips) rig.Feed(strip);
  CheckWeb(rig, origin, 0);
  CheckOverlaps(rig);
  RC_ASSERT(rig.sink.frames.size() ==
            FullBlocks(rig.options(), (FurthestOf(strips) - origin) / kCountsPerLine));
}

// Pixels stay square when the camera's lines lie twice or half as densely as the blocks', or
// anything between, and when the belt is slower than that.
RC_GTEST_PROP(StripAssembler, LinesAreTheNearestAtAnyDensity, ()) {
  AssemblerRig rig(AnyBlocks(2), kBuffers);
  const int64_t origin = AnyOrigin();
  const auto step = *rc::gen::inRange<int64_t>(kCountsPerLine / 2, 2 * kCountsPerLine + 1);
  const auto strips = AnyMotion(origin, step, 2, rig.options().block_lines, {1, 2, step});
  for (const Strip& strip : strips) rig.Feed(strip);
  const double half_a_line = static_cast<double>(std::max(step, kCountsPerLine)) / 2;
  CheckWeb(rig, origin, half_a_line);
  CheckOverlaps(rig);
  const double furthest = static_cast<double>(FurthestOf(strips) - origin);
  RC_ASSERT(rig.sink.frames.size() >=
            FullBlocks(rig.options(), static_cast<int64_t>(furthest / kCountsPerLine)));
  RC_ASSERT(
      rig.sink.frames.size() <=
      FullBlocks(rig.options(), static_cast<int64_t>((furthest + half_a_line) / kCountsPerLine)));
}

// Strips get lost on the way, arrive without pixels, or damaged: exactly the blocks that they
// belong to are told so, and all other lines are where they must be.
RC_GTEST_PROP(StripAssembler, LostStripsAreToldOfTheirBlocksAlone, ()) {
  AssemblerRig rig(AnyBlocks(0), kBuffers);
  const LineScanOptions& o = rig.options();
  const int64_t origin = AnyOrigin();
  auto strips = AnyMotion(origin, kCountsPerLine, 1, o.block_lines, {0, kCountsPerLine});

  // What the belt showed: a line counts when it was beyond all that came before its strip.
  enum Fate { kArrives, kDamaged, kBroken, kLost };
  std::set<int64_t> intact, shown;
  int64_t mark = -1;
  for (size_t i = 0; i < strips.size(); ++i) {
    Strip strip = strips[i];
    const int fate = i == 0 ? static_cast<int>(kArrives)
                            : *rc::gen::weightedElement<int>(
                                  {{12, kArrives}, {1, kDamaged}, {1, kBroken}, {2, kLost}});
    if (fate == kDamaged) strip.status = FrameStatus::kIncomplete;
    if (fate == kBroken) strip.status = FrameStatus::kBroken;
    if (fate != kLost) rig.Feed(strip);
    if (fate == kLost || fate == kBroken) continue;
    int64_t furthest = mark;
    for (int y = 0; y < strip.lines; ++y) {
      const int64_t line = (std::llround(strip.PositionOf(y)) - origin) / kCountsPerLine;
      furthest = std::max(furthest, line);
      if (line <= mark) continue;
      shown.insert(line);
      if (fate == kArrives) intact.insert(line);
    }
    mark = furthest;
  }

  size_t next = 0;
  uint64_t lost = 0;
  for (int64_t k = 0; k < static_cast<int64_t>(FullBlocks(o, mark)); ++k) {
    const int64_t start = k * PitchOf(o);
    const auto seen = shown.lower_bound(start);
    if (seen == shown.end() || *seen >= start + o.block_lines) {  // nothing of it
      ++lost;
      continue;
    }
    RC_ASSERT(next < rig.sink.frames.size());
    const Frame& block = rig.sink.frames[next++];
    RC_ASSERT(block.stamp.frame_id == static_cast<uint64_t>(k) + 1);
    bool whole = true;
    for (int y = 0; y < o.block_lines; ++y) {
      const int64_t line = start + y;
      whole = whole && intact.contains(line);
      const uint8_t* row = block.pixels.Row(y);
      if (shown.contains(line)) {
        RC_ASSERT(WebModel::PositionOf(row) == static_cast<double>(origin + line * kCountsPerLine));
      } else {
        RC_ASSERT(WebModel::IsBlack(row));
      }
    }
    RC_ASSERT(block.stamp.status == (whole ? FrameStatus::kComplete : FrameStatus::kIncomplete));
  }
  RC_ASSERT(next == rig.sink.frames.size());
  const CameraCounters counters = rig.assembler().counters();
  RC_ASSERT(counters.delivered + counters.incomplete == next);
  // Lost blocks at the very end are counted when a later one comes.
  RC_ASSERT(counters.lost <= lost);
  RC_CLASSIFY(lost > 0, "lost blocks");
  RC_CLASSIFY(counters.incomplete > 0, "incomplete blocks");
}

}  // namespace
}  // namespace veriline::camera
