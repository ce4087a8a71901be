// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"

namespace veriline::decode {

/// The groups in which ZXing may be asked for symbologies. DataBar is a group of its own: results
/// of several rows compared with those of other symbologies abort the process.
enum class ZxingGroup : uint8_t { kDataMatrix, kMatrix, kLinear, kDataBar };
inline constexpr size_t kZxingGroups = 4;

struct ZxingOptions {
  ZxingGroup group = ZxingGroup::kDataMatrix;
  SymbologySet symbologies = SymbologySet::All();
  bool try_harder = false;
  bool try_rotate = false;
  bool try_downscale = false;
  /// One threshold for all instead of a local one.
  bool global_threshold = false;
  /// The picture is one Data Matrix drawn clean and upright, black below 128 and white above, with
  /// a light border and the same number of pixels to each module: it is taken at its word, with
  /// neither a search nor a threshold of its own.
  bool pure = false;
  /// Linear codes: lines across the bars that must agree.
  int min_lines = 3;
};

/// Reads at most one symbol of the group with ZXing; corners are in pixels of `picture`. Nothing
/// when there is none, when the group holds none of the symbologies asked for, when the library
/// threw, or for a QR code with FNC1 and a % (the library may have lost a part of it). What a
/// linear code is held to besides its checks: see IsPlausible in the source. Thread: any. Cost:
/// 0.1–0.3 ms for a crop of 150×150 px, grows with pixels and options.
std::optional<Symbol> ReadWithZxing(const FrameView& picture, const ZxingOptions& options);

/// True when the group holds one of these symbologies.
bool ZxingGroupHasAny(ZxingGroup group, const SymbologySet& symbologies);

}  // namespace veriline::decode
