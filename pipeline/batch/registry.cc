// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/registry.h"

#include <array>

namespace veriline::batch {
namespace {
constexpr std::array<std::string_view, 8> kCodeStates = {
    "?", "issued", "claimed", "commissioned", "in_doubt", "unused", "unconfirmed", "voided"};
constexpr std::array<std::string_view, 4> kBatchStates = {"?", "loaded", "open", "closed"};
}  // namespace

std::string_view Name(CodeState state) { return kCodeStates[static_cast<size_t>(state)]; }

std::optional<CodeState> CodeStateFromName(std::string_view name) {
  for (size_t i = 1; i < kCodeStates.size(); ++i) {
    if (kCodeStates[i] == name) return static_cast<CodeState>(i);
  }
  return std::nullopt;
}

std::string_view Name(BatchState state) { return kBatchStates[static_cast<size_t>(state)]; }

}  // namespace veriline::batch
