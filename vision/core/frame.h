// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "vision/core/geometry.h"

namespace veriline {

/// Borrowed 8-bit grey pixels (0 = black). Rows lie `stride` bytes apart. Never owns.
struct FrameView {
  const uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  ptrdiff_t stride = 0;

  bool Empty() const { return data == nullptr || width <= 0 || height <= 0; }
  const uint8_t* Row(int y) const { return data + y * stride; }
  Rect Bounds() const { return {0, 0, width, height}; }
  /// The part of this view inside `r`, clipped to its bounds; shares the pixels.
  FrameView Crop(const Rect& r) const {
    const Rect c = Intersect(r, Bounds());
    if (c.Empty()) return {};
    return {Row(c.y) + c.x, c.width, c.height, stride};
  }
};

enum class FrameStatus : uint8_t {
  kComplete,    ///< every pixel is there
  kIncomplete,  ///< parts are missing (lost packets); pixels must not be trusted
  kBroken,      ///< the picture could not be decoded or does not fit its buffer; no pixels
};

class FramePool;

/// The right to one buffer of a FramePool; gives it back when destroyed. Move-only. Share makes a
/// second right to the same buffer, which then goes back with the last of them.
class FrameLease {
 public:
  FrameLease() = default;
  FrameLease(FrameLease&& other) noexcept { *this = std::move(other); }
  FrameLease& operator=(FrameLease&& other) noexcept {
    if (this != &other) {
      Release();
      pool_ = std::exchange(other.pool_, nullptr);
      data_ = std::exchange(other.data_, nullptr);
      index_ = other.index_;
    }
    return *this;
  }
  ~FrameLease() { Release(); }

  explicit operator bool() const { return data_ != nullptr; }
  uint8_t* data() const { return data_; }
  size_t size_bytes() const;
  /// Thread: any, while this one is held.
  FrameLease Share() const;

 private:
  friend class FramePool;
  FrameLease(FramePool* pool, uint8_t* data, uint32_t index)
      : pool_(pool), data_(data), index_(index) {}
  void Release();

  FramePool* pool_ = nullptr;
  uint8_t* data_ = nullptr;
  uint32_t index_ = 0;
};

/// What is known of a frame besides its pixels, also when the pixels were lost.
struct FrameStamp {
  uint32_t camera = 0;      ///< index of the camera in the recipe
  uint64_t frame_id = 0;    ///< counted by the camera; gaps are frames lost on the way
  int64_t exposure_ns = 0;  ///< start of exposure on the steady clock
  int64_t arrival_ns = 0;   ///< last pixel in memory, steady clock
  /// Unwrapped encoder count at exposure, of the belt that the picture shows on the optical axis:
  /// what binds a frame to items. Of a line-scan strip: at its first line; of a block that was
  /// assembled from strips: at its centre.
  int64_t encoder_count = 0;
  /// The same at the last line of a strip or block, when the source knows it; of an area picture,
  /// and of a strip whose source does not, equal to encoder_count.
  int64_t encoder_count_end = 0;
  FrameStatus status = FrameStatus::kComplete;
};

/// One exposure as a camera delivers it: stamp, pixels, and the lease that keeps them alive.
/// Owner: whoever holds it; the pixels go back to the pool with it.
struct Frame {
  FrameStamp stamp;
  FrameView pixels;
  FrameLease lease;
};

}  // namespace veriline
