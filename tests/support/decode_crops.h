// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/support/drawn_symbol.h"
#include "vision/decode/worker/decode_workers.h"

namespace veriline::testing {

/// One upright symbol in the middle of a crop.
inline Canvas DrawCrop(Symbology symbology, const std::string& text, bool gs1 = false,
                       Placement at = {}) {
  const Modules modules = EncodeSymbol(symbology, text, gs1);
  const auto width = static_cast<int>(modules.width() * at.module_px) + 80;
  const auto height = static_cast<int>(modules.height() * at.module_px) + 80;
  Canvas canvas(width, height, at.inverted ? at.dark : at.light);
  at.center = {static_cast<float>(width) / 2, static_cast<float>(height) / 2};
  canvas.Draw(modules, at);
  return canvas;
}

/// A crop that brings out a bug of faulty_decode_worker.
inline Canvas FaultyCrop(std::string_view fault) {
  Canvas canvas(64, 64, 0);
  const std::string mark = "FAULT:" + std::string(fault);
  std::copy(mark.begin(), mark.end(), canvas.Row(0));
  return canvas;
}

/// Workers that run faulty_decode_worker.
inline decode::worker::DecodeWorkersOptions FaultyWorkers(int count, const std::string& mode = "") {
  decode::worker::DecodeWorkersOptions options;
  options.count = count;
  options.program = VERILINE_DECODE_WORKER;
  options.arguments = {"faulty_decode_worker", mode};
  return options;
}

}  // namespace veriline::testing
