// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/batch_labels.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/batch/code_key.h"
#include "pipeline/batch/csv_reader.h"
#include "pipeline/batch/label/label.h"
#include "pipeline/item/text_template.h"
#include "tools/veriline/batch_desk.h"
#include "tools/veriline/new_file.h"
#include "vision/core/clock.h"
#include "vision/gs1/digital_link.h"

namespace veriline::tools {
namespace {

constexpr uint32_t kCodesPerQuery = 1000;

struct LabelsCommand {
  std::string batch, store, out, range, reprint, user, size = "60x30";
  std::string format = "pdf";
  std::vector<std::string> symbols = {"datamatrix"};
  std::vector<std::string> texts;
  batch::LabelLayout layout;
  bool json = false;
};

int Complain(const Diagnostic& diagnostic, int exit_code) {
  std::cerr << "veriline batch labels: " << diagnostic.ToString() << std::endl;
  return exit_code;
}

/// "A<between>B" as two numbers.
template <class Number>
bool TakePair(const std::string& text, char between, Number* a, Number* b) {
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, *a);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != between) return false;
  const auto second = std::from_chars(first.ptr + 1, end, *b);
  return second.ec == std::errc() && second.ptr == end;
}

Checked<std::vector<item::TextTemplate>> Templates(const std::vector<std::string>& sources) {
  const std::time_t now = UtcNowNs() / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::vector<item::TextTemplate> out;
  for (const std::string& source : sources) {
    auto parsed = item::TextTemplate::Parse(source, utc.tm_year + 1900);
    if (!parsed) {
      Diagnostic why = parsed.error();
      why.message = "--text \"" + source + "\": " + why.message;
      return Fail(std::move(why));
    }
    out.push_back(std::move(*parsed));
  }
  return out;
}

/// The lines of one label. Errors: a value that the code does not have.
Checked<std::vector<std::string>> LinesOf(const batch::ListedCode& code,
                                          const std::vector<item::TextTemplate>& templates) {
  std::string bytes = code.code;
  if (gs1::IsDigitalLink(bytes)) bytes = gs1::FromDigitalLink(bytes).value_or(bytes);
  const auto parsed = gs1::ParseElementString(bytes, gs1::Associations::kIgnore);
  item::TextValues values{.code = code.code,
                          .gtin = code.values.gtin,
                          .lot = code.values.lot,
                          .expiry = code.values.expiry,
                          .market = code.values.market};
  if (parsed) values.elements = parsed->elements;
  std::vector<std::string> lines(templates.size());
  for (size_t i = 0; i < templates.size(); ++i) {
    if (const auto lacking = templates[i].Expand(values, &lines[i])) {
      return Fail(Diagnostic{.message = "code " + std::to_string(code.place + 1) +
                                        " of the batch says nothing of AI " +
                                        std::string(lacking->view()) + ", which a line needs",
                             .advice = "leave the line out, or issue codes that say it"});
    }
  }
  return lines;
}

/// One row for each label, for software of its own: place, code, text for people, lines.
class CsvLabels {
 public:
  CsvLabels(std::FILE* file, size_t lines) : file_(file) {
    std::string header = "place,code,hri";
    for (size_t i = 1; i <= lines; ++i) header += ",line" + std::to_string(i);
    std::fputs((header + "\r\n").c_str(), file_);
  }
  void Write(const batch::ListedCode& code, const std::vector<std::string>& lines) {
    const auto scanned = gs1::IsDigitalLink(code.code) ? batch::ScanCode({}, code.code)
                                                       : batch::ScanElementString(code.code);
    std::string row = std::to_string(code.place + 1) + ",";
    batch::AppendCsvField(code.code, &row);
    row += ',';
    if (scanned) batch::AppendCsvField(scanned->hri, &row);
    for (const std::string& line : lines) {
      row += ',';
      batch::AppendCsvField(line, &row);
    }
    std::fputs((row + "\r\n").c_str(), file_);
  }

 private:
  std::FILE* file_;
};

int Labels(LabelsCommand c) {
  c.layout.symbologies.clear();
  for (const std::string& name : c.symbols) {
    const auto symbology = batch::LabelSymbologyFromName(name);
    if (!symbology) {
      return Complain({.message = "\"" + name + "\" is no symbol for a label",
                       .advice = "give datamatrix, qr, code128, gs1-128, code39 or ean13"},
                      2);
    }
    c.layout.symbologies.push_back(*symbology);
  }
  if (!TakePair(c.size, 'x', &c.layout.width_mm, &c.layout.height_mm)) {
    return Complain({.message = "\"" + c.size + "\" is no size", .advice = "give e.g. 60x30 (mm)"},
                    2);
  }
  const auto templates = Templates(c.texts);
  if (!templates) return Complain(templates.error(), 2);
  auto desk = OpenDesk(c.store, /*create=*/false, kDeskWaitNs);
  if (!desk) {
    return Complain(desk.error(), desk.error().code == ErrorCode::kInvalidArgument ? 2 : 1);
  }
  const auto status = (*desk)->Status(c.batch);
  if (!status) return Complain(status.error(), 1);
  uint64_t from = 1, to = status->codes;
  if (!c.range.empty() &&
      (!TakePair(c.range, '-', &from, &to) || from < 1 || to < from || to > status->codes)) {
    return Complain({.message = "\"" + c.range + "\" is no range of the " +
                                std::to_string(status->codes) + " codes",
                     .advice = "give FIRST-LAST, from 1 on"},
                    2);
  }
  auto file = NewFile::Make(c.out);
  if (!file) return Complain(file.error(), 2);
  std::unique_ptr<batch::LabelWriter> writer;
  std::unique_ptr<CsvLabels> csv;
  if (c.format == "pdf") {
    writer = batch::MakePdfLabels(file->partial(), c.layout);
  } else if (c.format == "zpl") {
    writer = batch::MakeZplLabels(file->file(), c.layout);
  } else {
    csv = std::make_unique<CsvLabels>(file->file(), templates->size());
  }
  for (uint64_t at = from - 1; at < to;) {
    const auto limit = static_cast<uint32_t>(std::min<uint64_t>(kCodesPerQuery, to - at));
    const auto codes = (*desk)->Codes(c.batch, at, limit);
    if (!codes) return Complain(codes.error(), 1);
    for (const batch::ListedCode& code : *codes) {
      const auto lines = LinesOf(code, *templates);
      if (!lines) return Complain(lines.error(), 2);
      if (csv) {
        csv->Write(code, *lines);
        continue;
      }
      const auto label = batch::LayOut(c.layout, code, *lines);
      if (!label) return Complain(label.error(), 2);
      writer->Write(*label);
    }
    if (codes->empty()) break;
    at += codes->size();
  }
  if (writer && !writer->Finish()) {
    return Complain(
        {.message = "the labels cannot be written", .file = c.out, .advice = "is the disk full?"},
        1);
  }
  // Printed before the file has its name: who has the file may have printed it.
  const batch::PrintRun run{.first = from - 1,
                            .codes = to - from + 1,
                            .reason = c.reprint,
                            .user = c.user.empty() ? UserName() : c.user,
                            .utc_ns = UtcNowNs()};
  if (const auto recorded = (*desk)->RecordPrint(c.batch, run); !recorded) {
    return Complain(recorded.error(), 1);
  }
  if (const auto done = file->Finish(); !done) return Complain(done.error(), 1);
  if (c.json) {
    std::cout << nlohmann::ordered_json{{"file", c.out},
                                        {"format", c.format},
                                        {"first", from},
                                        {"last", to}}
                     .dump()
              << "\n";
  } else {
    std::cout << fmt::format("{}: {} labels of batch {}\n", c.out, to - from + 1, c.batch);
  }
  return 0;
}

}  // namespace

void AddLabelsCommand(CLI::App& batch, int& exit_code) {
  auto c = std::make_shared<LabelsCommand>();
  CLI::App* app = batch.add_subcommand(
      "labels",
      "Makes the labels of a batch in the order of its codes, and records that they are printed.\n"
      "A second print is refused unless it is a reprint with a reason.\n"
      "Example: veriline batch labels B1 --format pdf --out labels.pdf --symbol gs1-128\n"
      "         --symbol datamatrix --text 'EXP {17:MM.YYYY}' --size 90x30 --store ./store");
  app->add_option("NAME", c->batch, "Batch")->required();
  app->add_option("--format", c->format, "pdf (a page each), zpl (ZPL II), or csv (for software)")
      ->check(CLI::IsMember({"pdf", "zpl", "csv"}))
      ->capture_default_str();
  app->add_option("--out", c->out, "A new file")->required();
  app->add_option("--range", c->range, "FIRST-LAST, counted from 1 (default: all)");
  app->add_option("--symbol", c->symbols,
                  "datamatrix, qr, code128, gs1-128, code39, ean13; several stand side by side")
      ->capture_default_str();
  app->add_option("--text", c->texts,
                  "A line as recipes write it, e.g. 'LOT {10}'; several stand one below the other");
  app->add_option("--size", c->size, "Of a label, WIDTHxHEIGHT in mm")->capture_default_str();
  app->add_option("--matrix-x", c->layout.matrix_x_mm, "X of matrix symbols, mm")
      ->check(CLI::Range(0.05, 10.0))
      ->capture_default_str();
  app->add_option("--linear-x", c->layout.linear_x_mm, "X of linear symbols, mm")
      ->check(CLI::Range(0.05, 10.0))
      ->capture_default_str();
  app->add_option("--bar-height", c->layout.bar_height_mm, "Of linear symbols, mm")
      ->check(CLI::Range(1.0, 200.0))
      ->capture_default_str();
  app->add_option("--text-size", c->layout.text_mm, "Of the font, mm")
      ->check(CLI::Range(0.5, 50.0))
      ->capture_default_str();
  app->add_option("--dpi", c->layout.dpi, "Dots of the printer an inch; modules are whole dots")
      ->check(CLI::Range(72, 2400))
      ->capture_default_str();
  app->add_option("--reprint", c->reprint, "Why labels are printed once more");
  app->add_option("--user", c->user, "Who prints (default: who runs this)");
  app->add_option("--store", c->store, "Directory of the store")->required();
  app->add_flag("--json", c->json, "JSON instead of text");
  app->callback([c, &exit_code] { exit_code = Labels(*c); });
}

}  // namespace veriline::tools
