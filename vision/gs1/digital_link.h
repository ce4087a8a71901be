// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "vision/gs1/element_string.h"

namespace veriline::gs1 {

// GS1 Digital Link URIs, uncompressed: https://example.com/01/09501101530003/21/A1?17=271231.
// A primary key and its qualifiers stand in the path, everything else in the query.
// Source: GS1 Digital Link Standard: URI Syntax, release 1.2 and later, section 4.
// All functions are pure and safe from any thread; none throws on any input.

/// Whether the text is http:// or https:// with an application identifier that identifies something
/// (01, 00, 414, ...) in its path and a value behind it that could be one by length and characters.
/// Other URIs are just text. Allocates for addresses of the web alone.
bool IsDigitalLink(std::string_view uri);

/// The canonical element-string bytes of a Digital Link: primary key, qualifiers, attributes. A
/// GTIN of 8, 12 or 13 digits is filled up to 14. Parameters that are no application identifiers
/// (linkType=...) and the fragment say nothing here. Of several keys in the path the last one
/// counts; what stands before it is the address of the resolver.
/// Errors: as ParseElementString, offsets being those in `uri`; kUnknownAi where it is no Digital
/// Link at all; kBadValue for a %-escape that is none; kExcludedAssociation for a qualifier that
/// does not belong to the key or stands out of order.
Result<std::string, SyntaxError> FromDigitalLink(std::string_view uri,
                                                 Associations associations = Associations::kCheck);

/// The URI of the elements under `stem` ("https://example.com" or "https://example.com/some/path",
/// no slash at its end): the first primary key, its qualifiers in their order, the other elements
/// as parameters in the order of their numbers, values %-escaped. Nothing when no element is a
/// primary key.
std::optional<std::string> ToDigitalLink(std::span<const Element> elements, std::string_view stem);

/// Appends a value as it stands in a URI: all but the unreserved characters of RFC 3986 escaped.
void AppendEscaped(std::string_view value, std::string* uri);

/// Why the text can not be the stem of URIs; nothing when it can.
std::optional<std::string> FaultOfStem(std::string_view stem);

}  // namespace veriline::gs1
