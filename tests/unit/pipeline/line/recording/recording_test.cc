// SPDX-License-Identifier: Apache-2.0
// What the recorder writes and the reader gives back, also when files were damaged or cut.
#include "pipeline/line/recording/recording.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <span>
#include <thread>

#include "pipeline/line/recording/recorder.h"
#include "tests/support/label_recipes.h"
#include "tests/support/recorded_session.h"
#include "tests/support/scratch_folder.h"
#include "vision/core/frame_pool.h"
#include "vision/text/font_file.h"

namespace veriline::line {
namespace {

namespace fs = std::filesystem;
using ::veriline::testing::BytesOfFile;
using ::veriline::testing::EncodeAgain;
using ::veriline::testing::FullFrameDone;
using ::veriline::testing::FullRecord;
using ::veriline::testing::SessionOf;

constexpr int kWidth = 50;
constexpr int kHeight = 20;
constexpr int kStride = 64;

class RecordingTest : public ::testing::Test {
 protected:
  std::string folder() const { return scratch_.path() + "/session"; }
  std::string PathOf(const std::string& name) const { return folder() + "/" + name; }

  std::unique_ptr<Recorder> Begin(uint64_t max_bytes = 64 << 20) {
    auto recorder = Recorder::Create({.folder = folder(),
                                      .session = SessionOf(std::string(item::kPacks)),
                                      .max_bytes = max_bytes});
    EXPECT_TRUE(recorder) << recorder.error().ToString();
    return recorder ? std::move(*recorder) : nullptr;
  }
  /// A frame of the pool, whose pixels are told by its number and whose rows lie apart.
  Frame FrameOf(uint64_t id) {
    Frame frame;
    frame.stamp = {0, id, 1, static_cast<int64_t>(id) * 10, 3, 3, FrameStatus::kComplete};
    frame.lease = pool_.Acquire();
    if (!frame.lease) return frame;
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        frame.lease.data()[y * kStride + x] = static_cast<uint8_t>(id + x * 3 + y * 7);
      }
    }
    frame.pixels = {frame.lease.data(), kWidth, kHeight, kStride};
    return frame;
  }
  static bool ShowsFrame(const FrameView& view, uint64_t id) {
    if (view.width != kWidth || view.height != kHeight) return false;
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        if (view.Row(y)[x] != static_cast<uint8_t>(id + x * 3 + y * 7)) return false;
      }
    }
    return true;
  }
  /// A short session without pixels.
  void RecordShort() {
    const auto recorder = Begin();
    recorder->OnRunning(true);
    recorder->OnEvent(ItemOpened{{0, 7, 100, 0, 5, false, false}});
    recorder->OnBelt(10, 100);
    recorder->OnEvent(FullFrameDone());
    recorder->OnBelt(11, 100);
    recorder->OnBelt(12, 100);  // the belt stands, nothing has happened: not recorded
    recorder->OnHeld(batch::CodeKey::Plain("A"),
                     {batch::ReserveOutcome::kDuplicate, {"L2", 0, 9}, 55});
    recorder->OnClaimRefused(0, 7);
    recorder->OnRecord(FullRecord(7));
    recorder->OnEnd();
  }

  struct Read {
    std::vector<std::string> entries;
    Recording::Got end = Recording::Got::kEntry;  ///< kEntry: damaged
    Diagnostic damage;
  };
  Read ReadAll() {
    Read read;
    auto recording = Recording::Open(folder());
    EXPECT_TRUE(recording) << recording.error().ToString();
    if (!recording) return read;
    Entry entry;
    for (;;) {
      const auto got = recording->Next(&entry);
      if (!got) {
        read.damage = got.error();
        EXPECT_FALSE(recording->Next(&entry)) << "damage stays";
        return read;
      }
      read.end = *got;
      if (*got != Recording::Got::kEntry) return read;
      read.entries.push_back(EncodeAgain(entry));
    }
  }
  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(PathOf(name), std::ios::binary | std::ios::trunc) << bytes;
  }
  uint64_t FolderBytes() const {
    uint64_t bytes = 0;
    for (const auto& file : fs::directory_iterator(folder())) bytes += file.file_size();
    return bytes;
  }

  ScratchFolder scratch_;
  FramePool pool_{16, kStride* kHeight};
};

TEST_F(RecordingTest, WhatWasRecordedComesBackInOrder) {
  RecordShort();
  const Read read = ReadAll();
  EXPECT_EQ(read.end, Recording::Got::kEnd) << read.damage.ToString();
  EXPECT_EQ(read.entries,
            (std::vector<std::string>{
                Encode(RunningIs{true}), Encode(Event(ItemOpened{{0, 7, 100, 0, 5, false, false}})),
                Encode(BeltAt{10, 100}), Encode(FullFrameDone()), Encode(BeltAt{11, 100}),
                Encode(CodeHeld{batch::CodeKey::Plain("A"), {{}, {"L2", 0, 9}, 55}}),
                Encode(ClaimRefused{0, 7}), Encode(FullRecord(7))}));
}

TEST_F(RecordingTest, TheSessionTellsWhatItTakesToReplayIt) {
  RecordShort();
  const auto recording = Recording::Open(folder());
  ASSERT_TRUE(recording);
  const Session& s = recording->session();
  EXPECT_EQ(s.line_id, "L1");
  EXPECT_EQ(s.batch, "B");
  EXPECT_EQ(s.recipe_text, item::kPacks);
  EXPECT_EQ(s.recipe.hash, SessionOf(std::string(item::kPacks)).recipe.hash);
  EXPECT_EQ(s.recipe.views.size(), 2u);
  EXPECT_EQ(s.UtcOf(6), 1'700'000'000'000'000'001);
  EXPECT_TRUE(recording->from_start());
}

TEST(Session, CarriesTheFontsThatItsRecipeNames) {
  std::string text(item::kLabels);
  text.replace(text.find("font: ocr-b"), 11, "font: own.font");
  const item::FontTexts fonts = {{"own.font", text::FormatFont(*text::BuiltinFont("din"))}};
  auto recipe = item::ParseRecipe(text, "nowhere.yaml", &fonts);
  ASSERT_TRUE(recipe) << recipe.error().ToString();
  const std::string hash = recipe->hash;
  const std::string json =
      WriteSession({.recipe_text = text, .recipe = std::move(*recipe), .software = "test"});
  const auto session = ParseSession(json, "session.json");
  ASSERT_TRUE(session) << session.error().ToString();
  EXPECT_EQ(session->recipe.hash, hash);
  EXPECT_EQ(item::FontsOf(session->recipe), fonts);
}

TEST_F(RecordingTest, AFlippedByteIsToldWithItsPlaceAndWhatStandsBeforeItIsKept) {
  RecordShort();
  const std::string whole = BytesOfFile(PathOf("events-000000.bin"));
  const Read all = ReadAll();
  std::vector<size_t> starts;  // of each block, the end's too
  size_t at = kFileHeaderBytes;
  for (const std::string& entry : all.entries) {
    starts.push_back(at);
    at += kBlockHeaderBytes + entry.size();
  }
  starts.push_back(at);
  for (size_t byte = 0; byte < whole.size(); ++byte) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 0x10);
    Write("events-000000.bin", damaged);
    const Read read = ReadAll();
    ASSERT_EQ(read.end, read.entries.empty() ? read.end : Recording::Got::kEntry);
    const size_t block = static_cast<size_t>(std::ranges::upper_bound(starts, byte) -
                                             starts.begin());  // + 1; 0 = the file's header
    const size_t place = block == 0 ? 0 : starts[block - 1];
    ASSERT_EQ(read.entries.size(), block == 0 ? 0 : block - 1) << "byte " << byte;
    ASSERT_TRUE(
        std::ranges::equal(read.entries, std::span(all.entries).first(read.entries.size())));
    ASSERT_NE(read.damage.message.find("at byte " + std::to_string(place) + ":"), std::string::npos)
        << "byte " << byte << ": " << read.damage.ToString();
    ASSERT_EQ(read.damage.file, PathOf("events-000000.bin"));
  }
}

TEST_F(RecordingTest, ACutTailIsNoDamageAndWhatStandsBeforeItIsKept) {
  RecordShort();
  const std::string whole = BytesOfFile(PathOf("events-000000.bin"));
  const Read all = ReadAll();
  for (size_t size = 0; size < whole.size(); ++size) {
    Write("events-000000.bin", whole.substr(0, size));
    const Read read = ReadAll();
    ASSERT_EQ(read.end, Recording::Got::kCutShort) << size << ": " << read.damage.ToString();
    size_t entries = 0;
    for (size_t at = kFileHeaderBytes; entries < all.entries.size(); ++entries) {
      at += kBlockHeaderBytes + all.entries[entries].size();
      if (at > size) break;
    }
    ASSERT_EQ(read.entries.size(), entries) << size;
    ASSERT_TRUE(std::ranges::equal(read.entries, std::span(all.entries).first(entries)));
  }
}

TEST_F(RecordingTest, PicturesComeBackAndDamageInThemIsTold) {
  const auto recorder = Begin();
  for (uint64_t id = 1; id <= 3; ++id) recorder->OnFrame(FrameOf(id));
  recorder->OnEnd();
  EXPECT_EQ(recorder->stats().frames, 3u);
  auto recording = Recording::Open(folder());
  ASSERT_TRUE(recording);
  std::vector<PixelsAt> places;
  Entry entry;
  for (auto got = recording->Next(&entry); got && *got == Recording::Got::kEntry;
       got = recording->Next(&entry)) {
    places.push_back(std::get<PixelsAt>(entry));
  }
  ASSERT_EQ(places.size(), 3u);
  for (uint64_t id = 1; id <= 3; ++id) {
    const PixelsAt& place = places[id - 1];
    EXPECT_EQ(place.name, (FrameName{0, id, static_cast<int64_t>(id) * 10}));
    const auto picture = recording->ReadPicture(0, place.offset, place.name);
    ASSERT_TRUE(picture) << picture.error().ToString();
    EXPECT_TRUE(ShowsFrame(picture->view(), id));
  }
  EXPECT_FALSE(recording->ReadPicture(0, places[0].offset, places[1].name)) << "another frame's";
  EXPECT_FALSE(recording->ReadPicture(0, places[0].offset + 1, places[0].name));
  EXPECT_FALSE(recording->ReadPicture(0, uint64_t{1} << 40, places[0].name));

  std::string bytes = BytesOfFile(PathOf("frames-000000.bin"));
  for (size_t byte = places[1].offset; byte < places[2].offset; byte += 13) {
    std::string damaged = bytes;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 1);
    Write("frames-000000.bin", damaged);
    const auto picture = recording->ReadPicture(0, places[1].offset, places[1].name);
    ASSERT_FALSE(picture) << byte;
    EXPECT_NE(picture.error().message.find("byte " + std::to_string(places[1].offset)),
              std::string::npos);
    EXPECT_TRUE(recording->ReadPicture(0, places[0].offset, places[0].name));
  }
  Write("frames-000000.bin", bytes.substr(0, places[2].offset + 100));
  EXPECT_FALSE(recording->ReadPicture(0, places[2].offset, places[2].name));
}

TEST_F(RecordingTest, TheRingKeepsItsSizeAndItsEnd) {
  constexpr uint64_t kMost = Recorder::kMinBytes;
  const auto recorder = Begin(kMost);
  recorder->OnRunning(true);
  std::vector<std::string> told;
  for (uint64_t i = 0; i < 40'000; ++i) {
    const item::ItemTrack track{0, i + 1, static_cast<int64_t>(i), 0, 5, false, false};
    recorder->OnEvent(ItemOpened{track});
    told.push_back(Encode(Event(ItemOpened{track})));
    // Not faster than the disk, so that none is lost.
    while (recorder->queues()[1].peak > Recorder::kEntryCapacity / 2 &&
           recorder->stats().entries + Recorder::kEntryCapacity / 2 < i) {
      std::this_thread::yield();
    }
  }
  recorder->OnEnd();
  ASSERT_EQ(recorder->stats().entries_lost, 0u);
  const uint64_t session_bytes = fs::file_size(PathOf("session.json"));
  EXPECT_LE(FolderBytes() - session_bytes, kMost);
  EXPECT_GT(FolderBytes() - session_bytes, kMost * 3 / 4);
  EXPECT_EQ(recorder->stats().bytes, FolderBytes() - session_bytes);
  const auto recording = Recording::Open(folder());
  ASSERT_TRUE(recording);
  EXPECT_FALSE(recording->from_start());
  const Read read = ReadAll();
  EXPECT_EQ(read.end, Recording::Got::kEnd) << read.damage.ToString();
  std::vector<std::string> items;
  size_t runnings = 0;
  for (const std::string& entry : read.entries) {
    if (IsRunningEntry(entry)) {
      ++runnings;
    } else {
      items.push_back(entry);
    }
  }
  ASSERT_GT(items.size(), 1000u);
  EXPECT_TRUE(std::ranges::equal(items, std::span(told).last(items.size()))) << "without a gap";
  EXPECT_TRUE(IsRunningEntry(read.entries.front())) << "a segment begins with it";
  EXPECT_GE(runnings, 7u);
}

TEST_F(RecordingTest, AMissingSegmentIsDamage) {
  const auto recorder = Begin(Recorder::kMinBytes);
  for (uint64_t i = 0; i < 6'000; ++i) {
    recorder->OnEvent(ItemOpened{{0, i + 1, 0, 0, 5, false, false}});
  }
  recorder->OnEnd();
  ASSERT_TRUE(fs::exists(PathOf("events-000002.bin")));
  fs::remove(PathOf("events-000001.bin"));
  const Read read = ReadAll();
  EXPECT_GT(read.entries.size(), 1000u);
  EXPECT_EQ(read.damage.file, PathOf("events-000001.bin"));
}

TEST_F(RecordingTest, FramesThatTheDiskDoesNotTakeAreCountedAndEveryBufferGoesBack) {
  const auto recorder = Begin();
  // Faster than the recorder can be: it is woken for the first while the rest come in.
  uint64_t offered = 0;
  for (int i = 0; i < 2000; ++i) {
    const Frame frame = FrameOf(static_cast<uint64_t>(i));
    if (!frame.lease) continue;  // the pool is what bounds it
    ++offered;
    recorder->OnFrame(frame);
  }
  recorder->OnFrame(Frame{});  // without a lease nobody may keep the pixels
  recorder->OnEnd();
  const Recorder::Stats stats = recorder->stats();
  EXPECT_EQ(stats.frames + stats.frames_not_kept, offered + 1);
  EXPECT_GE(stats.frames_not_kept, 1u);
  EXPECT_EQ(pool_.free_count(), pool_.count());
}

TEST_F(RecordingTest, AFullDiskEndsTheRecordingAndNothingElse) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const auto recorder = Begin();
  const rlimit small{100'000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  for (uint64_t i = 0; i < 10'000; ++i) {
    recorder->OnEvent(ItemOpened{{0, i + 1, 0, 0, 5, false, false}});
    if (i % 100 == 0) recorder->OnFrame(FrameOf(i));
  }
  recorder->OnEnd();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  const Recorder::Stats stats = recorder->stats();
  ASSERT_NE(stats.error, nullptr);
  EXPECT_EQ(stats.error_number, EFBIG);
  EXPECT_EQ(pool_.free_count(), pool_.count());
  const Read read = ReadAll();
  EXPECT_EQ(read.end, Recording::Got::kCutShort) << read.damage.ToString();
  EXPECT_GT(read.entries.size(), 100u);
}

TEST_F(RecordingTest, AFolderThatIsThereIsNotWrittenOver) {
  RecordShort();
  const auto again =
      Recorder::Create({.folder = folder(), .session = SessionOf(std::string(item::kPacks))});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().file, folder());
}

TEST_F(RecordingTest, WhatIsNoRecordingIsRefused) {
  EXPECT_FALSE(Recording::Open(scratch_.path()));
  RecordShort();
  const std::string session = BytesOfFile(PathOf("session.json"));
  std::string newer = session;
  newer.replace(newer.find("\"veriline_recording\": 6"), 23, "\"veriline_recording\": 7");
  Write("session.json", newer);
  auto refused = Recording::Open(folder());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("version 7"), std::string::npos);
  for (size_t byte = 0; byte < session.size(); byte += 3) {
    std::string damaged = session;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 4);
    if (std::isspace(static_cast<unsigned char>(session[byte])) != 0) continue;
    Write("session.json", damaged);
    EXPECT_FALSE(Recording::Open(folder())) << "byte " << byte;
  }
}

}  // namespace
}  // namespace veriline::line
