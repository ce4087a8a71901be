// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/batch/issue/ff1.h"
#include "vision/core/result.h"

namespace veriline::batch {

enum class SerialKind : uint8_t { kSequential = 1, kRandom = 2, kEncrypted = 3 };
std::string_view Name(SerialKind kind);  ///< "sequential", "random", "encrypted"
std::optional<SerialKind> SerialKindFromName(std::string_view name);

/// The characters of a named alphabet (digits, upper, hex, base32, alnum), or `text` itself where
/// it is none of these names: two or more characters of GS1's 82, each once.
/// Errors: anything else. base32 has 30, none that people confuse (no 0 1 I L O U).
Checked<std::string> AlphabetOf(const std::string& text);

/// A secret of 32 bytes from which the keys of a run are derived.
class SerialKey {
 public:
  SerialKey() = default;
  ~SerialKey();
  SerialKey(const SerialKey&) = default;
  SerialKey& operator=(const SerialKey&) = default;

  /// The file has 64 hexadecimal digits and may be read by its owner alone.
  /// Errors: no such file, another content, others may read it. Nothing of it stands in a message.
  static Checked<SerialKey> FromFile(const std::string& path);
  /// Writes a new key of the kernel's random numbers to a file that must not be there; mode 0600.
  static Checked<void> WriteNew(const std::string& path);
  static SerialKey OfBytes(std::string_view bytes32);

  /// A key for one purpose: HMAC-SHA-256 of its name.
  std::string Derive(std::string_view purpose) const;
  /// Eight hexadecimal digits that tell one key from another and nothing else.
  std::string Id() const;

 private:
  std::string secret_;
};

/// What serial numbers look like and how they come about.
struct SerialPlan {
  SerialKind kind = SerialKind::kRandom;
  std::string alphabet = "0123456789";
  std::string prefix;
  int length = 0;        ///< of all of it: prefix, number, check part
  int check_length = 0;  ///< characters of the keyed check part at the end
  std::string gtin14;    ///< numbers of different products have nothing to do with each other
  /// Of sequential numbers one start for each lane or print head, to which codes are dealt in turn;
  /// of encrypted ones the one counter that is encrypted. The step may be negative.
  std::vector<int64_t> starts = {1};
  int64_t step = 1;

  /// Positions of the number itself.
  int digits() const { return length - static_cast<int>(prefix.size()) - check_length; }
};

/// Makes serial numbers after a plan.
/// Thread: one at a time. Cost: with its row in a list 0.3 us sequential, 0.8 random,
/// 0.9 encrypted; a check part is a hash more.
class SerialMaker {
 public:
  static constexpr int kMostLength = 20;  ///< of AI 21
  /// A guess hits one of the issued numbers no more often than once in so many times.
  static constexpr double kGuesses = 10'000;

  /// `known`: how many of the product were issued before. `key` may be null unless the plan needs
  /// one. Errors: lengths that do not fit, numbers that run out (with the least length that does
  /// it), guesses that hit too often.
  static Checked<SerialMaker> Make(const SerialPlan& plan, uint64_t count, uint64_t known,
                                   double guesses, const SerialKey* key);
  SerialMaker(SerialMaker&&) noexcept;
  ~SerialMaker();

  /// Calls `take` with each of the next `count` numbers; the view holds for the call. Random ones
  /// never repeat within one maker.
  void Next(uint64_t count, const std::function<void(std::string_view)>& take);
  /// Behind the last number: where the next run starts.
  std::vector<int64_t> NextStarts() const;

 private:
  struct Impl;
  explicit SerialMaker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether a serial number bears the check part of its plan and key: what a line or a phone can ask
/// with no list. Of an encrypted one, with `next_start`, also whether its counter was used.
bool CouldBeIssued(const SerialPlan& plan, const SerialKey& key, std::string_view serial,
                   std::optional<int64_t> next_start = std::nullopt);

}  // namespace veriline::batch
