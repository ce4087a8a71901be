// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/folder/picture_list.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace veriline::camera {
namespace {

namespace fs = std::filesystem;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsPicture(const fs::path& path) {
  static constexpr std::array<std::string_view, 8> kExtensions = {
      ".png", ".jpg", ".jpeg", ".pgm", ".tif", ".tiff", ".bmp", ".webp"};
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

tl::unexpected<Diagnostic> Refuse(std::string message, const std::string& file,
                                  std::string advice) {
  return Fail(Diagnostic{.code = ErrorCode::kIo,
                         .message = std::move(message),
                         .file = file,
                         .advice = std::move(advice)});
}

template <class Iterator>
std::error_code Collect(const std::string& folder, std::vector<std::string>* pictures) {
  std::error_code error;
  for (Iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;  // a file that vanished is no picture
    if (it->is_regular_file(ignored) && IsPicture(it->path())) {
      pictures->push_back(it->path().string());
    }
  }
  return error;
}

}  // namespace

bool NaturalLess(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!IsDigit(a[i]) || !IsDigit(b[j])) {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
      ++i;
      ++j;
      continue;
    }
    const auto number = [](std::string_view text, size_t* at) {
      while (*at + 1 < text.size() && text[*at] == '0' && IsDigit(text[*at + 1])) ++*at;
      const size_t begin = *at;
      while (*at < text.size() && IsDigit(text[*at])) ++*at;
      return text.substr(begin, *at - begin);
    };
    const std::string_view x = number(a, &i);
    const std::string_view y = number(b, &j);
    if (x.size() != y.size()) return x.size() < y.size();
    if (x != y) return x < y;
  }
  const bool a_rest = i < a.size(), b_rest = j < b.size();
  if (a_rest != b_rest) return b_rest;
  return a < b;  // "01" and "1": equal as numbers, but the order must be total
}

Checked<std::vector<std::string>> ListPictures(const std::string& folder, bool recursive) {
  std::vector<std::string> pictures;
  const std::error_code error = recursive
                                    ? Collect<fs::recursive_directory_iterator>(folder, &pictures)
                                    : Collect<fs::directory_iterator>(folder, &pictures);
  if (error) {
    return Refuse("the folder cannot be read: " + error.message(), folder,
                  "check the path and its permissions");
  }
  if (pictures.empty()) {
    return Refuse("the folder holds no picture", folder,
                  "PNG, JPEG, PGM, TIFF, BMP and WebP are known by their extension");
  }
  std::sort(pictures.begin(), pictures.end(), NaturalLess);
  return pictures;
}

Checked<std::vector<std::string>> ReadPictureList(const std::string& list,
                                                  const std::string& folder) {
  errno = 0;
  std::ifstream file(list);
  std::vector<std::string> pictures;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    pictures.push_back((fs::path(folder) / line).string());
  }
  if (!file.is_open() || file.bad() || (pictures.empty() && errno != 0)) {
    return Refuse(std::string("the list of pictures cannot be read: ") + std::strerror(errno), list,
                  "check the path and its permissions");
  }
  if (pictures.empty()) {
    return Refuse("the list names no picture", list, "one file name a line");
  }
  return pictures;
}

}  // namespace veriline::camera
