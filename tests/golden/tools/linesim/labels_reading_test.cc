// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "calibration/model/calibration.h"
#include "grading/symbol_grader.h"
#include "pipeline/line/inspector.h"
#include "pipeline/line/settler.h"
#include "pipeline/line/text_inspector.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/memory_store.h"
#include "tools/linesim/scene_recipe.h"
#include "tools/linesim/scene_renderer.h"
#include "tools/linesim/world.h"
#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"

namespace veriline::linesim {
namespace {

using item::RejectReason;
using line::FrameText;
using ::veriline::testing::MemoryStore;

/// How many pictures of each scene; VERILINE_LABEL_PICTURES asks for more.
uint64_t Pictures(uint64_t usual) {
  const char* wanted = std::getenv("VERILINE_LABEL_PICTURES");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

/// A line without clock and belt: each picture is drawn, read, graded, and settled.
class LabelsReadingTest : public ::testing::TestWithParam<SceneKind>, public line::SettlerOutput {
 protected:
  void Make(uint64_t pictures, double fault_ratio) {
    WorldConfig config;
    config.scene = GetParam();
    config.seed = 77;
    config.items = pictures * static_cast<uint64_t>(config.traits().feed_items());
    config.fault_ratio = fault_ratio;
    PlaceGate(&config);
    world_ = std::make_unique<World>(config);
    auto recipe = item::ParseRecipe(SceneRecipe(*world_), "scene");
    ASSERT_TRUE(recipe) << recipe.error().ToString();
    recipe_ = *recipe;
    const CodeLists codes = world_->Codes();
    Issue(codes.issued, world_->BatchName(), batch::CodeState::kIssued);
    Issue(codes.other, world_->OtherBatchName(), batch::CodeState::kIssued);
    Issue(codes.voided, world_->BatchName(), batch::CodeState::kVoided);
    board_ = std::make_unique<line::SequenceBoard>(static_cast<size_t>(recipe_.lanes));
    settler_ = std::make_unique<line::Settler>(
        line::SettlerConfig{"L1", world_->BatchName(), recipe_, board_.get()}, store_, *this);
    calibration_.reflectance = calibration::ReflectanceCurve();
    calibration_.scale = calibration::Scale{0.1, 0.1};
    calibration_.wavelength_nm = 660;
    calibration_.lighting = "45Q";
  }
  void Issue(const std::vector<std::string>& codes, const std::string& batch,
             batch::CodeState state) {
    for (const std::string& code : codes) {
      const auto scan = batch::ScanElementString(code);
      store_.Add(scan ? scan->key : batch::CodeKey::Plain(code),
                 {.batch = batch, .batch_state = batch::BatchState::kOpen, .state = state});
    }
  }

  void Run() {
    const SceneTraits& scene = world_->scene();
    const auto renderer = MakeRenderer(*world_, RenderMode::kPooled);
    const SteadyClock clock;
    decode::FrameReader reader(clock);
    grading::SymbolGrader grader;
    line::TextInspector texts(recipe_, &store_);
    std::vector<uint8_t> pixels(static_cast<size_t>(scene.picture_width) *
                                static_cast<size_t>(scene.picture_height));
    const SymbologySet wanted = line::WantedSymbologies(recipe_);
    for (uint64_t shot = 0; shot < world_->feeds(); ++shot) {
      renderer->Render(shot, pixels.data(), scene.picture_width);
      const FrameView picture{pixels.data(), scene.picture_width, scene.picture_height,
                              scene.picture_width};
      auto result = std::make_unique<line::FrameResult>();
      result->stamp = {.frame_id = shot,
                       .exposure_ns = static_cast<int64_t>(shot),
                       .encoder_count = world_->ShotCount(shot)};
      result->width_px = scene.picture_width;
      result->height_px = scene.picture_height;
      if (!wanted.Empty()) result->symbols = reader.Read(picture, {.symbologies = wanted}).symbols;
      for (const Symbol& symbol : result->symbols) {
        item::CodeGrade& grade = result->grades.emplace_back();
        if (!grading::SymbolGrader::Covers(symbol.symbology)) continue;
        const auto report = grader.Grade(picture, &calibration_, symbol, recipe_.grading.spec);
        if (report) grade = item::Summarise(*report);
      }
      board_->Read(&result->expected_numbers);
      texts.Inspect(
          picture, 0, result->symbols, result->expected_numbers, [] { return false; },
          &result->texts);
      for (int lane = 0; lane < scene.lanes; ++lane) {
        const uint64_t item =
            shot * static_cast<uint64_t>(scene.lanes) + static_cast<uint64_t>(lane);
        item::ItemTrack track{.lane = lane,
                              .item_seq = shot + 1,
                              .from_count = world_->LeadingCount(item),
                              .to_count = world_->TrailingCount(item),
                              .closed = true};
        settler_->Handle(line::ItemOpened{track});
        settler_->Handle(line::ItemClosed{track});
      }
      settler_->Handle(line::FrameArrived{result->stamp});
      settler_->Handle(line::FrameDone{std::move(result)});
      for (const item::Verdict& v : std::exchange(finals_, {}))
        settler_->Handle(line::ItemFinal{v});
      settler_->Advance(world_->ShotCount(shot));
    }
  }

  void Reject(const item::Verdict& v) override { finals_.push_back(v); }
  bool ClaimThenRelease(item::Claim&&, const item::Verdict& v) override {
    finals_.push_back(v);
    return true;
  }
  void Confirm(item::Confirmation&&) override {}
  void Record(item::InspectionRecord&& r) override {
    if (r.kind != item::RecordKind::kItem) return;
    const uint64_t item = (r.item_seq - 1) * static_cast<uint64_t>(world_->scene().lanes) +
                          static_cast<uint64_t>(r.lane);
    const FaultTruth& truth = linesim::TruthOf(world_->FaultOf(item));
    ++seen_[truth.kind];
    if (r.primary != truth.reason || r.accepted != truth.accepted) {
      ++wrong_;
      std::string texts;
      for (const item::TextResult& t : r.texts) {
        texts += " [" + t.name + " " + std::string(Name(t.state)) + " '" + t.expected + "' '" +
                 t.read + "' " + std::to_string(t.margin_ratio) + "]";
      }
      if (wrong_ < 30) {
        ADD_FAILURE() << "item " << item << " (" << truth.name << ") ended as " << Name(r.primary)
                      << ": " << r.detail << "; " << r.codes.size() << " codes" << texts;
      }
    }
  }

  std::unique_ptr<World> world_;
  item::Recipe recipe_;
  MemoryStore store_;
  std::unique_ptr<line::SequenceBoard> board_;
  std::unique_ptr<line::Settler> settler_;
  calibration::Calibration calibration_;
  std::vector<item::Verdict> finals_;
  std::map<FaultKind, int> seen_;
  int wrong_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Scenes, LabelsReadingTest,
                         ::testing::Values(SceneKind::kLabelsPair, SceneKind::kLabelsEan,
                                           SceneKind::kLabelsText, SceneKind::kLabelsNumber),
                         [](const auto& scene) {
                           std::string name(TraitsOf(scene.param).name);
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST_P(LabelsReadingTest, EveryFaultHasItsReasonAndNoGoodLabelIsRejected) {
  Make(Pictures(GetParam() == SceneKind::kLabelsNumber ? 60 : 120), 0.2);
  Run();
  EXPECT_EQ(wrong_, 0);
  for (const FaultTruth& fault : kFaultTable) {
    if ((world_->scene().item_faults & BitOf(fault.kind)) == 0) continue;
    EXPECT_GE(seen_[fault.kind], 1) << fault.name << " was never planted";
  }
  EXPECT_GE(seen_[FaultKind::kNone], static_cast<int>(world_->items()) / 2);
}

/// The first picture of a scene without faults, and what reads its text.
struct OnePicture {
  explicit OnePicture(SceneKind kind) {
    WorldConfig config;
    config.scene = kind;
    config.seed = 5;
    config.items = 8;
    config.fault_ratio = 0;
    PlaceGate(&config);
    world.emplace(config);
    recipe = *item::ParseRecipe(SceneRecipe(*world), "scene");
    const SceneTraits& scene = world->scene();
    pixels.resize(static_cast<size_t>(scene.picture_width) *
                  static_cast<size_t>(scene.picture_height));
    MakeRenderer(*world, RenderMode::kFresh)->Render(0, pixels.data(), scene.picture_width);
    picture = {pixels.data(), scene.picture_width, scene.picture_height, scene.picture_width};
    texts.emplace(recipe, nullptr);
  }
  std::optional<World> world;
  item::Recipe recipe;
  std::vector<uint8_t> pixels;
  FrameView picture;
  std::optional<line::TextInspector> texts;
};

TEST(TextInspector, StopsBetweenLinesWhenItIsLate) {
  OnePicture one(SceneKind::kLabelsNumber);
  std::vector<FrameText> found;
  int asked = 0;
  EXPECT_FALSE(one.texts->Inspect(
      one.picture, 0, {}, {}, [&] { return ++asked > 2; }, &found));
  EXPECT_EQ(found.size(), 2u);
  found.clear();
  EXPECT_TRUE(one.texts->Inspect(
      one.picture, 0, {}, {}, [] { return false; }, &found));
  EXPECT_EQ(found.size(), 4u);
}

TEST(TextInspector, AClearNumberIsTheSameWhateverWasExpected) {
  OnePicture one(SceneKind::kLabelsNumber);
  for (const int64_t off : {0, 1, -1, 3, 1'000'000, -20'000'000}) {
    std::vector<int64_t> next;
    for (uint64_t lane = 0; lane < 4; ++lane) {
      next.push_back(*one.recipe.sequence.ValueOf(one.world->CodeOn(lane)) + off);
    }
    std::vector<FrameText> found;
    one.texts->Inspect(
        one.picture, 0, {}, next, [] { return false; }, &found);
    ASSERT_EQ(found.size(), 4u);
    for (uint64_t lane = 0; lane < 4; ++lane) {
      EXPECT_EQ(found[lane].state, item::TextState::kMatch) << off;
      EXPECT_EQ(found[lane].read.view(), one.world->CodeOn(lane)) << off;
      EXPECT_EQ(found[lane].lane, static_cast<int>(lane));
      EXPECT_EQ(found[lane].line, FrameText::kNumber);
    }
  }
}

/// The symbol as a reader would give it, that says `text`.
Symbol IdentityAt(const Quad& quad, const std::string& text) {
  Symbol symbol;
  symbol.symbology = Symbology::kDataMatrix;
  symbol.set_identifier("]d2");
  symbol.payload.Assign(text);
  symbol.quad = quad;
  return symbol;
}

TEST(TextInspector, HoldsEachLineAgainstTheIdentity) {
  OnePicture one(SceneKind::kLabelsText);
  const SteadyClock clock;
  decode::FrameReader reader(clock);
  auto symbols =
      reader.Read(one.picture, {.symbologies = SymbologySet().Add(Symbology::kDataMatrix)}).symbols;
  ASSERT_EQ(symbols.size(), 1u);
  const auto states = [&](const std::string& code, const batch::Registry* issued = nullptr) {
    line::TextInspector texts(one.recipe, issued);
    const std::vector<Symbol> read = {IdentityAt(symbols[0].quad, code)};
    std::vector<FrameText> found;
    EXPECT_TRUE(texts.Inspect(
        one.picture, 0, read, {}, [] { return false; }, &found));
    std::vector<item::TextState> states;
    for (const FrameText& text : found) states.push_back(text.state);
    return states;
  };
  using enum item::TextState;
  const std::string code = one.world->CodeOn(0);
  EXPECT_EQ(states(code), (std::vector{kMatch, kMatch, kMatch}));
  std::string later = code;
  later[19] = later[19] == '9' ? '8' : static_cast<char>(later[19] + 1);  // year of AI 17
  EXPECT_EQ(states(later), (std::vector{kMismatch, kMatch, kMatch}));
  std::string serial = code;
  serial.back() = serial.back() == '0' ? '8' : '0';
  EXPECT_EQ(states(serial), (std::vector{kMatch, kMatch, kMismatch}));
  // One that says neither lot nor expiry, unless the batch knows them.
  const std::string brief = code.substr(0, 16) + "21" + code.substr(code.size() - 8);
  EXPECT_EQ(states(brief), (std::vector{kNoValue, kNoValue, kMatch}));
  MemoryStore store;
  const auto full = batch::ScanElementString(code);
  store.Add(full->key, {.batch = "B",
                        .batch_state = batch::BatchState::kOpen,
                        .gtin = *full->gtin14,
                        .lot = *full->lot,
                        .expiry = *full->expiry_yymmdd});
  EXPECT_EQ(states(brief, &store), (std::vector{kMatch, kMatch, kMatch}));
  // Only batches that are open, and in memory, are asked.
  store.fail_lookups = true;
  EXPECT_EQ(states(brief, &store), (std::vector{kMatch, kMatch, kMatch}));
  store.Add(full->key, {.batch = "B",
                        .batch_state = batch::BatchState::kClosed,
                        .lot = *full->lot,
                        .expiry = *full->expiry_yymmdd});
  EXPECT_EQ(states(brief, &store), (std::vector{kNoValue, kNoValue, kMatch}));
}

TEST(TextInspector, AllocatesNothingOnceItIsWarm) {
  OnePicture labels(SceneKind::kLabelsText), numbers(SceneKind::kLabelsNumber);
  const SteadyClock clock;
  decode::FrameReader reader(clock);
  const auto symbols =
      reader.Read(labels.picture, {.symbologies = SymbologySet().Add(Symbology::kDataMatrix)})
          .symbols;
  ASSERT_EQ(symbols.size(), 1u);
  // It says neither lot nor expiry: the batch is asked.
  const std::string code = labels.world->CodeOn(0);
  const auto full = batch::ScanElementString(code);
  const std::vector<Symbol> read = {
      IdentityAt(symbols[0].quad, code.substr(0, 16) + "21" + code.substr(code.size() - 8))};
  MemoryStore store;
  store.Add(full->key, {.batch = "B",
                        .batch_state = batch::BatchState::kOpen,
                        .lot = "ALONGLOTNUMBERTHATISNOTHELDINLINE",
                        .expiry = *full->expiry_yymmdd});
  line::TextInspector texts(labels.recipe, &store);
  // Numbers that are expected, that are read, and of which the window is tried.
  std::vector<int64_t> next;
  for (uint64_t lane = 0; lane < 4; ++lane) {
    next.push_back(*numbers.recipe.sequence.ValueOf(numbers.world->CodeOn(lane)) +
                   static_cast<int64_t>(lane));
  }
  std::vector<FrameText> found;
  const auto all = [&] {
    found.clear();
    texts.Inspect(
        labels.picture, 0, read, {}, [] { return false; }, &found);
    numbers.texts->Inspect(
        numbers.picture, 0, {}, next, [] { return false; }, &found);
  };
  all();
  ASSERT_EQ(found.size(), 7u);
  EXPECT_EQ(found[0].state, item::TextState::kMatch);
  EXPECT_EQ(found[1].state, item::TextState::kMismatch);
  EXPECT_EQ(found[2].state, item::TextState::kMatch);
  const size_t before = AllocationsOfThisThread();
  for (int i = 0; i < 3; ++i) all();
  EXPECT_EQ(AllocationsOfThisThread(), before);
}

TEST(TextInspector, ALineThatThePictureCutsIsPassedOver) {
  OnePicture one(SceneKind::kLabelsText);
  // The code would lie at the right border, its lines behind it.
  const Quad quad = {{Point{1120, 400}, {1240, 400}, {1240, 520}, {1120, 520}}};
  const std::vector<Symbol> read = {IdentityAt(quad, one.world->CodeOn(0))};
  std::vector<FrameText> found;
  EXPECT_TRUE(one.texts->Inspect(
      one.picture, 0, read, {}, [] { return false; }, &found));
  EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace veriline::linesim
