// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arv.h>

#include <memory>
#include <string>

namespace veriline::camera {

struct GObjectUnref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
/// The one owner of a reference.
template <class T>
using GPtr = std::unique_ptr<T, GObjectUnref>;

struct GFree {
  void operator()(gpointer memory) const { g_free(memory); }
};

/// Where a call of the library puts its error.
class GErrorSlot {
 public:
  GErrorSlot() = default;
  ~GErrorSlot() { g_clear_error(&error_); }
  GErrorSlot(const GErrorSlot&) = delete;
  GErrorSlot& operator=(const GErrorSlot&) = delete;

  /// For the call; forgets what was there.
  GError** out() {
    g_clear_error(&error_);
    return &error_;
  }
  explicit operator bool() const { return error_ != nullptr; }
  std::string message() const { return error_ != nullptr ? error_->message : ""; }

 private:
  GError* error_ = nullptr;
};

}  // namespace veriline::camera
