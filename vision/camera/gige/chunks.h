// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arv.h>

#include <cstdint>
#include <optional>

#include "vision/camera/gige/gige_options.h"
#include "vision/camera/gige/glib_ptr.h"

namespace veriline::camera {

/// What a camera added to a frame; nothing where it was not asked for or is not there.
struct ChunkValues {
  std::optional<int64_t> encoder;
  std::optional<int64_t> triggers;
  std::optional<int64_t> ignored_triggers;
  std::optional<int64_t> line_status;
};

/// Makes the camera add the named chunks to its frames (and no others).
/// Errors: it has no chunks, or not this one.
Checked<void> EnableChunks(ArvCamera* camera, const GigeChunkNames& names);

/// Reads the chunks of complete frames. Has a description of the camera to itself, so that it
/// meets no other thread.
/// Thread: one.
class ChunkReader {
 public:
  ChunkReader(ArvDevice* device, GigeChunkNames names);
  ChunkValues Read(ArvBuffer* buffer) const;

 private:
  std::optional<int64_t> Read(ArvBuffer* buffer, const std::string& name) const;

  const GigeChunkNames names_;
  const GPtr<ArvChunkParser> parser_;
};

}  // namespace veriline::camera
