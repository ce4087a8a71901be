// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/text.h"

#include <gtest/gtest.h>

namespace veriline::decode {
namespace {

TEST(TextOfBytes, KeepsUtf8AndSeparators) {
  EXPECT_EQ(TextOfBytes("01095\x1d"
                        "21A",
                        Symbology::kDataMatrix),
            "01095\x1d"
            "21A");
  EXPECT_EQ(TextOfBytes("caf\xc3\xa9", Symbology::kDataMatrix), "caf\xc3\xa9");
}

TEST(TextOfBytes, TakesOtherBytesForLatin1) {
  EXPECT_EQ(TextOfBytes("caf\xe9", Symbology::kDataMatrix), "caf\xc3\xa9");
}

TEST(TextOfBytes, TakesJapaneseOfQrForShiftJisOnly) {
  const std::string_view kanji("\x90\xce\x90\xcf", 4);  // 石積
  EXPECT_EQ(TextOfBytes(kanji, Symbology::kQr), "石積");
  EXPECT_EQ(TextOfBytes(kanji, Symbology::kDataMatrix), "\xc2\x90\xc3\x8e\xc2\x90\xc3\x8f");
  // Half-width kana are Japanese; a single character among Latin ones is not enough.
  EXPECT_EQ(TextOfBytes("\xc3\xde", Symbology::kQr), "ﾃﾞ");
  EXPECT_EQ(TextOfBytes("caf\xe9", Symbology::kQr), "caf\xc3\xa9");
  EXPECT_EQ(TextOfBytes("a\xc3"
                        "b",
                        Symbology::kQr),
            "a\xc3\x83"
            "b");
}

TEST(Code39FullAscii, DecodesEveryShiftSet) {
  EXPECT_EQ(Code39FullAscii("+H+E+L+L+O"), "hello");
  EXPECT_EQ(Code39FullAscii("$M$J"), "\r\n");
  EXPECT_EQ(Code39FullAscii("/A/O/Z"), "!/:");
  EXPECT_EQ(Code39FullAscii("%A%E%F%J%K%O%P%S%T%V%W%Z"), std::string("\x1b\x1f;?[_{~\x7f@`\x7f"));
  EXPECT_EQ(Code39FullAscii("%U"), std::string(1, '\0'));
}

TEST(Code39FullAscii, LeavesTextThatIsNotFullAscii) {
  EXPECT_EQ(Code39FullAscii("CODE39"), std::nullopt);     // no shift at all
  EXPECT_EQ(Code39FullAscii("B3% $DAD$"), std::nullopt);  // "% " is no pair
  EXPECT_EQ(Code39FullAscii("AB+"), std::nullopt);
  EXPECT_EQ(Code39FullAscii("/P"), std::nullopt);
  EXPECT_EQ(Code39FullAscii("2/4-8/16-32"), std::nullopt);
}

TEST(TextOfRuns, TakesEachRunByItsOwnInterpretation) {
  const std::string bytes = "caf\xe9 \x93\x5f \xe1 \xd0\xe2\x82\xac";
  const std::vector<EciRun> runs = {{5, 20}, {8, 9}, {10, 7}, {11, 26}};
  // Before the first: not UTF-8, so ISO-8859-1; Shift_JIS; Greek; Cyrillic; UTF-8.
  EXPECT_EQ(TextOfRuns(bytes, runs, Symbology::kPdf417), "café 点 α а€");
}

TEST(TextOfRuns, TakesWhatIsNoTextAsBytes) {
  const std::vector<EciRun> binary = {{0, 899}}, not_valid = {{1, 26}}, beyond = {{0, 3}, {9, 26}};
  EXPECT_EQ(TextOfRuns("\xff\x41", binary, Symbology::kPdf417), "ÿA");
  EXPECT_EQ(TextOfRuns("A\xe9", not_valid, Symbology::kPdf417), "Aé");
  EXPECT_EQ(TextOfRuns("A\xe9", beyond, Symbology::kPdf417), "Aé");
}

TEST(ElementStringFromBracketed, SeparatesVariableFieldsOnly) {
  EXPECT_EQ(ElementStringFromBracketed("(01)98898765432106(3103)001750"),
            "01988987654321063103001750");
  EXPECT_EQ(ElementStringFromBracketed("(01)98898765432106(10)12A(21)123456"),
            "01988987654321061012A\x1d"
            "21123456");
  EXPECT_EQ(ElementStringFromBracketed("(10)A(B)C(17)261231"),
            "10A(B)C\x1d"
            "17261231");
  // A field of predefined length ends by its length, whatever it holds.
  EXPECT_EQ(ElementStringFromBracketed("(20)(1"), "20(1");
}

TEST(ElementStringFromBracketed, RefusesOtherText) {
  EXPECT_EQ(ElementStringFromBracketed(""), std::nullopt);
  EXPECT_EQ(ElementStringFromBracketed("0112345678901231"), std::nullopt);
  EXPECT_EQ(ElementStringFromBracketed("(0A)12"), std::nullopt);
  EXPECT_EQ(ElementStringFromBracketed("(01)98898765432106x"), std::nullopt);
}

}  // namespace
}  // namespace veriline::decode
