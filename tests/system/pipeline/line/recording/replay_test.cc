// SPDX-License-Identifier: Apache-2.0
// A line inspects the simulated belt and is recorded; the replay must give its records again, on
// any number of threads, whatever was late, lost, duplicate or never seen.
#include "pipeline/line/recording/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "pipeline/line/line.h"
#include "pipeline/line/recording/recorder.h"
#include "tests/support/drawn_symbol.h"
#include "tests/support/memory_store.h"
#include "tests/support/recorded_session.h"
#include "tests/support/scratch_folder.h"
#include "tools/linesim/scene_recipe.h"
#include "tools/linesim/scene_renderer.h"
#include "tools/linesim/symbols.h"
#include "tools/linesim/world_trigger.h"
#include "vision/camera/simulated/simulated_camera.h"
#include "vision/decode/crop_decoder.h"

namespace veriline::line {
namespace {

using item::RejectReason;
using linesim::World;

/// The pictures of a world, drawn before the belt runs, shown with the fate of their item.
class Pictures final : public camera::FrameRenderer {
 public:
  /// `extra`: also exposes twice shortly before each item is where it can be judged.
  Pictures(const World& world, const std::vector<std::vector<uint8_t>>& pictures, bool extra)
      : world_(world), pictures_(pictures), extra_(extra) {}
  bool Next(camera::Exposure* exposure) override {
    if (next_ >= world_.feeds()) return false;
    if (extra_ && extras_told_ < 2) {
      const int64_t before = extras_told_++ == 0 ? 330 : 270;
      exposure->exposure_ns = world_.TimeOfCount(world_.ShotCount(next_) - before);
      exposure->fate = camera::ExposureFate::kComplete;
      shown_ = next_;
      return true;
    }
    extras_told_ = 0;
    const linesim::FaultTruth& fault = world_.ShotTruth(next_);
    exposure->exposure_ns = world_.TimeOfCount(world_.ShotCount(next_));
    exposure->fate = fault.delivered ? camera::ExposureFate::kComplete
                     : fault.exposed ? camera::ExposureFate::kLost
                                     : camera::ExposureFate::kIgnored;
    shown_ = next_++;
    return true;
  }
  bool Draw(uint8_t* pixels, size_t size_bytes, FrameView* view) override {
    const auto& picture = pictures_[shown_ % pictures_.size()];
    if (size_bytes < picture.size()) return false;
    std::memcpy(pixels, picture.data(), picture.size());
    *view = {pixels, linesim::kPictureWidth, linesim::kPictureHeight, linesim::kPictureWidth};
    return true;
  }

 private:
  const World& world_;
  const std::vector<std::vector<uint8_t>>& pictures_;
  const bool extra_;
  uint64_t next_ = 0;
  uint64_t shown_ = 0;
  int extras_told_ = 0;
};

/// A decoder that is not to be had for every third picture.
class FickleDecoder final : public decode::CropDecoder {
 public:
  std::optional<Symbol> Zxing(const FrameView& crop, const decode::ZxingOptions& options) override {
    if (Skips()) return std::nullopt;
    return in_process_.Zxing(crop, options);
  }
  std::optional<Symbol> Dmtx(const FrameView& crop, const decode::DmtxOptions& options) override {
    if (Skips()) return std::nullopt;
    return in_process_.Dmtx(crop, options);
  }
  void SetDeadline(int64_t) override { ++pictures_; }
  Counters counters() const override { return {.skipped = skipped_}; }

 private:
  bool Skips() {
    if (pictures_ % 3 != 0) return false;
    ++skipped_;
    return true;
  }
  decode::InProcessDecoder in_process_;
  int pictures_ = 0;
  uint64_t skipped_ = 0;
};

/// Confirms what is released, as an exit eye would, but for every fourth item.
class Gate final : public item::ReleaseGateway {
 public:
  void Tell(const item::Verdict& verdict) override {
    if (!verdict.accepted || verdict.item_seq % 4 == 0) return;
    const item::ItemConfirmation passed{verdict.lane, verdict.item_seq, true};
    line_.load()->Confirm(std::span(&passed, 1));
  }
  void Beat(const item::Heartbeat&) override {}
  std::atomic<item::LineControl*> line_{nullptr};
};

std::vector<batch::CodeKey> KeysOf(const std::vector<std::string>& codes) {
  std::vector<batch::CodeKey> keys;
  for (const std::string& code : codes) {
    const auto scan = batch::ScanElementString(code);
    keys.push_back(scan ? scan->key : batch::CodeKey::Plain(code));
  }
  return keys;
}

/// What stands on the item's Aztec Code.
std::string AztecText(size_t item) { return "AZTEC " + std::to_string(1000 + item); }

/// The codes of the world, as they were before the run.
void Fill(testing::MemoryStore& store, const World& world) {
  const linesim::CodeLists lists = world.Codes();
  const auto add = [&](const std::vector<std::string>& codes, const std::string& name,
                       batch::CodeState state) {
    for (const batch::CodeKey& key : KeysOf(codes)) {
      store.Add(key, {.batch = name, .batch_state = batch::BatchState::kOpen, .state = state});
    }
  };
  add(lists.issued, world.BatchName(), batch::CodeState::kIssued);
  add(lists.voided, world.BatchName(), batch::CodeState::kVoided);
  add(lists.other, world.OtherBatchName(), batch::CodeState::kIssued);
  for (size_t i = 0; i < lists.issued.size(); ++i) {
    store.Add(batch::CodeKey::Plain(AztecText(i)),
              {.batch = world.BatchName(), .batch_state = batch::BatchState::kOpen});
  }
}

/// A picture of nothing but an Aztec Code.
void DrawAztec(const std::string& text, std::vector<uint8_t>& picture) {
  testing::Canvas canvas(linesim::kPictureWidth, linesim::kPictureHeight, 210);
  canvas.Draw(
      testing::EncodeSymbol(Symbology::kAztec, text),
      {.center = {linesim::kPictureWidth / 2.0f, linesim::kPictureHeight / 2.0f}, .module_px = 5});
  for (int y = 0; y < canvas.height(); ++y) {
    std::copy_n(canvas.Row(y), canvas.width(),
                picture.data() + static_cast<size_t>(y) * linesim::kPictureWidth);
  }
}

struct RunOptions {
  linesim::WorldConfig world;
  int pictures = 0;  ///< drawn, and shown again and again; 0 = one for each item
  bool extra_exposures = false;
  int in_flight_frames = 8;
  bool frames = true;
  /// The codes are Aztec Codes, for which the third-party decoders are asked.
  bool aztec = false;
  size_t frames_held = 8;
  /// Codes of items that an earlier session has claimed.
  std::vector<uint64_t> claimed_before;
  std::vector<decode::CropDecoder*> decoders;
};

class ReplayTest : public ::testing::Test {
 protected:
  std::string folder() const { return scratch_.path() + "/session"; }

  /// Runs the line over the world until every item has its record.
  void Record(const RunOptions& run) {
    linesim::WorldConfig config = run.world;
    linesim::PlaceGate(&config);
    const World drawing(config);
    const auto renderer = linesim::MakeRenderer(drawing, linesim::RenderMode::kPooled);
    std::vector<std::vector<uint8_t>> pictures;
    const uint64_t count = run.pictures == 0 ? drawing.feeds() : run.pictures;
    for (uint64_t i = 0; i < count; ++i) {
      auto& picture =
          pictures.emplace_back(size_t{linesim::kPictureWidth} * linesim::kPictureHeight);
      if (run.aztec) {
        DrawAztec(AztecText(i), picture);
      } else {
        renderer->Render(i, picture.data(), linesim::kPictureWidth);
      }
    }
    config.t0_ns = clock_.NowNs() + 100'000'000;
    const World world(config);
    testing::MemoryStore store;
    Fill(store, world);
    Claim(store, world, run.claimed_before);

    std::string recipe = linesim::SceneRecipe(world);
    // Pictures that are shown again are duplicates, which would hold the line.
    if (run.pictures != 0) recipe += "stops: {duplicates_in_a_row: 0}\n";
    if (run.aztec) {
      const std::string matrix = "[datamatrix], identifier: \"]d2\"";
      const size_t at = recipe.find(matrix);
      ASSERT_NE(at, std::string::npos) << recipe;
      recipe.replace(at, matrix.size(), "[aztec], identifier: \"]z0\"");
    }
    Session session = testing::SessionOf(recipe, world.BatchName());
    session.started_steady_ns = clock_.NowNs();
    session.started_utc_ns = UtcNowNs();
    auto recorder = Recorder::Create({.folder = folder(),
                                      .session = session,
                                      .max_bytes = uint64_t{2} << 30,
                                      .frames = run.frames,
                                      .frames_held = run.frames_held});
    ASSERT_TRUE(recorder) << recorder.error().ToString();
    Gate gate;
    Line::Parts parts;
    parts.cameras.push_back(std::make_unique<camera::SimulatedCamera>(
        camera::SimulatedOptions{},
        std::make_unique<Pictures>(world, pictures, run.extra_exposures)));
    parts.trigger = std::make_unique<linesim::WorldTrigger>(world, clock_);
    parts.registry = &store;
    parts.store = &store;
    parts.clock = &clock_;
    parts.gateways = {&gate};
    parts.tap = recorder->get();
    parts.decoders = run.decoders;
    {
      Line line({.line_id = "L1",
                 .recipe = session.recipe,
                 .batch = world.BatchName(),
                 .workers = 1,
                 .in_flight_frames = run.in_flight_frames},
                std::move(parts));
      gate.line_ = &line;
      ASSERT_TRUE(line.Command(item::PackmlCommand::kReset));
      ASSERT_TRUE(line.Command(item::PackmlCommand::kStart));
      const int64_t end_ns = world.TimeOfCount(world.EndCount()) + 500'000'000;
      SleepUntilNs(end_ns);
      EXPECT_EQ(line.Status().state, item::PackmlState::kExecute);
      EXPECT_TRUE(line.idle());
    }
    stats_ = (*recorder)->stats();
    EXPECT_EQ(stats_.entries_lost, 0u);
    EXPECT_EQ(stats_.error, nullptr);
    live_ = store.records();
    std::erase_if(
        live_, [](const item::InspectionRecord& r) { return r.kind != item::RecordKind::kItem; });
    world_config_ = config;
    ASSERT_EQ(live_.size(), config.items);
  }

  static void Claim(testing::MemoryStore& store, const World& world,
                    const std::vector<uint64_t>& items) {
    const std::vector<batch::CodeKey> keys = KeysOf(world.Codes().issued);
    for (const uint64_t i : items) {
      item::CommitGroup group;
      group.claims = {{keys.at(i), {"L1", 0, 1}, 0, 1'700'000'000'000'000'000, true}};
      ASSERT_EQ(store.Reserve(keys.at(i), group.claims[0].item).outcome,
                batch::ReserveOutcome::kGranted);
      ASSERT_TRUE(store.Commit(group));
      ASSERT_TRUE(store.AllotItemSeq("L1", 0, 1));  // item 1 was of that session
    }
  }

  struct Replayed {
    ReplaySummary summary;
    std::vector<item::InspectionRecord> items;
    std::vector<ReplayDifference> differences;
  };
  Replayed ReplayOn(int threads, batch::Registry& registry) {
    auto recording = Recording::Open(folder());
    EXPECT_TRUE(recording) << recording.error().ToString();
    Replayed replayed;
    replayed.summary = Replay(
        *recording, registry,
        {.threads = threads,
         .on_record =
             [&](const item::InspectionRecord& r) {
               if (r.kind == item::RecordKind::kItem) replayed.items.push_back(r);
             },
         .on_difference = [&](const ReplayDifference& d) { replayed.differences.push_back(d); }});
    return replayed;
  }
  Replayed ReplayOn(int threads) {
    testing::MemoryStore store;
    Fill(store, World(world_config_));
    return ReplayOn(threads, store);
  }

  /// The replay has every record of the store again, in the same order, on 1 and 2 threads.
  void ExpectTheSameRecords() {
    for (const int threads : {1, 2}) {
      const Replayed replayed = ReplayOn(threads);
      EXPECT_FALSE(replayed.summary.damage) << replayed.summary.damage->ToString();
      EXPECT_FALSE(replayed.summary.cut_short);
      EXPECT_TRUE(replayed.summary.from_start);
      for (const ReplayDifference& d : replayed.differences) {
        ADD_FAILURE() << threads << " threads, item " << d.item_seq << ": " << d.fields.front();
      }
      ASSERT_EQ(replayed.items.size(), live_.size());
      for (size_t i = 0; i < live_.size(); ++i) {
        EXPECT_EQ(replayed.items[i].item_seq, live_[i].item_seq);
        EXPECT_EQ(DifferencesOf(live_[i], replayed.items[i]), std::vector<std::string>{})
            << "item " << live_[i].item_seq << " on " << threads << " threads";
        // Durations apart, but these are of the recording.
        EXPECT_EQ(replayed.items[i].times.trigger_ns, live_[i].times.trigger_ns);
        EXPECT_EQ(replayed.items[i].times.exposure_ns, live_[i].times.exposure_ns);
        EXPECT_NEAR(static_cast<double>(replayed.items[i].utc_ns - live_[i].utc_ns), 0, 1e9);
      }
      last_ = replayed.summary;
    }
  }
  uint64_t CountOf(RejectReason reason) const {
    return static_cast<uint64_t>(
        std::ranges::count(live_, reason, [](const auto& r) { return r.primary; }));
  }

  const SteadyClock clock_;
  ScratchFolder scratch_;
  Recorder::Stats stats_;
  linesim::WorldConfig world_config_;
  std::vector<item::InspectionRecord> live_;  ///< items, as the store got them
  ReplaySummary last_;
};

TEST_F(ReplayTest, GivesTheSameRecordsOfEveryKindOfFault) {
  Record({.world = {.seed = 3, .items = 80, .fault_ratio = 0.25}});
  EXPECT_GT(CountOf(RejectReason::kNone), 30u);
  EXPECT_GE(CountOf(RejectReason::kFrameLost), 2u);
  EXPECT_GE(CountOf(RejectReason::kDuplicate), 1u);
  EXPECT_GE(CountOf(RejectReason::kNoRead), 3u);
  ExpectTheSameRecords();
  EXPECT_EQ(last_.pictures_read + last_.results_taken + last_.results_late,
            80u - CountOf(RejectReason::kFrameLost));
  EXPECT_EQ(last_.results_taken, stats_.frames_not_kept);
  EXPECT_GT(last_.pictures_read, 40u);
}

TEST_F(ReplayTest, ReadsTextAndNumbersAgainAsTheyWereRead) {
  Record(
      {.world = {
           .seed = 4, .items = 40, .fault_ratio = 0.25, .scene = linesim::SceneKind::kLabelsText}});
  EXPECT_GT(CountOf(RejectReason::kNone), 15u);
  EXPECT_GE(CountOf(RejectReason::kTextMismatch), 2u);
  ExpectTheSameRecords();
  EXPECT_GT(last_.pictures_read, 30u);
  std::filesystem::remove_all(folder());

  Record({.world = {.seed = 4,
                    .items_per_min = 2400,
                    .items = 80,
                    .fault_ratio = 0.25,
                    .scene = linesim::SceneKind::kLabelsNumber}});
  EXPECT_GT(CountOf(RejectReason::kNone), 40u);
  EXPECT_GE(CountOf(RejectReason::kOutOfSequence), 4u);
  EXPECT_GE(CountOf(RejectReason::kNoRead), 4u);
  ExpectTheSameRecords();
  EXPECT_GT(last_.pictures_read, 15u);
}

TEST_F(ReplayTest, TakesLateAndLostFromTheRecording) {
  // More frames than one worker with one place can inspect: many are refused.
  Record({.world = {.seed = 5,
                    .items_per_min = 11'000,
                    .items = 150,
                    .fault_ratio = 0.25,
                    .fault_kinds = (1u << static_cast<int>(linesim::FaultKind::kLostFrame)) |
                                   (1u << static_cast<int>(linesim::FaultKind::kNoLabel))},
          .pictures = 24,
          .extra_exposures = true,
          .in_flight_frames = 1});
  EXPECT_GT(CountOf(RejectReason::kLate), 10u) << "it was no overload";
  EXPECT_GT(CountOf(RejectReason::kFrameLost), 5u);
  EXPECT_LT(CountOf(RejectReason::kLate) + CountOf(RejectReason::kFrameLost), 150u);
  ExpectTheSameRecords();
  EXPECT_GE(last_.verdicts_taken, CountOf(RejectReason::kLate) + CountOf(RejectReason::kFrameLost));
  std::printf("late %llu, lost %llu of %zu; pictures kept %llu, not kept %llu\n",
              static_cast<unsigned long long>(CountOf(RejectReason::kLate)),
              static_cast<unsigned long long>(CountOf(RejectReason::kFrameLost)), live_.size(),
              static_cast<unsigned long long>(stats_.frames),
              static_cast<unsigned long long>(stats_.frames_not_kept));
}

TEST_F(ReplayTest, TakesWhatDecodersMissedFromTheRecording) {
  FickleDecoder fickle;
  Record(
      {.world = {.seed = 11, .items = 30, .fault_ratio = 0}, .aztec = true, .decoders = {&fickle}});
  EXPECT_GE(CountOf(RejectReason::kNoRead), 8u);
  EXPECT_GE(CountOf(RejectReason::kNone), 15u);
  ExpectTheSameRecords();  // though the pictures can be read
  EXPECT_GE(last_.results_taken, CountOf(RejectReason::kNoRead));
}

TEST_F(ReplayTest, KnowsWhoHeldACodeBeforeAndDecidesWithoutPixels) {
  Record({.world = {.seed = 9, .items = 20, .fault_ratio = 0},
          .frames = false,
          .claimed_before = {4, 11}});
  EXPECT_EQ(CountOf(RejectReason::kDuplicate), 2u);
  EXPECT_EQ(CountOf(RejectReason::kNone), 18u);
  ExpectTheSameRecords();  // the list alone does not tell of those claims: the recording does
  EXPECT_EQ(last_.results_taken, 20u);

  // Another batch gives other records, and the comparison says which.
  testing::MemoryStore other;
  const World world(world_config_);
  Fill(other, world);
  const batch::CodeKey missing = KeysOf(world.Codes().issued).at(7);
  other.Add(missing, {.batch = "ELSE", .batch_state = batch::BatchState::kOpen});
  const Replayed replayed = ReplayOn(2, other);
  ASSERT_EQ(replayed.differences.size(), 1u);
  EXPECT_EQ(replayed.differences[0].item_seq, live_[7].item_seq);
  EXPECT_EQ(replayed.differences[0].fields.front(), "accepted: recorded true, replayed false");
  EXPECT_EQ(replayed.summary.differences, 1u);

  // Killed while it wrote: all up to there is replayed, and nothing else is said to differ.
  const std::string events = folder() + "/events-000000.bin";
  std::filesystem::resize_file(events, std::filesystem::file_size(events) * 2 / 3);
  const Replayed cut = ReplayOn(2);
  EXPECT_TRUE(cut.summary.cut_short);
  EXPECT_EQ(cut.differences.size(), 0u);
  EXPECT_GT(cut.items.size(), 5u);
  EXPECT_LT(cut.items.size(), 20u);
}

}  // namespace
}  // namespace veriline::line
