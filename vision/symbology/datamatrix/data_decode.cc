// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/datamatrix/data_decode.h"

namespace veriline::symbology::datamatrix {
namespace {

constexpr char kGroupSeparator = '\x1d';

// Codewords of ASCII encodation, ISO/IEC 16022:2006 table 2.
enum Codeword : uint8_t {
  kLastAscii = 128,
  kPad = 129,
  kFirstDigits = 130,
  kLastDigits = 229,
  kLatchC40 = 230,
  kLatchBase256 = 231,
  kFnc1 = 232,
  kStructuredAppend = 233,
  kReaderProgramming = 234,
  kUpperShift = 235,
  kMacro05 = 236,
  kMacro06 = 237,
  kLatchX12 = 238,
  kLatchText = 239,
  kLatchEdifact = 240,
  kEci = 241,
  kUnlatch = 254,
};

// Values of C40 and Text, tables C.1 and C.2.
constexpr std::string_view kC40Basic = "___ 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kTextBasic = "___ 0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kShift2 = "!\"#$%&'()*+,-./:;<=>?@[\\]^_";
constexpr std::string_view kC40Shift3 = "`abcdefghijklmnopqrstuvwxyz{|}~\x7f";
constexpr std::string_view kTextShift3 = "`ABCDEFGHIJKLMNOPQRSTUVWXYZ{|}~\x7f";
constexpr int kShift2Fnc1 = 27;
constexpr int kShift2UpperShift = 30;
/// Table 3 of 5.2.7.
constexpr std::string_view kX12 = "\r*> 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

class DataDecoder {
 public:
  DataDecoder(std::span<const uint8_t> codewords, bool extension, Message& message)
      : codewords_(codewords), extension_(extension), out_(message) {}

  bool Run() {
    out_.error = DataError::kNone;
    out_.fnc1 = Fnc1::kNone;
    out_.padding = Padding::kNone;
    out_.pad_codewords = out_.macro = out_.append_index = out_.append_count = 0;
    out_.eci_count = out_.size = 0;
    while (out_.error == DataError::kNone && at_ < codewords_.size()) Ascii();
    if (upper_shift_) Fail(DataError::kDanglingShift);
    if (out_.macro != 0) Append("\x1e\x04");
    if (out_.size == 0) Fail(DataError::kEmpty);
    out_.error_codeword = at_ == 0 ? 0 : static_cast<int>(at_) - 1;
    SetIdentifier();
    return out_.error == DataError::kNone;
  }

 private:
  size_t Left() const { return codewords_.size() - at_; }
  uint8_t Next() { return codewords_[at_++]; }
  /// The first error is the one that is told.
  void Fail(DataError error) {
    if (out_.error == DataError::kNone) out_.error = error;
  }

  // There is room for whatever a symbol can hold; more codewords than that are no symbol.
  void Put(int byte) {
    if (out_.size < out_.bytes.size()) {
      out_.bytes[out_.size++] = static_cast<char>(byte);
    } else {
      Fail(DataError::kBadLength);
    }
  }
  void Append(std::string_view text) {
    for (const char c : text) Put(c);
  }
  /// A character, in the upper half of the set behind Upper Shift.
  void PutShifted(int character) {
    Put(character + (upper_shift_ ? 128 : 0));
    upper_shift_ = false;
  }

  /// One codeword of ASCII encodation, with the segment that it begins.
  void Ascii() {
    const size_t place = at_;
    const uint8_t codeword = Next();
    if (codeword >= 1 && codeword <= kLastAscii) return PutShifted(codeword - 1);
    if (upper_shift_) return Fail(DataError::kDanglingShift);
    if (codeword >= kFirstDigits && codeword <= kLastDigits) {
      Put('0' + (codeword - kFirstDigits) / 10);
      return Put('0' + (codeword - kFirstDigits) % 10);
    }
    switch (codeword) {
      case kPad:
        return Pads(place);
      case kLatchC40:
        return C40(kC40Basic, kC40Shift3);
      case kLatchText:
        return C40(kTextBasic, kTextShift3);
      case kLatchX12:
        return X12();
      case kLatchEdifact:
        return Edifact();
      case kLatchBase256:
        return Base256();
      case kFnc1:
        return Fnc1(place);
      case kStructuredAppend:
        return StructuredAppend(place);
      case kReaderProgramming:
        return Fail(DataError::kReaderProgramming);
      case kUpperShift:
        upper_shift_ = true;
        return;
      case kMacro05:
      case kMacro06:
        if (place != 0) return Fail(DataError::kMisplaced);
        out_.macro = codeword == kMacro05 ? 5 : 6;
        return Append(codeword == kMacro05 ? "[)>\x1e"
                                             "05\x1d"
                                           : "[)>\x1e"
                                             "06\x1d");
      case kEci:
        return Eci();
      case kUnlatch:  // some encoders return to ASCII at the end although they are there
        if (Left() == 0) return;
        [[fallthrough]];
      default:
        return Fail(DataError::kBadCodeword);
    }
  }

  /// 5.2.4.7 and 5.6: by its place FNC1 is a part of the identifier or a separator.
  void Fnc1(size_t place) {
    const size_t first = out_.append_count != 0 ? 4 : 0;
    if (place == first) {
      out_.fnc1 = Fnc1::kFirst;
    } else if (place == first + 1 && out_.fnc1 == Fnc1::kNone) {
      out_.fnc1 = Fnc1::kSecond;
    } else {
      Put(kGroupSeparator);
    }
  }

  /// The rest of the symbol, annex B.1. The first pad is not randomised.
  void Pads(size_t place) {
    out_.padding = Padding::kValid;
    out_.pad_codewords = static_cast<int>(codewords_.size() - place);
    for (; at_ < codewords_.size(); ++at_) {
      const int value = kPad + static_cast<int>(149 * (at_ + 1) % 253) + 1;
      if (codewords_[at_] != (value <= 254 ? value : value - 254)) {
        out_.padding = Padding::kInvalid;
      }
    }
  }

  /// Three values of two codewords, for C40, Text and X12.
  /// Returns: false at the end of the segment, which is told by Unlatch or by less than two
  /// codewords that are left (the last one then is ASCII).
  bool NextTriple(std::array<int, 3>& values) {
    if (Left() < 2) return false;
    const int first = Next();
    if (first == kUnlatch) return false;
    const int packed = first * 256 + Next() - 1;
    if (packed < 0 || packed >= 64000) {
      Fail(DataError::kBadValue);
      return false;
    }
    values = {packed / 1600, packed / 40 % 40, packed % 40};
    return true;
  }

  /// 5.2.5 and 5.2.6.
  void C40(std::string_view basic, std::string_view shift3) {
    int set = 0;  // of the next value
    for (std::array<int, 3> values; NextTriple(values);) {
      for (const int value : values) {
        const auto index = static_cast<size_t>(value);
        switch (set) {
          case 0:
            if (value < 3) {
              set = value + 1;
              continue;
            }
            PutShifted(basic[index]);
            break;
          case 1:
            if (value > 31) return Fail(DataError::kBadValue);
            PutShifted(value);
            break;
          case 2:
            if (index < kShift2.size()) {
              PutShifted(kShift2[index]);
            } else if (value == kShift2Fnc1 && !upper_shift_) {
              Put(kGroupSeparator);
            } else if (value == kShift2UpperShift && !upper_shift_) {
              upper_shift_ = true;
            } else {
              return Fail(DataError::kBadValue);
            }
            break;
          default:
            if (index >= shift3.size()) return Fail(DataError::kBadValue);
            PutShifted(shift3[index]);
        }
        set = 0;
      }
    }
    // A shift that is left over fills the last pair. Upper Shift would have needed a second one.
    if (upper_shift_) Fail(DataError::kDanglingShift);
  }

  /// 5.2.7.
  void X12() {
    for (std::array<int, 3> values; NextTriple(values);) {
      for (const int value : values) Put(kX12[static_cast<size_t>(value)]);
    }
  }

  /// 5.2.8: four values in three codewords; the last one or two codewords of a symbol are ASCII.
  void Edifact() {
    constexpr int kUnlatchValue = 0x1F;
    while (Left() > 2) {
      const size_t begin = at_;
      const int packed = codewords_[at_] << 16 | codewords_[at_ + 1] << 8 | codewords_[at_ + 2];
      for (int i = 0; i < 4; ++i) {
        const int value = packed >> (18 - 6 * i) & 0x3F;
        if (value == kUnlatchValue) {
          at_ = begin + (static_cast<size_t>(i) * 6 + 6 + 7) / 8;  // the rest of its codeword
          return;
        }
        Put(value & 0x20 ? value : value | 0x40);
      }
      at_ = begin + 3;
    }
  }

  /// A codeword of a Base 256 segment, annex B.2.
  int NextBase256() {
    const int random = static_cast<int>(149 * (at_ + 1) % 255) + 1;
    return (Next() - random) & 0xFF;
  }

  /// 5.2.9.
  void Base256() {
    if (Left() == 0) return Fail(DataError::kTruncated);
    size_t length = static_cast<size_t>(NextBase256());
    if (length == 0) {
      length = Left();
    } else if (length > 249) {
      if (Left() == 0) return Fail(DataError::kTruncated);
      const int low = NextBase256();
      if (low > 249) return Fail(DataError::kBadLength);
      length = 250 * (length - 249) + static_cast<size_t>(low);
    }
    if (length > Left()) return Fail(DataError::kTruncated);
    for (; length > 0; --length) Put(NextBase256());
  }

  /// 5.4.1, table 6.
  void Eci() {
    std::array<int, 3> c{};
    if (Left() == 0) return Fail(DataError::kTruncated);
    c[0] = Next();
    const size_t more = c[0] < 128 ? 0 : c[0] < 192 ? 1 : 2;
    if (c[0] == 0 || c[0] > 207) return Fail(DataError::kBadEci);
    if (Left() < more) return Fail(DataError::kTruncated);
    for (size_t i = 1; i <= more; ++i) {
      c[i] = Next();
      if (c[i] < 1 || c[i] > 254) return Fail(DataError::kBadEci);
    }
    if (out_.eci_count == Message::kMaxEcis) return Fail(DataError::kBadEci);
    const int eci = more == 0   ? c[0] - 1
                    : more == 1 ? (c[0] - 128) * 254 + 127 + c[1] - 1
                                : (c[0] - 192) * 64516 + 16383 + (c[1] - 1) * 254 + c[2] - 1;
    if (eci > 999999) return Fail(DataError::kBadEci);
    out_.eci_switches[out_.eci_count++] = {static_cast<uint16_t>(out_.size), eci};
  }

  /// 5.6: which of how many, and two codewords that name the file.
  void StructuredAppend(size_t place) {
    if (place != 0) return Fail(DataError::kMisplaced);
    if (Left() < 3) return Fail(DataError::kTruncated);
    const int sequence = Next();
    out_.append_index = (sequence >> 4) + 1;
    out_.append_count = 17 - (sequence & 0xF);
    out_.append_file = {Next(), Next()};
    if (out_.append_count > 16 || out_.append_index > out_.append_count) {
      Fail(DataError::kBadStructuredAppend);
    }
  }

  /// ISO/IEC 15424 and ISO/IEC 21471: 1 plus 1 or 2 for FNC1, 3 for ECI, 6 for the extension.
  void SetIdentifier() {
    const int modifier =
        1 + static_cast<int>(out_.fnc1) + (out_.eci_count != 0 ? 3 : 0) + (extension_ ? 6 : 0);
    out_.identifier = {']', 'd', "0123456789ABC"[modifier], '\0'};
  }

  const std::span<const uint8_t> codewords_;
  const bool extension_;
  Message& out_;
  size_t at_ = 0;
  bool upper_shift_ = false;
};

}  // namespace

std::string_view Name(DataError error) {
  switch (error) {
    case DataError::kNone:
      return "none";
    case DataError::kEmpty:
      return "nothing encoded";
    case DataError::kBadCodeword:
      return "codeword without meaning";
    case DataError::kBadValue:
      return "value without meaning";
    case DataError::kDanglingShift:
      return "Upper Shift without a character";
    case DataError::kMisplaced:
      return "structured append or macro out of place";
    case DataError::kReaderProgramming:
      return "reader programming";
    case DataError::kTruncated:
      return "segment longer than the symbol";
    case DataError::kBadLength:
      return "length of a Base 256 segment";
    case DataError::kBadEci:
      return "malformed ECI";
    case DataError::kBadStructuredAppend:
      return "malformed structured append";
  }
  return "unknown";
}

bool DecodeData(std::span<const uint8_t> codewords, bool extension, Message& message) {
  return DataDecoder(codewords, extension, message).Run();
}

}  // namespace veriline::symbology::datamatrix
