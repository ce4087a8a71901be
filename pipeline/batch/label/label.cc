// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/label/label.h"

#include <zint.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "pipeline/batch/code_key.h"
#include "vision/gs1/digital_link.h"

namespace veriline::batch {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"?",       "datamatrix", "qr",   "code128",
                                                    "gs1-128", "code39",     "ean13"};
constexpr double kMarginMm = 2;
constexpr double kLineGap = 1.4;  ///< from line to line, of a line's height

tl::unexpected<Diagnostic> Refuse(std::string message, std::string advice) {
  return Fail(Diagnostic{.message = std::move(message), .advice = std::move(advice)});
}

bool IsLinear(LabelSymbology s) {
  return s != LabelSymbology::kDataMatrix && s != LabelSymbology::kQr;
}

/// Quiet zones beside a symbol, in its X: left and right. ISO/IEC 16022, 18004, 15417, 16388;
/// GS1 General Specifications 5.2.3.4.
std::pair<int, int> QuietZones(LabelSymbology s) {
  switch (s) {
    case LabelSymbology::kDataMatrix:
      return {2, 2};
    case LabelSymbology::kQr:
      return {4, 4};
    case LabelSymbology::kEan13:
      return {11, 7};
    case LabelSymbology::kCode128:
    case LabelSymbology::kGs1_128:
    case LabelSymbology::kCode39:
      break;
  }
  return {10, 10};
}

/// An element string as the encoder takes it: "[01]...[21]...".
std::optional<std::string> Bracketed(std::string_view bytes) {
  const auto parsed = gs1::ParseElementString(bytes, gs1::Associations::kIgnore);
  if (!parsed) return std::nullopt;
  std::string out;
  for (const gs1::Element& element : parsed->elements) {
    // The encoder reads brackets of either kind as those of an AI.
    if (element.value.find_first_of("[]") != std::string_view::npos) return std::nullopt;
    out.append("[").append(element.ai.view()).append("]").append(element.value);
  }
  return out;
}

struct Text {
  std::string bytes;
  bool gs1 = false;
};

/// What a symbol of that symbology says of the code.
Checked<Text> TextFor(LabelSymbology s, const ListedCode& code) {
  const auto elements = ScanElementString(code.code, gs1::Associations::kIgnore);
  const bool is_elements = elements && elements->key.is_gs1();
  const auto said = gs1::IsDigitalLink(code.code) ? ScanCode({}, code.code) : elements;
  switch (s) {
    case LabelSymbology::kDataMatrix:
    case LabelSymbology::kQr:
    case LabelSymbology::kGs1_128:
      if (is_elements) {
        auto text = Bracketed(code.code);
        if (!text) return Refuse("a code with brackets in it cannot be encoded", "reissue it");
        return Text{std::move(*text), true};
      }
      if (s == LabelSymbology::kGs1_128) {
        return Refuse("\"" + code.code + "\" is no element string, which GS1-128 carries",
                      "take code128");
      }
      return Text{code.code};
    case LabelSymbology::kCode128:
    case LabelSymbology::kCode39:
      if (said && said->serial) return Text{*said->serial};
      return Text{code.code};
    case LabelSymbology::kEan13:
      break;
  }
  // A GTIN-14 with indicator 0 is a GTIN-13.
  if (code.values.gtin.size() != 14 || code.values.gtin[0] != '0') {
    return Refuse("no GTIN-13 for an EAN-13 symbol", "issue codes with --gtin");
  }
  return Text{code.values.gtin.substr(1)};
}

Checked<LabelModules> Encode(LabelSymbology s, const Text& text) {
  struct Delete {
    void operator()(zint_symbol* symbol) const { ZBarcode_Delete(symbol); }
  };
  const std::unique_ptr<zint_symbol, Delete> symbol(ZBarcode_Create());
  if (!symbol) return Refuse("the encoder cannot be made", "");
  constexpr std::array kSymbologies = {0,
                                       BARCODE_DATAMATRIX,
                                       BARCODE_QRCODE,
                                       BARCODE_CODE128,
                                       BARCODE_GS1_128,
                                       BARCODE_CODE39,
                                       BARCODE_EANX};
  symbol->symbology = kSymbologies[static_cast<size_t>(s)];
  symbol->input_mode = text.gs1 ? GS1_MODE | GS1NOCHECK_MODE : DATA_MODE;
  if (s == LabelSymbology::kDataMatrix) symbol->option_3 = DM_SQUARE;
  if (s == LabelSymbology::kQr) symbol->option_1 = 2;  // level M
  if (ZBarcode_Encode(symbol.get(), reinterpret_cast<const unsigned char*>(text.bytes.data()),
                      static_cast<int>(text.bytes.size())) >= ZINT_ERROR) {
    return Refuse("\"" + text.bytes + "\" cannot be a symbol of " + std::string(Name(s)) + ": " +
                      symbol->errtxt,
                  "take another symbology, or codes of other characters");
  }
  LabelModules modules;
  modules.rows = symbol->rows;
  modules.cols = symbol->width;
  for (int row = 0; row < symbol->rows; ++row) {
    for (int col = 0; col < symbol->width; ++col) {
      modules.dark.push_back(((symbol->encoded_data[row][col / 8] >> (col % 8)) & 1) != 0);
    }
  }
  return modules;
}

}  // namespace

std::string_view Name(LabelSymbology symbology) { return kNames[static_cast<size_t>(symbology)]; }

std::optional<LabelSymbology> LabelSymbologyFromName(std::string_view name) {
  for (size_t i = 1; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<LabelSymbology>(i);
  }
  return std::nullopt;
}

Checked<Label> LayOut(const LabelLayout& layout, const ListedCode& code,
                      const std::vector<std::string>& lines) {
  const auto dots = [&](double mm) {
    return static_cast<int>(std::lround(mm * layout.dpi / 25.4));
  };
  const auto mm = [&](int length) { return length * 25.4 / layout.dpi; };
  Label label;
  label.width = dots(layout.width_mm);
  label.height = dots(layout.height_mm);
  const int margin = dots(kMarginMm);
  int x = margin, bottom = margin;
  for (const LabelSymbology s : layout.symbologies) {
    const auto text = TextFor(s, code);
    if (!text) return Fail(text.error());
    auto modules = Encode(s, *text);
    if (!modules) return Fail(modules.error());
    Label::Symbol symbol;
    symbol.module_dots = std::max(1, dots(IsLinear(s) ? layout.linear_x_mm : layout.matrix_x_mm));
    symbol.row_dots = IsLinear(s) ? std::max(1, dots(layout.bar_height_mm)) : symbol.module_dots;
    const auto [left, right] = QuietZones(s);
    symbol.x = x + left * symbol.module_dots;
    symbol.y = margin + (IsLinear(s) ? 0 : left * symbol.module_dots);
    x = symbol.x + (modules->cols + right) * symbol.module_dots;
    bottom = std::max(bottom, symbol.y + modules->rows * symbol.row_dots +
                                  (IsLinear(s) ? 0 : left * symbol.module_dots));
    symbol.modules = std::move(*modules);
    label.symbols.push_back(std::move(symbol));
  }
  const int line = dots(layout.text_mm);
  int baseline = bottom + line;
  for (const std::string& text : lines) {
    label.lines.push_back({text, margin, baseline});
    baseline += static_cast<int>(line * kLineGap);
  }
  const int needed = lines.empty() ? bottom : label.lines.back().baseline + line / 4;
  if (x > label.width - margin / 2 || needed > label.height - margin / 2) {
    const auto size = [&](int length) {
      return std::to_string(static_cast<int>(std::ceil(mm(length + margin))));
    };
    return Refuse("the label is too small for its symbols and lines",
                  "give --size " + size(std::max(x, label.width - margin)) + "x" +
                      size(std::max(needed, label.height - margin)) + " or smaller modules");
  }
  return label;
}

}  // namespace veriline::batch
