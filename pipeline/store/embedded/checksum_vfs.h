// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace veriline::store {

/// The SQLite VFS that the store's database is opened with. SQLite has checksums in its write-ahead
/// log but none in the database file, so that a flipped bit there is served as data. This layer
/// keeps a 64-bit checksum of each page (and of its place) in the page's 8 reserved bytes: written
/// when a page goes to the database file, verified whenever one is read from it. A page that does
/// not fit its checksum is an I/O error (SQLITE_IOERR_DATA), never data.
inline constexpr char kChecksumVfs[] = "veriline-checksum";
inline constexpr int kPageBytes = 4096;
inline constexpr int kPageChecksumBytes = 8;

/// Registers the VFS over the platform's default one. Returns false when SQLite refuses it.
/// Thread: any; the first call does the work.
bool RegisterChecksumVfs();

/// Checksum of the first kPageBytes - kPageChecksumBytes bytes of `page`, which lies at
/// `offset_bytes` of the file. Any change of a single 64-bit word changes it.
uint64_t PageChecksum(const void* page, int64_t offset_bytes);

}  // namespace veriline::store
