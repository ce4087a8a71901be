// SPDX-License-Identifier: Apache-2.0
#include "vision/core/symbol.h"

namespace veriline {
namespace {
constexpr std::array<std::string_view, kSymbologyCount> kNames = {"unknown",
                                                                  "datamatrix",
                                                                  "qr",
                                                                  "microqr",
                                                                  "rmqr",
                                                                  "aztec",
                                                                  "maxicode",
                                                                  "pdf417",
                                                                  "micropdf417",
                                                                  "code128",
                                                                  "code39",
                                                                  "code93",
                                                                  "codabar",
                                                                  "itf",
                                                                  "ean13",
                                                                  "ean8",
                                                                  "upca",
                                                                  "upce",
                                                                  "databar-omni",
                                                                  "databar-stacked",
                                                                  "databar-limited",
                                                                  "databar-expanded",
                                                                  "databar-expanded-stacked",
                                                                  "composite",
                                                                  "telepen",
                                                                  "dxfilmedge"};
}  // namespace

std::string_view Name(Symbology symbology) { return kNames[static_cast<size_t>(symbology)]; }

std::optional<Symbology> SymbologyFromName(std::string_view name) {
  for (size_t i = 1; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Symbology>(i);
  }
  return std::nullopt;
}

std::string_view Name(Decoder decoder) {
  switch (decoder) {
    case Decoder::kOwn:
      return "own";
    case Decoder::kZxing:
      return "zxing";
    case Decoder::kDmtx:
      return "dmtx";
    case Decoder::kNone:
      break;
  }
  return "none";
}

SymbologySet WithLinearComponents(SymbologySet asked) {
  using enum Symbology;
  if (!asked.Has(kComposite)) return asked;
  for (const Symbology s : {kEan13, kEan8, kUpcA, kUpcE, kCode128, kDataBarOmni, kDataBarStacked,
                            kDataBarLimited, kDataBarExpanded, kDataBarExpandedStacked}) {
    asked.Add(s);
  }
  return asked;
}

}  // namespace veriline
