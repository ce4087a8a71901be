// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_allocations.h"

#include <dlfcn.h>
#include <execinfo.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VERILINE_COUNTS_ALLOCATIONS 0
#else
#define VERILINE_COUNTS_ALLOCATIONS 1
#endif

// The first and the last byte of this program's code (GNU linkers define them).
extern "C" const char __executable_start;  // NOLINT
extern "C" const char etext;               // NOLINT

namespace veriline::tools {
namespace {

/// Where this thread's allocations are counted; null while nobody does.
thread_local uint64_t* counting = nullptr;

bool IsOurs(const void* code) {
  const auto at = reinterpret_cast<uintptr_t>(code);
  return at >= reinterpret_cast<uintptr_t>(&__executable_start) &&
         at < reinterpret_cast<uintptr_t>(&etext);
}

enum class Owner { kOurs, kStandardLibrary, kThirdParty };

/// Whose function it is. Templates of the standard library and inline functions of third parties
/// that libraries share with this program may run from its code: these are exported from it by
/// name, our own functions are not, or with our namespace in it.
Owner OwnerOf(const void* code) {
  Dl_info info;
  const bool known = dladdr(code, &info) != 0;
  if (!IsOurs(code)) {
    return known && info.dli_fname != nullptr && std::strstr(info.dli_fname, "libstdc++") != nullptr
               ? Owner::kStandardLibrary
               : Owner::kThirdParty;
  }
  if (!known || info.dli_sname == nullptr) return Owner::kOurs;
  const std::string_view name = info.dli_sname;
  for (const char* prefix : {"_ZSt", "_ZNSt", "_ZNKSt"}) {
    if (name.starts_with(prefix)) return Owner::kStandardLibrary;
  }
  return name.find("veriline") != name.npos ? Owner::kOurs : Owner::kThirdParty;
}

/// True when the first function outside of the standard library on the way here is ours.
bool IsOwnCall(const void* caller) {
  constexpr int kDepth = 24;
  void* stack[kDepth];
  const int depth = backtrace(stack, kDepth);
  int i = 0;
  while (i < depth && stack[i] != caller) ++i;
  for (; i < depth; ++i) {
    const Owner owner = OwnerOf(stack[i]);
    if (owner != Owner::kStandardLibrary) return owner == Owner::kOurs;
  }
  return false;
}

}  // namespace

void NoteAllocation(const void* caller) {
  uint64_t* const count = counting;
  if (count == nullptr) return;
  counting = nullptr;  // what is done here does not count
  *count += IsOwnCall(caller);
  counting = count;
}

AllocationCount::AllocationCount() {
  // The first backtrace of a process loads a library.
  void* stack[1];
  backtrace(stack, 1);
  counting = &own_;
}
AllocationCount::~AllocationCount() { counting = nullptr; }

std::optional<uint64_t> AllocationCount::Count() const {
  if (!VERILINE_COUNTS_ALLOCATIONS) return std::nullopt;
  return own_;
}

/// True while this thread counts. In front of every allocation of the program.
inline bool Counts() { return __builtin_expect(counting != nullptr, 0); }

}  // namespace veriline::tools

#if VERILINE_COUNTS_ALLOCATIONS
// The other forms of the standard library call these.
void* operator new(size_t bytes) {
  if (veriline::tools::Counts()) veriline::tools::NoteAllocation(__builtin_return_address(0));
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void* operator new[](size_t bytes) {
  if (veriline::tools::Counts()) veriline::tools::NoteAllocation(__builtin_return_address(0));
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void* operator new(size_t bytes, std::align_val_t alignment) {
  if (veriline::tools::Counts()) veriline::tools::NoteAllocation(__builtin_return_address(0));
  const auto align = static_cast<size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (bytes + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
#endif
