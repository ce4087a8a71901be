// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/qr/data_decode.h"

#include <algorithm>

namespace veriline::symbology::qr {
namespace {

constexpr uint8_t kSeparator = 0x1D;

enum class Mode : uint8_t {
  kTerminator,
  kNumeric,
  kAlphanumeric,
  kByte,
  kKanji,
  kEci,
  kFnc1First,
  kFnc1Second,
  kStructuredAppend,
  kNoSuchMode,
};

/// Table 2.
Mode ModeOf(uint32_t indicator, bool micro) {
  if (micro) return indicator < 4 ? static_cast<Mode>(indicator + 1) : Mode::kNoSuchMode;
  switch (indicator) {
    case 0:
      return Mode::kTerminator;
    case 1:
      return Mode::kNumeric;
    case 2:
      return Mode::kAlphanumeric;
    case 3:
      return Mode::kStructuredAppend;
    case 4:
      return Mode::kByte;
    case 5:
      return Mode::kFnc1First;
    case 7:
      return Mode::kEci;
    case 8:
      return Mode::kKanji;
    case 9:
      return Mode::kFnc1Second;
    default:
      return Mode::kNoSuchMode;
  }
}

/// Table 3. Requires: kNumeric to kKanji, in a version that has it.
int CountBits(Mode mode, Version version) {
  constexpr int kOfMicro[4][4] = {{3, 4, 5, 6}, {0, 3, 4, 5}, {0, 0, 4, 5}, {0, 0, 3, 4}};
  constexpr int kOfQr[4][3] = {{10, 12, 14}, {9, 11, 13}, {8, 16, 16}, {8, 10, 12}};
  const auto row = static_cast<size_t>(mode) - static_cast<size_t>(Mode::kNumeric);
  if (version.micro) return kOfMicro[row][version.number - 1];
  return kOfQr[row][version.number < 10 ? 0 : version.number < 27 ? 1 : 2];
}

/// Bits of the characters of a segment, which may be cut off nowhere else than at its end.
int64_t SegmentBits(Mode mode, int count) {
  constexpr int kDigitBits[] = {0, 4, 7};
  switch (mode) {
    case Mode::kNumeric:
      return int64_t{10} * (count / 3) + kDigitBits[count % 3];
    case Mode::kAlphanumeric:
      return int64_t{11} * (count / 2) + 6 * (count % 2);
    case Mode::kByte:
      return int64_t{8} * count;
    default:
      return int64_t{13} * count;
  }
}

class BitReader {
 public:
  BitReader(std::span<const uint8_t> data, int bits)
      : next_(data.data()), end_(data.data() + data.size()), left_(bits) {}

  int left() const { return left_; }
  /// Requires: 0 <= count <= min(24, left()).
  uint32_t Read(int count) {
    while (held_ < count) {
      held_bits_ = held_bits_ << 8 | (next_ != end_ ? *next_++ : 0u);
      held_ += 8;
    }
    held_ -= count;
    left_ -= count;
    return static_cast<uint32_t>(held_bits_ >> held_) & ((1u << count) - 1);
  }
  /// Requires: as Read.
  uint32_t Peek(int count) const {
    BitReader ahead = *this;
    return ahead.Read(count);
  }

 private:
  const uint8_t* next_;
  const uint8_t* end_;
  int left_;
  int held_ = 0;
  uint64_t held_bits_ = 0;
};

class Parser {
 public:
  Parser(std::span<const uint8_t> data, int bits, Version version, Message& message)
      : version_(version), total_bits_(bits), in_(data, bits), out_(message) {}

  Step Run() {
    const int mode_bits = version_.micro ? version_.number - 1 : 4;
    const int terminator_bits = version_.micro ? 2 * version_.number + 1 : 4;
    for (;;) {
      const int ahead = std::min(in_.left(), terminator_bits);
      if (in_.Peek(ahead) == 0) {  // also where nothing is left
        in_.Read(ahead);
        out_.terminator_in_full = ahead == terminator_bits;
        CheckPadding();
        break;
      }
      if (in_.left() < mode_bits) return Step::kMode;
      const Step step = Segment(ModeOf(in_.Read(mode_bits), version_.micro));
      if (step != Step::kNone) return step;
    }
    return out_.payload_size == 0 ? Step::kEmpty : Step::kNone;
  }

 private:
  Step Segment(Mode mode) {
    switch (mode) {
      case Mode::kNumeric:
      case Mode::kAlphanumeric:
      case Mode::kByte:
      case Mode::kKanji:
        return Characters(mode);
      case Mode::kEci:
        return Eci();
      case Mode::kFnc1First:
      case Mode::kFnc1Second:
        return Fnc1Position(mode);
      case Mode::kStructuredAppend:
        return Append();
      default:
        return Step::kMode;
    }
  }

  Step Characters(Mode mode) {
    const int count_bits = CountBits(mode, version_);
    if (count_bits == 0) return Step::kMode;
    if (in_.left() < count_bits) return Step::kCharacterCount;
    const auto count = static_cast<int>(in_.Read(count_bits));
    if (SegmentBits(mode, count) > in_.left()) return Step::kCharacterCount;
    if (count == 0) return Step::kNone;
    if (!BeginSpan(mode == Mode::kKanji)) return Step::kTooManySegments;
    switch (mode) {
      case Mode::kNumeric:
        return Numeric(count);
      case Mode::kAlphanumeric:
        return Alphanumeric(count);
      case Mode::kByte:
        for (int i = 0; i < count; ++i) Put(static_cast<uint8_t>(in_.Read(8)));
        return Step::kNone;
      default:
        return Kanji(count);
    }
  }

  Step Numeric(int count) {
    for (; count >= 3; count -= 3) {
      const uint32_t three = in_.Read(10);
      if (three > 999) return Step::kNumeric;
      PutDigit(three / 100);
      PutDigit(three / 10 % 10);
      PutDigit(three % 10);
    }
    if (count == 2) {
      const uint32_t two = in_.Read(7);
      if (two > 99) return Step::kNumeric;
      PutDigit(two / 10);
      PutDigit(two % 10);
    } else if (count == 1) {
      const uint32_t one = in_.Read(4);
      if (one > 9) return Step::kNumeric;
      PutDigit(one);
    }
    return Step::kNone;
  }

  Step Alphanumeric(int count) {
    constexpr std::string_view kCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    const int begin = out_.payload_size;
    for (; count >= 2; count -= 2) {
      const uint32_t two = in_.Read(11);
      if (two >= 45 * 45) return Step::kAlphanumeric;
      Put(static_cast<uint8_t>(kCharacters[two / 45]));
      Put(static_cast<uint8_t>(kCharacters[two % 45]));
    }
    if (count == 1) {
      const uint32_t one = in_.Read(6);
      if (one >= 45) return Step::kAlphanumeric;
      Put(static_cast<uint8_t>(kCharacters[one]));
    }
    if (out_.fnc1 != Fnc1::kNone) ReplacePercent(begin);
    return Step::kNone;
  }

  /// Clauses 7.4.8.2 and 7.4.8.3: with FNC1 "%" in alphanumeric mode is FNC1, and "%%" is "%".
  void ReplacePercent(int begin) {
    int to = begin;
    for (int from = begin; from < out_.payload_size; ++from) {
      uint8_t c = out_.payload[static_cast<size_t>(from)];
      if (c == '%') {
        const bool doubled =
            from + 1 < out_.payload_size && out_.payload[static_cast<size_t>(from) + 1] == '%';
        if (doubled) {
          ++from;
        } else {
          c = kSeparator;
        }
      }
      out_.payload[static_cast<size_t>(to++)] = c;
    }
    out_.payload_size = to;
  }

  /// Clause 7.4.6: 0x8140–0x9FFC and 0xE040–0xEBBF, without lower bytes that Shift_JIS has not.
  Step Kanji(int count) {
    for (; count > 0; --count) {
      const uint32_t packed = in_.Read(13);
      const uint32_t joined = (packed / 0xC0) << 8 | packed % 0xC0;
      const uint32_t code = joined + (joined < 0x1F00 ? 0x8140 : 0xC140);
      const uint32_t lower = code & 0xFF;
      if (lower == 0x7F || lower > 0xFC) return Step::kKanji;
      Put(static_cast<uint8_t>(code >> 8));
      Put(static_cast<uint8_t>(lower));
    }
    return Step::kNone;
  }

  /// Clause 7.4.2.2, table 4.
  Step Eci() {
    if (in_.left() < 8) return Step::kEci;
    uint32_t value = in_.Read(8);
    int more = 0;
    if (value >= 0xE0) return Step::kEci;
    if (value >= 0xC0) {
      value &= 0x1F, more = 16;
    } else if (value >= 0x80) {
      value &= 0x3F, more = 8;
    }
    if (in_.left() < more) return Step::kEci;
    value = value << more | in_.Read(more);
    if (value > 999'999) return Step::kEci;
    out_.has_eci = true;
    eci_ = static_cast<int32_t>(value);
    return Step::kNone;
  }

  /// Clause 7.4.8: before all data, behind ECI and structured append.
  Step Fnc1Position(Mode mode) {
    if (out_.payload_size != 0 || out_.fnc1 != Fnc1::kNone) return Step::kFnc1;
    if (mode == Mode::kFnc1First) {
      out_.fnc1 = Fnc1::kFirst;
      return Step::kNone;
    }
    out_.fnc1 = Fnc1::kSecond;
    if (in_.left() < 8) return Step::kFnc1;
    const uint32_t indicator = in_.Read(8);
    const uint32_t letter = indicator - 100;
    if (!BeginSpan(false)) return Step::kTooManySegments;
    if (indicator < 100) {
      PutDigit(indicator / 10);
      PutDigit(indicator % 10);
    } else if ((letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z')) {
      Put(static_cast<uint8_t>(letter));
    } else {
      return Step::kFnc1;
    }
    return Step::kNone;
  }

  Step Append() {
    if (out_.payload_size != 0 || out_.structured_append.present || in_.left() < 16) {
      return Step::kStructuredAppend;
    }
    StructuredAppend& append = out_.structured_append;
    append.present = true;
    append.index = static_cast<uint8_t>(in_.Read(4));
    append.count = static_cast<uint8_t>(in_.Read(4) + 1);
    append.parity = static_cast<uint8_t>(in_.Read(8));
    return append.index < append.count ? Step::kNone : Step::kStructuredAppend;
  }

  /// Clause 7.4.10. The half codeword of M1 and M3 is padded with zeros.
  void CheckPadding() {
    const int used = total_bits_ - in_.left();
    const int rest = std::min((8 - used % 8) % 8, in_.left());
    out_.wrong_pad_bits = in_.Read(rest) != 0;
    for (uint32_t expected = 0xEC; in_.left() >= 8; expected ^= 0xEC ^ 0x11) {
      ++out_.pad_codewords;
      out_.wrong_pad_codewords += in_.Read(8) != expected;
    }
    if (in_.left() != 0) {
      ++out_.pad_codewords;
      out_.wrong_pad_codewords += in_.Read(in_.left()) != 0;
    }
  }

  bool BeginSpan(bool kanji) {
    const TextSpan span{static_cast<uint16_t>(out_.payload_size), eci_, kanji};
    if (out_.span_count != 0) {
      const TextSpan& last = out_.spans[static_cast<size_t>(out_.span_count - 1)];
      if (last.eci == span.eci && last.kanji == span.kanji) return true;
    }
    if (static_cast<size_t>(out_.span_count) == kMaxSpans) return false;
    out_.spans[static_cast<size_t>(out_.span_count++)] = span;
    return true;
  }

  // A byte of payload takes at least 10/3 bits of data, so that there is always room.
  static_assert(kMaxPayload >= kMaxDataCodewords * 8 * 3 / 10 + 2);
  void Put(uint8_t byte) { out_.payload[static_cast<size_t>(out_.payload_size++)] = byte; }
  void PutDigit(uint32_t digit) { Put(static_cast<uint8_t>('0' + digit)); }

  Version version_;
  int total_bits_;
  BitReader in_;
  Message& out_;
  int32_t eci_ = -1;
};

}  // namespace

std::string_view Name(Step step) {
  switch (step) {
    case Step::kNone:
      return "none";
    case Step::kFormat:
      return "format";
    case Step::kErrorCorrection:
      return "error correction";
    case Step::kCorrectionCap:
      return "correction cap";
    case Step::kMode:
      return "mode";
    case Step::kCharacterCount:
      return "character count";
    case Step::kNumeric:
      return "numeric";
    case Step::kAlphanumeric:
      return "alphanumeric";
    case Step::kKanji:
      return "kanji";
    case Step::kEci:
      return "eci";
    case Step::kFnc1:
      return "fnc1";
    case Step::kStructuredAppend:
      return "structured append";
    case Step::kTooManySegments:
      return "too many segments";
    case Step::kEmpty:
      return "empty";
  }
  return "unknown";
}

Step DecodeData(std::span<const uint8_t> data, int bits, Version version, Message& message) {
  message.payload_size = 0;
  message.span_count = 0;
  message.has_eci = false;
  message.fnc1 = Fnc1::kNone;
  message.structured_append = {};
  message.terminator_in_full = false;
  message.pad_codewords = message.wrong_pad_codewords = 0;
  message.wrong_pad_bits = false;
  message.failed_at = Parser(data, bits, version, message).Run();
  const int modifier = 1 + 2 * static_cast<int>(message.fnc1) + (message.has_eci ? 1 : 0);
  message.identifier = {']', 'Q', static_cast<char>('0' + modifier), '\0'};
  return message.failed_at;
}

}  // namespace veriline::symbology::qr
