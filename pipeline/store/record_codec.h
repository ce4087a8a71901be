// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/item/inspection_record.h"

namespace veriline::store {

/// The codes of a record as the store keeps them: CBOR, layout in schema.md.
std::string EncodeCodes(const std::vector<item::CodeResult>& codes);
/// Nothing when `bytes` is not what EncodeCodes writes; never more memory than a few times `bytes`.
std::optional<std::vector<item::CodeResult>> DecodeCodes(std::string_view bytes);

/// The lines of text of a record, likewise; nothing at all where there are none.
std::string EncodeTexts(const std::vector<item::TextResult>& texts);
std::optional<std::vector<item::TextResult>> DecodeTexts(std::string_view bytes);

}  // namespace veriline::store
