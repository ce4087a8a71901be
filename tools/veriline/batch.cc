// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/batch.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "pipeline/item/reasons.h"
#include "tools/veriline/batch_close.h"
#include "tools/veriline/batch_desk.h"
#include "tools/veriline/batch_issue.h"
#include "tools/veriline/batch_labels.h"
#include "tools/veriline/batch_pools.h"
#include "vision/core/clock.h"

namespace veriline::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint32_t kRowsPerQuery = 1000;
constexpr char kSeparator = '\x1d';
constexpr char kVisibleSeparator[] = "\u241d";  // SYMBOL FOR GROUP SEPARATOR

struct BatchCommand {
  std::string store;
  std::string batch;
  std::string file;
  std::vector<std::string> codes;
  uint64_t after = 0;
  bool all = false;
  bool adds = false;
  std::string to;
  std::string reason;
  std::string user;
  std::string station;
  UnusedOrder unused;
  bool unseen = false;
  bool json = false;
};

int Complain(const Diagnostic& diagnostic, int exit_code) {
  std::cout.flush();
  std::cerr << "veriline batch: " << diagnostic.ToString() << std::endl;
  return exit_code;
}

/// A list that is not good is a bad input; anything else is something that cannot be done now.
int ExitCodeOf(const Diagnostic& diagnostic) {
  return diagnostic.code == ErrorCode::kInvalidArgument && diagnostic.line > 0 ? 2 : 1;
}

/// UTC by RFC 3339 with milliseconds; empty for 0.
std::string TimeText(int64_t utc_ns) {
  if (utc_ns == 0) return "";
  const std::time_t seconds = utc_ns / 1'000'000'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds),
                     utc_ns / 1'000'000 % 1000);
}

/// Both balances with the evidence behind each number.
Json BalanceJson(const batch::BatchBalance& b) {
  Json rejected = Json::object();
  for (const auto& [reason, items] : b.rejected) {
    rejected[std::string(item::Name(static_cast<item::RejectReason>(reason)))] = items;
  }
  Json out{{"items",
            {{"triggers", b.triggers},
             {"good_lane", b.passed},
             {"rejected", rejected},
             {"unread_rejects", b.unread_rejects},
             {"in_doubt", b.in_doubt()},
             {"removed", b.removed}}},
           {"codes", {{"unused", b.unused}, {"printed_not_seen", b.printed_not_seen}}},
           {"differences", b.differences}};
  return out;
}

void PrintStatus(const batch::BatchBalance& b, bool json) {
  const batch::BatchStatus& s = b.codes;
  if (json) {
    Json out{{"batch", s.name},
             {"state", batch::Name(s.state)},
             {"codes", s.codes},
             {"printed", s.printed}};
    for (int state = 1; state < batch::kCodeStates; ++state) {
      const auto of = static_cast<batch::CodeState>(state);
      out[std::string(batch::Name(of))] = s.Of(of);
    }
    out["balance"] = BalanceJson(b);
    std::cout << out.dump() << "\n";
    return;
  }
  const auto row = [](std::string_view name, uint64_t count) {
    std::cout << fmt::format("  {:<17}{:>12}\n", name, count);
  };
  std::cout << "batch " << s.name << " is " << batch::Name(s.state) << "\n";
  row("codes", s.codes);
  row("printed", s.printed);
  for (int state = 1; state < batch::kCodeStates; ++state) {
    const auto of = static_cast<batch::CodeState>(state);
    row(batch::Name(of), s.Of(of));
    if (of != batch::CodeState::kIssued) continue;
    row("  not printed", b.unused);
    row("  printed, unseen", b.printed_not_seen);
  }
  row("items", b.triggers);
  row("good lane", b.passed);
  for (const auto& [reason, items] : b.rejected) {
    row("rejected " + std::string(item::Name(static_cast<item::RejectReason>(reason))), items);
  }
  row("  unread", b.unread_rejects);
  row("in doubt", b.in_doubt());
  row("removed", b.removed);
  for (const std::string& difference : b.differences) {
    std::cout << "does not balance: " << difference << "\n";
  }
}

std::string Visible(const std::string& code) {
  std::string out;
  for (const char byte : code) {
    out += byte == kSeparator ? kVisibleSeparator : std::string(1, byte);
  }
  return out;
}

void PrintCode(const batch::VerifiedCode& c, bool json) {
  if (json) {
    Json out{{"cursor", c.cursor},
             {"code", c.code},
             {"state", batch::Name(c.state)},
             {"line", c.item.line_id},
             {"lane", c.item.lane},
             {"item_seq", c.item.item_seq},
             {"encoder_count", c.encoder_count},
             {"claimed", TimeText(c.claimed_utc_ns)}};
    if (c.confirmed_utc_ns != 0) out["confirmed"] = TimeText(c.confirmed_utc_ns);
    // Lists are UTF-8; what a foreign hand put into the store must not end the program.
    std::cout << out.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
    return;
  }
  std::cout << fmt::format("{}\t{}\t{}\t{}/{}/{}\t{}\t{}\t{}\n", c.cursor, Visible(c.code),
                           batch::Name(c.state), c.item.line_id, c.item.lane, c.item.item_seq,
                           c.encoder_count, TimeText(c.claimed_utc_ns),
                           TimeText(c.confirmed_utc_ns));
}

Diagnostic CannotRead(const std::string& file) {
  return Diagnostic{.code = ErrorCode::kIo,
                    .message = std::string("cannot be read: ") + std::strerror(errno),
                    .file = file};
}

int Import(BatchDesk& desk, const BatchCommand& command) {
  std::ifstream list(command.file, std::ios::binary);
  // A directory opens, but cannot be read.
  if (!list || (list.peek(), list.bad())) return Complain(CannotRead(command.file), 2);
  const auto codes = desk.Import(command.batch, command.adds, list, command.file);
  if (!codes) {
    const bool bad_input = codes.error().code == ErrorCode::kInvalidArgument;
    return Complain(codes.error(), bad_input ? 2 : 1);
  }
  if (command.json) {
    std::cout << Json{{"batch", command.batch}, {"codes", *codes}}.dump() << "\n";
  } else {
    std::cout << fmt::format("batch {}: {} codes {}\n", command.batch, *codes,
                             command.adds ? "added" : "imported");
  }
  return 0;
}

int Show(BatchDesk& desk, const BatchCommand& command) {
  const auto balance = desk.Balance(command.batch);
  if (!balance) return Complain(balance.error(), 1);
  PrintStatus(*balance, command.json);
  return 0;
}

/// Codes in the order of printing with their states.
int Codes(BatchDesk& desk, const BatchCommand& command) {
  std::optional<batch::CodeState> wanted;
  if (!command.to.empty()) {
    wanted = batch::CodeStateFromName(command.to);
    if (!wanted) {
      return Complain({.message = "\"" + command.to + "\" is no state of a code",
                       .advice = "give one that veriline batch status lists"},
                      2);
    }
  }
  for (uint64_t first = 0;;) {
    const auto codes = desk.Codes(command.batch, first, kRowsPerQuery);
    if (!codes) return Complain(codes.error(), 1);
    for (const batch::ListedCode& code : *codes) {
      if (wanted && code.state != *wanted) continue;
      if (command.unseen && !IsUnseen(code)) continue;
      if (command.json) {
        Json out{{"place", code.place + 1},
                 {"code", code.code},
                 {"state", batch::Name(code.state)},
                 {"printed", code.printed}};
        std::cout << out.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
      } else {
        std::cout << fmt::format("{}\t{}\t{}\t{}\n", code.place + 1, Visible(code.code),
                                 batch::Name(code.state), code.printed ? "printed" : "");
      }
    }
    if (codes->size() < kRowsPerQuery) break;
    first += codes->size();
  }
  std::cout.flush();
  return std::cout.good() ? 0 : 1;
}

int Open(BatchDesk& desk, const BatchCommand& command) {
  if (const auto done = desk.Open(command.batch); !done) return Complain(done.error(), 1);
  return Show(desk, command);
}

int Close(BatchDesk& desk, const BatchCommand& command) {
  UnusedOrder order = command.unused;
  order.user = command.user.empty() ? UserName() : command.user;
  const auto retired = RetireUnused(desk, command.batch, order);
  if (!retired) return Complain(retired.error(), 1);
  if (const auto done = desk.Close(command.batch); !done) return Complain(done.error(), 1);
  return Show(desk, command);
}

/// The codes of the command line and of its file; the exit code where there are none.
std::optional<int> TakeCodes(const BatchCommand& command, std::vector<std::string>* codes) {
  *codes = command.codes;
  if (!command.file.empty()) {
    std::ifstream in(command.file, std::ios::binary);
    if (!in) return Complain(CannotRead(command.file), 2);
    auto list = batch::ParseCodeList(in, command.file);
    if (!list) return Complain(list.error(), 2);
    for (batch::IssuedCode& code : list->codes) codes->push_back(std::move(code.code));
  }
  if (!codes->empty()) return std::nullopt;
  return Complain({.message = "no code is named", .advice = "give CODE... or --file LIST"}, 2);
}

int Move(BatchDesk& desk, const BatchCommand& command) {
  const auto to = batch::CodeStateFromName(command.to);
  if (!to) {
    return Complain({.message = "\"" + command.to + "\" is no state of a code",
                     .advice = "give voided, sampled, destroyed, rejected, recalled, missing or "
                               "commissioned"},
                    2);
  }
  std::vector<std::string> codes;
  if (const auto exit_code = TakeCodes(command, &codes)) return *exit_code;
  const batch::MoveOrder order{.to = *to,
                               .reason = command.reason,
                               .user = command.user.empty() ? UserName() : command.user,
                               .utc_ns = UtcNowNs()};
  if (const auto done = desk.Move(command.batch, codes, order); !done) {
    return Complain(done.error(), ExitCodeOf(done.error()));
  }
  return Show(desk, command);
}

/// A line for each code; exit 1 where one of them is not ours.
int Claim(BatchDesk& desk, const BatchCommand& command) {
  std::vector<std::string> codes;
  if (const auto exit_code = TakeCodes(command, &codes)) return *exit_code;
  const item::Station station{command.station, command.user.empty() ? UserName() : command.user};
  const auto answers = desk.Claim(command.batch, codes, station);
  if (!answers) return Complain(answers.error(), ExitCodeOf(answers.error()));
  bool all = true;
  for (size_t i = 0; i < answers->size(); ++i) {
    const item::StationAnswer& answer = (*answers)[i];
    const bool granted = answer.outcome == batch::ReserveOutcome::kGranted;
    const bool duplicate = answer.outcome == batch::ReserveOutcome::kDuplicate;
    const batch::ItemRef& item = granted ? answer.item : answer.holder;
    const char* outcome = granted ? "granted" : duplicate ? "duplicate" : "not_free";
    all = all && granted;
    if (command.json) {
      Json out{{"code", codes[i]}, {"outcome", outcome}};
      if (granted || duplicate) {
        out["item"] = {{"line", item.line_id}, {"lane", item.lane}, {"item_seq", item.item_seq}};
      }
      std::cout << out.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
    } else {
      std::cout << Visible(codes[i]) << "\t" << outcome;
      if (granted || duplicate) {
        std::cout << fmt::format("\t{}/{}/{}", item.line_id, item.lane, item.item_seq);
      }
      std::cout << "\n";
    }
  }
  return all ? 0 : 1;
}

int Void(BatchDesk& desk, const BatchCommand& command) {
  BatchCommand move = command;
  move.to = "voided";
  return Move(desk, move);
}

int Verified(BatchDesk& desk, const BatchCommand& command) {
  batch::VerifiedQuery query{.batch = command.batch,
                             .after = command.after,
                             .limit = kRowsPerQuery,
                             .include_unconfirmed = command.all};
  for (;;) {
    const auto codes = desk.Verified(query);
    if (!codes) return Complain(codes.error(), 1);
    for (const batch::VerifiedCode& code : *codes) PrintCode(code, command.json);
    if (codes->size() < kRowsPerQuery) break;
    query.after = codes->back().cursor;
  }
  std::cout.flush();
  return std::cout.good() ? 0 : 1;
}

int Run(const BatchCommand& command, bool create,
        int (*action)(BatchDesk& desk, const BatchCommand& command)) {
  auto desk = OpenDesk(command.store, create, kDeskWaitNs, command.station);
  if (!desk) {
    return Complain(desk.error(), desk.error().code == ErrorCode::kInvalidArgument ? 2 : 1);
  }
  return action(**desk, command);
}

}  // namespace

void AddBatchCommand(CLI::App& app, int& exit_code) {
  CLI::App* batch =
      app.add_subcommand("batch",
                         "Issued codes in, verified codes out.\n"
                         "Example: veriline batch import codes.csv --batch B1 --store ./store");
  batch->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, auto* action) {
    auto command = std::make_shared<BatchCommand>();
    CLI::App* sub = batch->add_subcommand(name, help);
    sub->add_option("--store", command->store, "Directory or postgres:// address of the store")
        ->required();
    sub->add_flag("--json", command->json, "JSON instead of text");
    const bool create = std::string_view(name) == "import";
    sub->callback(
        [command, create, action, &exit_code] { exit_code = Run(*command, create, action); });
    return std::pair(sub, command);
  };

  const auto [import, importing] =
      add("import",
          "Takes a code list (CSV: code[,gtin][,lot][,expiry][,market]) as a new batch.\n"
          "A bad row is named by its line, and nothing of the file is taken.\n"
          "Example: veriline batch import codes.csv --batch B1 --store ./store",
          Import);
  import->add_option("FILE", importing->file, "Code list")->required();
  import->add_option("--batch", importing->batch, "Name of the batch")->required();
  import->add_flag("--add", importing->adds, "More codes for a batch that is there");

  const auto [open, opening] = add("open",
                                   "Lets the codes of a batch be accepted.\n"
                                   "Example: veriline batch open B1 --store ./store",
                                   Open);
  open->add_option("NAME", opening->batch, "Batch")->required();

  const auto [close, closing] = add("close",
                                    "Ends a batch: its codes are wrong_batch from then on. With\n"
                                    "--returned or --destroyed codes that nobody used are never\n"
                                    "used again; labels that nobody saw count as rejected.\n"
                                    "Example: veriline batch close B1 --returned unused.csv "
                                    "--store ./store",
                                    Close);
  close->add_option("NAME", closing->batch, "Batch")->required();
  auto* returned =
      close->add_option("--returned", closing->unused.returned,
                        "File for the codes that nobody used: they go back to who issued them");
  close->add_flag("--destroyed", closing->unused.destroyed, "What nobody used is destroyed")
      ->excludes(returned);
  close->add_option("--user", closing->user, "Who says so (default: who runs this)");

  const auto [codes, showing] =
      add("codes",
          "Lists the codes of a batch in the order of printing: place, code, state, printed.\n"
          "Example: veriline batch codes B1 --unseen --store ./store",
          Codes);
  codes->add_option("NAME", showing->batch, "Batch")->required();
  codes->add_option("--state", showing->to, "Only those in that state");
  codes->add_flag("--unseen", showing->unseen,
                  "Only labels that were made and that no item showed");

  const auto [status, asking] = add("status",
                                    "Tells how many codes of a batch are in which state.\n"
                                    "Example: veriline batch status B1 --store ./store --json",
                                    Show);
  status->add_option("NAME", asking->batch, "Batch")->required();

  const auto [verified, listing] =
      add("verified",
          "Lists the confirmed codes of a batch: cursor, code, state, line/lane/item, encoder\n"
          "count, claimed, confirmed.\n"
          "Example: veriline batch verified B1 --store ./store --after 1200",
          Verified);
  verified->add_option("NAME", listing->batch, "Batch")->required();
  verified->add_option("--after", listing->after, "Only what changed after this cursor");
  verified->add_flag("--all", listing->all, "Also claimed, in doubt and unconfirmed codes");

  const auto [take, voiding] =
      add("void",
          "Voids issued codes that no item has: all of them or none.\n"
          "Example: veriline batch void B1 '(01)04012345123456(21)A17' --store ./store",
          Void);
  take->add_option("NAME", voiding->batch, "Batch")->required();
  take->add_option("CODE", voiding->codes, "Codes as issued");
  take->add_option("--file", voiding->file, "Code list with the codes");

  const auto [move, moving] = add(
      "move",
      "Moves codes on by hand, all of them or none: to sampled, destroyed, rejected, recalled,\n"
      "missing, voided, or (of codes in doubt or suspect) to commissioned.\n"
      "Example: veriline batch move B1 '(01)04012345123456(21)A17' --to sampled\n"
      "         --reason 'retained sample' --store ./store",
      Move);
  move->add_option("NAME", moving->batch, "Batch")->required();
  move->add_option("CODE", moving->codes, "Codes as issued");
  move->add_option("--file", moving->file, "Code list with the codes");
  move->add_option("--to", moving->to, "State")->required();
  move->add_option("--reason", moving->reason, "Why, for the record")->required();
  move->add_option("--user", moving->user, "Who says so (default: who runs this)");

  const auto [claim, claiming] =
      add("claim",
          "Claims codes for items in hand, at rework or with a hand scanner: commissioned when it\n"
          "answers. Told for each: granted, duplicate (and who has it) or not_free.\n"
          "Example: veriline batch claim B1 '(01)04012345123456(21)A17' --station rework-1\n"
          "         --store ./store",
          Claim);
  claim->add_option("NAME", claiming->batch, "Batch")->required();
  claim->add_option("CODE", claiming->codes, "Codes as issued");
  claim->add_option("--file", claiming->file, "Code list with the codes");
  claim->add_option("--station", claiming->station, "Name of the place, as of a line")->required();
  claim->add_option("--user", claiming->user, "Who has them (default: who runs this)");

  AddIssueCommands(*batch, exit_code);
  AddLabelsCommand(*batch, exit_code);
  AddPoolCommands(*batch, exit_code);
}

}  // namespace veriline::tools
