// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/line_host.h"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "pipeline/item/recipe.h"

namespace veriline::tools {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostRecipes = 1000;

std::vector<std::string> CamerasOf(const item::Recipe& recipe) {
  std::vector<std::string> cameras;
  for (const item::ViewSpec& view : recipe.views) cameras.push_back(view.camera);
  return cameras;
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

tl::unexpected<Diagnostic> NotOfThisLine(std::string message, std::string advice) {
  return Fail(Diagnostic{.message = std::move(message), .advice = std::move(advice)});
}

}  // namespace

LineHost::LineHost(line::LineConfig config, line::Line::Parts parts, std::optional<Recipes> recipes)
    : line_id_(config.line_id),
      recipes_(std::move(recipes)),
      config_(std::move(config)),
      line_(std::make_unique<line::Line>(config_, std::move(parts))) {}

item::LineStatus LineHost::Status() const {
  const std::shared_lock lock(mutex_);
  return line_->Status();
}

Checked<item::PackmlState> LineHost::Command(item::PackmlCommand command) {
  const std::shared_lock lock(mutex_);
  return line_->Command(command);
}

size_t LineHost::Confirm(std::span<const item::ItemConfirmation> confirmations) {
  const std::shared_lock lock(mutex_, std::try_to_lock);
  return lock ? line_->Confirm(confirmations) : 0;
}

bool LineHost::cameras_ended() const {
  const std::shared_lock lock(mutex_);
  return line_->cameras_ended();
}

bool LineHost::idle() const {
  const std::shared_lock lock(mutex_);
  return line_->idle();
}

// ---- recipes ----------------------------------------------------------------------------------

Checked<std::vector<item::RecipeEntry>> LineHost::ListRecipes() const {
  const std::shared_lock lock(mutex_);
  auto found = ReadFolder();
  if (!found) return Fail(found.error());
  std::vector<item::RecipeEntry> entries;
  for (Found& f : *found) entries.push_back(std::move(f.entry));
  return entries;
}

Checked<item::RecipeEntry> LineHost::SelectRecipe(const std::string& recipe) {
  const std::unique_lock lock(mutex_);
  if (const item::PackmlState state = line_->Status().state; state != item::PackmlState::kStopped) {
    return Fail(Diagnostic{.code = ErrorCode::kWrongState,
                           .message = "the recipe is changed only in Stopped, and the line is " +
                                      std::string(Name(state)),
                           .advice = "stop the line first"});
  }
  auto found = Find(recipe);
  if (!found) return Fail(found.error());
  if (found->entry.problem) return Fail(*found->entry.problem);

  const std::vector<std::string> before = CamerasOf(config_.recipe);
  config_.recipe = std::move(*found->recipe);
  line::Line::Parts old = line::Line::TakeApart(std::move(line_));
  line::Line::Parts parts;
  parts.trigger = std::move(old.trigger);
  parts.line_samples = old.line_samples;
  parts.line_camera = std::move(old.line_camera);
  parts.registry = old.registry;
  parts.store = old.store;
  parts.clock = old.clock;
  parts.gateways = std::move(old.gateways);
  parts.sinks = std::move(old.sinks);
  parts.decoders = std::move(old.decoders);
  const auto calibrations = std::exchange(config_.calibrations, {});
  for (const std::string& camera :
       CamerasOf(config_.recipe)) {  // the views may be in another order
    const auto at = static_cast<size_t>(std::ranges::find(before, camera) - before.begin());
    parts.cameras.push_back(std::move(old.cameras[at]));
    config_.calibrations.push_back(at < calibrations.size() ? calibrations[at] : nullptr);
  }
  line_ = std::make_unique<line::Line>(config_, std::move(parts));
  found->entry.selected = true;
  return std::move(found->entry);
}

Checked<std::vector<LineHost::Found>> LineHost::ReadFolder() const {
  if (!recipes_) {
    return Fail(Diagnostic{.code = ErrorCode::kWrongState,
                           .message = "this line has no folder of recipes",
                           .advice = "name one in the configuration: recipes: FOLDER"});
  }
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator at(recipes_->folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (at->path().extension() == ".yaml" && at->is_regular_file(ignored)) {
      paths.push_back(at->path().filename().string());
    }
    if (paths.size() > kMostRecipes) break;
  }
  if (error || paths.size() > kMostRecipes) {
    return Fail(Diagnostic{
        .code = ErrorCode::kIo,
        .message = error
                       ? "the folder of recipes cannot be read: " + error.message()
                       : "the folder holds more than " + std::to_string(kMostRecipes) + " recipes",
        .file = recipes_->folder,
        .advice = "check the folder that the configuration names under recipes"});
  }
  std::ranges::sort(paths);
  std::vector<Found> found;
  for (const std::string& path : paths) found.push_back(Read(path));
  return found;
}

LineHost::Found LineHost::Read(const std::string& path) const {
  Found found;
  found.entry.path = path;
  auto recipe = item::LoadRecipe((fs::path(recipes_->folder) / path).string());
  if (!recipe) {
    found.entry.problem = recipe.error();
    found.entry.problem->code = ErrorCode::kInvalidArgument;  // whoever names it named a wrong one
    return found;
  }
  found.entry.name = recipe->name;
  found.entry.hash = recipe->hash;
  found.entry.selected = recipe->hash == config_.recipe.hash;
  if (const auto fits = Fits(*recipe); !fits) {
    found.entry.problem = fits.error();
    found.entry.problem->code = ErrorCode::kInvalidArgument;
  } else {
    found.recipe = std::move(*recipe);
  }
  return found;
}

Checked<LineHost::Found> LineHost::Find(const std::string& recipe) const {
  auto all = ReadFolder();
  if (!all) return Fail(all.error());
  // Only what the folder lists can be meant: nothing leads out of it.
  std::vector<Found*> named;
  for (Found& found : *all) {
    if (found.entry.path == recipe) return std::move(found);
    if (!recipe.empty() && found.entry.name == recipe) named.push_back(&found);
  }
  if (named.size() == 1) return std::move(*named.front());
  std::vector<std::string> paths;
  for (const Found& found : *all) {
    if (named.empty() || found.entry.name == recipe) paths.push_back(found.entry.path);
  }
  return NotOfThisLine(
      named.empty() ? "there is no recipe \"" + recipe + "\""
                    : "several recipes are called \"" + recipe + "\"",
      paths.empty() ? "the folder of recipes is empty" : "name one of " + Listed(paths));
}

Checked<void> LineHost::Fits(const item::Recipe& recipe) const {
  const item::Recipe& now = config_.recipe;
  if (recipe.lanes != now.lanes || recipe.counts_per_mm != now.counts_per_mm) {
    return NotOfThisLine("the recipe is of another belt: it has other lanes or counts per mm",
                         "start the appliance with it, so that gates and PLC learn of it");
  }
  std::vector<std::string> before = CamerasOf(now);
  std::vector<std::string> after = CamerasOf(recipe);
  std::ranges::sort(before);
  std::ranges::sort(after);
  if (before != after) {
    return NotOfThisLine(
        "the recipe has the cameras " + Listed(after) + ", this line has " + Listed(before),
        "start the appliance with it");
  }
  return recipes_->fits ? recipes_->fits(recipe) : Checked<void>();
}

}  // namespace veriline::tools
