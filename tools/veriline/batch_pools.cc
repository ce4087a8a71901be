// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/batch_pools.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "pipeline/store/postgres/pool_sync.h"
#include "pipeline/store/postgres/pools.h"
#include "pipeline/store/store.h"
#include "tools/veriline/batch_desk.h"

namespace veriline::tools {
namespace {

struct PoolCommand {
  std::string store, batch, line, user;
  std::string address;  ///< of the shared store, where `store` is that of the line
  uint64_t count = 0;
  bool json = false;
};

int Complain(const Diagnostic& diagnostic, int exit_code) {
  std::cerr << "veriline batch: " << diagnostic.ToString() << std::endl;
  return exit_code;
}

void Print(const store::Pool& pool, bool json) {
  if (json) {
    const nlohmann::ordered_json out{{"pool", pool.id},      {"line", pool.line_id},
                                     {"list", pool.part_id}, {"first", pool.first + 1},
                                     {"codes", pool.codes},  {"state", Name(pool.state)}};
    std::cout << out.dump() << "\n";
  } else {
    std::cout << fmt::format("pool {}\t{}\tlist {}\t{} to {}\t{}\n", pool.id, pool.line_id,
                             pool.part_id, pool.first + 1, pool.first + pool.codes,
                             Name(pool.state));
  }
}

bool IsShared(const PoolCommand& command) { return store::IsAddress(command.store); }
int NotShared() {
  return Complain({.message = "a store of one machine has no pools",
                   .advice = "give the address of a shared one: --store postgres://..."},
                  2);
}

int Allot(const PoolCommand& command) {
  if (!IsShared(command)) return NotShared();
  const auto pool = store::AllotPool(command.store, command.batch, command.line, command.count,
                                     command.user.empty() ? UserName() : command.user);
  if (!pool) return Complain(pool.error(), 1);
  Print(*pool, command.json);
  return 0;
}

int List(const PoolCommand& command) {
  if (!IsShared(command)) return NotShared();
  const auto pools = store::ListPools(command.store, command.batch);
  if (!pools) return Complain(pools.error(), 1);
  for (const store::Pool& pool : *pools) Print(pool, command.json);
  return 0;
}

int Sync(const PoolCommand& command) {
  auto store = store::EmbeddedStore::Open(command.store);
  if (!store) return Complain(store.error(), 1);
  store::PoolSync sync(**store, {command.address, command.line});
  if (const auto done = sync.Round(); !done) return Complain(done.error(), 1);
  const store::PoolSync::Status status = sync.status();
  std::cout << fmt::format("line {}: {} codes taken, {} changes told\n", command.line, status.taken,
                           status.told);
  return 0;
}

}  // namespace

void AddPoolCommands(CLI::App& batch, int& exit_code) {
  const auto add = [&](const char* name, const char* help, int (*action)(const PoolCommand&)) {
    auto command = std::make_shared<PoolCommand>();
    CLI::App* sub = batch.add_subcommand(name, help);
    sub->add_option("--store", command->store, "postgres:// address of the shared store")
        ->required();
    sub->add_flag("--json", command->json, "JSON instead of text");
    sub->add_option("NAME", command->batch, "Batch")->required();
    sub->callback([command, action, &exit_code] { exit_code = action(*command); });
    return std::pair(sub, command);
  };
  const auto [allot, allotting] =
      add("allot",
          "Gives codes of a shared store to one line, which claims them in a store of its own.\n"
          "Example: veriline batch allot B1 --line line-1 --count 50000\n"
          "         --store postgres://db/veriline",
          Allot);
  allot->add_option("--line", allotting->line, "Line")->required();
  allot->add_option("--count", allotting->count, "How many codes, in the order of printing")
      ->required();
  allot->add_option("--user", allotting->user, "Who says so (default: who runs this)");
  add("pools",
      "Lists the pools of a batch in a shared store, and whether they were handed back.\n"
      "Example: veriline batch pools B1 --store postgres://db/veriline",
      List);

  auto command = std::make_shared<PoolCommand>();
  CLI::App* sync = batch.add_subcommand(
      "sync",
      "Brings the store of a line and the shared one in step, while the line does not run.\n"
      "Example: veriline batch sync --store ./store --address postgres://db/veriline --line "
      "line-1");
  sync->add_option("--store", command->store, "Directory of the line's store")->required();
  sync->add_option("--address", command->address, "Address of the shared store")->required();
  sync->add_option("--line", command->line, "Line")->required();
  sync->callback([command, &exit_code] { exit_code = Sync(*command); });
}

}  // namespace veriline::tools
