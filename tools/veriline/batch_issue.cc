// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/batch_issue.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "pipeline/batch/csv_reader.h"
#include "pipeline/batch/issue/serials.h"
#include "tools/veriline/batch_desk.h"
#include "tools/veriline/new_file.h"
#include "vision/core/clock.h"
#include "vision/gs1/check_digit.h"
#include "vision/gs1/country.h"
#include "vision/gs1/digital_link.h"

namespace veriline::tools {
namespace {

using Json = nlohmann::ordered_json;
using batch::SerialKind;
using batch::SerialMaker;
using batch::SerialPlan;

struct IssueCommand {
  std::string kind = "random";
  uint64_t count = 0;
  std::string gtin, lot, expiry, market;
  std::string form = "element";
  std::string stem = "https://id.gs1.org";
  bool columns_only = false;
  int length = 12;
  std::string alphabet;
  std::string prefix;
  int check = 0;
  std::vector<int64_t> starts;
  int64_t step = 1;
  double guesses = SerialMaker::kGuesses;
  std::string key_file, out, store;
  bool json = false;
};

int Complain(const Diagnostic& diagnostic, int exit_code = 2) {
  std::cerr << "veriline batch issue: " << diagnostic.ToString() << std::endl;
  return exit_code;
}

Checked<std::string> AlphabetFor(SerialKind kind, const IssueCommand& c) {
  if (!c.alphabet.empty()) return batch::AlphabetOf(c.alphabet);
  return batch::AlphabetOf(kind == SerialKind::kSequential ? "digits" : "base32");
}

/// The text around a serial number.
struct CodeForm {
  std::string before, behind;  ///< of the code
  std::string columns;         ///< of the list, with its first comma and the line's end
  bool escapes = false;        ///< the serial number stands in a URI
};

Checked<CodeForm> FormOf(const IssueCommand& c, const std::string& gtin14) {
  CodeForm form;
  const auto refuse = [](std::string message, std::string advice) {
    return Fail(Diagnostic{.message = std::move(message), .advice = std::move(advice)});
  };
  if (!c.expiry.empty() && !gs1::IsDate(c.expiry, /*day_00=*/true)) {
    return refuse("\"" + c.expiry + "\" is not an expiry date", "give YYMMDD");
  }
  if (!c.market.empty() && !gs1::IsCountryAlpha2(c.market)) {
    return refuse("\"" + c.market + "\" is not a market",
                  "give two capital letters of ISO 3166-1, e.g. DE");
  }
  std::string attributes;  // as an element string
  if (!c.columns_only && !c.expiry.empty()) attributes += "17" + c.expiry;
  if (!c.columns_only && !c.lot.empty()) attributes += "10" + c.lot;
  if (c.form == "plain") {
    // The serial number is the code; what belongs to it stands in the columns.
  } else if (gtin14.empty()) {
    return refuse("no GTIN for a GS1 code", "give --gtin, or --form plain");
  } else {
    const std::string sample =
        "01" + gtin14 + "21" + "0" + (attributes.empty() ? "" : "\x1D" + attributes);
    const auto parsed = gs1::ParseElementString(sample);
    if (!parsed) {
      return refuse("the codes would not be valid: " + gs1::Describe(parsed.error()),
                    "correct lot and expiry");
    }
    if (c.form == "element") {
      form.before = "01" + gtin14 + "21";
      if (!attributes.empty()) form.behind = "\x1D" + attributes;
    } else {
      if (const auto fault = gs1::FaultOfStem(c.stem)) {
        return refuse("\"" + c.stem + "\" cannot be the stem of links. " + *fault,
                      "give --stem https://example.com");
      }
      const std::string uri = *gs1::ToDigitalLink(parsed->elements, c.stem);
      const size_t at = uri.find("/21/0");
      form.before = uri.substr(0, at + 4);
      form.behind = uri.substr(at + 5);
      form.escapes = true;
    }
  }
  // The columns as the list has them, by the writer of lists.
  std::ostringstream row;
  const batch::IssuedCode blank{
      .code = "x", .gtin = gtin14, .lot = c.lot, .expiry = c.expiry, .market = c.market};
  batch::WriteCodeList(row, std::span(&blank, 1));
  const std::string text = row.str();
  form.columns = text.substr(text.find("\r\nx,") + 3);
  return form;
}

constexpr char kHeader[] = "code,gtin,lot,expiry,market\r\n";

/// Writes rows of the list.
class RowWriter {
 public:
  RowWriter(const CodeForm& form, std::FILE* file) : form_(form), file_(file) {}
  void Write(std::string_view serial) {
    code_.assign(form_.before);
    if (form_.escapes) {
      gs1::AppendEscaped(serial, &code_);
    } else {
      code_.append(serial);
    }
    code_.append(form_.behind);
    row_.clear();
    batch::AppendCsvField(code_, &row_);  // GS1's 82 characters have quotes and commas
    row_.append(form_.columns);
    std::fwrite(row_.data(), 1, row_.size(), file_);
  }

 private:
  const CodeForm& form_;
  std::FILE* file_;
  std::string code_, row_;
};

/// What of the plan makes two runs parts of one sequence.
std::string ShapeOf(const SerialPlan& plan, const batch::SerialKey* key) {
  return fmt::format("{} {} {} {}+{} step {} lanes {} key {}", batch::Name(plan.kind),
                     plan.alphabet, plan.prefix, plan.digits(), plan.check_length, plan.step,
                     plan.kind == SerialKind::kSequential ? plan.starts.size() : 1,
                     key == nullptr ? "-" : key->Id());
}

/// Copies the rows of `from` behind the header but those that are in `known`, which is in order.
void CopyRows(const std::string& from, const std::vector<uint32_t>& known, std::FILE* to) {
  std::ifstream in(from, std::ios::binary);
  std::string line;
  std::getline(in, line);
  auto next = known.begin();
  for (uint32_t row = 0; std::getline(in, line); ++row) {
    if (next != known.end() && *next == row) {
      ++next;
      continue;
    }
    std::fwrite(line.data(), 1, line.size(), to);
    std::fputc('\n', to);
  }
}

/// Makes the codes and registers them, so that none was issued before.
Checked<void> IssueInto(BatchDesk& desk, const IssueCommand& c, const CodeForm& form,
                        SerialMaker& maker, const batch::IssueRecord& about, NewFile& list,
                        uint64_t* redrawn) {
  std::fputs(kHeader, list.file());
  const bool random = about.kind == static_cast<uint8_t>(SerialKind::kRandom);
  for (uint64_t left = c.count; left > 0;) {
    // Each round is a list of its own: what was issued before is left out and drawn once more.
    auto round = NewFile::Make(list.partial() + ".round");
    if (!round) return Fail(round.error());
    std::fputs(kHeader, round->file());
    RowWriter writer(form, round->file());
    maker.Next(left, [&](std::string_view serial) { writer.Write(serial); });
    if (std::fflush(round->file()) != 0 || std::ferror(round->file()) != 0) {
      return Fail(Diagnostic{.code = ErrorCode::kIo,
                             .message = "the list cannot be written",
                             .file = round->partial(),
                             .advice = "is the disk full?"});
    }
    batch::IssueRecord record = about;
    record.next_starts = maker.NextStarts();
    if (random) record.next_starts.clear();
    std::ifstream in(round->partial(), std::ios::binary);
    const auto answer = desk.RegisterIssue(record, in, c.out, random);
    if (!answer) return Fail(answer.error());
    CopyRows(round->partial(), answer->known, list.file());
    left = answer->known.size();
    *redrawn += left;
  }
  return list.Finish();
}

int Issue(const IssueCommand& c) {
  const auto kind = batch::SerialKindFromName(c.kind);
  if (!kind) {
    return Complain({.message = "\"" + c.kind + "\" is no kind of serial numbers",
                     .advice = "give sequential, random or encrypted"});
  }
  if (c.form != "element" && c.form != "link" && c.form != "plain") {
    return Complain({.message = "\"" + c.form + "\" is no form of codes",
                     .advice = "give element, link or plain"});
  }
  std::string gtin14;
  if (!c.gtin.empty()) {
    const auto normal = gs1::NormalizeGtin(c.gtin);
    if (!normal) {
      return Complain({.message = "\"" + c.gtin + "\" is not a GTIN",
                       .advice = "give 8, 12, 13 or 14 digits with a valid check digit"});
    }
    gtin14 = *normal;
  }
  const auto alphabet = AlphabetFor(*kind, c);
  if (!alphabet) return Complain(alphabet.error());
  std::optional<batch::SerialKey> key;
  if (!c.key_file.empty()) {
    auto read = batch::SerialKey::FromFile(c.key_file);
    if (!read) return Complain(read.error());
    key = std::move(*read);
  }
  SerialPlan plan{.kind = *kind,
                  .alphabet = *alphabet,
                  .prefix = c.prefix,
                  .length = c.length,
                  .check_length = c.check,
                  .gtin14 = gtin14,
                  .step = c.step};
  if (!c.starts.empty()) plan.starts = c.starts;
  const auto form = FormOf(c, gtin14);
  if (!form) return Complain(form.error());

  std::unique_ptr<BatchDesk> desk;
  uint64_t known = 0;
  if (!c.store.empty()) {
    auto opened = OpenDesk(c.store, /*create=*/true, kDeskWaitNs);
    if (!opened) {
      return Complain(opened.error(), opened.error().code == ErrorCode::kInvalidArgument ? 2 : 1);
    }
    desk = std::move(*opened);
    const auto issues = desk->Issues(gtin14);
    if (!issues) return Complain(issues.error(), 1);
    const std::string shape = ShapeOf(plan, key ? &*key : nullptr);
    for (const batch::IssueRecord& issue : *issues) {
      known += issue.codes;
      // The sequence goes on where the last run ended, unless told otherwise.
      if (c.starts.empty() && issue.shape == shape && !issue.next_starts.empty()) {
        plan.starts = issue.next_starts;
      }
    }
  }
  auto maker = SerialMaker::Make(plan, c.count, known, c.guesses, key ? &*key : nullptr);
  if (!maker) return Complain(maker.error());
  auto list = NewFile::Make(c.out);
  if (!list) return Complain(list.error());

  uint64_t redrawn = 0;
  const std::string shape = ShapeOf(plan, key ? &*key : nullptr);
  Checked<void> done;
  if (desk) {
    const batch::IssueRecord about{.kind = static_cast<uint8_t>(*kind),
                                   .gtin14 = gtin14,
                                   .shape = shape,
                                   .file = c.out,
                                   .user = UserName(),
                                   .utc_ns = UtcNowNs()};
    done = IssueInto(*desk, c, *form, *maker, about, *list, &redrawn);
  } else {
    std::fputs(kHeader, list->file());
    RowWriter writer(*form, list->file());
    maker->Next(c.count, [&](std::string_view serial) { writer.Write(serial); });
    done = list->Finish();
    if (done) {
      std::cerr
          << "veriline batch issue: without --store nobody knows whether these serial numbers "
             "were issued before"
          << std::endl;
    }
  }
  if (!done)
    return Complain(done.error(), done.error().code == ErrorCode::kInvalidArgument ? 2 : 1);
  if (c.json) {
    Json out{{"file", c.out},      {"kind", c.kind},
             {"codes", c.count},   {"gtin", gtin14},
             {"length", c.length}, {"alphabet", *alphabet},
             {"redrawn", redrawn}, {"registered", desk != nullptr}};
    if (*kind != SerialKind::kRandom) out["next_start"] = maker->NextStarts();
    std::cout << out.dump() << "\n";
  } else {
    std::cout << fmt::format("{}: {} {} codes issued{}\n", c.out, c.count, c.kind,
                             desk ? ", none of them before" : "");
  }
  return 0;
}

struct CheckCommand {
  IssueCommand plan;
  std::vector<std::string> codes;
  std::optional<int64_t> next_start;
};

/// Whether codes bear the check part of their key: a look with no list.
int Check(const CheckCommand& c) {
  const auto kind = batch::SerialKindFromName(c.plan.kind);
  if (!kind) return Complain({.message = "no such kind", .advice = "see --help"});
  const auto alphabet = AlphabetFor(*kind, c.plan);
  if (!alphabet) return Complain(alphabet.error());
  const auto key = batch::SerialKey::FromFile(c.plan.key_file);
  if (!key) return Complain(key.error());
  const auto keys = batch::KeysOfCodes(c.codes, "codes");
  if (!keys) return Complain(keys.error());
  bool all = true;
  for (size_t i = 0; i < c.codes.size(); ++i) {
    const std::string& bytes = (*keys)[i].bytes();
    SerialPlan plan{.kind = *kind,
                    .alphabet = *alphabet,
                    .prefix = c.plan.prefix,
                    .length = c.plan.length,
                    .check_length = c.plan.check,
                    .step = c.plan.step};
    if (!c.plan.starts.empty()) plan.starts = c.plan.starts;
    constexpr size_t kGtinAt = 3, kSerialAt = 19;  // "g01", the GTIN, "21"
    const bool gs1 = (*keys)[i].is_gs1() && bytes.size() > kSerialAt;
    plan.gtin14 = gs1 ? bytes.substr(kGtinAt, 14) : gs1::NormalizeGtin(c.plan.gtin).value_or("");
    const std::string serial = bytes.substr(gs1 ? kSerialAt : 1);
    const bool good = batch::CouldBeIssued(plan, *key, serial, c.next_start);
    all = all && good;
    if (c.plan.json) {
      std::cout << Json{{"serial", serial}, {"issued", good}}.dump() << "\n";
    } else {
      std::cout << serial << "\t" << (good ? "may be issued" : "was not issued under this key")
                << "\n";
    }
  }
  return all ? 0 : 1;
}

void AddPlanOptions(CLI::App& app, IssueCommand& c) {
  app.add_option("--kind", c.kind, "sequential, random or encrypted")->capture_default_str();
  app.add_option("--length", c.length, "Characters of a serial number, prefix and check included")
      ->capture_default_str();
  app.add_option("--alphabet", c.alphabet,
                 "digits, hex, upper, base32 (30 characters, no look-alikes), alnum, or the "
                 "characters themselves "
                 "(default: digits in sequence, else base32)");
  app.add_option("--prefix", c.prefix, "What all serial numbers begin with");
  app.add_option("--check", c.check, "Characters of the keyed check part at the end")
      ->capture_default_str();
  app.add_option("--start", c.starts,
                 "First number; several, divided by commas: one for each lane or print head, to "
                 "which codes are dealt in turn (default: where the last run ended, or 1)")
      ->delimiter(',');
  app.add_option("--step", c.step, "To the next number; may be negative")->capture_default_str();
  app.add_option("--key-file", c.key_file, "Key of encrypted numbers and of the check part");
  app.add_flag("--json", c.json, "JSON instead of text");
}

}  // namespace

void AddIssueCommands(CLI::App& batch, int& exit_code) {
  auto issue = std::make_shared<IssueCommand>();
  CLI::App* app = batch.add_subcommand(
      "issue",
      "Makes codes and writes them as a code list, mode 0600.\n"
      "Example: veriline batch issue --kind random --count 1000 --gtin 04012345123456 --lot L1\n"
      "         --expiry 271231 --out codes.csv --store ./store");
  AddPlanOptions(*app, *issue);
  app->add_option("--count", issue->count, "How many")
      ->required()
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000'000}));
  app->add_option("--gtin", issue->gtin, "GTIN-8, -12, -13 or -14 with its check digit");
  app->add_option("--lot", issue->lot, "Lot (AI 10)");
  app->add_option("--expiry", issue->expiry, "Expiry date YYMMDD (AI 17)");
  app->add_option("--market", issue->market, "Market, ISO 3166-1 alpha-2");
  app->add_option("--form", issue->form,
                  "element (GS1 element string), link (GS1 Digital Link) or plain (the serial "
                  "number alone)")
      ->capture_default_str();
  app->add_option("--stem", issue->stem, "What links begin with")->capture_default_str();
  app->add_flag("--columns-only", issue->columns_only,
                "Lot and expiry stand in the columns of the list and not in the codes");
  app->add_option("--guesses", issue->guesses,
                  "One guess in so many may hit an issued number, no more")
      ->check(CLI::Range(1.0, 1e18))
      ->capture_default_str();
  app->add_option("--out", issue->out, "The list; a new file")->required();
  app->add_option("--store", issue->store,
                  "Directory of the store that remembers what was issued: no serial number twice");
  app->callback([issue, &exit_code] { exit_code = Issue(*issue); });

  auto check = std::make_shared<CheckCommand>();
  CLI::App* look = batch.add_subcommand(
      "check",
      "Tells whether serial numbers bear the check part of a key, with no list.\n"
      "Example: veriline batch check '(01)04012345123456(21)7K2M9QX4B3AA' --check 4\n"
      "         --key-file line.key\n"
      "Exit code: 1 when one of them does not.");
  AddPlanOptions(*look, check->plan);
  look->add_option("CODE", check->codes, "Codes as issued, or serial numbers")->required();
  look->add_option("--gtin", check->plan.gtin, "GTIN of codes that are plain serial numbers");
  look->add_option("--next-start", check->next_start,
                   "Of encrypted numbers: the counter behind the last one issued");
  look->callback([check, &exit_code] { exit_code = Check(*check); });

  auto path = std::make_shared<std::string>();
  CLI::App* key = batch.add_subcommand("key",
                                       "Makes a new key file, mode 0600.\n"
                                       "Example: veriline batch key line.key");
  key->add_option("FILE", *path, "A new file")->required();
  key->callback([path, &exit_code] {
    const auto made = batch::SerialKey::WriteNew(*path);
    exit_code = made ? 0 : Complain(made.error(), 1);
  });
}

}  // namespace veriline::tools
