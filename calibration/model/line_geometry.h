// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace veriline::calibration {

/// Where on the belt a pixel lies. Belt positions are *eye counts*: the encoder count at which a
/// point of the belt passed the photo-eye. A frame exposed at count C shows on its optical axis
/// the position C − distance; from there the field spreads evenly along the picture's belt axis:
/// its width, or its height where the belt runs up or down (always for line-scan blocks, whose
/// count is that of their centre line).
/// Immutable, applied per frame.
struct LineGeometry {
  int64_t distance_counts = 0;  ///< eye → optical axis
  double field_counts = 0;      ///< belt length that the picture shows along its belt axis
  bool grows_upstream = true;   ///< products move to the left (up) in the picture

  /// Belt position of the place `along_px` on the belt axis of a picture `extent_px` long.
  int64_t PositionOf(int64_t exposure_count, float along_px, int extent_px) const {
    const double offset = (along_px / extent_px - 0.5) * field_counts;
    const double signed_offset = grows_upstream ? offset : -offset;
    const double rounded = signed_offset < 0 ? signed_offset - 0.5 : signed_offset + 0.5;
    return exposure_count - distance_counts + static_cast<int64_t>(rounded);
  }
  /// First position that the picture shows.
  int64_t From(int64_t exposure_count) const {
    return exposure_count - distance_counts - static_cast<int64_t>(field_counts / 2);
  }
  /// Position behind the last that it shows.
  int64_t To(int64_t exposure_count) const {
    return exposure_count - distance_counts + static_cast<int64_t>(field_counts / 2);
  }
  /// Whether the picture shows all of [from, to).
  bool Covers(int64_t exposure_count, int64_t from, int64_t to) const {
    return From(exposure_count) <= from && to <= To(exposure_count);
  }
};

}  // namespace veriline::calibration
