// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/code_list.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <sstream>
#include <utility>

#include "pipeline/batch/csv_reader.h"
#include "vision/core/utf8.h"
#include "vision/gs1/check_digit.h"
#include "vision/gs1/country.h"
#include "vision/gs1/digital_link.h"

namespace veriline::batch {
namespace {

enum Column : size_t { kCode, kGtin, kLot, kExpiry, kMarket, kColumnCount };
constexpr std::array<std::string_view, kColumnCount> kColumnNames = {"code", "gtin", "lot",
                                                                     "expiry", "market"};
constexpr const char* kHeaderAdvice = "start with the row code,gtin,lot,expiry,market";

/// For each column its place in the rows of this file, if it is there.
struct Layout {
  std::array<std::optional<size_t>, kColumnCount> places;
  size_t count = 0;
};

/// The text as a message may show it: in quotes, on one line, cut when it is long.
std::string Shown(std::string_view text) {
  constexpr size_t kMostBytes = 60;
  size_t size = std::min(text.size(), kMostBytes);
  while (size < text.size() && size > 0 && (text[size] & 0xC0) == 0x80) --size;  // whole characters
  std::string out = "\"";
  for (char c : text.substr(0, size)) out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  return out + (size < text.size() ? "...\"" : "\"");
}

/// Codes that differ from one before in the serial number alone need no parser: what stands before
/// and behind it has been checked.
struct CodeShape {
  std::string before;  ///< the code up to its serial number; empty: none is known
  std::string behind;
  bool link = false;
  std::string gtin, lot, expiry, market;

  /// The serial number of a code of this shape; nothing for another.
  std::optional<std::string_view> SerialOf(std::string_view code) const;
};

std::optional<std::string_view> CodeShape::SerialOf(std::string_view code) const {
  if (before.empty() || !code.starts_with(before)) return std::nullopt;
  constexpr size_t kMostBytes = 20;
  size_t end = before.size();
  // A link's value ends before what delimits its parts; what would be escaped there is looked at.
  while (end < code.size() && code[end] != gs1::kSeparator &&
         !(link && std::string_view("/?#&;%").find(code[end]) != std::string_view::npos)) {
    if (!gs1::InCharset(code[end], gs1::Charset::kSet82)) return std::nullopt;
    ++end;
  }
  const size_t size = end - before.size();
  if (size == 0 || size > kMostBytes || code.substr(end) != behind) return std::nullopt;
  return code.substr(before.size(), size);
}

class RowParser {
 public:
  RowParser(std::string file, Layout layout) : file_(std::move(file)), layout_(layout) {}

  Checked<void> Parse(const std::vector<CsvField>& row, IssuedCode* out);

 private:
  tl::unexpected<Diagnostic> Refuse(const CsvField& field, std::string message,
                                    std::string advice) const {
    return Fail(Diagnostic{ErrorCode::kInvalidArgument, std::move(message), file_, field.line,
                           field.column, std::move(advice)});
  }
  /// The field of that column; nothing when the file has no such column or the field is empty.
  const CsvField* Find(const std::vector<CsvField>& row, Column column) const {
    const auto& place = layout_.places[column];
    return place && !row[*place].text.empty() ? &row[*place] : nullptr;
  }
  /// Parses the code and takes over what its application identifiers say.
  Checked<void> TakeCode(const CsvField& field, IssuedCode& out);
  void KeepShape(const ScannedCode& scanned, bool is_link, const IssuedCode& code);
  /// Takes over what the other columns say, which must not contradict the code.
  Checked<void> TakeAttributes(const std::vector<CsvField>& row, IssuedCode& out) const;
  Checked<void> Set(const CsvField& field, std::string value, std::string& out,
                    const char* ai) const;

  /// Whether the columns beside the code are those of the row before.
  bool RepeatsColumns(const std::vector<CsvField>& row) const;
  void KeepColumns(const std::vector<CsvField>& row, const IssuedCode& code);

  std::string file_;
  Layout layout_;
  CodeShape shape_;
  bool shaped_ = false;         ///< the last code had that shape
  bool columns_known_ = false;  ///< the last row had a code of that shape, so that the next holds:
  std::array<std::string, CsvReader::kMaxColumns> last_columns_;
  IssuedCode last_;  ///< what they and the code came to
};

void RowParser::KeepShape(const ScannedCode& scanned, bool is_link, const IssuedCode& code) {
  shape_ = {};
  if (!scanned.gtin14 || !scanned.serial) return;
  const std::string_view serial = *scanned.serial;
  // Where it stands for sure: behind a GTIN, or as a part of a path.
  const std::string mark =
      is_link ? "/21/" + std::string(serial) : "01" + *scanned.gtin14 + "21" + std::string(serial);
  const std::string_view path =
      std::string_view(code.code).substr(0, code.code.find_first_of("?#"));
  const size_t at = is_link ? path.rfind(mark) : code.code.find(mark);
  if (at == std::string::npos || (!is_link && at != 0)) return;
  const size_t begin = at + mark.size() - serial.size();
  shape_ = {code.code.substr(0, begin),
            code.code.substr(begin + serial.size()),
            is_link,
            code.gtin,
            code.lot,
            code.expiry,
            code.market};
  if (shape_.SerialOf(code.code) != serial) shape_ = {};
}

Checked<void> RowParser::TakeCode(const CsvField& field, IssuedCode& out) {
  out.code = field.text;
  shaped_ = false;
  if (const auto serial = shape_.SerialOf(field.text)) {
    shaped_ = true;
    out.key = CodeKey::Gs1(shape_.gtin, *serial);
    out.gtin = shape_.gtin;
    out.lot = shape_.lot;
    out.expiry = shape_.expiry;
    out.market = shape_.market;
    return {};
  }
  out.gtin.clear();
  out.lot.clear();
  out.expiry.clear();
  out.market.clear();
  if (field.text.starts_with('(')) {
    auto bytes = gs1::FromBracketed(field.text);
    if (bytes) {
      out.code = std::move(*bytes);
    } else if (field.text.starts_with("(01)") || field.text.starts_with("(00)")) {
      return Refuse(field, "The code is not a GS1 element string: " + gs1::Describe(bytes.error()),
                    "correct the code");
    }
  }
  const bool is_link = gs1::IsDigitalLink(out.code);
  const auto scanned = is_link ? ScanCode({}, out.code) : ScanElementString(out.code);
  if (is_link && !scanned) {
    return Refuse(field, "The code is not a GS1 Digital Link: " + gs1::Describe(scanned.error()),
                  "correct the code");
  }
  if (scanned && scanned->key.is_gs1()) {
    out.key = scanned->key;
    out.gtin = scanned->gtin14.value_or("");
    out.lot = scanned->lot.value_or("");
    out.expiry = scanned->expiry_yymmdd.value_or("");
    out.market = scanned->market.value_or("");
    KeepShape(*scanned, is_link, out);
  } else {
    out.key = CodeKey::Plain(out.code);
    if (out.key == CodeKey::Plain("")) {
      return Refuse(field, "The code has nothing but separators.",
                    "give the code or remove the row");
    }
  }
  return {};
}

Checked<void> RowParser::Set(const CsvField& field, std::string value, std::string& out,
                             const char* ai) const {
  if (!out.empty() && out != value) {
    return Refuse(
        field, Shown(field.text) + " differs from AI " + ai + " of the code, " + Shown(out) + ".",
        "make the two equal");
  }
  out = std::move(value);
  return {};
}

Checked<void> RowParser::TakeAttributes(const std::vector<CsvField>& row, IssuedCode& out) const {
  if (const CsvField* field = Find(row, kGtin); field != nullptr && field->text != out.gtin) {
    auto gtin = gs1::NormalizeGtin(field->text);
    if (!gtin) {
      return Refuse(*field, Shown(field->text) + " is not a GTIN.",
                    "give 8, 12, 13 or 14 digits with a valid check digit");
    }
    if (auto set = Set(*field, std::move(*gtin), out.gtin, "01"); !set) return set;
  }
  if (const CsvField* field = Find(row, kLot)) {
    if (auto set = Set(*field, std::string(field->text), out.lot, "10"); !set) return set;
  }
  if (const CsvField* field = Find(row, kExpiry)) {
    if (!gs1::IsDate(field->text, /*day_00=*/true)) {
      return Refuse(*field, Shown(field->text) + " is not an expiry date.",
                    "give YYMMDD, with day 00 when only the month is told");
    }
    if (auto set = Set(*field, std::string(field->text), out.expiry, "17"); !set) return set;
  }
  if (const CsvField* field = Find(row, kMarket)) {
    if (!gs1::IsCountryAlpha2(field->text)) {
      return Refuse(*field, Shown(field->text) + " is not a market.",
                    "give two capital letters of ISO 3166-1, e.g. DE");
    }
    if (auto set = Set(*field, std::string(field->text), out.market, "4307"); !set) return set;
  }
  return {};
}

Checked<void> RowParser::Parse(const std::vector<CsvField>& row, IssuedCode* out) {
  if (row.size() != layout_.count) {
    return Refuse(row.front(),
                  "This row has " + std::to_string(row.size()) + " columns, the first row " +
                      std::to_string(layout_.count) + ".",
                  "quote fields that hold commas");
  }
  for (const CsvField& field : row) {
    if (!IsUtf8(field.text)) {
      return Refuse(field, "This field is not UTF-8.", "save the list in UTF-8");
    }
  }
  const CsvField* code = Find(row, kCode);
  if (code == nullptr) {
    return Refuse(row[*layout_.places[kCode]], "The code is missing.",
                  "give the code or remove the row");
  }
  out->line = row.front().line;
  auto taken = TakeCode(*code, *out);
  // Most rows say the same as the one before them.
  if (taken && shaped_ && columns_known_ && RepeatsColumns(row)) {
    out->gtin = last_.gtin;
    out->lot = last_.lot;
    out->expiry = last_.expiry;
    out->market = last_.market;
    return {};
  }
  if (taken) taken = TakeAttributes(row, *out);
  columns_known_ = taken && shaped_;
  if (columns_known_) KeepColumns(row, *out);
  return taken;
}

bool RowParser::RepeatsColumns(const std::vector<CsvField>& row) const {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i != *layout_.places[kCode] && row[i].text != last_columns_[i]) return false;
  }
  return true;
}

void RowParser::KeepColumns(const std::vector<CsvField>& row, const IssuedCode& code) {
  for (size_t i = 0; i < row.size(); ++i) last_columns_[i] = row[i].text;
  last_ = {.gtin = code.gtin, .lot = code.lot, .expiry = code.expiry, .market = code.market};
}

Checked<Layout> ParseHeader(const std::vector<CsvField>& row, const std::string& file) {
  Layout layout;
  layout.count = row.size();
  const auto refuse = [&](const CsvField& field, std::string message) {
    return Fail(Diagnostic{ErrorCode::kInvalidArgument, std::move(message), file, field.line,
                           field.column, kHeaderAdvice});
  };
  for (size_t i = 0; i < row.size(); ++i) {
    const auto name = std::find(kColumnNames.begin(), kColumnNames.end(), row[i].text);
    if (name == kColumnNames.end()) {
      return refuse(row[i], (IsUtf8(row[i].text) ? Shown(row[i].text) : "This") +
                                " is not a column of a code list.");
    }
    auto& place = layout.places[static_cast<size_t>(name - kColumnNames.begin())];
    if (place) return refuse(row[i], "The column " + std::string(row[i].text) + " stands twice.");
    place = i;
  }
  if (!layout.places[kCode]) return refuse(row.front(), "The column code is missing.");
  return layout;
}

/// The first row, in the order of the file, whose key stood before.
std::optional<Diagnostic> FindKeyTwice(const std::vector<IssuedCode>& codes,
                                       const std::string& file) {
  std::vector<std::pair<size_t, uint32_t>> order(codes.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    order[i] = {std::hash<CodeKey>()(codes[i].key), static_cast<uint32_t>(i)};
  }
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    const auto by_key = codes[a.second].key <=> codes[b.second].key;
    return by_key != 0 ? by_key < 0 : a.second < b.second;
  });
  const IssuedCode* first = nullptr;
  const IssuedCode* again = nullptr;
  for (size_t i = 1; i < order.size(); ++i) {
    if (order[i - 1].first != order[i].first) continue;
    const IssuedCode& a = codes[order[i - 1].second];
    const IssuedCode& b = codes[order[i].second];
    if (a.key == b.key && (again == nullptr || b.line < again->line)) {
      first = &a;
      again = &b;
    }
  }
  if (again == nullptr) return std::nullopt;
  return Diagnostic{
      ErrorCode::kInvalidArgument,
      "The code of this row stands already on line " + std::to_string(first->line) + ".",
      file,
      again->line,
      0,
      "remove one of the two rows"};
}

}  // namespace

struct CodeListReader::Impl {
  Impl(std::istream& in, const std::string& file) : reader(in, file), name(file) {}

  CsvReader reader;
  std::string name;
  std::vector<CsvField> row;
  std::optional<RowParser> parser;  ///< once the first row is read
};

CodeListReader::CodeListReader(std::istream& in, const std::string& name)
    : impl_(std::make_unique<Impl>(in, name)) {}
CodeListReader::~CodeListReader() = default;

Checked<bool> CodeListReader::Next(IssuedCode* out) {
  Impl& impl = *impl_;
  auto more = impl.reader.Next(impl.row);
  if (!impl.parser) {
    if (more && !*more) {
      return Fail(Diagnostic{ErrorCode::kInvalidArgument, "The code list is empty.", impl.name, 0,
                             0, kHeaderAdvice});
    }
    if (!more) return more;
    const auto layout = ParseHeader(impl.row, impl.name);
    if (!layout) return tl::unexpected<Diagnostic>(layout.error());
    impl.parser.emplace(impl.name, *layout);
    more = impl.reader.Next(impl.row);
  }
  if (!more || !*more) return more;
  if (auto parsed = impl.parser->Parse(impl.row, out); !parsed) {
    return tl::unexpected<Diagnostic>(parsed.error());
  }
  return true;
}

Checked<CodeList> ParseCodeList(std::istream& in, const std::string& name) {
  CodeListReader reader(in, name);
  CodeList list;
  IssuedCode code;
  auto more = reader.Next(&code);
  for (; more && *more; more = reader.Next(&code)) list.codes.push_back(code);
  if (!more) return tl::unexpected<Diagnostic>(more.error());
  if (auto twice = FindKeyTwice(list.codes, name)) return Fail(std::move(*twice));
  return list;
}

Checked<std::vector<CodeKey>> KeysOfCodes(std::span<const std::string> codes,
                                          const std::string& name) {
  std::stringstream list;
  list << "code\r\n";
  for (const std::string& code : codes) {
    // Quoted whatever it holds: an empty field alone in its row would be an empty line.
    list << '"';
    for (const char c : code) list << (c == '"' ? "\"\"" : std::string(1, c));
    list << "\"\r\n";
  }
  auto parsed = ParseCodeList(list, name);
  if (!parsed) {
    // The header is line 1. A code with a line break in it is refused on its first line.
    if (parsed.error().line > 1) parsed.error().line -= 1;
    return Fail(std::move(parsed.error()));
  }
  std::vector<CodeKey> keys;
  keys.reserve(parsed->codes.size());
  for (IssuedCode& code : parsed->codes) keys.push_back(std::move(code.key));
  return keys;
}

void WriteCodeList(std::ostream& out, std::span<const IssuedCode> codes) {
  out << "code,gtin,lot,expiry,market\r\n";
  std::string row;
  for (const IssuedCode& code : codes) {
    row.clear();
    AppendCsvField(code.code, &row);
    for (const std::string* field : {&code.gtin, &code.lot, &code.expiry, &code.market}) {
      row += ',';
      AppendCsvField(*field, &row);
    }
    out << row << "\r\n";
  }
}

}  // namespace veriline::batch
