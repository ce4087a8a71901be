// SPDX-License-Identifier: Apache-2.0
// Source of the commands: ZPL II programming guide (^GF with ASCII hexadecimal data, its ':' for a
// line that repeats the one before; ^FH for characters that commands begin with).
#include <memory>
#include <string>

#include "pipeline/batch/label/label.h"

namespace veriline::batch {
namespace {

constexpr char kHex[] = "0123456789ABCDEF";

class ZplLabels final : public LabelWriter {
 public:
  ZplLabels(std::FILE* file, const LabelLayout& layout)
      : file_(file), text_dots_(static_cast<int>(layout.text_mm * layout.dpi / 25.4)) {}

  void Write(const Label& label) override {
    out_ =
        "^XA^CI28^PW" + std::to_string(label.width) + "^LL" + std::to_string(label.height) + "\n";
    for (const Label::Symbol& symbol : label.symbols) AddSymbol(symbol);
    for (const Label::Line& line : label.lines) {
      // ^FT: the origin is the base line.
      out_ += "^FT" + std::to_string(line.x) + "," + std::to_string(line.baseline) + "^A0N," +
              std::to_string(text_dots_) + "^FH^FD";
      for (const char c : line.text) {
        if (c == '^' || c == '~' || c == '_' || static_cast<unsigned char>(c) < 0x20) {
          out_ += '_';
          AddByte(static_cast<uint8_t>(c));
        } else {
          out_ += c;
        }
      }
      out_ += "^FS\n";
    }
    out_ += "^XZ\n";
    std::fwrite(out_.data(), 1, out_.size(), file_);
  }

  bool Finish() override { return std::fflush(file_) == 0 && std::ferror(file_) == 0; }

 private:
  void AddByte(uint8_t byte) {
    out_ += kHex[byte >> 4];
    out_ += kHex[byte & 15];
  }

  void AddSymbol(const Label::Symbol& symbol) {
    const LabelModules& m = symbol.modules;
    const int row_bytes = (m.cols * symbol.module_dots + 7) / 8;
    const std::string total = std::to_string(row_bytes * m.rows * symbol.row_dots);
    out_ += "^FO" + std::to_string(symbol.x) + "," + std::to_string(symbol.y) + "^GFA," + total +
            "," + total + "," + std::to_string(row_bytes) + ",\n";
    for (int row = 0; row < m.rows; ++row) {
      uint8_t byte = 0;
      for (int dot = 0; dot < 8 * row_bytes; ++dot) {
        const int col = dot / symbol.module_dots;
        byte = static_cast<uint8_t>(byte << 1 | (col < m.cols && m.At(row, col) ? 1 : 0));
        if (dot % 8 == 7) AddByte(byte);
      }
      out_.append(static_cast<size_t>(symbol.row_dots - 1), ':');
      out_ += '\n';
    }
    out_ += "^FS\n";
  }

  std::FILE* file_;
  int text_dots_;
  std::string out_;
};

}  // namespace

std::unique_ptr<LabelWriter> MakeZplLabels(std::FILE* file, const LabelLayout& layout) {
  return std::make_unique<ZplLabels>(file, layout);
}

}  // namespace veriline::batch
