// SPDX-License-Identifier: Apache-2.0
#include "calibration/model/calibration_file.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

#include "vision/core/crc32c.h"

namespace veriline::calibration {
namespace {

constexpr std::string_view kFirstLine = "veriline-calibration 1";
constexpr std::string_view kName = "veriline-calibration ";
constexpr std::string_view kCheckKey = "crc32c ";
constexpr size_t kMostBytes = 4 << 20;

template <class Number>
std::string Text(Number value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end.ptr};
}

std::string Hex(uint32_t value) {
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", value);
  return digits.data();
}

/// Takes a file apart line by line and keeps the first thing that is wrong.
class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

  bool NextLine() {
    if (rest_.empty()) return false;
    const size_t end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    rest_ = end == rest_.npos ? std::string_view() : rest_.substr(end + 1);
    ++number_;
    return true;
  }
  std::string_view line() const { return line_; }
  Diagnostic Wrong(std::string message, std::string advice = {}) const {
    return {
        .message = std::move(message), .file = file_, .line = number_, .advice = std::move(advice)};
  }
  /// Exactly `count` numbers, one blank between two.
  template <class Number>
  Checked<std::vector<Number>> Numbers(std::string_view from, size_t count) const {
    std::vector<Number> values(count);
    const char *at = from.data(), *end = at + from.size();
    for (size_t i = 0; i < count; ++i) {
      if (i > 0 && (at == end || *at++ != ' ')) return Fail(NotNumbers(count));
      const auto [next, error] = std::from_chars(at, end, values[i]);
      if (error != std::errc{}) return Fail(NotNumbers(count));
      at = next;
    }
    if (at != end) return Fail(NotNumbers(count));
    return values;
  }

 private:
  Diagnostic NotNumbers(size_t count) const {
    return Wrong("expected " + std::to_string(count) + (count == 1 ? " number" : " numbers") +
                 " in \"" + std::string(line_.substr(0, 60)) + "\"");
  }

  std::string_view rest_;
  std::string_view line_;
  const std::string& file_;
  int number_ = 0;
};

Checked<void> ReadReflectance(Reader& reader, std::string_view value, Calibration* out) {
  const Diagnostic head = reader.Wrong({});
  const auto count = reader.Numbers<int>(value, 1);
  if (!count) return Fail(count.error());
  if ((*count)[0] < 2 || (*count)[0] > static_cast<int>(ReflectanceCurve::kMostPoints)) {
    return Fail(reader.Wrong("a reflectance curve needs 2 to 256 points"));
  }
  std::vector<ReflectancePoint> points;
  for (int i = 0; i < (*count)[0]; ++i) {
    if (!reader.NextLine()) return Fail(reader.Wrong("the reflectance curve is cut short"));
    const auto pair = reader.Numbers<double>(reader.line(), 2);
    if (!pair) return Fail(pair.error());
    points.push_back({(*pair)[0], (*pair)[1]});
  }
  auto curve = ReflectanceCurve::Through(points);
  if (!curve) {
    Diagnostic wrong = curve.error();
    wrong.file = head.file;
    wrong.line = head.line;
    return Fail(wrong);
  }
  out->reflectance = std::move(*curve);
  return {};
}

Checked<void> ReadFlatField(Reader& reader, std::string_view value, Calibration* out) {
  const auto head = reader.Numbers<double>(value, 3);
  if (!head) return Fail(head.error());
  const double rows = (*head)[0], cols = (*head)[1];
  constexpr double kMost = FlatField::kMostCells;
  if (!(rows >= 1 && rows <= kMost && cols >= 1 && cols <= kMost)) {
    return Fail(reader.Wrong("a flat field has 1 to 256 rows and columns"));
  }
  FlatField& field = out->flat_field;
  field.rows = static_cast<int>(rows);
  field.cols = static_cast<int>(cols);
  if (field.rows != rows || field.cols != cols) {
    return Fail(reader.Wrong("rows and columns of a flat field are whole numbers"));
  }
  field.dark_grey = static_cast<float>((*head)[2]);
  for (int row = 0; row < field.rows; ++row) {
    if (!reader.NextLine()) return Fail(reader.Wrong("the flat field is cut short"));
    const auto gains = reader.Numbers<float>(reader.line(), static_cast<size_t>(field.cols));
    if (!gains) return Fail(gains.error());
    field.gains.insert(field.gains.end(), gains->begin(), gains->end());
  }
  return {};
}

Checked<void> ReadField(Reader& reader, std::string_view key, std::string_view value,
                        Calibration* out) {
  const auto number = [&](auto* to) -> Checked<void> {
    const auto read = reader.Numbers<double>(value, 1);
    if (!read) return Fail(read.error());
    *to = (*read)[0];
    return {};
  };
  if (key == "id") return out->id = value, Checked<void>();
  if (key == "camera") return out->camera = value, Checked<void>();
  if (key == "target") return out->target = value, Checked<void>();
  if (key == "created") return out->created_utc = value, Checked<void>();
  if (key == "lighting") return out->lighting = value, Checked<void>();
  if (key == "system_response") return number(&out->system_response);
  if (key == "noise_grey") return number(&out->noise_grey);
  if (key == "reflectance") return ReadReflectance(reader, value, out);
  if (key == "flat_field") return ReadFlatField(reader, value, out);
  if (key == "wavelength_nm") {
    const auto read = reader.Numbers<int>(value, 1);
    if (!read) return Fail(read.error());
    out->wavelength_nm = (*read)[0];
    return {};
  }
  if (key == "mm_per_px") {
    const auto pair = reader.Numbers<double>(value, 2);
    if (!pair) return Fail(pair.error());
    out->scale = Scale{(*pair)[0], (*pair)[1]};
    return {};
  }
  return Fail(reader.Wrong("unknown key \"" + std::string(key.substr(0, 40)) + "\"",
                           "the file may be of a newer version"));
}

/// The part of the text that the check covers; errors when it has changed.
Checked<std::string_view> CheckedPart(std::string_view text, const std::string& file) {
  if (!text.starts_with(kName)) {
    return Fail(Diagnostic{.message = "this is no calibration file",
                           .file = file,
                           .line = 1,
                           .advice = "`veriline calibrate` writes one"});
  }
  const std::string_view first = text.substr(0, text.find('\n'));
  if (first != kFirstLine) {
    return Fail(Diagnostic{.message = "version " + std::string(first.substr(kName.size(), 20)) +
                                      " of the calibration format is not known",
                           .file = file,
                           .line = 1,
                           .advice = "this program reads version 1"});
  }
  const size_t length = kCheckKey.size() + 9;
  const bool has_check = text.size() > first.size() + length && text.back() == '\n' &&
                         text.substr(text.size() - length).starts_with(kCheckKey) &&
                         text[text.size() - length - 1] == '\n';
  if (!has_check) {
    return Fail(
        Diagnostic{.message = "the calibration file is cut short: its last line is no crc32c",
                   .file = file,
                   .advice = "copy it again, or calibrate again"});
  }
  const std::string_view body = text.substr(0, text.size() - length);
  const std::string_view told = text.substr(text.size() - 9, 8);
  if (told != Hex(Crc32c(body))) {
    return Fail(Diagnostic{.message = "the calibration file has changed since it was written",
                           .file = file,
                           .advice = "copy it again, or calibrate again; it must not be edited"});
  }
  return body;
}

}  // namespace

std::string Format(const Calibration& c) {
  std::string out(kFirstLine);
  out += '\n';
  const auto add = [&out](std::string_view key, const std::string& value) {
    out.append(key).append(" ").append(value).append("\n");
  };
  add("id", c.id);
  if (!c.camera.empty()) add("camera", c.camera);
  if (!c.target.empty()) add("target", c.target);
  if (!c.created_utc.empty()) add("created", c.created_utc);
  if (c.reflectance) {
    add("reflectance", Text(c.reflectance->points().size()));
    for (const ReflectancePoint& p : c.reflectance->points()) {
      add(Text(p.grey), Text(p.reflectance));
    }
  }
  if (c.scale) add("mm_per_px", Text(c.scale->x_mm_per_px) + " " + Text(c.scale->y_mm_per_px));
  if (c.wavelength_nm) add("wavelength_nm", Text(*c.wavelength_nm));
  if (!c.lighting.empty()) add("lighting", c.lighting);
  if (c.system_response) add("system_response", Text(*c.system_response));
  if (c.noise_grey) add("noise_grey", Text(*c.noise_grey));
  if (const FlatField& field = c.flat_field; !field.Empty()) {
    add("flat_field", Text(field.rows) + " " + Text(field.cols) + " " + Text(field.dark_grey));
    for (size_t i = 0; i < field.gains.size(); ++i) {
      out += Text(field.gains[i]);
      out += (i + 1) % static_cast<size_t>(field.cols) == 0 ? '\n' : ' ';
    }
  }
  const std::string check = Hex(Crc32c(out));
  out.append(kCheckKey).append(check).append("\n");
  return out;
}

Checked<Calibration> Parse(std::string_view text, const std::string& file) {
  const auto body = CheckedPart(text, file);
  if (!body) return Fail(body.error());
  Reader reader(*body, file);
  reader.NextLine();
  Calibration out;
  std::set<std::string_view> seen;
  while (reader.NextLine()) {
    const size_t blank = reader.line().find(' ');
    if (blank == std::string_view::npos) {
      return Fail(reader.Wrong("a line must be \"KEY VALUE\""));
    }
    const std::string_view key = reader.line().substr(0, blank);
    if (!seen.insert(key).second) {
      return Fail(reader.Wrong("\"" + std::string(key.substr(0, 40)) + "\" stands twice"));
    }
    if (auto read = ReadField(reader, key, reader.line().substr(blank + 1), &out); !read) {
      return Fail(read.error());
    }
  }
  if (auto valid = out.Validate(); !valid) {
    Diagnostic wrong = valid.error();
    wrong.file = file;
    return Fail(wrong);
  }
  return out;
}

Checked<std::shared_ptr<const Calibration>> Load(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return Fail(Diagnostic{.code = ErrorCode::kIo,
                           .message = "the calibration file cannot be read",
                           .file = file,
                           .advice = "check the path and the rights"});
  }
  std::string text(kMostBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kMostBytes) {
    return Fail(Diagnostic{.message = "the file is larger than any calibration", .file = file});
  }
  auto parsed = Parse(text, file);
  if (!parsed) return Fail(parsed.error());
  return std::make_shared<const Calibration>(std::move(*parsed));
}

Checked<void> Save(const Calibration& calibration, const std::string& file) {
  if (auto valid = calibration.Validate(); !valid) return Fail(valid.error());
  const std::string beside = file + ".part";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    const std::string text = Format(calibration);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
      std::error_code ignored;
      std::filesystem::remove(beside, ignored);
      return Fail(Diagnostic{.code = ErrorCode::kIo,
                             .message = "the calibration file cannot be written",
                             .file = file,
                             .advice = "check the folder, its rights and the room on the disk"});
    }
  }
  std::error_code error;
  std::filesystem::rename(beside, file, error);
  if (error) {
    return Fail(
        Diagnostic{.code = ErrorCode::kIo,
                   .message = "the calibration file cannot be put in place: " + error.message(),
                   .file = file});
  }
  return {};
}

}  // namespace veriline::calibration
