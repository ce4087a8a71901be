// SPDX-License-Identifier: Apache-2.0
#include "tests/support/disk_layer.h"

#include <sqlite3.h>

#include <atomic>

namespace veriline::testing {
namespace {

std::atomic<DiskHook*> g_hook{nullptr};
sqlite3_vfs* g_system = nullptr;

struct LayeredFile {
  sqlite3_file base;
  DiskOperation::File file;
  const char* path;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

LayeredFile* Layered(sqlite3_file* f) { return reinterpret_cast<LayeredFile*>(f); }
sqlite3_file* Real(sqlite3_file* f) { return Layered(f)->real(); }

/// Does it through the hook.
template <class Do>
int Hooked(sqlite3_file* f, DiskOperation operation, Do do_it) {
  DiskHook* const hook = g_hook.load(std::memory_order_acquire);
  if (hook == nullptr) return do_it();
  operation.file = Layered(f)->file;
  operation.path = Layered(f)->path;
  if (const int rc = hook->Before(operation); rc != SQLITE_OK) return rc;
  const int rc = do_it();
  if (rc == SQLITE_OK) hook->After(operation);
  return rc;
}

int Close(sqlite3_file* f) { return Real(f)->pMethods->xClose(Real(f)); }
int Read(sqlite3_file* f, void* buffer, int bytes, sqlite3_int64 at) {
  return Hooked(f, {.kind = DiskOperation::Kind::kRead, .offset = at},
                [&] { return Real(f)->pMethods->xRead(Real(f), buffer, bytes, at); });
}
int Write(sqlite3_file* f, const void* data, int bytes, sqlite3_int64 at) {
  return Hooked(f,
                {.kind = DiskOperation::Kind::kWrite,
                 .offset = at,
                 .bytes = {static_cast<const char*>(data), static_cast<size_t>(bytes)}},
                [&] { return Real(f)->pMethods->xWrite(Real(f), data, bytes, at); });
}
int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  return Hooked(f, {.kind = DiskOperation::Kind::kTruncate, .offset = size},
                [&] { return Real(f)->pMethods->xTruncate(Real(f), size); });
}
int Sync(sqlite3_file* f, int flags) {
  return Hooked(f, {.kind = DiskOperation::Kind::kSync},
                [&] { return Real(f)->pMethods->xSync(Real(f), flags); });
}
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

int Open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  LayeredFile* layered = Layered(f);
  layered->base.pMethods = nullptr;
  layered->path = name;  // SQLite keeps it as long as the file is open
  layered->file = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? DiskOperation::File::kDatabase
                  : (flags & SQLITE_OPEN_WAL) != 0   ? DiskOperation::File::kLog
                                                     : DiskOperation::File::kOther;
  const int rc = g_system->xOpen(g_system, name, layered->real(), flags, out_flags);
  if (layered->real()->pMethods != nullptr) layered->base.pMethods = &kMethods;
  return rc;
}

bool Install() {
  static sqlite3_vfs layer;
  g_system = sqlite3_vfs_find(nullptr);
  layer = *g_system;
  layer.zName = "veriline-test-disk";
  layer.szOsFile = static_cast<int>(sizeof(LayeredFile)) + g_system->szOsFile;
  layer.pNext = nullptr;
  layer.xOpen = Open;
  return sqlite3_vfs_register(&layer, /*makeDflt=*/1) == SQLITE_OK;
}

}  // namespace

bool InstallDiskLayer() {
  static const bool installed = Install();
  return installed;
}

void SetDiskHook(DiskHook* hook) { g_hook.store(hook, std::memory_order_release); }

}  // namespace veriline::testing
