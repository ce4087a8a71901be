// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/recording/session.h"

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "calibration/model/calibration_file.h"
#include "pipeline/line/recording/bytes.h"
#include "vision/core/crc32c.h"

namespace veriline::line {
namespace {

using nlohmann::json;

constexpr char kNotOurs[] = "name the folder of a recording, the one with session.json";

tl::unexpected<Diagnostic> Refuse(const std::string& name, std::string message,
                                  std::string advice) {
  return Fail(Diagnostic{.code = ErrorCode::kInvalidArgument,
                         .message = std::move(message),
                         .file = name,
                         .advice = std::move(advice)});
}

std::string UtcText(int64_t utc_ns) {
  const std::time_t seconds = utc_ns / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace

std::string WriteSession(const Session& s) {
  json cameras = json::array();
  for (size_t i = 0; i < s.recipe.views.size(); ++i) {
    const item::ViewSpec& view = s.recipe.views[i];
    cameras.push_back({{"view", view.name}, {"camera", view.camera}});
    if (i < s.calibrations.size() && s.calibrations[i] != nullptr) {
      cameras.back()["calibration"] = calibration::Format(*s.calibrations[i]);
    }
  }
  json j = {{"veriline_recording", Session::kVersion},
            {"software", s.software},
            {"line_id", s.line_id},
            {"batch", s.batch},
            {"recipe_name", s.recipe.name},
            {"recipe_hash", s.recipe.hash},
            {"recipe_text", s.recipe_text},
            {"fonts", item::FontsOf(s.recipe)},
            {"cameras", cameras},
            {"started_utc", UtcText(s.started_utc_ns)},
            {"started_utc_ns", s.started_utc_ns},
            {"started_steady_ns", s.started_steady_ns}};
  const auto replace = json::error_handler_t::replace;
  j["crc32c"] = Crc32c(j.dump(-1, ' ', false, replace));
  return j.dump(2, ' ', false, replace) + "\n";
}

Checked<Session> ParseSession(const std::string& text, const std::string& name) {
  try {
    json j = json::parse(text);
    const json& version = j.at("veriline_recording");
    if (version != Session::kVersion) {
      return Refuse(name, "version " + version.dump() + " of recordings is not known here",
                    "replay it with the software that recorded it: " +
                        j.value("software", std::string("unknown")));
    }
    const uint32_t crc = j.at("crc32c").get<uint32_t>();
    j.erase("crc32c");
    if (Crc32c(j.dump(-1, ' ', false, json::error_handler_t::replace)) != crc) {
      return Refuse(name, "the file is damaged: its checksum does not fit",
                    "it is written once and must not be changed");
    }
    Session s;
    s.line_id = j.at("line_id").get<std::string>();
    s.batch = j.at("batch").get<std::string>();
    s.software = j.at("software").get<std::string>();
    s.recipe_text = j.at("recipe_text").get<std::string>();
    s.started_utc_ns = j.at("started_utc_ns").get<int64_t>();
    s.started_steady_ns = j.at("started_steady_ns").get<int64_t>();
    const auto fonts = j.value("fonts", item::FontTexts());
    auto recipe = item::ParseRecipe(s.recipe_text, name + " (recipe)", &fonts);
    if (!recipe) return Fail(recipe.error());
    s.recipe = std::move(*recipe);
    if (s.recipe.hash != j.at("recipe_hash").get<std::string>()) {
      return Refuse(name, "the recipe in it is not the one that it names", "record again");
    }
    for (const json& camera : j.at("cameras")) {
      s.calibrations.emplace_back();
      if (!camera.contains("calibration")) continue;
      auto calibration =
          calibration::Parse(camera["calibration"].get<std::string>(), name + " (calibration)");
      if (!calibration) return Fail(calibration.error());
      s.calibrations.back() =
          std::make_shared<const calibration::Calibration>(std::move(*calibration));
    }
    return s;
  } catch (const json::exception& e) {
    return Refuse(name, std::string("the file is no session of a recording: ") + e.what(),
                  kNotOurs);
  }
}

std::string SegmentFile(std::string_view kind, uint32_t segment) {
  char number[16];
  std::snprintf(number, sizeof number, "%06u", segment);
  return std::string(kind) + "-" + number + ".bin";
}

std::string FileHeader(std::string_view magic, uint32_t segment) {
  ByteWriter w;
  w.Put(static_cast<uint32_t>(Session::kVersion));
  w.Put(segment);
  return std::string(magic) + w.Take();
}

std::string BlockHeader(uint32_t size_bytes, uint32_t crc) {
  ByteWriter w;
  w.Put(size_bytes);
  w.Put(crc);
  const std::string fields = w.Take();
  ByteWriter check;
  check.Put(Crc32c(fields));
  return fields + check.Take();
}

}  // namespace veriline::line
