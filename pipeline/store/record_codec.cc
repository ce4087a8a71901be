// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/record_codec.h"

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace veriline::store {
namespace {

using nlohmann::json;

constexpr size_t kFields = 20;
/// Rows of stores that were written before codes were graded.
constexpr size_t kFieldsWithoutGrade = 19;
/// Parameters of grades that were written before linear symbols were graded.
constexpr size_t kParametersOfMatrix = 15;
/// And of those before multi-row symbols were graded.
constexpr size_t kParametersOfLinear = 22;

json Bytes(std::string_view text) {
  return json::binary(std::vector<uint8_t>(text.begin(), text.end()));
}

std::string Text(const json& bytes) {
  const auto& binary = bytes.get_binary();
  return {binary.begin(), binary.end()};
}

/// An integer in [low, high]; throws json's own exceptions for another type.
template <class T>
T Number(const json& value, int64_t low, int64_t high) {
  if (!value.is_number_integer()) throw json::type_error::create(302, "integer", &value);
  const int64_t number = value.get<int64_t>();
  if (number < low || number > high) throw json::out_of_range::create(401, "range", &value);
  return static_cast<T>(number);
}

uint64_t FrameId(const json& value) {
  if (!value.is_number_unsigned()) throw json::type_error::create(302, "frame", &value);
  return value.get<uint64_t>();
}

/// Null where there is none, else [edition, overall, uncertainty, limited by, indications, flag,
/// formal grade, [value, grade] of each parameter]; what was not measured is null.
json EncodeGrade(const item::CodeGrade& grade) {
  if (!grade.graded) return nullptr;
  const auto number = [](float v) { return std::isnan(v) ? json(nullptr) : json(v); };
  json parameters = json::array();
  for (const item::CodeGrade::Value& p : grade.parameters) {
    parameters.push_back(number(p.value));
    parameters.push_back(number(p.grade));
  }
  return {static_cast<int>(grade.edition),    grade.overall,        grade.uncertainty,
          static_cast<int>(grade.limited_by), grade.indications,    static_cast<int>(grade.flag),
          std::string(grade.formal_view()),   std::move(parameters)};
}

item::CodeGrade DecodeGrade(const json& row) {
  item::CodeGrade grade;
  if (row.is_null()) return grade;
  if (!row.is_array() || row.size() != 8 ||
      (row[7].size() != 2 * grading::kParameterCount && row[7].size() != 2 * kParametersOfLinear &&
       row[7].size() != 2 * kParametersOfMatrix)) {
    throw json::type_error::create(302, "grade", &row);
  }
  grade.graded = true;
  grade.edition = Number<grading::Edition>(row[0], 0, static_cast<int>(grading::kLastEdition));
  grade.overall = row[1].get<float>();
  grade.uncertainty = row[2].get<float>();
  grade.limited_by = Number<grading::Parameter>(row[3], 0, grading::kParameterCount - 1);
  grade.indications = Number<uint32_t>(row[4], 0, UINT32_MAX);
  grade.flag = Number<item::GradeFlag>(row[5], 0, 2);
  const std::string formal = row[6].get<std::string>();
  formal.copy(grade.formal.data(), grade.formal.size() - 1);
  const auto number = [](const json& v) {
    return v.is_null() ? item::CodeGrade::kNone : v.get<float>();
  };
  for (size_t i = 0; i < row[7].size() / 2; ++i) {
    grade.parameters[i] = {number(row[7][2 * i]), number(row[7][2 * i + 1])};
  }
  return grade;
}

item::CodeResult Decode(const json& row) {
  if (!row.is_array() || (row.size() != kFields && row.size() != kFieldsWithoutGrade)) {
    throw json::type_error::create(302, "row", &row);
  }
  item::CodeResult code;
  code.role = Number<item::CodeRole>(row[0], 0, 4);
  code.symbology = Number<Symbology>(row[1], 0, kSymbologyCount - 1);
  code.identifier = Text(row[2]);
  code.payload = Text(row[3]);
  code.text = Text(row[4]);
  code.hri = Text(row[5]);
  for (size_t i = 0; i < 4; ++i) {
    code.quad.corners[i] = {row[6 + 2 * i].get<float>(), row[7 + 2 * i].get<float>()};
  }
  code.center_counts = Number<int64_t>(row[14], INT64_MIN, INT64_MAX);
  code.decoder = Number<Decoder>(row[15], 0, 3);
  code.errors_corrected = Number<int>(row[16], INT32_MIN, INT32_MAX);
  code.camera = Number<uint32_t>(row[17], 0, UINT32_MAX);
  code.frame_id = FrameId(row[18]);
  if (row.size() == kFields) code.grade = DecodeGrade(row[19]);
  return code;
}

item::TextResult DecodeText(const json& row) {
  constexpr size_t kTextFields = 17;
  if (!row.is_array() || row.size() != kTextFields) {
    throw json::type_error::create(302, "text", &row);
  }
  item::TextResult text;
  text.name = Text(row[0]);
  text.number = row[1].get<bool>();
  text.state = Number<item::TextState>(row[2], 1, 5);
  text.expected = Text(row[3]);
  text.read = Text(row[4]);
  text.margin_ratio = row[5].get<float>();
  text.center_counts = Number<int64_t>(row[6], INT64_MIN, INT64_MAX);
  text.camera = Number<uint32_t>(row[7], 0, UINT32_MAX);
  text.frame_id = FrameId(row[8]);
  for (size_t i = 0; i < 4; ++i) {
    text.place.corners[i] = {row[9 + 2 * i].get<float>(), row[10 + 2 * i].get<float>()};
  }
  return text;
}

}  // namespace

std::string EncodeCodes(const std::vector<item::CodeResult>& codes) {
  json rows = json::array();
  for (const item::CodeResult& code : codes) {
    json row = {static_cast<int>(code.role),
                static_cast<int>(code.symbology),
                Bytes(code.identifier),
                Bytes(code.payload),
                Bytes(code.text),
                Bytes(code.hri)};
    for (const Point& corner : code.quad.corners) {
      row.push_back(corner.x);
      row.push_back(corner.y);
    }
    row.push_back(code.center_counts);
    row.push_back(static_cast<int>(code.decoder));
    row.push_back(code.errors_corrected);
    row.push_back(code.camera);
    row.push_back(code.frame_id);
    row.push_back(EncodeGrade(code.grade));
    rows.push_back(std::move(row));
  }
  std::string bytes;
  json::to_cbor(rows, bytes);
  return bytes;
}

std::optional<std::vector<item::CodeResult>> DecodeCodes(std::string_view bytes) {
  try {
    const json rows = json::from_cbor(bytes.begin(), bytes.end());
    if (!rows.is_array()) return std::nullopt;
    std::vector<item::CodeResult> codes;
    codes.reserve(rows.size());
    for (const json& row : rows) codes.push_back(Decode(row));
    return codes;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string EncodeTexts(const std::vector<item::TextResult>& texts) {
  if (texts.empty()) return "";
  json rows = json::array();
  for (const item::TextResult& text : texts) {
    json row = {Bytes(text.name),     text.number,      static_cast<int>(text.state),
                Bytes(text.expected), Bytes(text.read), text.margin_ratio,
                text.center_counts,   text.camera,      text.frame_id};
    for (const Point& corner : text.place.corners) {
      row.push_back(corner.x);
      row.push_back(corner.y);
    }
    rows.push_back(std::move(row));
  }
  std::string bytes;
  json::to_cbor(rows, bytes);
  return bytes;
}

std::optional<std::vector<item::TextResult>> DecodeTexts(std::string_view bytes) {
  if (bytes.empty()) return std::vector<item::TextResult>();
  try {
    const json rows = json::from_cbor(bytes.begin(), bytes.end());
    if (!rows.is_array()) return std::nullopt;
    std::vector<item::TextResult> texts;
    texts.reserve(rows.size());
    for (const json& row : rows) texts.push_back(DecodeText(row));
    return texts;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace veriline::store
