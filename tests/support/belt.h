// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/item/recipe.h"
#include "pipeline/line/events.h"

namespace veriline::testing {

/// A recipe with 10 counts/mm, items of 40–100 mm, one view 300 mm behind the eye that shows
/// 128 mm, decision at 700 mm, confirmation at 1500 mm; one Data Matrix as identity.
inline item::Recipe PackRecipe() {
  item::Recipe r;
  r.name = "packs";
  r.hash = "0000";
  r.counts_per_mm = 10;
  r.top_speed_mm_s = 1500;
  r.lanes = 1;
  r.min_length_mm = 40;
  r.max_length_mm = 100;
  r.debounce_mm = 2;
  r.views = {{.name = "top",
              .camera = "cam0",
              .distance_mm = 300,
              .field_mm = 128,
              .lanes = {{.lane = 0, .from_ratio = 0, .to_ratio = 1}}}};
  r.codes = {{.role = item::CodeRole::kIdentity,
              .symbologies = SymbologySet().Add(Symbology::kDataMatrix)}};
  r.decision_distance_mm = 700;
  r.decision_lead_ms = 20;
  r.confirmation = item::ConfirmationKind::kGateway;
  r.confirmation_distance_mm = 1500;
  return r;
}

/// A plain Data Matrix that says `text`, centred at (x, y) of its picture.
inline Symbol SymbolAt(const std::string& text, float x, float y) {
  Symbol s;
  s.symbology = Symbology::kDataMatrix;
  s.set_identifier("]d1");
  s.payload.Assign(text);
  s.text.Assign(text);
  s.quad = {{Point{x - 10, y - 10}, {x + 10, y - 10}, {x + 10, y + 10}, {x - 10, y + 10}}};
  s.decoder = Decoder::kOwn;
  return s;
}

/// The stamp of a frame of view `camera` exposed at `count`.
inline FrameStamp StampAt(uint32_t camera, uint64_t frame_id, int64_t count,
                          FrameStatus status = FrameStatus::kComplete) {
  return {.camera = camera,
          .frame_id = frame_id,
          .exposure_ns = count,
          .arrival_ns = count + 1,
          .encoder_count = count,
          .status = status};
}

/// The result of a 1280×1024 frame.
inline line::FrameDone DoneWith(const FrameStamp& stamp, std::vector<Symbol> symbols,
                                bool partial = false) {
  auto result = std::make_unique<line::FrameResult>();
  result->stamp = stamp;
  result->width_px = 1280;
  result->height_px = 1024;
  result->symbols = std::move(symbols);
  result->partial = partial;
  return {std::move(result)};
}

}  // namespace veriline::testing
