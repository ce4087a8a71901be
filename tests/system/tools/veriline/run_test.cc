// SPDX-License-Identifier: Apache-2.0
// The appliance as a process of its own: a PLC as its trigger, and another recipe while its streams
// are open.
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/drawn_symbol.h"
#include "tests/support/run_fixture.h"

namespace veriline::testing {
namespace {

using grpc::StatusCode;

constexpr std::string_view kRecipe = R"(veriline_recipe: 1
name: pictures
belt: {counts_per_mm: 10, top_speed_mm_s: 500, lanes: 1}
items: {min_length_mm: 85, max_length_mm: 97, debounce_mm: 1}
views:
  - {name: top, camera: cam0, distance_mm: 100, field_mm: 99, belt: left, trigger: software,
     lanes: [{lane: 0, from_ratio: 0, to_ratio: 1}]}
codes:
  - {role: identity, symbologies: [datamatrix]}
decision: {distance_mm: 400, lead_ms: 20}
confirmation: {kind: none, distance_mm: 0}
)";

constexpr std::string_view kConfig = R"(veriline_config: 1
line: {id: L1, recipe: recipes/first.yaml, start: stopped}
recipes: recipes
store: {path: store}
batch: trial
cameras:
  - name: cam0
    folder: {path: pictures, loop: true, trigger: software}
rpc: {listen: "127.0.0.1:0"}
trigger:
)";

std::string Replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string out(text);
  out.replace(out.find(what), what.size(), by);
  return out;
}

std::string GreyPicture() {
  std::string picture = "P5\n96 64\n255\n";
  picture.append(96 * 64, '\x80');
  return picture;
}

/// On a folder with one picture, from Stopped.
class RunTest : public RunFixture {
 protected:
  void LaunchWith(const std::string& trigger, const std::string& picture = GreyPicture()) {
    folder_.Write("recipes/first.yaml", kRecipe);
    folder_.Write("pictures/all.pgm", picture);
    Launch(std::string(kConfig) + trigger);
  }
  grpc::Status Select(const std::string& recipe) {
    v1::SelectRecipeRequest request;
    request.set_recipe(recipe);
    v1::SelectRecipeResponse response;
    grpc::ClientContext context;
    SetTestDeadline(&context);
    return line_->SelectRecipe(&context, request, &response);
  }
};

/// A PLC whose belt runs at 400 mm/s (4000 counts/s) and stands at 0 when it is made. It tells the
/// encoder each 5 ms, as long as it is on.
class LivePlc {
 public:
  explicit LivePlc(v1::RejectService::Stub& stub) {
    SetTestDeadline(&context_, 60);
    stream_ = stub.Feed(&context_, &response_);
    thread_ = std::jthread([this](const std::stop_token& stop) {
      for (int64_t due_ns = start_ns_; !stop.stop_requested(); due_ns += 5'000'000) {
        SleepUntilNs(due_ns);
        v1::FeedRequest request;
        request.mutable_encoder()->set_count(CountAt(due_ns));
        request.mutable_encoder()->mutable_plc_time()->set_ns(due_ns - start_ns_);
        if (on_) Write(request);
      }
    });
  }
  ~LivePlc() {
    thread_ = {};
    stream_->WritesDone();
    const grpc::Status status = stream_->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  int64_t CountAt(int64_t ns) const { return (ns - start_ns_) * 4 / 1'000'000; }
  void Part(const std::string& part_id, int64_t from, int64_t to) {
    v1::FeedRequest request;
    request.mutable_item()->set_part_id(part_id);
    request.mutable_item()->set_from_count(from);
    request.mutable_item()->set_to_count(to);
    Write(request);
  }
  std::atomic<bool> on_{true};

 private:
  void Write(const v1::FeedRequest& request) {
    const std::lock_guard lock(mutex_);
    stream_->Write(request);
  }
  const int64_t start_ns_ = SteadyClock().NowNs();
  grpc::ClientContext context_;
  v1::FeedResponse response_;
  std::mutex mutex_;
  std::unique_ptr<grpc::ClientWriter<v1::FeedRequest>> stream_;
  std::jthread thread_;
};

TEST_F(RunTest, APlcFeedsItemsAndGetsTheirNamesBackWithTheVerdicts) {
  ASSERT_NO_FATAL_FAILURE(LaunchWith("  plc: {top_speed_mm_s: 600}\n"));
  Verdicts verdicts;
  ASSERT_NO_FATAL_FAILURE(Open(*reject_, &verdicts));
  LivePlc plc(*reject_);
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_RESET));
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_START));
  EXPECT_TRUE(WaitForAlarm(false)) << Status().alarm();
  const int64_t first = plc.CountAt(SteadyClock().NowNs()) + 400;
  const std::vector<std::string> names = {"part-1", "Stück 2", "part-3"};
  for (size_t i = 0; i < names.size(); ++i) {
    const int64_t from = first + static_cast<int64_t>(i) * 1000;
    plc.Part(names[i], from, from + 900);
  }
  for (size_t i = 0; i < names.size(); ++i) {
    const v1::ItemVerdict verdict = NextVerdict(verdicts);
    EXPECT_EQ(verdict.part_id(), names[i]);
    EXPECT_EQ(verdict.window().from_count(), first + static_cast<int64_t>(i) * 1000);
    EXPECT_EQ(verdict.window().to_count(), first + static_cast<int64_t>(i) * 1000 + 900);
    EXPECT_FALSE(verdict.released());
    // The picture was taken for it, at its place: had the count been wrong it were frame_lost.
    EXPECT_EQ(verdict.primary(), v1::REJECT_REASON_NO_READ);
  }
  // A PLC that falls silent is an alarm, and none when it is back.
  plc.on_ = false;
  EXPECT_TRUE(WaitForAlarm(true));
  EXPECT_NE(Status().alarm().find("encoder"), std::string::npos) << Status().alarm();
  plc.on_ = true;
  EXPECT_TRUE(WaitForAlarm(false)) << Status().alarm();

  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_STOP));
  v1::ListRecordsResponse records;
  for (int i = 0; i < 1000 && records.records_size() < 3; ++i) {
    grpc::ClientContext context;
    SetTestDeadline(&context);
    records.Clear();
    ASSERT_TRUE(inspection_->ListRecords(&context, {}, &records).ok());
  }
  ASSERT_EQ(records.records_size(), 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(records.records(i).part_id(), names[static_cast<size_t>(i)]);
  }
}

TEST_F(RunTest, LabelsThatWerePrintedTwiceHoldTheLine) {
  Canvas canvas(96, 64, 220);
  canvas.Draw(EncodeWithEci("CODE1"), {.center = {48, 32}, .module_px = 3});
  std::string picture = "P5\n96 64\n255\n";
  for (int y = 0; y < 64; ++y) {
    picture.append(reinterpret_cast<const char*>(canvas.Row(y)), 96);
  }
  ASSERT_NO_FATAL_FAILURE(
      LaunchWith("  paced: {items_per_s: 4, speed_mm_s: 490, item_length_mm: 90}\n", picture));
  Verdicts verdicts;
  ASSERT_NO_FATAL_FAILURE(Open(*reject_, &verdicts));
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_RESET));
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_START));
  EXPECT_TRUE(NextVerdict(verdicts).released());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(NextVerdict(verdicts).primary(), v1::REJECT_REASON_DUPLICATE) << i;
  }
  ASSERT_TRUE(WaitForAlarm(true));
  const v1::LineStatus held = Status();
  EXPECT_EQ(held.state(), v1::PACKML_STATE_HELD);
  EXPECT_NE(held.alarm().find("5 duplicates in a row on lane 0"), std::string::npos)
      << held.alarm();
  EXPECT_NE(held.warning().find("5 duplicates since the start: item 1 of lane 0 of line L1"),
            std::string::npos)
      << held.warning();
  EXPECT_NE(held.warning().find("is suspect"), std::string::npos) << held.warning();
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_UNHOLD));
  EXPECT_EQ(Status().alarm(), "");
  EXPECT_TRUE(WaitForAlarm(true)) << "and again, when it goes on";
}

TEST_F(RunTest, AnotherRecipeInStoppedWhileStreamsGoOn) {
  folder_.Write("recipes/second.yaml", Replaced(Replaced(kRecipe, "name: pictures", "name: longer"),
                                                "[datamatrix]", "[datamatrix, qr]"));
  folder_.Write("recipes/wrong.yaml", Replaced(kRecipe, "lead_ms: 20", "lead_ms: -1"));
  folder_.Write("recipes/other_camera.yaml", Replaced(kRecipe, "camera: cam0", "camera: cam9"));
  folder_.Write("recipes/other_belt.yaml",
                Replaced(kRecipe, "counts_per_mm: 10", "counts_per_mm: 20"));
  // What the configured belt cannot do, though the recipe alone is right.
  folder_.Write("recipes/too_slow.yaml",
                Replaced(kRecipe, "top_speed_mm_s: 500", "top_speed_mm_s: 300"));
  folder_.Write("outside.yaml", kRecipe);
  ASSERT_NO_FATAL_FAILURE(
      LaunchWith("  paced: {items_per_s: 5, speed_mm_s: 490, item_length_mm: 90}\n"));
  Verdicts verdicts;
  ASSERT_NO_FATAL_FAILURE(Open(*reject_, &verdicts));
  Records records;
  ASSERT_NO_FATAL_FAILURE(Open(*inspection_, &records));
  const std::string first_hash = Status().recipe_hash();

  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_RESET));
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_START));
  uint64_t record_seq = 0;
  std::set<uint64_t> items;
  for (int i = 0; i < 2; ++i) {
    const v1::InspectionRecord record = records.Read().record();
    ASSERT_EQ(record.seq(), ++record_seq);
    EXPECT_EQ(record.recipe_hash(), first_hash);
    items.insert(record.item().item_seq());
  }
  // Not while it runs, and what runs goes on.
  const grpc::Status running = Select("second.yaml");
  EXPECT_EQ(running.error_code(), StatusCode::FAILED_PRECONDITION);
  v1::ErrorStatus details;
  ASSERT_TRUE(details.ParseFromString(running.error_details()));
  v1::WrongState wrong_state;
  ASSERT_TRUE(details.details(0).UnpackTo(&wrong_state));
  EXPECT_EQ(wrong_state.state(), v1::PACKML_STATE_EXECUTE);
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_STOP));

  // What is no recipe of this line changes nothing.
  const grpc::Status wrong = Select("wrong.yaml");
  EXPECT_EQ(wrong.error_code(), StatusCode::INVALID_ARGUMENT);
  ASSERT_TRUE(details.ParseFromString(wrong.error_details()));
  v1::Diagnostic diagnostic;
  ASSERT_TRUE(details.details(0).UnpackTo(&diagnostic));
  EXPECT_EQ(diagnostic.line(), 10) << wrong.error_message();
  for (const char* recipe : {"other_camera.yaml", "other_belt.yaml", "too_slow.yaml", "pictures",
                             "none.yaml", "", "../outside.yaml", "/etc/passwd"}) {
    EXPECT_EQ(Select(recipe).error_code(), StatusCode::INVALID_ARGUMENT) << recipe;
  }
  EXPECT_NE(Select("pictures").error_message().find("several recipes"), std::string::npos);
  EXPECT_EQ(Status().recipe_hash(), first_hash);

  const grpc::Status selected = Select("longer");
  ASSERT_TRUE(selected.ok()) << selected.error_message();
  const v1::LineStatus now = Status();
  EXPECT_EQ(now.recipe_name(), "longer");
  EXPECT_NE(now.recipe_hash(), first_hash);
  EXPECT_EQ(now.state(), v1::PACKML_STATE_STOPPED);
  v1::ListRecipesResponse list;
  grpc::ClientContext context;
  SetTestDeadline(&context);
  ASSERT_TRUE(line_->ListRecipes(&context, {}, &list).ok());
  ASSERT_EQ(list.recipes_size(), 6);
  for (const v1::RecipeEntry& recipe : list.recipes()) {
    EXPECT_EQ(recipe.selected(), recipe.path() == "second.yaml") << recipe.path();
    EXPECT_EQ(recipe.has_problem(), recipe.path() != "first.yaml" && recipe.path() != "second.yaml")
        << recipe.path();
  }

  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_RESET));
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_START));
  int of_second = 0;
  while (of_second < 3) {
    const v1::InspectionRecord record = records.Read().record();
    ASSERT_EQ(record.seq(), ++record_seq) << "the stream has a hole";
    EXPECT_TRUE(items.insert(record.item().item_seq()).second) << "an item number twice";
    if (record.recipe_hash() == now.recipe_hash()) {
      ++of_second;
      EXPECT_EQ(record.recipe_name(), "longer");
    } else {
      ASSERT_EQ(of_second, 0) << "the old line went on beside the new one";
      EXPECT_EQ(record.recipe_hash(), first_hash);
    }
  }
  ASSERT_NO_FATAL_FAILURE(Command(v1::PACKML_COMMAND_STOP));
  // As many verdicts as items, numbered through.
  for (uint64_t seq = 1; seq <= items.size(); ++seq) {
    ASSERT_EQ(NextVerdict(verdicts).seq(), seq);
  }
}

}  // namespace
}  // namespace veriline::testing
