// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/symbol_json.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/batch/code_key.h"
#include "vision/gs1/element_string.h"

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

/// Human readable interpretation of a GS1 symbol; empty for others and for a malformed string.
/// Associations are not asked for: the AIs that one needs may stand in another symbol of the label.
std::string HriOf(const Symbol& symbol) {
  if (!batch::SaysGs1(symbol.identifier_view())) return {};
  const auto parsed = gs1::ParseElementString(symbol.payload.view(), gs1::Associations::kIgnore);
  return parsed ? gs1::Hri(parsed->elements) : std::string();
}

/// Hundredths of a pixel are more than any reader knows.
double Rounded(float value) { return std::round(static_cast<double>(value) * 100) / 100; }

}  // namespace

Json ToJsonValue(const Symbol& symbol) {
  Json out;
  out["symbology"] = Name(symbol.symbology);
  out["identifier"] = symbol.identifier_view();
  out["text"] = symbol.text.view();
  out["bytes"] = Hex(symbol.payload.view());
  if (std::string hri = HriOf(symbol); !hri.empty()) out["hri"] = std::move(hri);
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
  if (symbol.symbology == Symbology::kComposite) {
    const std::string_view text = symbol.text.view();
    out["parts"] = {{{"symbology", Name(symbol.linear_component)},
                     {"text", text.substr(0, symbol.linear_bytes)}},
                    {{"symbology", fmt::format("cc-{:c}", std::tolower(symbol.component))},
                     {"text", text.substr(symbol.linear_bytes)}}};
  }
  return out;
}

// C0, DEL and C1.
std::string Printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<uint8_t>(text[i]);
    const bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) < 0xA0;
    if (c1) c = static_cast<uint8_t>(text[++i]);
    if (c < 0x20 || c == 0x7f || c1) {
      out += fmt::format("\\x{:02x}", c);
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

Json HeadOf(const FileReport& report) {
  Json out;
  out["file"] = report.file;
  out["width"] = report.width;
  out["height"] = report.height;
  out["elapsed_us"] = report.elapsed_us;
  if (!report.error.empty()) out["error"] = report.error;
  return out;
}

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Json ToJsonValue(const FileReport& report) {
  Json out = HeadOf(report);
  out["symbols"] = Json::array();
  for (const Symbol& symbol : report.symbols) out["symbols"].push_back(ToJsonValue(symbol));
  return out;
}

std::string ToJson(const FileReport& report) { return Dump(ToJsonValue(report)); }

std::string HeadLine(const FileReport& report) {
  const std::string file = Printable(report.file);
  if (!report.error.empty()) return fmt::format("{}: {}\n", file, report.error);
  return fmt::format("{}: {}x{}, {:.1f} ms, {} symbol{}\n", file, report.width, report.height,
                     static_cast<double>(report.elapsed_us) / 1000, report.symbols.size(),
                     report.symbols.size() == 1 ? "" : "s");
}

std::string SymbolLine(const Symbol& s) {
  const Point center = s.quad.Center();
  return fmt::format("  {} {} at {:.0f},{:.0f}{}{}  {}\n", Name(s.symbology), s.identifier_view(),
                     center.x, center.y, s.mirrored ? " mirrored" : "",
                     s.inverted ? " inverted" : "", Printable(s.text.view()));
}

std::string ToListing(const FileReport& report) {
  std::string out = HeadLine(report);
  for (const Symbol& symbol : report.symbols) out += SymbolLine(symbol);
  return out;
}

}  // namespace veriline::tools
