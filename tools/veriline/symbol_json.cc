// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/symbol_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace veriline::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto b = static_cast<uint8_t>(c);
    out.push_back(kDigits[b >> 4]);
    out.push_back(kDigits[b & 15]);
  }
  return out;
}

/// Hundredths of a pixel are more than any reader knows.
double Rounded(float value) { return std::round(static_cast<double>(value) * 100) / 100; }

Json ToJsonValue(const Symbol& symbol) {
  Json out;
  out["symbology"] = Name(symbol.symbology);
  out["identifier"] = symbol.identifier_view();
  out["text"] = symbol.text.view();
  out["bytes"] = Hex(symbol.payload.view());
  Json corners = Json::array();
  for (const Point& p : symbol.quad.corners) corners.push_back({Rounded(p.x), Rounded(p.y)});
  out["corners"] = std::move(corners);
  if (symbol.mirrored) out["mirrored"] = true;
  if (symbol.inverted) out["inverted"] = true;
  if (symbol.rows > 0) out["rows"] = symbol.rows;
  if (symbol.cols > 0) out["cols"] = symbol.cols;
  out["decoder"] = Name(symbol.decoder);
  if (symbol.errors_corrected >= 0) out["errors_corrected"] = symbol.errors_corrected;
  if (symbol.error_capacity >= 0) out["error_capacity"] = symbol.error_capacity;
  if (!symbol.addon.empty()) out["addon"] = symbol.addon.view();
  return out;
}

/// Control characters as \xNN, so that a listing stays one line and shows its separators.
std::string Printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

std::string ToJson(const FileReport& report) {
  Json out;
  out["file"] = report.file;
  out["width"] = report.width;
  out["height"] = report.height;
  out["elapsed_us"] = report.elapsed_us;
  if (!report.error.empty()) out["error"] = report.error;
  out["symbols"] = Json::array();
  for (const Symbol& symbol : report.symbols) out["symbols"].push_back(ToJsonValue(symbol));
  return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string ToListing(const FileReport& report) {
  if (!report.error.empty()) return fmt::format("{}: {}\n", report.file, report.error);
  std::string out = fmt::format("{}: {}x{}, {:.1f} ms, {} symbol{}\n", report.file, report.width,
                                report.height, static_cast<double>(report.elapsed_us) / 1000,
                                report.symbols.size(), report.symbols.size() == 1 ? "" : "s");
  for (const Symbol& s : report.symbols) {
    const Point center = s.quad.Center();
    out += fmt::format("  {} {} at {:.0f},{:.0f}{}{}  {}\n", Name(s.symbology), s.identifier_view(),
                       center.x, center.y, s.mirrored ? " mirrored" : "",
                       s.inverted ? " inverted" : "", Printable(s.text.view()));
  }
  return out;
}

}  // namespace veriline::tools
