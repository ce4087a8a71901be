// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "vision/core/binary_view.h"
#include "vision/core/sampled_grid.h"
#include "vision/symbology/qr/decoder.h"
#include "vision/symbology/qr/pattern_fit.h"
#include "vision/symbology/qr/sampling_grid.h"
#include "vision/symbology/reference_decode.h"

namespace veriline::symbology::qr {

/// The reference decode of ISO/IEC 18004 (QR Code model 2, Micro QR) for grading: finder patterns,
/// version, alignment or timing patterns → sampling grid → colours at its points → message; no
/// sharpening, no erasures. Version 1 and Micro QR have equal spaces, as the standard says: a
/// camera that stands askew moves their far corner off the grid. An alignment pattern that does not
/// show lies where its neighbours say, so ReferenceStep::kGrid is never told. Where format or
/// codewords make no sense it tries the mirror image. Thread: one Decode at a time per object (it
/// owns scratch memory, 60 kB); nothing is allocated once it has met the version. Source: ISO/IEC
/// 18004 reference decode; grading.md 4.4.
class ReferenceDecoder {
 public:
  /// The standard's reference decode on the two-level picture, begun at `start`. True: `grid` is
  /// filled wholly (outline and centres in picture coordinates). False: failed_at() says where it
  /// ended and `grid` is empty. `micro`: Micro QR, else model 2.
  bool Decode(const BinaryView& binary, const ReferenceStart& start, bool micro, SampledGrid* grid);
  ReferenceStep failed_at() const { return failed_at_; }
  const Decoded& decoded() const { return decoded_; }  ///< of the last attempt

 private:
  /// The corners of the outline that a decode begins at, and the finder patterns found there.
  struct Corners {
    std::array<Point, 4> outline;
    std::array<FoundFinder, 4> found;
  };
  /// The finder patterns and the outline's corners TL TR BR BL in the order of the symbol itself.
  struct Finders {
    Frame top_left, top_right, bottom_left;
    std::array<Point, 4> outline;
  };

  ReferenceStep Run(const LevelField& field, const ReferenceStart& start, bool micro);
  ReferenceStep FromThreeFinders(const LevelField& field, const Corners& corners);
  ReferenceStep FromOneFinder(const LevelField& field, const Corners& corners);
  ReferenceStep RunModel2(const LevelField& field, const Finders& finders);
  ReferenceStep RunMicro(const LevelField& field, const Frame& finder);
  /// Module colours by the grid of that version, and what they say.
  ReferenceStep Read(const LevelField& field, Version version);
  void FillGeometry(const BinaryView& binary, const ReferenceStart& start, SampledGrid* grid) const;

  SamplingGrid places_;
  std::vector<Point> centers_;  ///< of modules, in the two-level picture
  std::vector<uint8_t> dark_;
  Decoded decoded_;
  ReferenceStep failed_at_ = ReferenceStep::kFinder;
};

}  // namespace veriline::symbology::qr
