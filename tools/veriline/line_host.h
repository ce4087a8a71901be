// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "pipeline/item/interfaces.h"
#include "pipeline/line/line.h"

namespace veriline::tools {

/// The line of an appliance under one address, whichever recipe it follows.
///
/// Another recipe means another Line: the old one is ended (everything on it has its record, what
/// was released and not confirmed is in doubt) and its cameras and its trigger go into a new one. A
/// line's parts are built for one recipe and never see it change; gateways, sinks and the numbers
/// of items and records live outside of it and go on.
/// Thread: any. Status and Command wait while a recipe is changed (tens of milliseconds, the line
/// is stopped then); Confirm takes nothing instead.
class LineHost final : public item::LineControl, public item::RecipeControl {
 public:
  struct Recipes {
    std::string folder;
    /// Whether cameras and trigger as they are configured do for a recipe.
    std::function<Checked<void>(const item::Recipe&)> fits;
  };

  /// `recipes` absent: the line keeps the one it has.
  LineHost(line::LineConfig config, line::Line::Parts parts, std::optional<Recipes> recipes);

  const std::string& line_id() const override { return line_id_; }
  item::LineStatus Status() const override;
  Checked<item::PackmlState> Command(item::PackmlCommand command) override;
  size_t Confirm(std::span<const item::ItemConfirmation> confirmations) override;
  Checked<std::vector<item::RecipeEntry>> ListRecipes() const override;
  Checked<item::RecipeEntry> SelectRecipe(const std::string& recipe) override;

  /// See Line.
  bool cameras_ended() const;
  bool idle() const;

 private:
  struct Found {
    item::RecipeEntry entry;
    std::optional<item::Recipe> recipe;  ///< absent: entry.problem says why
  };
  Checked<std::vector<Found>> ReadFolder() const;
  Found Read(const std::string& path) const;
  Checked<Found> Find(const std::string& recipe) const;
  Checked<void> Fits(const item::Recipe& recipe) const;

  const std::string line_id_;
  const std::optional<Recipes> recipes_;
  mutable std::shared_mutex mutex_;  ///< exclusive: the line is exchanged
  line::LineConfig config_;
  std::unique_ptr<line::Line> line_;
};

}  // namespace veriline::tools
