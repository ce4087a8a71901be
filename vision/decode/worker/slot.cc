// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/worker/slot.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "vision/core/utf8.h"

namespace veriline::decode::worker {
namespace {

/// The largest matrix symbol has 177 modules a side; linear ones have one row of fewer than that
/// many characters. More than any of them.
constexpr int32_t kMostModules = 1000;
constexpr int32_t kMostErrors = 10'000;
constexpr int32_t kMostMs = 10'000;

bool Within(int64_t value, int64_t low, int64_t high) { return low <= value && value <= high; }

template <size_t N>
bool Put(std::string_view bytes, std::array<char, N>& out, uint32_t* size) {
  if (bytes.size() > N) return false;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  *size = static_cast<uint32_t>(bytes.size());
  return true;
}

/// "]" with a letter and a modifier, or nothing.
bool IsIdentifier(const std::array<char, 4>& id) {
  if (id[0] == '\0') return id[1] == '\0' && id[2] == '\0' && id[3] == '\0';
  const auto printable = [](char c) { return c > ' ' && c <= '~'; };
  return id[0] == ']' && printable(id[1]) && printable(id[2]) && id[3] == '\0';
}

/// Corners may lie a little outside of the crop: as far as it is large, at the most.
bool AreNear(const std::array<float, 8>& corners, int width, int height) {
  for (size_t i = 0; i < corners.size(); ++i) {
    const auto size = static_cast<float>(i % 2 == 0 ? width : height);
    if (!(std::abs(corners[i] - size / 2) <= 1.5f * size)) return false;  // NaN as well
  }
  return true;
}

bool IsSane(const AnswerHead& head, const Expected& expected) {
  return head.symbology < kSymbologyCount &&
         expected.symbologies.Has(static_cast<Symbology>(head.symbology)) &&
         head.decoder == static_cast<uint32_t>(expected.decoder) && IsIdentifier(head.identifier) &&
         AreNear(head.corners, expected.width, expected.height) && head.mirrored <= 1 &&
         head.inverted <= 1 && Within(head.rows, 0, kMostModules) &&
         Within(head.cols, 0, kMostModules) && Within(head.errors_corrected, -1, kMostErrors) &&
         Within(head.error_capacity, -1, kMostErrors) && head.payload_size <= kPayloadBytes &&
         head.text_size <= kTextBytes && head.addon_size <= kAddonBytes;
}

}  // namespace

bool CropFits(int64_t width, int64_t height) {
  const auto most = static_cast<int64_t>(kPixelBytes);
  return Within(width, 1, most) && Within(height, 1, most) && width * height <= most;
}

Request RequestOf(const ZxingOptions& options, int width, int height) {
  Request r{.kind = JobKind::kZxing, .width = width, .height = height};
  r.group = static_cast<uint32_t>(options.group);
  for (int i = 0; i < kSymbologyCount; ++i) {
    if (options.symbologies.Has(static_cast<Symbology>(i))) r.symbologies |= uint64_t{1} << i;
  }
  r.try_harder = options.try_harder;
  r.try_rotate = options.try_rotate;
  r.try_downscale = options.try_downscale;
  r.global_threshold = options.global_threshold;
  r.pure = options.pure;
  r.min_lines = options.min_lines;
  return r;
}

Request RequestOf(const DmtxOptions& options, int width, int height) {
  Request r{.kind = JobKind::kDmtx, .width = width, .height = height};
  r.timeout_ms = options.timeout_ms;
  r.shrink = options.shrink;
  r.scan_gap_px = options.scan_gap_px;
  r.min_edge_px = options.min_edge_px;
  return r;
}

std::optional<ZxingOptions> ZxingOptionsOf(const Request& request) {
  if (request.kind != JobKind::kZxing || !CropFits(request.width, request.height) ||
      request.group >= kZxingGroups || request.symbologies >> kSymbologyCount != 0 ||
      request.try_harder > 1 || request.try_rotate > 1 || request.try_downscale > 1 ||
      request.global_threshold > 1 || request.pure > 1 || !Within(request.min_lines, 1, 255)) {
    return std::nullopt;
  }
  ZxingOptions options;
  options.group = static_cast<ZxingGroup>(request.group);
  options.symbologies = {};
  for (int i = 0; i < kSymbologyCount; ++i) {
    if ((request.symbologies >> i & 1) != 0) options.symbologies.Add(static_cast<Symbology>(i));
  }
  options.try_harder = request.try_harder != 0;
  options.try_rotate = request.try_rotate != 0;
  options.try_downscale = request.try_downscale != 0;
  options.global_threshold = request.global_threshold != 0;
  options.pure = request.pure != 0;
  options.min_lines = request.min_lines;
  return options;
}

std::optional<DmtxOptions> DmtxOptionsOf(const Request& request) {
  if (request.kind != JobKind::kDmtx || !CropFits(request.width, request.height) ||
      !Within(request.timeout_ms, 0, kMostMs) || !Within(request.shrink, 1, 64) ||
      !Within(request.scan_gap_px, 1, 10'000) || !Within(request.min_edge_px, 0, 100'000)) {
    return std::nullopt;
  }
  return DmtxOptions{.timeout_ms = request.timeout_ms,
                     .shrink = request.shrink,
                     .scan_gap_px = request.scan_gap_px,
                     .min_edge_px = request.min_edge_px};
}

void WriteAnswer(const std::optional<Symbol>& symbol, Answer& answer) {
  AnswerHead head;
  if (symbol) {
    const Symbol& s = *symbol;
    head.kind = AnswerKind::kSymbol;
    head.symbology = static_cast<uint32_t>(s.symbology);
    head.decoder = static_cast<uint32_t>(s.decoder);
    head.identifier = s.identifier;
    for (size_t i = 0; i < 4; ++i) {
      head.corners[2 * i] = s.quad.corners[i].x;
      head.corners[2 * i + 1] = s.quad.corners[i].y;
    }
    head.mirrored = s.mirrored ? 1 : 0;
    head.inverted = s.inverted ? 1 : 0;
    head.rows = s.rows;
    head.cols = s.cols;
    head.errors_corrected = s.errors_corrected;
    head.error_capacity = s.error_capacity;
    if (!Put(s.payload.view(), answer.payload, &head.payload_size) ||
        !Put(s.text.view(), answer.text, &head.text_size) ||
        !Put(s.addon.view(), answer.addon, &head.addon_size)) {
      head.kind = AnswerKind::kRefused;
    }
  }
  answer.head = head;
}

bool ReadAnswer(const Answer& answer, const Expected& expected, AnswerKind* kind,
                std::optional<Symbol>* symbol) {
  symbol->reset();
  AnswerHead head;  // what is checked is what is used, whatever is written meanwhile
  std::memcpy(&head, &answer.head, sizeof head);
  *kind = head.kind;
  if (head.kind == AnswerKind::kNoSymbol || head.kind == AnswerKind::kRefused) return true;
  if (head.kind != AnswerKind::kSymbol || !IsSane(head, expected)) return false;
  Symbol& s = symbol->emplace();
  s.symbology = static_cast<Symbology>(head.symbology);
  s.decoder = static_cast<Decoder>(head.decoder);
  s.identifier = head.identifier;
  for (size_t i = 0; i < 4; ++i) {
    s.quad.corners[i] = {head.corners[2 * i], head.corners[2 * i + 1]};
  }
  s.mirrored = head.mirrored != 0;
  s.inverted = head.inverted != 0;
  s.rows = static_cast<int16_t>(head.rows);
  s.cols = static_cast<int16_t>(head.cols);
  s.errors_corrected = static_cast<int16_t>(head.errors_corrected);
  s.error_capacity = static_cast<int16_t>(head.error_capacity);
  s.payload.Assign({answer.payload.data(), head.payload_size});
  s.text.Assign({answer.text.data(), head.text_size});
  s.addon.Assign({answer.addon.data(), head.addon_size});
  if (IsUtf8(s.text.view()) && IsUtf8(s.addon.view())) return true;
  symbol->reset();
  return false;
}

}  // namespace veriline::decode::worker
