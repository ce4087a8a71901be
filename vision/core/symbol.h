// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "vision/core/geometry.h"

namespace veriline {

/// The symbologies Veriline knows by name. Numbers are stable (stored and streamed).
enum class Symbology : uint8_t {
  kUnknown = 0,
  kDataMatrix = 1,
  kQr = 2,
  kMicroQr = 3,
  kRmqr = 4,
  kAztec = 5,
  kMaxiCode = 6,
  kPdf417 = 7,
  kMicroPdf417 = 8,
  kCode128 = 9,
  kCode39 = 10,
  kCode93 = 11,
  kCodabar = 12,
  kItf = 13,
  kEan13 = 14,
  kEan8 = 15,
  kUpcA = 16,
  kUpcE = 17,
  kDataBarOmni = 18,
  kDataBarStacked = 19,
  kDataBarLimited = 20,
  kDataBarExpanded = 21,
  kDataBarExpandedStacked = 22,
  kComposite = 23,
  kTelepen = 24,
  kDxFilmEdge = 25,
};
inline constexpr int kSymbologyCount = 26;

/// The name of the command line and of recipes: "datamatrix", "databar-expanded", ...
std::string_view Name(Symbology symbology);
/// The symbology of that name; nothing when there is none.
std::optional<Symbology> SymbologyFromName(std::string_view name);

/// A set of symbologies.
class SymbologySet {
 public:
  constexpr SymbologySet() = default;
  static constexpr SymbologySet All() {
    SymbologySet s;
    s.bits_ = (uint64_t{1} << kSymbologyCount) - 2;
    return s;
  }
  constexpr SymbologySet& Add(Symbology s) {
    bits_ |= uint64_t{1} << static_cast<int>(s);
    return *this;
  }
  constexpr bool Has(Symbology s) const { return (bits_ >> static_cast<int>(s)) & 1; }
  constexpr bool Empty() const { return bits_ == 0; }
  friend constexpr bool operator==(const SymbologySet&, const SymbologySet&) = default;

 private:
  uint64_t bits_ = 0;
};

/// With the symbologies of linear components, where composites are among those asked for.
SymbologySet WithLinearComponents(SymbologySet asked);

/// Bytes of a symbol's payload; up to 128 lie inline, longer ones on the heap. Copyable.
class PayloadBytes {
 public:
  static constexpr size_t kInlineBytes = 128;

  PayloadBytes() = default;
  explicit PayloadBytes(std::string_view bytes) { Assign(bytes); }
  PayloadBytes(const PayloadBytes& other) { Assign(other.view()); }
  PayloadBytes& operator=(const PayloadBytes& other) {
    if (this != &other) Assign(other.view());
    return *this;
  }
  PayloadBytes(PayloadBytes&&) noexcept = default;
  PayloadBytes& operator=(PayloadBytes&&) noexcept = default;

  void Assign(std::string_view bytes) {
    size_ = bytes.size();
    if (size_ > kInlineBytes) {
      heap_ = std::make_unique<char[]>(size_);
      std::memcpy(heap_.get(), bytes.data(), size_);
    } else {
      heap_.reset();
      if (size_ != 0) std::memcpy(inline_.data(), bytes.data(), size_);
    }
  }
  std::string_view view() const { return {heap_ ? heap_.get() : inline_.data(), size_}; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  friend bool operator==(const PayloadBytes& a, const PayloadBytes& b) {
    return a.view() == b.view();
  }

 private:
  size_t size_ = 0;
  std::array<char, kInlineBytes> inline_{};
  std::unique_ptr<char[]> heap_;
};

enum class Decoder : uint8_t { kNone = 0, kOwn = 1, kZxing = 2, kDmtx = 3 };
std::string_view Name(Decoder decoder);  ///< "own", "zxing", "dmtx"

/// One code that was read.
struct Symbol {
  Symbology symbology = Symbology::kUnknown;
  /// ISO/IEC 15424 symbology identifier, e.g. "]d2"; NUL-terminated.
  std::array<char, 4> identifier{};
  /// What the symbol carries: ECI removed, FNC1 between fields as 0x1D, a leading FNC1 left out
  /// (the identifier tells of it).
  PayloadBytes payload;
  /// The payload as UTF-8 by the text rule of the command line (see design, contract of `read`).
  PayloadBytes text;
  Quad quad;
  Decoder decoder = Decoder::kNone;
  bool mirrored = false;
  bool inverted = false;
  int16_t rows = 0;  ///< modules, without quiet zone; 0 = not known
  int16_t cols = 0;
  int16_t errors_corrected = -1;  ///< codewords; -1 = not told by the decoder
  int16_t error_capacity = -1;
  PayloadBytes addon;  ///< EAN/UPC add-on digits, also at the end of the payload
  float x_px = 0;      ///< X dimension of a linear symbol; 0 = not told
  /// Whether a two-dimensional component may stand above: DataBar and GS1-128 tell, EAN and UPC do
  /// not.
  bool may_be_linked = false;
  /// Of a composite, whose payload is the element string of both: its linear component, how many
  /// bytes of the payload are of that, and which two-dimensional component follows: 'A', 'B', 'C'.
  Symbology linear_component = Symbology::kUnknown;
  uint16_t linear_bytes = 0;
  char component = 0;

  std::string_view identifier_view() const { return {identifier.data()}; }
  void set_identifier(std::string_view id) {
    identifier = {};
    std::memcpy(identifier.data(), id.data(), id.size() < 3 ? id.size() : 3);
  }
};

}  // namespace veriline
