// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "pipeline/batch/code_key.h"
#include "pipeline/batch/registry.h"
#include "pipeline/item/inspection_record.h"
#include "pipeline/line/events.h"

namespace veriline::line {

// What stands in the events of a recording, in the order in which the settler met it (format.md).

struct RunningIs {
  bool running = false;
};
struct BeltAt {
  int64_t now_ns = 0;
  int64_t count = 0;
};
/// One exposure: frame ids begin anew when a camera is opened again, so its arrival is part of it.
struct FrameName {
  uint32_t camera = 0;
  uint64_t frame_id = 0;
  int64_t arrival_ns = 0;
  friend auto operator<=>(const FrameName&, const FrameName&) = default;
};
/// The pixels of that frame stand at `offset` of the frames file beside this events file.
struct PixelsAt {
  FrameName name;
  uint64_t offset = 0;
};
struct CodeHeld {
  batch::CodeKey key;
  batch::ReserveAnswer answer;
};
struct ClaimRefused {
  int lane = 0;
  uint64_t item_seq = 0;
};
/// So many entries are missing here: the disk did not keep up.
struct EntriesLost {
  uint64_t entries = 0;
};
/// The recording ended here of its own will.
struct SessionEnd {};

using Entry = std::variant<std::monostate, RunningIs, BeltAt, Event, PixelsAt, CodeHeld,
                           ClaimRefused, item::InspectionRecord, EntriesLost, SessionEnd>;

inline FrameName NameOf(const FrameStamp& stamp) {
  return {stamp.camera, stamp.frame_id, stamp.arrival_ns};
}

// The bytes of an entry. Requires: an event is not std::monostate, a FrameDone has its result.
// Thread: any.
std::string Encode(const RunningIs& entry);
std::string Encode(const BeltAt& entry);
std::string Encode(const Event& entry);
std::string Encode(const PixelsAt& entry);
std::string Encode(const CodeHeld& entry);
std::string Encode(const ClaimRefused& entry);
std::string Encode(const item::InspectionRecord& entry);
std::string Encode(const EntriesLost& entry);
std::string Encode(const SessionEnd& entry);

/// Nothing when the bytes are no entry of this version. `lanes` and `views` are the recipe's:
/// entries that name others are refused, so that whoever takes them need not look; `texts` is how
/// many lines of text it has.
std::optional<Entry> Decode(std::string_view bytes, int lanes, size_t views, size_t texts = 0);
/// Whether the bytes are those of a RunningIs.
bool IsRunningEntry(std::string_view bytes);

}  // namespace veriline::line
