// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/record_codec.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace veriline::store {
namespace {

using nlohmann::json;

item::CodeResult CodeOf(grading::Edition edition) {
  item::CodeResult code;
  code.symbology = Symbology::kCode128;
  code.payload = code.text = "4711";
  code.grade.graded = true;
  code.grade.overall = 1.3f;
  code.grade.uncertainty = 0.2f;
  code.grade.indications = 5;
  code.grade.edition = edition;
  code.grade.limited_by = grading::Parameter::kDefects;
  code.grade.parameters[static_cast<size_t>(grading::Parameter::kDefects)] = {0.18f, 3.4f};
  code.grade.parameters[static_cast<size_t>(grading::Parameter::kAdditional)] = {2.5f, 4.0f};
  return code;
}

TEST(RecordCodec, GradesOfLinearSymbolsComeBack) {
  for (const auto edition : {grading::Edition::k15416_2000, grading::Edition::k15416_2016}) {
    const item::CodeResult code = CodeOf(edition);
    const auto back = DecodeCodes(EncodeCodes({code}));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->at(0).grade, code.grade);
  }
}

/// As they were written when only matrix symbols had parameters: fifteen of them.
TEST(RecordCodec, GradesWithoutLinearParametersAreStillRead) {
  json rows = json::from_cbor(EncodeCodes({CodeOf(grading::Edition::k15415_2024)}));
  json* parameters = nullptr;
  for (json& field : rows[0]) {
    if (field.is_array() && field.size() == 8 && field[7].is_array()) parameters = &field[7];
  }
  ASSERT_NE(parameters, nullptr);
  const auto encoded = [&] {
    const auto bytes = json::to_cbor(rows);
    return std::string(bytes.begin(), bytes.end());
  };
  parameters->erase(parameters->begin() + 30, parameters->end());
  const auto back = DecodeCodes(encoded());
  ASSERT_TRUE(back);
  const item::CodeGrade& grade = back->at(0).grade;
  EXPECT_TRUE(grade.graded);
  EXPECT_FALSE(grade.parameters[static_cast<size_t>(grading::Parameter::kDefects)].measured());
  parameters->erase(parameters->begin());
  EXPECT_FALSE(DecodeCodes(encoded()));
}

}  // namespace
}  // namespace veriline::store
