// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/data_decode.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace veriline::symbology::pdf417 {
namespace {

constexpr int kBase = 900;  ///< codewords below it carry data
constexpr int kTextLatch = 900, kByteLatch = 901, kNumericLatch = 902, kByteShift = 913;
constexpr int kMacro05 = 916, kMacro06 = 917, kOtherLinkage = 918, kLinkage = 920;
constexpr int kReaderInitialisation = 921;
constexpr int kMacroEnd = 922, kMacroField = 923, kByteLatchSix = 924;
constexpr int kUserEci = 925, kGeneralEci = 926, kCharacterEci = 927, kMacroBegin = 928;

class DataDecoder {
 public:
  DataDecoder(bool micro, Decoded* out)
      : data_(out->data()),
        out_(out),
        micro_(micro),
        compaction_(micro ? Compaction::kByte : Compaction::kText) {}

  bool Run() {
    if (data_.empty()) return false;
    if (data_[0] == kLinkage) {
      out_->component = true;
      return true;
    }
    while (at_ < data_.size()) {
      const bool well = data_[at_] < kBase ? TakeSegment() : TakeFunction();
      if (!well) return false;
      if (ended_) break;
    }
    return macro_ == 0 || Put("\x1e\x04");
  }

 private:
  enum class Compaction { kText, kByte, kByteSix, kNumeric };
  enum class Set { kAlpha, kLower, kMixed, kPunctuation };

  bool Put(char c) {
    if (out_->size == out_->bytes.size()) return false;
    out_->bytes[out_->size++] = c;
    return true;
  }
  bool Put(std::string_view text) {
    return std::ranges::all_of(text, [this](char c) { return Put(c); });
  }
  bool PutByte(int16_t byte) { return byte <= 0xFF && Put(static_cast<char>(byte)); }

  /// Codewords of data up to the next function.
  std::span<const int16_t> NextSegment() const {
    const auto rest = data_.subspan(at_);
    const auto end = std::ranges::find_if(rest, [](int16_t c) { return c >= kBase; });
    return rest.first(static_cast<size_t>(end - rest.begin()));
  }

  bool TakeSegment() {
    const auto segment = NextSegment();
    at_ += segment.size();
    switch (compaction_) {
      case Compaction::kText:
        return std::ranges::all_of(segment, [this](int16_t codeword) {
          return TakeText(codeword / 30) && TakeText(codeword % 30);
        });
      case Compaction::kNumeric:
        return TakeNumbers(segment);
      case Compaction::kByte:
      case Compaction::kByteSix:
        return TakeBytes(segment);
    }
    return false;
  }

  bool TakeFunction() {
    const int function = data_[at_++];
    shifted_ = false;  // a shift that nothing follows fills the codeword before
    switch (function) {
      case kTextLatch:
        compaction_ = Compaction::kText;
        set_ = Set::kAlpha;
        return true;
      case kByteLatch:
        compaction_ = Compaction::kByte;
        return true;
      case kByteLatchSix:
        compaction_ = Compaction::kByteSix;
        return true;
      case kNumericLatch:
        compaction_ = Compaction::kNumeric;
        return true;
      case kByteShift:
        if (compaction_ != Compaction::kText || at_ == data_.size()) return false;
        return PutByte(data_[at_++]);
      case kUserEci:
      case kGeneralEci:
      case kCharacterEci:
        return TakeEci(function);
      case kMacroBegin:
        ended_ = true;
        return TakeMacroBlock();
      case kMacro05:
      case kMacro06:
        if (at_ != 1) return false;
        macro_ = function;
        return Put(function == kMacro05 ? "[)>\x1e"
                                          "05\x1d"
                                        : "[)>\x1e"
                                          "06\x1d");
      case kOtherLinkage:
        return true;
      case kReaderInitialisation:
        return at_ == 1;
      default:
        return micro_ && at_ == 1 && EmulateCode128(function);
    }
  }

  /// The first codeword says what Code 128 would have in front, and the compaction that follows:
  /// text or digits.
  bool EmulateCode128(int function) {
    switch (function) {
      case 903:
      case 904:
        out_->emulated = Code128Emulation::kGs1;
        break;
      case 908:
      case 909:
        out_->emulated = Code128Emulation::kFnc1Second;
        break;
      case 910:
      case 911:
        out_->emulated = Code128Emulation::kPlain;
        break;
      default:
        return false;
    }
    const bool text = function == 903 || function == 908 || function == 910;
    compaction_ = text ? Compaction::kText : Compaction::kNumeric;
    return true;
  }

  bool TakeText(int value) {
    constexpr std::string_view kMixed = "0123456789&\r\t,:#-.$/+%*=^";
    constexpr std::string_view kPunctuation = ";<>@[\\]_`~!\r\t,:\n-.$/\"|*()?{}'";
    const Set set = shifted_ ? shift_ : set_;
    shifted_ = false;
    const auto latch = [this](Set to) {
      set_ = to;
      return true;
    };
    const auto shift = [this](Set to) {
      shifted_ = true;
      shift_ = to;
      return true;
    };
    if (set == Set::kPunctuation) {
      if (value == 29) return latch(Set::kAlpha);
      return Put(kPunctuation[static_cast<size_t>(value)]);
    }
    if (value == 26) return Put(' ');
    if (value == 29) return shift(Set::kPunctuation);
    if (set == Set::kMixed) {
      if (value < 25) return Put(kMixed[static_cast<size_t>(value)]);
      return latch(value == 25 ? Set::kPunctuation : value == 27 ? Set::kLower : Set::kAlpha);
    }
    if (value < 26) return Put(static_cast<char>((set == Set::kAlpha ? 'A' : 'a') + value));
    if (value == 28) return latch(Set::kMixed);
    return set == Set::kAlpha ? latch(Set::kLower) : shift(Set::kAlpha);  // value 27
  }

  /// Five codewords tell six bytes. Behind 901 the last ones, of which there are one to five, tell
  /// a byte each.
  bool TakeBytes(std::span<const int16_t> segment) {
    constexpr size_t kGroup = 5;
    const bool six = compaction_ == Compaction::kByteSix;
    while (six ? segment.size() >= kGroup : segment.size() > kGroup) {
      uint64_t number = 0;
      for (const int16_t codeword : segment.first(kGroup)) {
        number = number * kBase + static_cast<uint64_t>(codeword);
      }
      if (number >> 48 != 0) return false;
      for (int shift = 40; shift >= 0; shift -= 8) {
        if (!Put(static_cast<char>(number >> shift & 0xFF))) return false;
      }
      segment = segment.subspan(kGroup);
    }
    return std::ranges::all_of(segment, [this](int16_t byte) { return PutByte(byte); });
  }

  /// Up to fifteen codewords tell a number, digits behind a leading 1.
  bool TakeNumbers(std::span<const int16_t> segment) {
    constexpr size_t kGroup = 15;
    for (size_t at = 0; at < segment.size(); at += kGroup) {
      std::array<char, 48> digits{};  // the last one first
      size_t size = 0;
      for (const int16_t codeword : segment.subspan(at, std::min(kGroup, segment.size() - at))) {
        int carry = codeword;
        for (size_t i = 0; i < size || carry > 0; ++i) {
          carry += digits[i] * kBase;
          digits[i] = static_cast<char>(carry % 10);
          carry /= 10;
          size = std::max(size, i + 1);
        }
      }
      if (size == 0 || digits[size - 1] != 1) return false;
      for (size_t i = size - 1; i-- > 0;) {
        if (!Put(static_cast<char>('0' + digits[i]))) return false;
      }
    }
    return true;
  }

  bool TakeEci(int function) {
    const size_t needs = function == kGeneralEci ? 2 : 1;
    if (at_ + needs > data_.size() || out_->eci_count == Decoded::kMaxEcis) return false;
    const int first = data_[at_];
    if (std::ranges::any_of(data_.subspan(at_, needs), [](int16_t c) { return c >= kBase; })) {
      return false;
    }
    const int eci = function == kCharacterEci ? first
                    : function == kGeneralEci ? kBase * (first + 1) + data_[at_ + 1]
                                              : kBase * (kBase + 1) + first;
    at_ += needs;
    out_->eci_switches[out_->eci_count++] = {static_cast<uint16_t>(out_->size), eci};
    return true;
  }

  /// Place in a series, then a name of the file and fields, which are passed over.
  bool TakeMacroBlock() {
    if (at_ + 2 > data_.size() || data_[at_] >= kBase || data_[at_ + 1] >= kBase) return false;
    const int number = data_[at_] * kBase + data_[at_ + 1];  // five digits behind a leading 1
    if (number < 100000 || number > 199999) return false;
    out_->append_index = number - 100000 + 1;
    out_->append_last = std::ranges::find(data_.subspan(at_ + 2), kMacroEnd) != data_.end();
    return true;
  }

  std::span<const int16_t> data_;
  Decoded* out_;
  size_t at_ = 0;
  const bool micro_;
  Compaction compaction_;
  Set set_ = Set::kAlpha;
  bool shifted_ = false;  ///< shift_ holds for the next value
  Set shift_ = Set::kAlpha;
  int macro_ = 0;
  bool ended_ = false;
};

}  // namespace

bool DecodeData(bool micro, Decoded* out) {
  out->Clear();
  return DataDecoder(micro, out).Run();
}

}  // namespace veriline::symbology::pdf417
