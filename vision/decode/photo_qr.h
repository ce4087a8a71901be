// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/crop_decoder.h"
#include "vision/decode/module_sampler.h"
#include "vision/decode/patch.h"
#include "vision/locate/qr_search.h"
#include "vision/symbology/qr/photo_reader.h"

namespace veriline::decode {

/// Looks for QR Codes all over a photograph, in several sizes of it, and reads them: those that
/// lean away or are bent, blurred, faint or damaged, which regions and ladder miss.
/// Thread: one Read at a time per object (it owns scratch memory). Cost: some 20 ms a megapixel,
/// and what kMostEffort allows for places that are tried in vain. Not for the line.
class PhotoQr {
 public:
  /// As PhotoReader::effort(): half a second.
  static constexpr int kMostEffort = 100'000;

  explicit PhotoQr(CropDecoder& decoder) : decoder_(decoder) {}

  /// Adds what is not among `symbols` yet. Between two places `stop` is asked.
  void Read(const FrameView& picture, const std::function<bool()>& stop,
            std::vector<Symbol>* symbols);

 private:
  /// `scale`: pixels of the picture per pixel of `view`.
  void ReadAt(const FrameView& view, float scale, const std::function<bool()>& stop,
              std::vector<Symbol>* symbols);
  bool SetText(Symbol* symbol);

  CropDecoder& decoder_;
  locate::QrSearch search_;
  symbology::qr::PhotoReader reader_;
  std::vector<GreyImage> smaller_;
  GreyImage larger_;
  GreyImage clean_;
  ModuleImage modules_;
  int effort_left_ = 0;
};

}  // namespace veriline::decode
