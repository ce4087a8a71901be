// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/checksum_vfs.h"

#include <sqlite3.h>

#include <array>
#include <bit>
#include <cstring>

namespace veriline::store {
namespace {

/// An open database file: our methods in front, the real file behind it in the same block.
struct ChecksumFile {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* Real(sqlite3_file* file) { return reinterpret_cast<ChecksumFile*>(file)->real(); }
/// The platform's default VFS. It stays the default one: ours is asked for by name.
sqlite3_vfs* Parent() {
  static sqlite3_vfs* const parent = sqlite3_vfs_find(nullptr);
  return parent;
}

int Close(sqlite3_file* file) { return Real(file)->pMethods->xClose(Real(file)); }

bool Fits(const void* page, sqlite3_int64 offset) {
  uint64_t stored = 0;
  std::memcpy(&stored, static_cast<const char*>(page) + kPageBytes - kPageChecksumBytes,
              sizeof(stored));
  return stored == PageChecksum(page, offset);
}

int Read(sqlite3_file* file, void* buffer, int bytes, sqlite3_int64 offset) {
  const auto read = Real(file)->pMethods->xRead;
  const bool whole_page = bytes == kPageBytes && offset % kPageBytes == 0;
  // Short reads are SQLite looking at the file header before it knows the page size; it reads
  // page 1 as a whole before it believes any of it.
  if (bytes < 512 || whole_page) {
    const int rc = read(Real(file), buffer, bytes, offset);
    if (!whole_page) return rc;
    // SQLite takes what lies behind the end of the file for zeros; only an empty file may be so.
    if (rc == SQLITE_IOERR_SHORT_READ && offset > 0) return SQLITE_IOERR_DATA;
    if (rc != SQLITE_OK) return rc;
    return Fits(buffer, offset) ? SQLITE_OK : SQLITE_IOERR_DATA;
  }
  // A part of a page (overflow chains may be read so): checked as a whole as well.
  const sqlite3_int64 start = offset - offset % kPageBytes;
  if (offset + bytes > start + kPageBytes) return SQLITE_IOERR_DATA;
  std::array<char, kPageBytes> page;
  if (const int rc = read(Real(file), page.data(), kPageBytes, start); rc != SQLITE_OK) return rc;
  if (!Fits(page.data(), start)) return SQLITE_IOERR_DATA;
  std::memcpy(buffer, page.data() + (offset - start), bytes);
  return SQLITE_OK;
}

int Write(sqlite3_file* file, const void* buffer, int bytes, sqlite3_int64 offset) {
  if (bytes != kPageBytes || offset % kPageBytes != 0) return SQLITE_IOERR_WRITE;
  std::array<char, kPageBytes> page;
  std::memcpy(page.data(), buffer, page.size());
  const uint64_t checksum = PageChecksum(buffer, offset);
  std::memcpy(page.data() + kPageBytes - kPageChecksumBytes, &checksum, sizeof(checksum));
  return Real(file)->pMethods->xWrite(Real(file), page.data(), bytes, offset);
}

int Truncate(sqlite3_file* f, sqlite3_int64 n) { return Real(f)->pMethods->xTruncate(Real(f), n); }
int Sync(sqlite3_file* f, int flags) { return Real(f)->pMethods->xSync(Real(f), flags); }
int FileSize(sqlite3_file* f, sqlite3_int64* n) { return Real(f)->pMethods->xFileSize(Real(f), n); }
int Lock(sqlite3_file* f, int level) { return Real(f)->pMethods->xLock(Real(f), level); }
int Unlock(sqlite3_file* f, int level) { return Real(f)->pMethods->xUnlock(Real(f), level); }
int CheckReservedLock(sqlite3_file* f, int* out) {
  return Real(f)->pMethods->xCheckReservedLock(Real(f), out);
}
int FileControl(sqlite3_file* f, int op, void* arg) {
  return Real(f)->pMethods->xFileControl(Real(f), op, arg);
}
int SectorSize(sqlite3_file* f) { return Real(f)->pMethods->xSectorSize(Real(f)); }
int DeviceCharacteristics(sqlite3_file* f) {
  return Real(f)->pMethods->xDeviceCharacteristics(Real(f));
}
int ShmMap(sqlite3_file* f, int page, int bytes, int extend, void volatile** out) {
  return Real(f)->pMethods->xShmMap(Real(f), page, bytes, extend, out);
}
int ShmLock(sqlite3_file* f, int offset, int n, int flags) {
  return Real(f)->pMethods->xShmLock(Real(f), offset, n, flags);
}
void ShmBarrier(sqlite3_file* f) { Real(f)->pMethods->xShmBarrier(Real(f)); }
int ShmUnmap(sqlite3_file* f, int remove) { return Real(f)->pMethods->xShmUnmap(Real(f), remove); }

// Version 2: without xFetch, so that no page is ever read past the check through a memory map.
constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = FileSize,
    .xLock = Lock,
    .xUnlock = Unlock,
    .xCheckReservedLock = CheckReservedLock,
    .xFileControl = FileControl,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = DeviceCharacteristics,
    .xShmMap = ShmMap,
    .xShmLock = ShmLock,
    .xShmBarrier = ShmBarrier,
    .xShmUnmap = ShmUnmap,
};

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  // Logs, journals and temporary files are SQLite's own affair.
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
    return Parent()->xOpen(Parent(), name, file, flags, out_flags);
  }
  auto* checked = reinterpret_cast<ChecksumFile*>(file);
  checked->base.pMethods = nullptr;
  const int rc = Parent()->xOpen(Parent(), name, checked->real(), flags, out_flags);
  if (rc == SQLITE_OK) checked->base.pMethods = &kMethods;
  return rc;
}

bool Register() {
  if (Parent() == nullptr) return false;
  static sqlite3_vfs vfs;
  vfs = *Parent();  // everything but opening a file is the parent's, its private data included
  vfs.zName = kChecksumVfs;
  vfs.szOsFile = static_cast<int>(sizeof(ChecksumFile)) + Parent()->szOsFile;
  vfs.pNext = nullptr;
  vfs.xOpen = Open;
  return sqlite3_vfs_register(&vfs, /*makeDflt=*/0) == SQLITE_OK;
}

}  // namespace

bool RegisterChecksumVfs() {
  static const bool registered = Register();
  return registered;
}

uint64_t PageChecksum(const void* page, int64_t offset_bytes) {
  // Each step is a bijection of the running value for a given word and of the word for a given
  // value, so two pages that differ in one word never agree.
  constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  uint64_t sum = static_cast<uint64_t>(offset_bytes) ^ 0x76657269'6c696e65;
  const char* at = static_cast<const char*>(page);
  for (int i = 0; i < (kPageBytes - kPageChecksumBytes) / 8; ++i) {
    uint64_t word = 0;
    std::memcpy(&word, at + 8 * i, sizeof(word));
    sum = (std::rotl(sum, 23) ^ word) * kMultiplier;
  }
  return sum ^ (sum >> 32);
}

}  // namespace veriline::store
