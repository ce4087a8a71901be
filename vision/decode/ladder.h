// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "vision/core/clock.h"
#include "vision/decode/composite.h"
#include "vision/decode/crop_decoder.h"
#include "vision/decode/frame_reader.h"
#include "vision/decode/patch.h"
#include "vision/locate/locator.h"
#include "vision/symbology/linear/reader.h"
#include "vision/symbology/pdf417/reader.h"
#include "vision/symbology/qr/micro_reader.h"

namespace veriline::decode {

/// The rungs of the ladder, cheap ones first. A rung is tried on all regions before the next.
enum class Rung : uint8_t {
  kPlain,     ///< the region as it is and turned upright
  kInverted,  ///< the same, light on dark
  kDmtx,      ///< libdmtx
  kHarder,    ///< more scan lines, quarter turns, half size
};

/// Reads codes in regions without a fixed pattern, by trying third-party decoders on cuts of them:
/// symbologies that have no finder test, and photographs. Micro QR, bars and the PDF417 family
/// first by readers of our own. Thread: one at a time per object (it owns scratch memory).
class Ladder {
 public:
  Ladder(const Clock& clock, CropDecoder& decoder) : clock_(clock), decoder_(decoder) {}

  /// Begins with a picture; `outcome` is where results go and what was read before. All are
  /// borrowed until the next Begin.
  void Begin(const FrameView& picture, const ReadOptions& options, ReadOutcome* outcome);
  /// Goes through all rungs, likely regions first.
  void ReadRegions(std::span<const locate::Region> regions);
  /// Where nothing was read: a symbol with large light areas may have come as several regions.
  void ReadJoined();
  /// The whole picture; without a bound on its time.
  void ReadWhole();

 private:
  bool OutOfTime();
  int Share(int count) const;
  bool Enough() const;
  int DmtxBudgetMs(int wanted_ms) const;
  void PaintOverRead(const Symbol& symbol);
  bool Take(Symbol symbol);
  bool TakeFrom(std::optional<Symbol> symbol, const PatchFrame& frame);
  /// `every_line`: of linear codes, instead of a few.
  bool ReadPatch(const FrameView& pixels, const PatchFrame& frame, const locate::Region& region,
                 Rung rung, bool every_line = false);
  bool ReadOnce(const locate::Region& region, Rung rung);
  bool ReadMicroQr(const locate::Region& region);
  bool ReadLinear(const locate::Region& region, bool inverted);
  bool ReadPdf417(const locate::Region& region, bool inverted);
  bool ReadPdf417At(const Quad& quad, bool inverted);
  void ReadRegion(size_t index, Rung rung);
  bool MayHoldMore(const locate::Region& region) const;
  bool Deserves(const locate::Region& region, Rung rung) const;
  void ReadWholeOnce(const FrameView& pixels, bool inverted);

  const Clock& clock_;
  CropDecoder& decoder_;
  symbology::qr::MicroReader micro_qr_;
  symbology::linear::Reader linear_;
  symbology::pdf417::Reader pdf417_;
  CompositeReader composite_;
  std::vector<locate::Region> regions_;
  std::vector<bool> read_;
  float read_score_ = 0;  ///< the best score of a region that gave a code
  GreyImage masked_;      ///< the picture with what was read painted over
  GreyImage patch_;       ///< a region turned or scaled
  GreyImage inverse_;     ///< a patch inverted or mirrored
  FrameView picture_;     ///< the original
  FrameView view_;        ///< the original, or `masked_` once something was read
  const ReadOptions* options_ = nullptr;
  ReadOutcome* outcome_ = nullptr;
  bool lines_wanted_ = false;  ///< linear symbologies are among those asked for
};

}  // namespace veriline::decode
