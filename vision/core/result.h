// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace veriline {

/// Kinds of failure on the frame path. Outcomes (no read, unknown code) are not errors.
enum class ErrorCode : uint8_t {
  kInvalidArgument,
  kOutOfRange,
  kUnavailable,
  kExhausted,
  kWrongState,
  kIo,
  kInternal,
};

/// An error without allocation: enum, static text and two integers that the text explains.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  const char* text = "";
  int64_t a = 0;
  int64_t b = 0;
};

/// An error at an edge (config, lists, files, command line, rpc): says where and what to do.
/// `line` and `column` are 1-based; 0 means that there is no such place.
struct Diagnostic {
  ErrorCode code = ErrorCode::kInvalidArgument;
  std::string message;
  std::string file;
  int line = 0;
  int column = 0;
  std::string advice;
  /// Path of the value in a structured file or request, as in "views[0].field_mm"; often empty.
  std::string key;

  /// "file:line:column: message (advice)" with the absent parts left out.
  std::string ToString() const;
};

/// A value or an error; never both. [[nodiscard]] sits on the class because on an alias it has
/// no effect.
template <class T, class E = Error>
class [[nodiscard]] Result : public tl::expected<T, E> {
 public:
  using tl::expected<T, E>::expected;
};

/// Result at an edge.
template <class T>
using Checked = Result<T, Diagnostic>;

inline tl::unexpected<Error> Fail(ErrorCode code, const char* text, int64_t a = 0, int64_t b = 0) {
  return tl::unexpected<Error>(Error{code, text, a, b});
}
inline tl::unexpected<Diagnostic> Fail(Diagnostic diagnostic) {
  return tl::unexpected<Diagnostic>(std::move(diagnostic));
}

}  // namespace veriline
