// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/house/layering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace veriline::house {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What is said of one include in a file of that path.
std::vector<std::string> Said(const std::string& path, const std::string& include) {
  return IncludeViolations({path, "// licence\n#include " + include + "\n"});
}

TEST(House, NoFileIncludesARoomAboveItsOwn) {
  const auto files = ProjectSources();
  ASSERT_GT(files.size(), 50u) << "run from the root of the project";
  std::vector<std::string> wrong;
  for (const SourceFile& file : files) {
    for (std::string& sentence : IncludeViolations(file)) wrong.push_back(std::move(sentence));
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(House, EveryFileHasItsLicenceAndAReadableLength) {
  std::vector<std::string> wrong;
  for (const SourceFile& file : ProjectSources()) {
    for (std::string& sentence : FormViolations(file)) wrong.push_back(std::move(sentence));
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(Layering, RoomsAreToldByTheirFolder) {
  EXPECT_EQ(RoomOf("vision/camera/folder/folder_camera.h"), "vision/camera");
  EXPECT_EQ(RoomOf("grading/modulation.h"), "grading");
  EXPECT_EQ(RoomOf("rpc/server.cc"), "rpc");
  EXPECT_EQ(RoomOf("tools/veriline/main.cc"), "tools");
  EXPECT_EQ(RoomOf("vision/attic/x.h"), "");
  EXPECT_EQ(RoomOf("vision/core.h"), "");
  EXPECT_EQ(RoomOf("frame.h"), "");
}

TEST(Layering, WhatIsAllowedIsLeftAlone) {
  EXPECT_THAT(Said("vision/decode/x.cc", "\"vision/core/frame.h\""), IsEmpty());
  EXPECT_THAT(Said("vision/decode/x.cc", "\"vision/gs1/hri.h\""), IsEmpty());
  EXPECT_THAT(Said("pipeline/line/x.h", "\"pipeline/item/recipe.h\""), IsEmpty());
  EXPECT_THAT(Said("pipeline/item/x.h", "\"vision/core/result.h\""), IsEmpty());
  EXPECT_THAT(Said("tools/veriline/x.cc", "\"pipeline/line/line.h\""), IsEmpty());
  EXPECT_THAT(Said("tests/unit/x_test.cc", "\"tools/linesim/world.h\""), IsEmpty());
  EXPECT_THAT(Said("rpc/x.cc", "\"veriline/v1/types.pb.h\""), IsEmpty());
  EXPECT_THAT(Said("vision/camera/x.cc", "<opencv2/core.hpp>"), IsEmpty());
  EXPECT_THAT(Said("vision/decode/zxing/x.h", "<ZXing/ReadBarcode.h>"), IsEmpty());
  EXPECT_THAT(Said("vision/core/x.h", "<vector>"), IsEmpty());
}

TEST(Layering, IncludesUpwardAreTold) {
  EXPECT_THAT(Said("vision/core/x.h", "\"vision/camera/camera_source.h\""),
              ElementsAre("vision/core/x.h:2: vision/core may not know vision/camera "
                          "(vision/camera/camera_source.h)"));
  EXPECT_EQ(Said("vision/gs1/x.cc", "\"calibration/model/line_geometry.h\"").size(), 1u);
  EXPECT_EQ(Said("vision/locate/x.cc", "\"vision/camera/camera_source.h\"").size(), 1u);
  EXPECT_EQ(Said("pipeline/batch/x.cc", "\"pipeline/item/recipe.h\"").size(), 1u);
  EXPECT_EQ(Said("pipeline/store/x.cc", "\"pipeline/reject/scheduler.h\"").size(), 1u);
  EXPECT_EQ(Said("pipeline/item/x.cc", "\"pipeline/line/line.h\"").size(), 1u);
  EXPECT_EQ(Said("rpc/x.cc", "\"pipeline/line/line.h\"").size(), 1u);
  EXPECT_EQ(Said("grading/x.cc", "\"vision/decode/frame_reader.h\"").size(), 1u);
  EXPECT_EQ(Said("pipeline/item/x.cc", "\"veriline/v1/types.pb.h\"").size(), 1u);
  EXPECT_EQ(Said("vision/core/x.cc", "  \"vision/locate/locator.h\"  // why").size(), 1u);
}

TEST(Layering, NothingIncludesTools) {
  EXPECT_THAT(Said("rpc/x.cc", "\"tools/veriline/config.h\""),
              ElementsAre("rpc/x.cc:2: nothing includes tools"));
  EXPECT_THAT(Said("tools/veriline/x.cc", "\"tests/support/belt.h\""),
              ElementsAre("tools/veriline/x.cc:2: nothing includes tests"));
}

TEST(Layering, PathsThatAreNotFromTheRootAreTold) {
  EXPECT_EQ(Said("vision/core/x.cc", "\"frame.h\"").size(), 1u);
  EXPECT_EQ(Said("vision/core/x.cc", "\"../core/frame.h\"").size(), 1u);
  EXPECT_THAT(IncludeViolations({"vision/attic/x.h", ""}),
              ElementsAre("vision/attic/x.h:1: lies in no room of the house"));
}

TEST(Layering, ThirdPartiesInHeadersAreTold) {
  for (const std::string include :
       {"<opencv2/core.hpp>", "<ZXing/ReadBarcode.h>", "<dmtx.h>", "<tbb/task_arena.h>",
        "<oneapi/tbb.h>", "<grpcpp/server.h>", "<google/protobuf/message.h>", "<sqlite3.h>",
        "<yaml-cpp/yaml.h>", "<arv.h>", "\"opencv2/core.hpp\""}) {
    EXPECT_EQ(Said("pipeline/item/x.h", include).size(), 1u) << include;
  }
  EXPECT_THAT(Said("vision/decode/frame_reader.h", "<ZXing/ReadBarcode.h>"),
              ElementsAre("vision/decode/frame_reader.h:2: ZXing/ReadBarcode.h stands in a header "
                          "outside its adapter"));
}

TEST(Layering, SomeThirdPartiesAreBannedFromARoom) {
  EXPECT_EQ(Said("grading/modulation.cc", "<opencv2/core.hpp>").size(), 1u);
  EXPECT_EQ(Said("pipeline/reject/scheduler.cc", "<tbb/task_arena.h>").size(), 1u);
  EXPECT_EQ(Said("pipeline/reject/scheduler.cc", "<sqlite3.h>").size(), 1u);
}

TEST(Form, WhatIsMissingIsTold) {
  const std::string licence = "// SPDX-License-Identifier: Apache-2.0\n";
  EXPECT_THAT(FormViolations({"vision/core/x.h", licence + "#pragma once\n"}), IsEmpty());
  EXPECT_EQ(FormViolations({"vision/core/x.h", "#pragma once\n" + licence}).size(), 2u);
  EXPECT_EQ(FormViolations({"vision/core/x.h", licence}).size(), 1u);
  EXPECT_THAT(FormViolations({"vision/core/x.cc", licence + std::string(499, '\n')}), IsEmpty());
  EXPECT_EQ(FormViolations({"vision/core/x.cc", licence + std::string(500, '\n')}).size(), 1u);
  EXPECT_THAT(FormViolations({"tools/x.py",
                              "#!/usr/bin/env python3\n# SPDX-License-Identifier: "
                              "Apache-2.0\n"}),
              IsEmpty());
  EXPECT_EQ(FormViolations({"tools/x.sh", "#!/bin/sh\necho\n"}).size(), 1u);
}

}  // namespace
}  // namespace veriline::house
