// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "vision/core/frame.h"
#include "vision/core/symbol.h"
#include "vision/decode/dmtx/dmtx_reader.h"
#include "vision/decode/zxing/zxing_reader.h"

namespace veriline::decode::worker {

// The memory that a process and its decode worker share, version 1. Both run the same binary, so
// its layout is that of the compiler; both check what they find in it all the same, because a
// worker may be out of its mind.
//
// One call: the client writes `request` and `pixels`, then the next number into `request_seq` and
// wakes; the worker writes `answer`, then that number into `answer_seq` and wakes. Numbers go from
// 1 to kLastSeq and begin anew.

inline constexpr uint32_t kSlotMagic = 0x31574456;  // "VDW1"
inline constexpr uint32_t kLastSeq = 0xffff'fff0;
/// In `answer_seq`: the worker is no more (written by the client's side alone).
inline constexpr uint32_t kWorkerGone = 0xffff'ffff;
/// A crop of 8 Mpx; the regions of a line are far below. Pages that no crop touched cost nothing.
inline constexpr size_t kPixelBytes = size_t{8} << 20;
/// The longest payloads: 7089 digits of QR; as UTF-8 each of 2953 bytes may become two.
inline constexpr size_t kPayloadBytes = 8192;
inline constexpr size_t kTextBytes = 16384;
inline constexpr size_t kAddonBytes = 8;

enum class JobKind : uint32_t {
  kNothing = 0,  ///< answered at once
  kZxing = 1,
  kDmtx = 2,
};

struct Request {
  JobKind kind = JobKind::kNothing;
  int32_t width = 0;  ///< of the crop; its rows lie `width` bytes apart
  int32_t height = 0;
  // ZxingOptions
  uint32_t group = 0;
  uint64_t symbologies = 0;  ///< bit n: symbology n
  uint8_t try_harder = 0;
  uint8_t try_rotate = 0;
  uint8_t try_downscale = 0;
  uint8_t global_threshold = 0;
  uint8_t pure = 0;
  int32_t min_lines = 0;
  // DmtxOptions
  int32_t timeout_ms = 0;
  int32_t shrink = 0;
  int32_t scan_gap_px = 0;
  int32_t min_edge_px = 0;
};

enum class AnswerKind : uint32_t {
  kNoSymbol = 0,
  kSymbol = 1,
  kRefused = 2,  ///< the request made no sense, or what was read has no room
};

struct AnswerHead {
  AnswerKind kind = AnswerKind::kNoSymbol;
  uint32_t symbology = 0;
  uint32_t decoder = 0;
  std::array<char, 4> identifier{};
  std::array<float, 8> corners{};  ///< x, y of TL TR BR BL
  uint32_t mirrored = 0;
  uint32_t inverted = 0;
  int32_t rows = 0;
  int32_t cols = 0;
  int32_t errors_corrected = -1;
  int32_t error_capacity = -1;
  uint32_t payload_size = 0;
  uint32_t text_size = 0;
  uint32_t addon_size = 0;
};

struct Answer {
  AnswerHead head;
  std::array<char, kPayloadBytes> payload{};
  std::array<char, kTextBytes> text{};
  std::array<char, kAddonBytes> addon{};
};

struct Slot {
  uint32_t magic = kSlotMagic;
  alignas(64) std::atomic<uint32_t> request_seq{0};
  alignas(64) std::atomic<uint32_t> answer_seq{0};
  alignas(64) Request request;
  Answer answer;
  alignas(4096) std::array<uint8_t, kPixelBytes> pixels;
};
static_assert(std::atomic<uint32_t>::is_always_lock_free);

/// The request of a call on a crop of that size.
Request RequestOf(const ZxingOptions& options, int width, int height);
Request RequestOf(const DmtxOptions& options, int width, int height);

/// What a request asks for; nothing where a field is out of its range.
/// Requires: `request` is a copy that nobody else writes.
std::optional<ZxingOptions> ZxingOptionsOf(const Request& request);
std::optional<DmtxOptions> DmtxOptionsOf(const Request& request);
/// Whether the crop has pixels and lies within the slot.
bool CropFits(int64_t width, int64_t height);

void WriteAnswer(const std::optional<Symbol>& symbol, Answer& answer);

/// What an answer may say.
struct Expected {
  SymbologySet symbologies;
  Decoder decoder = Decoder::kNone;
  int width = 0;  ///< of the crop
  int height = 0;
};

/// Reads an answer that somebody else may be writing to at the same time.
/// Returns false when no worker in its mind answers so: lengths, enums, corners off the crop, text
/// that is not UTF-8. Otherwise `head->kind` says what came, and `symbol` is set for kSymbol.
/// Thread: any. Cost: the copy; memory from the heap where Symbol needs some.
bool ReadAnswer(const Answer& answer, const Expected& expected, AnswerKind* kind,
                std::optional<Symbol>* symbol);

}  // namespace veriline::decode::worker
