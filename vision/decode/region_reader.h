// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/crop_decoder.h"
#include "vision/decode/module_sampler.h"
#include "vision/decode/patch.h"
#include "vision/locate/finder.h"
#include "vision/locate/locator.h"
#include "vision/locate/probe.h"
#include "vision/symbology/datamatrix/reader.h"
#include "vision/symbology/linear/reader.h"
#include "vision/symbology/qr/reader.h"

namespace veriline::decode {

/// Whether linear symbols are among those asked for, or what stands on one.
bool AsksForBars(const SymbologySet& asked);
/// The finder tests that symbologies need; `thorough` when one among them has none.
/// Thread: any.
locate::LocateOptions FinderTestsFor(const SymbologySet& asked);

/// Reads symbols whose fixed pattern was found, each in as few steps as it needs: by readers of our
/// own, and what these cannot read by a third-party decoder; of bars a few lines across them go to
/// it.
/// Thread: one Read at a time per object (it owns scratch memory).
class RegionReader {
 public:
  explicit RegionReader(CropDecoder& decoder) : decoder_(decoder) {}

  /// Nothing when it can not be read, or what was read is but a part of what was found. Corners are
  /// in pixels of the picture that `probe` looks at.
  std::optional<Symbol> Read(const locate::Probe& probe, const locate::Finding& finding,
                             const SymbologySet& symbologies);
  /// The same with more effort: 0.5 to 5 ms.
  std::optional<Symbol> ReadHarder(const locate::Probe& probe, const locate::Finding& finding,
                                   const SymbologySet& symbologies);

 private:
  std::optional<Symbol> ReadDataMatrix(const locate::Probe& probe, const locate::Finding& finding);
  std::optional<Symbol> ReadOwn(const locate::Probe& probe, const locate::Finding& finding);
  std::optional<Symbol> ReadOwnQr(const locate::Probe& probe, const locate::Finding& finding);
  std::optional<Symbol> ReadModules(const locate::Finding& finding);
  std::optional<Symbol> ReadQr(const locate::Probe& probe, const locate::Finding& finding,
                               const SymbologySet& symbologies);
  std::optional<Symbol> ReadBars(const locate::Probe& probe, const locate::Finding& finding,
                                 const SymbologySet& symbologies);

  CropDecoder& decoder_;
  symbology::datamatrix::Reader datamatrix_;
  symbology::qr::Reader qr_;
  symbology::linear::Reader linear_;
  ModuleImage modules_;
  GreyImage cut_;
  GreyImage inverse_;
  GreyImage smooth_;
};

}  // namespace veriline::decode
