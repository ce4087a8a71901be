// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/issue/serials.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

#include "vision/gs1/ai_table.h"

namespace veriline::batch {
namespace {

constexpr std::array<std::string_view, 4> kKindNames = {"?", "sequential", "random", "encrypted"};
constexpr size_t kSecretBytes = 32;
/// Numbers are told apart in memory up to so many possible ones; beyond, random ones that agree in
/// their last 64 bits count as the same.
constexpr double kMostBits = 120;

struct NamedAlphabet {
  std::string_view name, characters;
};
constexpr NamedAlphabet kAlphabets[] = {
    {"digits", "0123456789"},
    {"hex", "0123456789ABCDEF"},
    {"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"base32", "23456789ABCDEFGHJKMNPQRSTVWXYZ"},
    {"alnum", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
};

tl::unexpected<Diagnostic> Refuse(std::string message, std::string advice) {
  return Fail(Diagnostic{.message = std::move(message), .advice = std::move(advice)});
}

Numeral Power(size_t radix, int exponent) {
  Numeral out = 1;
  for (int i = 0; i < exponent; ++i) out *= radix;
  return out;
}

/// The number in the alphabet, from the last place on.
void WriteNumeral(Numeral number, std::string_view alphabet, char* out, int places) {
  const auto radix = static_cast<uint64_t>(alphabet.size());
  // Pieces that fit into 64 bits: dividing those is fast.
  uint64_t piece_below = radix;
  int piece_places = 1;
  while (piece_below <= UINT64_MAX / radix / 2) piece_below *= radix, ++piece_places;
  while (places > 0) {
    auto piece = static_cast<uint64_t>(number % piece_below);
    number /= piece_below;
    for (int i = 0; i < piece_places && places > 0; ++i, piece /= radix) {
      out[--places] = alphabet[piece % radix];
    }
  }
}

std::optional<Numeral> ReadNumeral(std::string_view text, std::string_view alphabet) {
  Numeral out = 0;
  for (const char c : text) {
    const size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    out = out * alphabet.size() + digit;
  }
  return out;
}

/// The kernel's random numbers, taken in pieces.
class RandomNumerals {
 public:
  explicit RandomNumerals(Numeral below) : below_(below) {
    for (Numeral most = below - 1; most > 0; most >>= 1) mask_ = mask_ << 1 | 1;
  }
  Numeral Next() {
    while (true) {
      if (at_ == buffer_.size()) {
        randombytes_buf(buffer_.data(), sizeof(buffer_));
        at_ = 0;
      }
      const Numeral drawn = buffer_[at_++] & mask_;
      if (drawn < below_) return drawn;
    }
  }

 private:
  Numeral below_, mask_ = 0;
  std::array<Numeral, 4096> buffer_{};
  size_t at_ = buffer_.size();
};

/// Remembers 64-bit numbers.
class NumberSet {
 public:
  /// False when it was there.
  bool Insert(uint64_t number) {
    if (10 * (size_ + 1) > 7 * slots_.size()) Grow();
    ++number;  // 0 is an empty slot; of 2^64 - 1 the set knows nothing
    if (number == 0) return true;
    size_t slot = SlotOf(number);
    while (slots_[slot] != 0) {
      if (slots_[slot] == number) return false;
      slot = (slot + 1) & (slots_.size() - 1);
    }
    slots_[slot] = number;
    ++size_;
    return true;
  }

 private:
  size_t SlotOf(uint64_t number) const {
    return (number * 0x9E3779B97F4A7C15) >> 20 & (slots_.size() - 1);
  }
  void Grow() {
    std::vector<uint64_t> old(std::max<size_t>(1024, 2 * slots_.size()));
    old.swap(slots_);
    for (const uint64_t number : old) {
      if (number == 0) continue;
      size_t slot = SlotOf(number);
      while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = number;
    }
  }

  std::vector<uint64_t> slots_;
  size_t size_ = 0;
};

/// Writes the check part of what stands before it.
void WriteCheck(const std::string& check_key, std::string_view gtin14, std::string_view before,
                std::string_view alphabet, char* out, int places) {
  crypto_auth_hmacsha256_state state;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  const auto update = [&](std::string_view bytes) {
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size());
  };
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(check_key.data()),
                              check_key.size());
  update(gtin14);
  update(std::string_view("\0", 1));
  update(before);
  crypto_auth_hmacsha256_final(&state, mac.data());
  Numeral number = 0;
  for (int i = 0; i < 16; ++i) number = number << 8 | mac[static_cast<size_t>(i)];
  WriteNumeral(number, alphabet, out, places);
}

std::string CheckKeyOf(const SerialKey& key) { return key.Derive("veriline serial check part"); }

Checked<Ff1> CipherOf(const SerialPlan& plan, const SerialKey& key) {
  return Ff1::Make(key.Derive("veriline serial FF1"), static_cast<int>(plan.alphabet.size()),
                   plan.digits(), plan.gtin14);
}

}  // namespace

std::string_view Name(SerialKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

std::optional<SerialKind> SerialKindFromName(std::string_view name) {
  for (size_t i = 1; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == name) return static_cast<SerialKind>(i);
  }
  return std::nullopt;
}

Checked<std::string> AlphabetOf(const std::string& text) {
  for (const NamedAlphabet& named : kAlphabets) {
    if (named.name == text) return std::string(named.characters);
  }
  std::string sorted = text;
  std::ranges::sort(sorted);
  const bool once = std::ranges::adjacent_find(sorted) == sorted.end();
  const bool known =
      std::ranges::all_of(text, [](char c) { return gs1::InCharset(c, gs1::Charset::kSet82); });
  if (text.size() < 2 || !once || !known) {
    return Refuse("\"" + text + "\" is not an alphabet",
                  "give digits, hex, upper, base32 or alnum, or two or more characters that GS1 "
                  "allows, each once");
  }
  return text;
}

SerialKey::~SerialKey() { sodium_memzero(secret_.data(), secret_.size()); }

SerialKey SerialKey::OfBytes(std::string_view bytes32) {
  SerialKey key;
  key.secret_.assign(bytes32);
  key.secret_.resize(kSecretBytes, '\0');
  return key;
}

Checked<SerialKey> SerialKey::FromFile(const std::string& path) {
  const auto refuse = [&](std::string message, std::string advice) {
    return Fail(
        Diagnostic{.message = std::move(message), .file = path, .advice = std::move(advice)});
  };
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return refuse(std::string("the key cannot be read: ") + std::strerror(errno),
                  "veriline batch key FILE makes one");
  }
  struct stat info {};
  std::array<char, 128> text{};
  const bool seen = fstat(fd, &info) == 0;
  const ssize_t size = seen && S_ISREG(info.st_mode) ? read(fd, text.data(), text.size()) : -1;
  close(fd);
  SerialKey key;
  key.secret_.resize(kSecretBytes);
  size_t used = 0;
  std::string_view digits(text.data(), size < 0 ? 0 : static_cast<size_t>(size));
  while (digits.ends_with('\n') || digits.ends_with('\r')) digits.remove_suffix(1);
  const bool good =
      size > 0 && digits.size() == 2 * kSecretBytes &&
      sodium_hex2bin(reinterpret_cast<unsigned char*>(key.secret_.data()), kSecretBytes,
                     digits.data(), digits.size(), nullptr, &used, nullptr) == 0 &&
      used == kSecretBytes;
  sodium_memzero(text.data(), text.size());
  if (seen && (info.st_mode & 0077) != 0) {
    return refuse("others may read or change the key", "chmod 600 it, and think who has read it");
  }
  if (seen && info.st_uid != geteuid() && geteuid() != 0) {
    return refuse("the key belongs to another user", "take a copy of your own, mode 0600");
  }
  if (!good) {
    return refuse("not a key",
                  "a key file has 64 hexadecimal digits; veriline batch key makes one");
  }
  return key;
}

Checked<void> SerialKey::WriteNew(const std::string& path) {
  std::array<unsigned char, kSecretBytes> secret{};
  std::array<char, 2 * kSecretBytes + 1> digits{};
  randombytes_buf(secret.data(), secret.size());
  sodium_bin2hex(digits.data(), digits.size(), secret.data(), secret.size());
  digits.back() = '\n';
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && write(fd, digits.data(), digits.size()) == static_cast<ssize_t>(digits.size()) &&
      fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  sodium_memzero(secret.data(), secret.size());
  sodium_memzero(digits.data(), digits.size());
  if (written) return {};
  return Fail(
      Diagnostic{.code = ErrorCode::kIo,
                 .message = std::string("the key cannot be written: ") + std::strerror(error),
                 .file = path,
                 .advice = "give a new file; a key that is there is never overwritten"});
}

std::string SerialKey::Derive(std::string_view purpose) const {
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(out.data()),
                         reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size(),
                         reinterpret_cast<const unsigned char*>(secret_.data()));
  return out;
}

std::string SerialKey::Id() const {
  const std::string derived = Derive("veriline key id");
  std::array<char, 9> digits{};
  sodium_bin2hex(digits.data(), digits.size(),
                 reinterpret_cast<const unsigned char*>(derived.data()), 4);
  return digits.data();
}

struct SerialMaker::Impl {
  SerialPlan plan;
  uint64_t made = 0;
  std::optional<RandomNumerals> random;
  NumberSet drawn;
  std::optional<Ff1> cipher;
  std::string check_key;
  std::string text;  ///< the number being made

  Numeral NextNumeral() {
    const uint64_t k = made++;
    switch (plan.kind) {
      case SerialKind::kRandom:
        while (true) {
          const Numeral number = random->Next();
          if (drawn.Insert(static_cast<uint64_t>(number))) return number;
        }
      case SerialKind::kEncrypted:
        return cipher->Encrypt(
            static_cast<Numeral>(plan.starts[0] + static_cast<int64_t>(k) * plan.step));
      case SerialKind::kSequential:
        break;
    }
    const size_t lanes = plan.starts.size();
    return static_cast<Numeral>(plan.starts[k % lanes] +
                                static_cast<int64_t>(k / lanes) * plan.step);
  }
};

SerialMaker::SerialMaker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SerialMaker::SerialMaker(SerialMaker&&) noexcept = default;
SerialMaker::~SerialMaker() = default;

Checked<SerialMaker> SerialMaker::Make(const SerialPlan& plan, uint64_t count, uint64_t known,
                                       double guesses, const SerialKey* key) {
  const auto radix = static_cast<double>(plan.alphabet.size());
  const int digits = plan.digits();
  if (plan.length > kMostLength) {
    return Refuse("serial numbers of " + std::to_string(plan.length) + " characters",
                  "AI 21 has at most 20");
  }
  if (plan.check_length < 0 || digits < 1) {
    return Refuse("no place for the number: " + std::to_string(plan.length) +
                      " characters hold a prefix of " + std::to_string(plan.prefix.size()) +
                      " and a check part of " + std::to_string(plan.check_length),
                  "make the serial numbers longer");
  }
  if (!std::ranges::all_of(plan.prefix,
                           [](char c) { return gs1::InCharset(c, gs1::Charset::kSet82); })) {
    return Refuse("\"" + plan.prefix + "\" is no prefix", "take characters that GS1 allows");
  }
  if (digits * std::log2(radix) > kMostBits) {
    return Refuse("numbers of more than 120 bits", "make the serial numbers shorter");
  }
  const bool needs_key = plan.kind == SerialKind::kEncrypted || plan.check_length > 0;
  if (needs_key && key == nullptr) {
    return Refuse("no key for encrypted numbers or a check part",
                  "give --key-file FILE; veriline batch key FILE makes one");
  }
  const Numeral below = Power(plan.alphabet.size(), digits);
  const double all = std::pow(radix, digits);
  if (plan.kind != SerialKind::kSequential) {
    // What a guesser must hit is the number and the check part.
    const double issued = static_cast<double>(known) + static_cast<double>(count);
    const double guessable = all * std::pow(radix, plan.check_length);
    if (issued * guesses > guessable) {
      const int longer = static_cast<int>(
          std::ceil(std::log(issued * guesses / guessable) / std::log(radix) - 1e-9));
      return Refuse("one guess in " + std::to_string(static_cast<int64_t>(guessable / issued)) +
                        " would hit an issued number; the bound is one in " +
                        std::to_string(static_cast<int64_t>(guesses)),
                    plan.length + longer <= kMostLength
                        ? "make them longer: --length " + std::to_string(plan.length + longer)
                        : "take a larger alphabet, or issue fewer");
    }
  }
  if (plan.kind != SerialKind::kRandom) {
    const size_t lanes = plan.kind == SerialKind::kSequential ? plan.starts.size() : 1;
    if (plan.starts.empty() || plan.step == 0) {
      return Refuse("no start, or a step of 0", "give --start N and --step N");
    }
    for (size_t lane = 0; lane < lanes; ++lane) {
      const auto of_lane = static_cast<__int128>((count + lanes - 1 - lane) / lanes);
      const __int128 first = plan.starts[lane];
      const __int128 last = first + (of_lane > 0 ? of_lane - 1 : 0) * plan.step;
      if (std::min(first, last) < 0 || static_cast<Numeral>(std::max(first, last)) >= below) {
        return Refuse("the numbers run out: from " + std::to_string(plan.starts[lane]) +
                          " in steps of " + std::to_string(plan.step) + " there are not " +
                          std::to_string(static_cast<int64_t>(of_lane)) + " of " +
                          std::to_string(digits) + " places",
                      "give another --start, or make them longer");
      }
    }
  }
  auto impl = std::make_unique<Impl>();
  impl->plan = plan;
  if (plan.kind == SerialKind::kRandom) impl->random.emplace(below);
  if (plan.kind == SerialKind::kEncrypted) {
    auto cipher = CipherOf(plan, *key);
    if (!cipher) return Fail(cipher.error());
    impl->cipher.emplace(std::move(*cipher));
  }
  if (plan.check_length > 0) impl->check_key = CheckKeyOf(*key);
  impl->text = plan.prefix;
  impl->text.resize(static_cast<size_t>(plan.length), '0');
  return SerialMaker(std::move(impl));
}

void SerialMaker::Next(uint64_t count, const std::function<void(std::string_view)>& take) {
  Impl& m = *impl_;
  const SerialPlan& plan = m.plan;
  const size_t behind = m.text.size() - static_cast<size_t>(plan.check_length);
  for (uint64_t i = 0; i < count; ++i) {
    WriteNumeral(m.NextNumeral(), plan.alphabet, m.text.data() + plan.prefix.size(), plan.digits());
    if (plan.check_length > 0) {
      WriteCheck(m.check_key, plan.gtin14, std::string_view(m.text).substr(0, behind),
                 plan.alphabet, m.text.data() + behind, plan.check_length);
    }
    take(m.text);
  }
}

std::vector<int64_t> SerialMaker::NextStarts() const {
  const SerialPlan& plan = impl_->plan;
  std::vector<int64_t> starts = plan.starts;
  if (plan.kind == SerialKind::kRandom) return starts;
  const size_t lanes = plan.kind == SerialKind::kSequential ? starts.size() : 1;
  for (size_t lane = 0; lane < lanes; ++lane) {
    starts[lane] += static_cast<int64_t>((impl_->made + lanes - 1 - lane) / lanes) * plan.step;
  }
  return starts;
}

bool CouldBeIssued(const SerialPlan& plan, const SerialKey& key, std::string_view serial,
                   std::optional<int64_t> next_start) {
  if (serial.size() != static_cast<size_t>(plan.length) || !serial.starts_with(plan.prefix) ||
      plan.digits() < 1) {
    return false;
  }
  const size_t behind = serial.size() - static_cast<size_t>(plan.check_length);
  const std::string_view digits = serial.substr(plan.prefix.size(), behind - plan.prefix.size());
  const auto number = ReadNumeral(digits, plan.alphabet);
  if (!number) return false;
  if (plan.check_length > 0) {
    std::string check(static_cast<size_t>(plan.check_length), '\0');
    WriteCheck(CheckKeyOf(key), plan.gtin14, serial.substr(0, behind), plan.alphabet, check.data(),
               plan.check_length);
    if (sodium_memcmp(check.data(), serial.data() + behind, check.size()) != 0) return false;
  }
  if (plan.kind != SerialKind::kEncrypted || !next_start) return plan.check_length > 0;
  auto cipher = CipherOf(plan, key);
  if (!cipher) return false;
  const auto since = static_cast<__int128>(cipher->Decrypt(*number)) - plan.starts[0];
  return since % plan.step == 0 && since / plan.step >= 0 &&
         since / plan.step < (*next_start - plan.starts[0]) / plan.step;
}

}  // namespace veriline::batch
