// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/fingerprint.h"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace veriline::store {

static_assert(FingerprintKey::kBytes == crypto_shorthash_KEYBYTES);
static_assert(sizeof(Fingerprint) == crypto_shorthash_BYTES);
static_assert(std::endian::native == std::endian::little);

FingerprintKey::FingerprintKey(std::string_view secret) {
  std::copy_n(secret.data(), kBytes, secret_.data());
}

FingerprintKey FingerprintKey::Random() {
  FingerprintKey key;
  randombytes_buf(key.secret_.data(), kBytes);
  return key;
}

Fingerprint FingerprintKey::Of(std::string_view key_bytes) const {
  Fingerprint out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&out),
                   reinterpret_cast<const unsigned char*>(key_bytes.data()), key_bytes.size(),
                   reinterpret_cast<const unsigned char*>(secret_.data()));
  return out;
}

}  // namespace veriline::store
