// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/chunks.h"

#include <utility>

namespace veriline::camera {

Checked<void> EnableChunks(ArvCamera* camera, const GigeChunkNames& names) {
  if (names.Empty()) return {};
  const auto refuse = [](const std::string& what, const std::string& why) {
    return Fail(Diagnostic{.code = ErrorCode::kOutOfRange,
                           .message = "the camera adds no " + what + " to its frames" +
                                      (why.empty() ? "" : ": " + why),
                           .advice = "arv-tool-0.8 features lists its chunks",
                           .key = "chunks"});
  };
  GErrorSlot error;
  if (!arv_camera_are_chunks_available(camera, error.out())) {
    return refuse("chunk data", error.message());
  }
  arv_camera_set_chunk_mode(camera, TRUE, error.out());
  if (error) return refuse("chunk data", error.message());
  for (const std::string& name :
       {names.encoder, names.triggers, names.ignored_triggers, names.line_status}) {
    if (name.empty()) continue;
    // SFNC: the selector calls ChunkEncoderValue "EncoderValue".
    const std::string entry = name.starts_with("Chunk") ? name.substr(5) : name;
    arv_camera_set_chunk_state(camera, entry.c_str(), TRUE, error.out());
    if (error) return refuse(name, error.message());
    if (arv_device_get_feature(arv_camera_get_device(camera), name.c_str()) == nullptr) {
      return refuse(name, "it has no feature of this name");
    }
  }
  return {};
}

ChunkReader::ChunkReader(ArvDevice* device, GigeChunkNames names)
    : names_(std::move(names)), parser_(arv_device_create_chunk_parser(device)) {}

std::optional<int64_t> ChunkReader::Read(ArvBuffer* buffer, const std::string& name) const {
  if (name.empty()) return std::nullopt;
  GErrorSlot error;
  const gint64 value =
      arv_chunk_parser_get_integer_value(parser_.get(), buffer, name.c_str(), error.out());
  return error ? std::nullopt : std::optional<int64_t>(value);
}

ChunkValues ChunkReader::Read(ArvBuffer* buffer) const {
  if (!arv_buffer_has_chunks(buffer)) return {};
  return {.encoder = Read(buffer, names_.encoder),
          .triggers = Read(buffer, names_.triggers),
          .ignored_triggers = Read(buffer, names_.ignored_triggers),
          .line_status = Read(buffer, names_.line_status)};
}

}  // namespace veriline::camera
