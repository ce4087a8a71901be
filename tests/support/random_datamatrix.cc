// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_datamatrix.h"

#include <algorithm>
#include <string_view>

#include "tests/support/datamatrix_encoder.h"

namespace veriline::testing {
namespace {

int Pick(std::mt19937& random, int from, int to) {
  return std::uniform_int_distribution<int>(from, to)(random);
}
bool Chance(std::mt19937& random, int one_in) { return Pick(random, 1, one_in) == 1; }

std::string TextOf(std::mt19937& random, std::string_view characters, int length) {
  std::string text;
  for (int i = 0; i < length; ++i) {
    text +=
        characters[static_cast<size_t>(Pick(random, 0, static_cast<int>(characters.size()) - 1))];
  }
  return text;
}

std::string BytesOf(std::mt19937& random, int length) {
  std::string bytes;
  for (int i = 0; i < length; ++i) bytes += static_cast<char>(Pick(random, 0, 255));
  return bytes;
}

/// Mostly characters of one value, some of every other kind.
std::string C40TextOf(std::mt19937& random, bool lower, int length) {
  const std::string_view basic =
      lower ? " 0123456789abcdefghijklmnopqrstuvwxyz" : " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string text;
  for (int i = 0; i < length; ++i) {
    text += Chance(random, 4) ? BytesOf(random, 1) : TextOf(random, basic, 1);
  }
  return text;
}

/// One segment of at most `most` characters or so; nothing where it does not fit.
void AddSegment(std::mt19937& random, int most, DataMatrixWriter& writer) {
  const int length = Pick(random, 1, std::max(1, most));
  switch (Pick(random, 0, 7)) {
    case 0:
      writer.Ascii(BytesOf(random, std::min(length, 8)));
      return;
    case 1:
      writer.Digits(TextOf(random, "0123456789", 2 * length));
      return;
    case 2:
    case 3: {
      const bool lower = Chance(random, 2), fnc1 = Chance(random, 2);
      std::string text = C40TextOf(random, lower, length);
      if (fnc1) text += '\x1d';
      // The last pair of the symbol may be filled with a shift: tried as it is first.
      for (; !text.empty(); text.pop_back()) {
        if (lower ? writer.Text(text, fnc1) : writer.C40(text, fnc1)) return;
      }
      return;
    }
    case 4:
      writer.X12(TextOf(random, "\r*> 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 3 * length));
      return;
    case 5: {
      std::string text;
      for (int i = 0; i < length; ++i) text += static_cast<char>(Pick(random, 32, 94));
      for (; !text.empty(); text.pop_back()) {
        if (writer.Edifact(text)) return;
      }
      return;
    }
    case 6:
      writer.Base256(BytesOf(random, Chance(random, 8) ? writer.Left() - 3 : length));
      return;
    default:
      writer.Fnc1(true);
  }
}

}  // namespace

RandomDataMatrix RandomMessage(std::mt19937& random, int data_codewords,
                               const RandomDataMatrixOptions& options) {
  DataMatrixWriter writer(data_codewords);
  RandomDataMatrix message;
  int modifier = 1;
  if (options.structured_append && data_codewords > 8 && Chance(random, 10)) {
    message.append_count = Pick(random, 2, 16);
    message.append_index = Pick(random, 1, message.append_count);
    writer.StructuredAppend(message.append_index, message.append_count,
                            static_cast<uint8_t>(Pick(random, 1, 254)),
                            static_cast<uint8_t>(Pick(random, 1, 254)));
  } else if (options.macro && Chance(random, 10)) {
    writer.Macro(Pick(random, 5, 6));
  }
  const bool plain_start = writer.payload().empty();
  if (plain_start && Chance(random, 4)) {
    writer.Fnc1(false);
    modifier = 2;
  } else if (plain_start && Chance(random, 6)) {
    if (Chance(random, 2)) {
      writer.Ascii("A");
    } else {
      writer.Digits("37");
    }
    writer.Fnc1(false);
    modifier = 3;
  }
  const int share = Chance(random, 3) ? 100 : Pick(random, 10, 100);
  const int target = data_codewords - data_codewords * share / 100;
  const auto add_eci = [&] {
    const int eci = Chance(random, 2) ? Pick(random, 0, 30) : Pick(random, 0, 999999);
    if (message.ecis.size() < 16 && writer.Left() > 6 && writer.Eci(eci)) {
      message.ecis.emplace_back(writer.payload().size(), eci);
    }
  };
  const bool with_eci = options.eci && Chance(random, 5);
  // In the first and second place FNC1 would be no separator.
  const size_t third = message.append_count != 0 ? 6 : 2;
  while (writer.codewords().size() < third) writer.Ascii(TextOf(random, "ABCxyz", 1));
  for (int tries = 0; tries < 60 && writer.Left() > target; ++tries) {
    if (with_eci && Chance(random, 3)) add_eci();
    AddSegment(random, writer.Left() * 3 / (Chance(random, 2) ? 2 : 6), writer);
  }
  if (target == 0) {  // to the last codeword
    if (Chance(random, 3)) writer.Base256(BytesOf(random, writer.Left() - 2), true);
    while (writer.Left() > 0) writer.Ascii(TextOf(random, "0123456789abcXYZ", 1));
  }
  message.pads = writer.Left();
  writer.Finish();
  message.data = writer.codewords();
  message.payload = writer.payload();
  if (!message.ecis.empty()) modifier += 3;
  message.identifier = "]d" + std::to_string(modifier);
  return message;
}

}  // namespace veriline::testing
