// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/replay.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "pipeline/line/recording/replay.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "pipeline/store/embedded/owner_lock.h"
#include "rpc/convert.h"

namespace veriline::tools {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kMostThreads = 256;

struct ReplayCommand {
  std::string folder;
  std::string batch_list;
  std::string store;
  int threads = 1;
  bool json = false;
  bool compare = false;
};

int Complain(const Diagnostic& diagnostic, int exit_code) {
  std::cout.flush();
  std::cerr << "veriline replay: " << diagnostic.ToString() << std::endl;
  return exit_code;
}

/// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code ignored;
    path_ = (fs::temp_directory_path(ignored) / "veriline-replay-XXXXXX").string();
    made_ = mkdtemp(path_.data()) != nullptr;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (made_) fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  bool made() const { return made_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool made_ = false;
};

/// Copies a store that nobody has open.
Checked<void> CopyStore(const std::string& from, const std::string& to) {
  if (!fs::is_directory(from)) {
    return Fail(Diagnostic{.code = ErrorCode::kInvalidArgument,
                           .message = "there is no store",
                           .file = from,
                           .advice = "name the folder of the store of the configuration"});
  }
  const auto lock = store::OwnerLock::Take(from);
  if (!lock) return Fail(lock.error());
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(from, error)) {
    if (!entry.is_regular_file()) continue;
    fs::copy_file(entry.path(), fs::path(to) / entry.path().filename(), error);
    if (error) break;
  }
  if (!error) return {};
  return Fail(Diagnostic{.code = ErrorCode::kIo,
                         .message = "the store cannot be copied: " + error.message(),
                         .file = from,
                         .advice = "the copy goes to TMPDIR, which may be too small"});
}

/// A store of the replay's own in `dir`, with the batch open.
Checked<std::unique_ptr<store::EmbeddedStore>> MakeStore(const ReplayCommand& command,
                                                         const std::string& batch,
                                                         const std::string& dir) {
  if (!command.store.empty()) {
    if (auto copied = CopyStore(command.store, dir); !copied) return Fail(copied.error());
  }
  auto opened = store::EmbeddedStore::Open(dir);
  if (!opened) return opened;
  if (!command.batch_list.empty()) {
    std::ifstream list(command.batch_list, std::ios::binary);
    if (!list) {
      return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                             .message = "the list cannot be read",
                             .file = command.batch_list,
                             .advice = "check the path"});
    }
    const auto imported = (*opened)->ImportBatch(batch, list, command.batch_list);
    if (!imported) return Fail(imported.error());
  }
  const auto status = (*opened)->Status(batch);
  if (!status) return Fail(status.error());
  if (status->state != batch::BatchState::kOpen) {
    if (auto open = (*opened)->OpenBatch(batch); !open) return Fail(open.error());
  }
  return opened;
}

void PrintRecord(const item::InspectionRecord& record) {
  v1::InspectionRecord message;
  rpc::ToProto(record, &message);
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (google::protobuf::util::MessageToJsonString(message, &json, options).ok()) {
    std::cout << json << "\n";
  }
}

void PrintDifference(const line::ReplayDifference& d, bool json) {
  const bool stray = d.kind == item::RecordKind::kStray;
  if (json) {
    Json out{{"kind", stray ? "stray" : "item"}, {"lane", d.lane}};
    if (!stray) out["item_seq"] = d.item_seq;
    out["from_count"] = d.from_count;
    out["fields"] = d.fields;
    std::cout << Json{{"difference", out}}.dump(-1, ' ', false, Json::error_handler_t::replace)
              << "\n";
    return;
  }
  std::cout << (stray ? fmt::format("stray in lane {} at {}", d.lane, d.from_count)
                      : fmt::format("item {} of lane {}", d.item_seq, d.lane))
            << " differs:\n";
  for (const std::string& field : d.fields) std::cout << "  " << field << "\n";
}

void PrintSummary(const line::ReplaySummary& s, bool compare, bool json) {
  Json rejected = Json::object();
  for (size_t i = 0; i < s.rejected.size(); ++i) {
    if (s.rejected[i] == 0) continue;
    rejected[std::string(Name(static_cast<item::RejectReason>(i)))] = s.rejected[i];
  }
  if (json) {
    Json out{{"items", s.items},
             {"accepted", s.accepted},
             {"rejected", rejected},
             {"strays", s.strays},
             {"pictures_read", s.pictures_read},
             {"results_taken", s.results_taken},
             {"results_late", s.results_late},
             {"verdicts_taken", s.verdicts_taken},
             {"from_start", s.from_start},
             {"cut_short", s.cut_short},
             {"entries_lost", s.entries_lost}};
    if (compare) out["differences"] = s.differences;
    std::cout << Json{{"summary", out}}.dump() << "\n";
    return;
  }
  std::cout << fmt::format("{:<34}{:>8}\n{:<34}{:>8}\n", "items", s.items, "accepted", s.accepted);
  for (const auto& [name, count] : rejected.items()) {
    std::cout << fmt::format("  {:<32}{:>8}\n", "rejected: " + name, count.get<uint64_t>());
  }
  const std::pair<const char*, uint64_t> counts[] = {
      {"strays", s.strays},
      {"pictures read again", s.pictures_read},
      {"results taken, no pixels kept", s.results_taken},
      {"results taken, cut short by time", s.results_late},
      {"verdicts taken: late, lost, fault", s.verdicts_taken}};
  for (const auto& [name, count] : counts) std::cout << fmt::format("{:<34}{:>8}\n", name, count);
  if (compare) std::cout << fmt::format("{:<34}{:>8}\n", "records that differ", s.differences);
}

int Run(const ReplayCommand& command) {
  auto recording = line::Recording::Open(command.folder);
  if (!recording) return Complain(recording.error(), 2);
  const TemporaryFolder folder;
  if (!folder.made()) {
    return Complain({.message = "no temporary folder can be made", .advice = "set TMPDIR"}, 1);
  }
  auto store = MakeStore(command, recording->session().batch, folder.path());
  if (!store) return Complain(store.error(), command.store.empty() ? 2 : 1);

  line::ReplayOptions options;
  options.threads = command.threads;
  if (command.json) options.on_record = PrintRecord;
  if (command.compare) {
    options.on_difference = [&](const line::ReplayDifference& d) {
      PrintDifference(d, command.json);
    };
  }
  const line::ReplaySummary summary = line::Replay(*recording, **store, options);
  PrintSummary(summary, command.compare, command.json);
  std::cout.flush();
  const auto note = [](const std::string& text) {
    std::cerr << "veriline replay: " << text << "\n";
  };
  if (!summary.from_start) note("the ring has deleted the beginning: items before it are left out");
  if (summary.cut_short) note("the recording was cut short: replayed is what stands before that");
  if (summary.entries_lost > 0) {
    note(fmt::format("{} entries are missing: the disk was too slow", summary.entries_lost));
  }
  if (summary.damage) return Complain(*summary.damage, 1);
  return command.compare && summary.differences > 0 ? 1 : 0;
}

}  // namespace

void AddReplayCommand(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<ReplayCommand>();
  CLI::App* sub =
      app.add_subcommand("replay",
                         "Decides a recorded run once more, from its pictures and events.\n"
                         "Example: veriline replay recordings/L1-20260101T120000.000Z --batch-list "
                         "codes.csv --compare");
  sub->add_option("FOLDER", command->folder, "A recording: the folder with session.json")
      ->required();
  auto* list = sub->add_option("--batch-list", command->batch_list,
                               "The issued codes, as they were imported (CSV)");
  auto* store = sub->add_option("--store", command->store,
                                "The store of the line instead: a copy of it is used");
  list->excludes(store);
  sub->add_option("--threads", command->threads, "Threads that read pictures")
      ->check(CLI::Range(1, kMostThreads));
  sub->add_flag("--json", command->json, "The records as JSON Lines, then a summary");
  sub->add_flag("--compare", command->compare,
                "Say which records differ from the recorded ones; exit code 1 when any does");
  sub->callback([command, list, store, &exit_code] {
    if (list->count() + store->count() == 0) {
      throw CLI::RequiredError("--batch-list or --store");
    }
    exit_code = Run(*command);
  });
}

}  // namespace veriline::tools
