// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <optional>

namespace veriline::camera {

/// Asks a GigE Vision camera, over a socket of its own, who controls it. The driver's own reads
/// wait seconds for a camera that is gone, and everybody else meanwhile.
/// Thread: one.
class GvcpProbe {
 public:
  enum class Answer : uint8_t { kNone, kControlled, kFree };

  explicit GvcpProbe(const in_addr& camera);
  ~GvcpProbe();
  GvcpProbe(const GvcpProbe&) = delete;
  GvcpProbe& operator=(const GvcpProbe&) = delete;

  /// Blocks for at most 2 × 80 ms: one packet may be lost.
  Answer Ask();

 private:
  int fd_ = -1;
  uint16_t request_id_ = 0;
};

}  // namespace veriline::camera
