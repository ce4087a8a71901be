// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace veriline::testing {

/// Something that SQLite asks of the disk.
struct DiskOperation {
  enum class Kind : uint8_t { kRead, kWrite, kSync, kTruncate };
  enum class File : uint8_t { kDatabase, kLog, kOther };

  Kind kind = Kind::kWrite;
  File file = File::kOther;
  const char* path = "";   ///< null for a temporary file
  int64_t offset = 0;      ///< of a read or write; the new size of a truncation
  std::string_view bytes;  ///< of a write
};

/// Sees each operation on the files that were opened while the layer was there.
/// Thread: called on whatever thread works on the disk, more than one at a time.
class DiskHook {
 public:
  virtual ~DiskHook() = default;
  /// Right before it is done. Anything but SQLITE_OK is what it ends with, undone.
  virtual int Before(const DiskOperation&) { return 0; }
  /// It was done.
  virtual void After(const DiskOperation&) {}
};

/// Puts a layer between SQLite and the system, below the checksums of the store, for the rest of
/// the process. Requires: no store was opened yet, so call it before main. Later calls do nothing.
bool InstallDiskLayer();

/// What the layer asks from now on; null: nothing. `hook` outlives its use.
void SetDiskHook(DiskHook* hook);

}  // namespace veriline::testing
