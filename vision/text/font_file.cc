// SPDX-License-Identifier: Apache-2.0
#include "vision/text/font_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "vision/core/crc32c.h"

namespace veriline::text {
namespace {

constexpr std::string_view kFirstLine = "veriline-font 1";
constexpr std::string_view kFormatName = "veriline-font ";
constexpr std::string_view kCheckKey = "crc32c ";
constexpr std::string_view kSigns =
    ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#";
constexpr size_t kMostBytes = 1 << 20;

std::string Hex(uint32_t value, int digits) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%0*x", digits, value);
  return text.data();
}

Diagnostic Wrong(const std::string& file, int line, std::string message, std::string advice = {}) {
  return {.message = std::move(message), .file = file, .line = line, .advice = std::move(advice)};
}

/// The part of the text that the check covers; errors when it has changed.
Checked<std::string_view> CheckedPart(std::string_view text, const std::string& file) {
  const std::string_view first = text.substr(0, text.find('\n'));
  if (!first.starts_with(kFormatName)) {
    return Fail(Wrong(file, 1, "this is no font file of veriline",
                      "`veriline font train` makes one of a font file"));
  }
  if (first != kFirstLine) {
    return Fail(Wrong(file, 1,
                      "version " + std::string(first.substr(kFormatName.size(), 20)) +
                          " of the font format is not known",
                      "this program reads version 1"));
  }
  const size_t length = kCheckKey.size() + 9;
  if (text.size() <= first.size() + length || text.back() != '\n' ||
      !text.substr(text.size() - length).starts_with(kCheckKey) ||
      text[text.size() - length - 1] != '\n') {
    return Fail(Wrong(file, 0, "the font file is cut short: its last line is no crc32c",
                      "copy it again, or train it again"));
  }
  const std::string_view body = text.substr(0, text.size() - length);
  if (text.substr(text.size() - 9, 8) != Hex(Crc32c(body), 8)) {
    return Fail(Wrong(file, 0, "the font file has changed since it was written",
                      "copy it again, or train it again; it must not be edited"));
  }
  return body;
}

/// Lines one after the other.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool Next(std::string_view* line) {
    if (rest_.empty()) return false;
    const size_t end = rest_.find('\n');
    *line = rest_.substr(0, end);
    rest_ = end == rest_.npos ? std::string_view() : rest_.substr(end + 1);
    ++number_;
    return true;
  }
  int number() const { return number_; }

 private:
  std::string_view rest_;
  int number_ = 0;
};

/// What follows `glyph `, and the lines of its shape.
Checked<GlyphShape> ReadGlyph(std::string_view value, Lines& lines, const std::string& file) {
  GlyphShape shape;
  int code = 0;
  const char* end = value.data() + value.size();
  const auto [after, wrong] = std::from_chars(value.data(), end, code, 16);
  const bool has_code =
      wrong == std::errc{} && after != end && *after == ' ' && code > ' ' && code <= '~';
  if (!has_code) {
    return Fail(Wrong(file, lines.number(), "expected \"glyph CODE ADVANCE\""));
  }
  shape.character = static_cast<char>(code);
  const auto [last, no_number] = std::from_chars(after + 1, end, shape.advance_cells);
  if (no_number != std::errc{} || last != end) {
    return Fail(Wrong(file, lines.number(), "expected \"glyph CODE ADVANCE\""));
  }
  for (int row = 0; row < kGlyphHeight; ++row) {
    std::string_view line;
    if (!lines.Next(&line) || line.size() != kGlyphWidth) {
      return Fail(Wrong(file, lines.number(), "a glyph has 28 lines of 24 signs"));
    }
    for (size_t col = 0; col < line.size(); ++col) {
      const size_t level = kSigns.find(line[col]);
      if (level == kSigns.npos) {
        return Fail(Wrong(file, lines.number(), "a sign that stands for no distance"));
      }
      shape.levels[static_cast<size_t>(row) * kGlyphWidth + col] = static_cast<uint8_t>(level);
    }
  }
  return shape;
}

}  // namespace

std::string FormatFont(const Font& font) {
  std::string out(kFirstLine);
  out += "\nname " + font.name() + "\nlicence " + font.licence() + "\n";
  for (const GlyphShape& shape : font.shapes()) {
    std::array<char, 32> advance{};
    const auto end =
        std::to_chars(advance.data(), advance.data() + advance.size(), shape.advance_cells);
    out += "glyph " + Hex(static_cast<uint8_t>(shape.character), 2) + " " +
           std::string(advance.data(), end.ptr) + "\n";
    for (size_t i = 0; i < shape.levels.size(); ++i) {
      out += kSigns[std::min<size_t>(shape.levels[i], kSigns.size() - 1)];
      if ((i + 1) % kGlyphWidth == 0) out += '\n';
    }
  }
  const std::string check = Hex(Crc32c(out), 8);
  out.append(kCheckKey).append(check).append("\n");
  return out;
}

Checked<Font> ParseFont(std::string_view text, const std::string& file) {
  const auto body = CheckedPart(text, file);
  if (!body) return Fail(body.error());
  Lines lines(*body);
  std::string_view line;
  lines.Next(&line);
  std::string name, licence;
  std::vector<GlyphShape> shapes;
  while (lines.Next(&line)) {
    const size_t blank = line.find(' ');
    const std::string_view key = line.substr(0, blank);
    const std::string_view value = blank == line.npos ? std::string_view() : line.substr(blank + 1);
    if (key == "name" && name.empty()) {
      name = value;
    } else if (key == "licence" && licence.empty()) {
      licence = value;
    } else if (key == "glyph") {
      const auto shape = ReadGlyph(value, lines, file);
      if (!shape) return Fail(shape.error());
      shapes.push_back(*shape);
    } else {
      return Fail(Wrong(file, lines.number(),
                        "unknown or repeated key \"" + std::string(key.substr(0, 40)) + "\""));
    }
  }
  if (licence.empty()) return Fail(Wrong(file, 0, "the font says nothing of its licence"));
  auto font = Font::Create(std::move(name), std::move(licence), std::move(shapes));
  if (!font) {
    Diagnostic wrong = font.error();
    wrong.file = file;
    return Fail(wrong);
  }
  return font;
}

Checked<Font> LoadFont(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "the font file cannot be read",
                           .file = file,
                           .advice = "check the path and the rights"});
  }
  std::string text(kMostBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kMostBytes) {
    return Fail(Diagnostic{.message = "the file is larger than any font", .file = file});
  }
  return ParseFont(text, file);
}

Checked<void> SaveFont(const Font& font, const std::string& file) {
  const std::string beside = file + ".part";
  std::error_code error;
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    const std::string text = FormatFont(font);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
      std::filesystem::remove(beside, error);
      return Fail(Diagnostic{.code = ErrorCode::kIo,
                             .message = "the font file cannot be written",
                             .file = file,
                             .advice = "check the folder, its rights and the room on the disk"});
    }
  }
  std::filesystem::rename(beside, file, error);
  if (error) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "the font file cannot be put in place: " + error.message(),
                           .file = file});
  }
  return {};
}

}  // namespace veriline::text
