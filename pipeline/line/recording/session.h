// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "calibration/model/calibration.h"
#include "pipeline/item/recipe.h"
#include "vision/core/result.h"

namespace veriline::line {

/// What a recording says of itself: session.json (format.md).
struct Session {
  static constexpr int kVersion = 6;

  std::string line_id;
  std::string batch;
  std::string recipe_text;  ///< the bytes of the recipe's file
  item::Recipe recipe;      ///< parsed from them
  /// Of each view; null: not calibrated. Fewer than views: so are the others.
  std::vector<std::shared_ptr<const calibration::Calibration>> calibrations;
  std::string software;  ///< the version that recorded
  int64_t started_utc_ns = 0;
  int64_t started_steady_ns = 0;  ///< the same moment on the steady clock

  /// UTC of a steady time of the session.
  int64_t UtcOf(int64_t steady_ns) const { return started_utc_ns + steady_ns - started_steady_ns; }
};

std::string WriteSession(const Session& session);
/// Errors: not a session, another version, damage, a recipe that is none. `name` stands for the
/// file in diagnostics.
Checked<Session> ParseSession(const std::string& text, const std::string& name);

// Names and frames of the files beside it.
inline constexpr char kSessionFile[] = "session.json";
inline constexpr size_t kFileHeaderBytes = 16;
inline constexpr size_t kBlockHeaderBytes = 12;
inline constexpr std::string_view kEventsMagic = "VLEVENTS";
inline constexpr std::string_view kFramesMagic = "VLFRAMES";
inline constexpr uint32_t kMaxBlockBytes = uint32_t{1} << 30;
/// "events-000017.bin"
std::string SegmentFile(std::string_view kind, uint32_t segment);
/// The first bytes of a segment's file.
std::string FileHeader(std::string_view magic, uint32_t segment);
/// What stands before a block whose bytes have that length and checksum.
std::string BlockHeader(uint32_t size_bytes, uint32_t crc);

}  // namespace veriline::line
