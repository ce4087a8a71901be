// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tools/linesim/gige/big_endian.h"

namespace veriline::linesim {

/// The registers of a simulated GigE Vision camera.
/// Source: GigE Vision 1.2, bootstrap registers (below 0x8000); ours from 0x8000 on, as the
/// description tells (DescribeGigeCamera).
namespace reg {
inline constexpr uint32_t kVersion = 0x0000;
inline constexpr uint32_t kDeviceMode = 0x0004;
inline constexpr uint32_t kMacHigh = 0x0008;
inline constexpr uint32_t kMacLow = 0x000C;
inline constexpr uint32_t kCurrentIp = 0x0024;
inline constexpr uint32_t kSubnetMask = 0x0034;
inline constexpr uint32_t kManufacturer = 0x0048;
inline constexpr uint32_t kModel = 0x0068;
inline constexpr uint32_t kDeviceVersion = 0x0088;
inline constexpr uint32_t kSerial = 0x00D8;
inline constexpr uint32_t kFirstUrl = 0x0200;
inline constexpr uint32_t kInterfaces = 0x0600;
inline constexpr uint32_t kStreamChannels = 0x0904;
inline constexpr uint32_t kCapability = 0x0934;
inline constexpr uint32_t kHeartbeatTimeout = 0x0938;
inline constexpr uint32_t kTickFrequencyLow = 0x0940;
inline constexpr uint32_t kTimestampControl = 0x0944;
inline constexpr uint32_t kTimestampHigh = 0x0948;
inline constexpr uint32_t kTimestampLow = 0x094C;
inline constexpr uint32_t kControlPrivilege = 0x0A00;
inline constexpr uint32_t kStreamPort = 0x0D00;
inline constexpr uint32_t kPacketSize = 0x0D04;
inline constexpr uint32_t kStreamAddress = 0x0D18;

inline constexpr uint32_t kSensorWidth = 0x8000;
inline constexpr uint32_t kSensorHeight = 0x8004;
inline constexpr uint32_t kWidth = 0x8008;
inline constexpr uint32_t kHeight = 0x800C;
inline constexpr uint32_t kOffsetX = 0x8010;
inline constexpr uint32_t kOffsetY = 0x8014;
inline constexpr uint32_t kPixelFormat = 0x8018;
inline constexpr uint32_t kAcquisitionMode = 0x801C;
inline constexpr uint32_t kAcquisition = 0x8020;
inline constexpr uint32_t kTriggerMode = 0x8028;
inline constexpr uint32_t kTriggerSource = 0x802C;
inline constexpr uint32_t kTriggerSoftware = 0x8030;
inline constexpr uint32_t kTriggerActivation = 0x8034;
inline constexpr uint32_t kPayloadSize = 0x8038;
inline constexpr uint32_t kExposureTime = 0x8040;  // float, 8 bytes
inline constexpr uint32_t kGain = 0x8048;          // float, 8 bytes
inline constexpr uint32_t kFrameRate = 0x8050;     // float, 8 bytes
inline constexpr uint32_t kChunkModeActive = 0x8060;
inline constexpr uint32_t kChunkEnable = 0x8064;  // one register for each chunk

inline constexpr uint32_t kMemoryBytes = 0x10000;
inline constexpr uint32_t kDescription = kMemoryBytes;  // the XML lies behind the registers
}  // namespace reg

inline constexpr uint32_t kPixelFormatMono8 = 0x01080001;

/// The chunks that it can add to a frame, with their ids.
enum class GigeChunk : uint32_t { kEncoder, kTriggers, kIgnoredTriggers, kLineStatus };
inline constexpr int kGigeChunks = 4;
inline constexpr uint32_t kImageChunkId = 0x1000;
constexpr uint32_t ChunkIdOf(int chunk) { return 0x1001 + static_cast<uint32_t>(chunk); }

/// Register memory with the description behind it.
/// Thread: one.
class GigeRegisters {
 public:
  explicit GigeRegisters(std::string description)
      : memory_(reg::kMemoryBytes), description_(std::move(description)) {}

  uint32_t Get(uint32_t address) const { return GetBigEndian<uint32_t>(&memory_[address]); }
  void Set(uint32_t address, uint32_t value) { PutBigEndian(&memory_[address], value); }
  double GetFloat(uint32_t address) const {
    return std::bit_cast<double>(GetBigEndian<uint64_t>(&memory_[address]));
  }
  void SetFloat(uint32_t address, double value) {
    PutBigEndian(&memory_[address], std::bit_cast<uint64_t>(value));
  }
  void SetText(uint32_t address, std::string_view text) {
    std::copy(text.begin(), text.end(), memory_.begin() + address);
  }
  /// False when the range lies neither in the memory nor in the description.
  bool Read(uint32_t address, uint32_t size, uint8_t* out) const {
    if (size > reg::kMemoryBytes) return false;
    if (address + uint64_t{size} <= reg::kMemoryBytes) {
      std::copy_n(memory_.begin() + address, size, out);
      return true;
    }
    if (address < reg::kDescription) return false;
    const size_t at = address - reg::kDescription;
    for (uint32_t i = 0; i < size; ++i) {
      out[i] = at + i < description_.size() ? static_cast<uint8_t>(description_[at + i]) : 0;
    }
    return at < description_.size();
  }
  bool Write(uint32_t address, uint32_t size, const uint8_t* in) {
    if (address + uint64_t{size} > reg::kMemoryBytes) return false;
    std::copy_n(in, size, memory_.begin() + address);
    return true;
  }
  size_t description_bytes() const { return description_.size(); }

 private:
  std::vector<uint8_t> memory_;
  std::string description_;
};

}  // namespace veriline::linesim
