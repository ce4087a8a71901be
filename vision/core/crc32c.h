// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace veriline {

/// CRC-32C (Castagnoli, reflected, polynomial 0x82F63B78) of `bytes`, going on from `crc`, the
/// result for what came before them (0 = nothing).
/// Source: RFC 3720, B.4. Thread: any. Cost: by instruction where the processor has one (8 bytes in
/// 3 cycles), else by table (a byte in about 2 ns).
uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0);
/// The same by table, on every processor.
uint32_t Crc32cByTable(std::string_view bytes, uint32_t crc = 0);

}  // namespace veriline
