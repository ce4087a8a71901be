// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "vision/text/builtin_font_files.h"
#include "vision/text/dot_matrix.h"
#include "vision/text/font.h"
#include "vision/text/font_file.h"

namespace veriline::text {
namespace {

struct Entry {
  std::string_view name;
  int dot_rows = 0;  ///< 0: a file
  std::once_flag once{};
  std::unique_ptr<const Font> font{};
};

std::array<Entry, 6>& Entries() {
  static std::array<Entry, 6> entries = {{{"ocr-a"},
                                          {"ocr-b"},
                                          {"din"},
                                          {"dejavu-sans-mono"},
                                          {"dot-matrix-5x7", 7},
                                          {"dot-matrix-5x5", 5}}};
  return entries;
}

Checked<Font> Make(const Entry& entry) {
  if (entry.dot_rows > 0) return DotMatrixFont(entry.dot_rows);
  for (const BuiltinFontFile& file : BuiltinFontFiles()) {
    if (file.name == entry.name) {
      return ParseFont(file.text, "built-in " + std::string(entry.name));
    }
  }
  return Fail(
      Diagnostic{.message = "the font \"" + std::string(entry.name) + "\" is not built in"});
}

}  // namespace

const Font* BuiltinFont(std::string_view name) {
  for (Entry& entry : Entries()) {
    if (entry.name != name) continue;
    std::call_once(entry.once, [&entry] {
      auto font = Make(entry);
      if (!font) {  // our own file, checked when it was built in: a bug
        std::fprintf(stderr, "%s\n", font.error().ToString().c_str());
        std::abort();
      }
      entry.font = std::make_unique<const Font>(std::move(*font));
    });
    return entry.font.get();
  }
  return nullptr;
}

std::vector<std::string_view> BuiltinFontNames() {
  std::vector<std::string_view> names;
  for (const Entry& entry : Entries()) names.push_back(entry.name);
  return names;
}

}  // namespace veriline::text
