// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/recording/recording.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "pipeline/line/recording/bytes.h"
#include "vision/core/crc32c.h"

namespace veriline::line {
namespace {

namespace fs = std::filesystem;

Diagnostic Damaged(const std::string& file, uint64_t offset, const std::string& what) {
  return {.code = ErrorCode::kIo,
          .message = "damaged at byte " + std::to_string(offset) + ": " + what,
          .file = file,
          .advice = "what stands before it is kept"};
}

struct Block {
  uint32_t size = 0;
  uint32_t crc = 0;
};

/// The header of a block; nothing when its own checksum does not fit.
std::optional<Block> ReadBlockHeader(std::string_view bytes) {
  Block block;
  uint32_t check = 0;
  ByteReader reader(bytes);
  reader.Get(&block.size);
  reader.Get(&block.crc);
  reader.Get(&check);
  if (!reader.ok() || check != Crc32c(bytes.substr(0, 8)) || block.size > kMaxBlockBytes) return {};
  return block;
}

std::vector<uint32_t> ListSegments(const std::string& folder) {
  std::vector<uint32_t> segments;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    uint32_t segment = 0;
    constexpr size_t kPrefix = 7;  // "events-"
    if (!name.starts_with("events-")) continue;
    std::from_chars(name.data() + kPrefix, name.data() + name.size(), segment);
    if (SegmentFile("events", segment) == name) segments.push_back(segment);
  }
  std::ranges::sort(segments);
  return segments;
}

}  // namespace

Recording::Recording(std::string folder, Session session, std::vector<uint32_t> segments)
    : folder_(std::move(folder)), session_(std::move(session)), segments_(std::move(segments)) {}

Checked<Recording> Recording::Open(const std::string& folder) {
  const std::string path = folder + "/" + kSessionFile;
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  const auto refuse = [&](std::string message) {
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = std::move(message),
                           .file = folder,
                           .advice = "name the folder of a recording, the one with session.json"});
  };
  if (!in) return refuse("there is no recording: session.json cannot be read");
  auto session = ParseSession(text.str(), path);
  if (!session) return Fail(session.error());
  std::vector<uint32_t> segments = ListSegments(folder);
  if (segments.empty()) return refuse("the recording has no events");
  return Recording(folder, std::move(*session), std::move(segments));
}

void Recording::Rewind() {
  at_ = 0;
  offset_ = 0;
  damage_.reset();
}

Checked<Recording::Got> Recording::Next(Entry* entry) {
  if (damage_) return Fail(*damage_);
  auto got = NextOf(entry);
  if (!got) damage_ = got.error();
  return got;
}

Checked<Recording::Got> Recording::NextOf(Entry* entry) {
  for (;;) {
    const std::string file = PathOf("events", segments_[at_]);
    const bool last = at_ + 1 == segments_.size();
    const auto cut_short = [&]() -> Checked<Got> {
      if (last) return Got::kCutShort;
      return Fail(Damaged(file, offset_, "the file ends here, but the recording goes on"));
    };
    if (offset_ == 0) {
      if (at_ > 0 && segments_[at_] != segments_[at_ - 1] + 1) {
        return Fail(Damaged(PathOf("events", segments_[at_ - 1] + 1), 0, "the file is missing"));
      }
      std::ifstream in(file, std::ios::binary);
      std::stringstream bytes;
      bytes << in.rdbuf();
      if (!in) return Fail(Damaged(file, 0, "the file cannot be read"));
      events_ = std::move(bytes).str();
      const std::string header = FileHeader(kEventsMagic, segments_[at_]);
      if (events_.size() < header.size() && std::string_view(header).starts_with(events_)) {
        return cut_short();
      }
      if (!events_.starts_with(header)) {
        return Fail(Damaged(file, 0, "it does not begin as events of this version"));
      }
      offset_ = header.size();
    }
    const std::string_view left = std::string_view(events_).substr(offset_);
    if (left.empty() && !last) {
      ++at_;
      offset_ = 0;
      continue;
    }
    if (left.size() < kBlockHeaderBytes) return cut_short();
    const auto block = ReadBlockHeader(left);
    if (!block) return Fail(Damaged(file, offset_, "the length of an entry has changed"));
    if (left.size() - kBlockHeaderBytes < block->size) return cut_short();
    const std::string_view body = left.substr(kBlockHeaderBytes, block->size);
    if (Crc32c(body) != block->crc) return Fail(Damaged(file, offset_, "an entry has changed"));
    auto decoded = Decode(body, session_.recipe.lanes, session_.recipe.views.size(),
                          session_.recipe.texts.size());
    if (!decoded) return Fail(Damaged(file, offset_, "an entry is none of this version"));
    if (std::holds_alternative<SessionEnd>(*decoded)) return Got::kEnd;
    offset_ += kBlockHeaderBytes + block->size;
    *entry = std::move(*decoded);
    return Got::kEntry;
  }
}

Checked<RecordedPicture> Recording::ReadPicture(uint32_t segment, uint64_t offset,
                                                const FrameName& name) const {
  const std::string file = PathOf("frames", segment);
  std::ifstream in(file, std::ios::binary);
  std::string header(kBlockHeaderBytes, '\0');
  in.seekg(static_cast<std::streamoff>(offset));
  if (!in.read(header.data(), static_cast<std::streamsize>(header.size()))) {
    return Fail(Damaged(file, offset, "a picture is not there"));
  }
  const auto block = ReadBlockHeader(header);
  if (!block) return Fail(Damaged(file, offset, "the length of a picture has changed"));
  std::error_code error;
  const uint64_t file_bytes = fs::file_size(file, error);
  if (error || block->size > file_bytes - std::min(file_bytes, offset)) {
    return Fail(Damaged(file, offset, "the file ends inside a picture"));
  }
  RecordedPicture picture;
  picture.bytes.resize(block->size);
  if (!in.read(picture.bytes.data(), block->size)) {
    return Fail(Damaged(file, offset, "the file ends inside a picture"));
  }
  if (Crc32c(picture.bytes) != block->crc) {
    return Fail(Damaged(file, offset, "a picture has changed"));
  }
  ByteReader reader(picture.bytes);
  int32_t width = 0;
  int32_t height = 0;
  reader.Get(&picture.name.camera);
  reader.Get(&picture.name.frame_id);
  reader.Get(&picture.name.arrival_ns);
  reader.Get(&width);
  reader.Get(&height);
  picture.width = width;
  picture.height = height;
  if (!reader.ok() || width < 0 || height < 0 || picture.name != name ||
      reader.left().size() != static_cast<uint64_t>(width) * static_cast<uint64_t>(height)) {
    return Fail(Damaged(file, offset, "it is not the picture that the events name"));
  }
  return picture;
}

}  // namespace veriline::line
