// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/batch/registry.h"
#include "vision/core/result.h"

namespace veriline::batch {

/// What may stand on a label as a symbol.
enum class LabelSymbology : uint8_t {
  kDataMatrix = 1,  ///< the code; GS1 DataMatrix for an element string
  kQr,              ///< the code; GS1 QR Code for an element string
  kCode128,         ///< the code, or the serial number of a GS1 code
  kGs1_128,         ///< the code, an element string
  kCode39,          ///< the serial number of a GS1 code, or the code
  kEan13,           ///< the GTIN
};
std::string_view Name(LabelSymbology symbology);  ///< "datamatrix", "gs1-128", ...
std::optional<LabelSymbology> LabelSymbologyFromName(std::string_view name);

/// How labels look: symbols side by side at the top, lines of text below.
struct LabelLayout {
  double width_mm = 60, height_mm = 30;
  std::vector<LabelSymbology> symbologies = {LabelSymbology::kDataMatrix};
  double matrix_x_mm = 0.4;    ///< X of matrix symbols, rounded to dots of the printer
  double linear_x_mm = 0.254;  ///< X of linear ones
  double bar_height_mm = 10;
  double text_mm = 2.5;  ///< size of the font
  int dpi = 300;
};

/// The modules of one symbol; a linear one has a single row.
struct LabelModules {
  int rows = 0, cols = 0;
  std::vector<bool> dark;  ///< row by row
  bool At(int row, int col) const {
    return dark[static_cast<size_t>(row) * static_cast<size_t>(cols) + static_cast<size_t>(col)];
  }
};

/// A label that is laid out: lengths in printer's dots, from its top left corner.
struct Label {
  struct Symbol {
    LabelModules modules;
    int x = 0, y = 0;
    int module_dots = 1;
    int row_dots = 1;  ///< height of a row
  };
  struct Line {
    std::string text;
    int x = 0, baseline = 0;
  };
  int width = 0, height = 0;
  std::vector<Symbol> symbols;
  std::vector<Line> lines;
};

/// Encodes and lays out one label. `lines` is text for people, one each.
/// Errors: a code that a symbology cannot carry; a label too small (with the size it needs).
/// Thread: any.
Checked<Label> LayOut(const LabelLayout& layout, const ListedCode& code,
                      const std::vector<std::string>& lines);

/// Where labels go, one after the other.
class LabelWriter {
 public:
  virtual ~LabelWriter() = default;
  virtual void Write(const Label& label) = 0;
  /// What is open is ended. False when something could not be written.
  virtual bool Finish() = 0;
};

/// PDF, one page of the label's size each. Modules are shapes, no pictures.
std::unique_ptr<LabelWriter> MakePdfLabels(const std::string& path, const LabelLayout& layout);

/// ZPL II for label printers: symbols as graphics dot by dot (so that they are what was laid out,
/// whatever the printer's own encoders do), text in its scalable font. Borrows the file.
std::unique_ptr<LabelWriter> MakeZplLabels(std::FILE* file, const LabelLayout& layout);

}  // namespace veriline::batch
