// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/issue/ff1.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace veriline::batch {
namespace {

constexpr int kBlockBytes = 16;
constexpr int kRounds = 10;
constexpr double kMostBits = 120;
using Block = std::array<uint8_t, kBlockBytes>;

Numeral Power(int radix, int exponent) {
  Numeral out = 1;
  for (int i = 0; i < exponent; ++i) out *= static_cast<unsigned>(radix);
  return out;
}

/// The least number of bytes that holds every number below `limit`.
int BytesFor(Numeral limit) {
  int bytes = 0;
  for (Numeral most = limit - 1; most > 0; most >>= 8) ++bytes;
  return std::max(bytes, 1);
}

}  // namespace

struct Ff1::Impl {
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };

  Block Aes(const Block& in) {
    Block out{};
    int size = 0;
    EVP_EncryptUpdate(aes.get(), out.data(), &size, in.data(), kBlockBytes);
    return out;
  }

  /// y of a round: the first bytes of PRF(P || Q), Q ending in the round's number and `half`.
  Numeral Round(int round, Numeral half) {
    Block block{};
    Numeral rest = half;
    for (int i = 0; i < half_bytes; ++i, rest >>= 8) {
      block[static_cast<size_t>(kBlockBytes - 1 - i)] = static_cast<uint8_t>(rest);
    }
    block[static_cast<size_t>(kBlockBytes - 1 - half_bytes)] = static_cast<uint8_t>(round);
    for (size_t i = 0; i < block.size(); ++i) block[i] ^= chained[i] ^ last_tweak[i];
    const Block mac = Aes(block);
    Numeral y = 0;
    for (int i = 0; i < y_bytes; ++i) y = y << 8 | mac[static_cast<size_t>(i)];
    return y;
  }

  std::unique_ptr<EVP_CIPHER_CTX, Free> aes;
  int half_bytes = 0;  ///< b
  int y_bytes = 0;     ///< d, at most 16: one block of the PRF is enough
  Numeral below_u = 1, below_v = 1;
  Block chained{};     ///< the CBC-MAC over P and all blocks of Q but the last
  Block last_tweak{};  ///< what of the tweak stands in the last block
};

Ff1::Ff1(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ff1::Ff1(Ff1&&) noexcept = default;
Ff1& Ff1::operator=(Ff1&&) noexcept = default;
Ff1::~Ff1() = default;

Checked<Ff1> Ff1::Make(std::string_view key, int radix, int length, std::string_view tweak) {
  const auto refuse = [](std::string message, std::string advice) {
    return Fail(Diagnostic{.message = std::move(message), .advice = std::move(advice)});
  };
  const EVP_CIPHER* cipher = key.size() == 16   ? EVP_aes_128_ecb()
                             : key.size() == 24 ? EVP_aes_192_ecb()
                             : key.size() == 32 ? EVP_aes_256_ecb()
                                                : nullptr;
  if (cipher == nullptr) {
    return refuse("a key of " + std::to_string(key.size()) + " bytes", "AES takes 16, 24 or 32");
  }
  if (radix < 2 || radix > 65536)
    return refuse("a radix that FF1 does not know", "take 2 to 65536");
  const double bits = length * std::log2(radix);
  if (length < 2 || bits < std::log2(kLeastDomain)) {
    return refuse("encrypted serial numbers from fewer than a million possible ones",
                  "a list of so few is guessed: make them longer");
  }
  if (bits > kMostBits) {
    return refuse("encrypted serial numbers of more than 120 bits", "make them shorter");
  }
  auto impl = std::make_unique<Impl>();
  impl->aes.reset(EVP_CIPHER_CTX_new());
  if (EVP_EncryptInit_ex(impl->aes.get(), cipher, nullptr,
                         reinterpret_cast<const uint8_t*>(key.data()), nullptr) != 1) {
    return refuse("the cipher cannot be set up", "");
  }
  EVP_CIPHER_CTX_set_padding(impl->aes.get(), 0);
  const int u = length / 2, v = length - u;
  impl->below_u = Power(radix, u);
  impl->below_v = Power(radix, v);
  impl->half_bytes = BytesFor(impl->below_v);
  impl->y_bytes = 4 * ((impl->half_bytes + 3) / 4) + 4;
  const auto t = static_cast<uint32_t>(tweak.size()), n = static_cast<uint32_t>(length);
  const auto byte = [](uint32_t number, int at) {
    return static_cast<uint8_t>(number >> (8 * at));
  };
  const auto r = static_cast<uint32_t>(radix);
  const Block p = {1,          2,          1,          byte(r, 2),
                   byte(r, 1), byte(r, 0), kRounds,    byte(static_cast<uint32_t>(u), 0),
                   byte(n, 3), byte(n, 2), byte(n, 1), byte(n, 0),
                   byte(t, 3), byte(t, 2), byte(t, 1), byte(t, 0)};
  impl->chained = impl->Aes(p);
  // Q = T || zeros || round || half; all of it but the last block never changes.
  std::string q(tweak);
  const size_t tail = static_cast<size_t>(impl->half_bytes) + 1;
  while ((q.size() + tail) % kBlockBytes != 0) q += '\0';
  q.resize(q.size() + tail, '\0');
  for (size_t at = 0; at < q.size(); at += kBlockBytes) {
    Block block{};
    for (size_t i = 0; i < block.size(); ++i) block[i] = static_cast<uint8_t>(q[at + i]);
    if (at + kBlockBytes == q.size()) {
      impl->last_tweak = block;
      break;
    }
    for (size_t i = 0; i < block.size(); ++i) block[i] ^= impl->chained[i];
    impl->chained = impl->Aes(block);
  }
  return Ff1(std::move(impl));
}

Numeral Ff1::Encrypt(Numeral plain) {
  Impl& f = *impl_;
  Numeral a = plain / f.below_v, b = plain % f.below_v;
  for (int round = 0; round < kRounds; ++round) {
    const Numeral below = round % 2 == 0 ? f.below_u : f.below_v;
    // y may be as long as a Numeral: what is added must not run over.
    const Numeral c = (a + f.Round(round, b) % below) % below;
    a = std::exchange(b, c);
  }
  return a * f.below_v + b;
}

Numeral Ff1::Decrypt(Numeral cipher) {
  Impl& f = *impl_;
  Numeral a = cipher / f.below_v, b = cipher % f.below_v;
  for (int round = kRounds - 1; round >= 0; --round) {
    const Numeral below = round % 2 == 0 ? f.below_u : f.below_v;
    const Numeral c = (b + below - f.Round(round, a) % below) % below;
    b = std::exchange(a, c);
  }
  return a * f.below_v + b;
}

}  // namespace veriline::batch
