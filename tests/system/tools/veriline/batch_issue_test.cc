// SPDX-License-Identifier: Apache-2.0
// `veriline batch issue`, `check` and `key` as processes of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/embedded/embedded_store.h"
#include "rpc/server.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/veriline_command.h"

namespace veriline::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGtin[] = " --gtin 4012345123456";

class BatchIssueTest : public ::testing::Test {
 protected:
  Ran Run(const std::string& arguments) { return RunVeriline("batch " + arguments); }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  /// Issues to a new file; the codes of it.
  std::vector<batch::IssuedCode> Issue(const std::string& arguments) {
    const std::string out = Path("issued" + std::to_string(++files_) + ".csv");
    const Ran ran = Run("issue " + arguments + " --out " + out);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    struct stat info {};
    EXPECT_EQ(stat(out.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    std::ifstream in(out, std::ios::binary);
    std::string header;
    std::getline(in, header);
    EXPECT_EQ(header, "code,gtin,lot,expiry,market\r");
    in.seekg(0);
    auto list = batch::ParseCodeList(in, out);
    EXPECT_TRUE(list) << list.error().ToString();
    last_ = out;
    return list ? list->codes : std::vector<batch::IssuedCode>{};
  }
  std::string Refusal(const std::string& arguments) {
    const std::string out = Path("refused.csv");
    const Ran ran = Run("issue " + arguments + " --out " + out);
    EXPECT_EQ(ran.exit_code, 2) << arguments;
    EXPECT_FALSE(std::filesystem::exists(out)) << arguments;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    return ran.err;
  }
  std::vector<std::string> Codes(const std::string& arguments) {
    std::vector<std::string> out;
    for (const batch::IssuedCode& code : Issue(arguments)) out.push_back(code.code);
    return out;
  }

  ScratchFolder folder_;
  std::string last_;
  int files_ = 0;
};

TEST_F(BatchIssueTest, WritesWhatTheContractSays) {
  const auto codes = Issue(std::string("--kind random --count 1000 --lot L1 --expiry 271231 "
                                       "--market DE") +
                           kGtin);
  ASSERT_EQ(codes.size(), 1000u);
  for (const batch::IssuedCode& code : codes) {
    EXPECT_TRUE(code.key.is_gs1());
    EXPECT_EQ(code.gtin, "04012345123456");
    EXPECT_EQ(code.lot, "L1");
    EXPECT_EQ(code.expiry, "271231");
    EXPECT_EQ(code.market, "DE");
    EXPECT_THAT(code.code, ::testing::EndsWith("\x1D"
                                               "17271231"
                                               "10L1"));
  }
  EXPECT_THAT(
      Codes(std::string("--kind sequential --count 2 --length 3 --lot L --columns-only") + kGtin),
      ElementsAre("010401234512345621001", "010401234512345621002"));
  EXPECT_THAT(Codes("--kind sequential --count 3 --length 4 --prefix A --form plain --start 5,50"),
              ElementsAre("A005", "A050", "A006"));
  EXPECT_THAT(Codes(std::string("--kind sequential --count 1 --length 2 --form link --lot a/b "
                                "--expiry 271200 --stem https://example.com/x") +
                    kGtin),
              ElementsAre("https://example.com/x/01/04012345123456/10/a%2Fb/21/01?17=271200"));
}

TEST_F(BatchIssueTest, TellsThatItCannotKnowWithoutAStore) {
  const Ran alone = Run("issue --kind random --count 1 --form plain --out " + Path("a.csv"));
  EXPECT_THAT(alone.err, HasSubstr("without --store nobody knows"));
  const Ran sure = Run("issue --kind random --count 1 --form plain --store " + Path("store") +
                       " --json --out " + Path("b.csv"));
  EXPECT_EQ(sure.err, "");
  EXPECT_EQ(json::parse(sure.out)["registered"], true);
}

TEST_F(BatchIssueTest, RefusesWhatIsWrongInOneLine) {
  EXPECT_THAT(Refusal("--kind random --count 1 --gtin 4012345123457"), HasSubstr("check digit"));
  EXPECT_THAT(Refusal(std::string("--kind some --count 1") + kGtin), HasSubstr("random"));
  EXPECT_THAT(Refusal("--kind random --count 1"), HasSubstr("--gtin"));
  EXPECT_THAT(Refusal(std::string("--kind random --count 1 --expiry 271331") + kGtin),
              HasSubstr("271331"));
  EXPECT_THAT(Refusal(std::string("--kind random --count 1 --market XX") + kGtin), HasSubstr("XX"));
  EXPECT_THAT(
      Refusal(std::string("--kind random --count 1000 --length 4 --alphabet digits") + kGtin),
      HasSubstr("--length 7"));
  EXPECT_THAT(Refusal(std::string("--kind sequential --count 1000 --length 2") + kGtin),
              HasSubstr("run out"));
  EXPECT_THAT(Refusal(std::string("--kind encrypted --count 1") + kGtin), HasSubstr("--key-file"));
  EXPECT_THAT(Refusal(std::string("--kind random --count 1 --lot 'a b'") + kGtin),
              HasSubstr("correct lot"));
  const std::string there = folder_.Write("there.csv", "x");
  EXPECT_EQ(Run(std::string("issue --kind random --count 1 --out ") + there + kGtin).exit_code, 2);
}

TEST_F(BatchIssueTest, NoSerialNumberIsIssuedTwiceAcrossRunsAndBatches) {
  const std::string store = " --store " + Path("store");
  std::set<std::string> all;
  // Three of four numbers are taken in the end, so that most are drawn more than once.
  for (int run = 0; run < 3; ++run) {
    for (const std::string& code :
         Codes("--kind random --count 250 --length 3 --alphabet digits --guesses 1" + store +
               kGtin)) {
      EXPECT_TRUE(all.insert(code).second) << code;
    }
  }
  EXPECT_EQ(all.size(), 750u);
  // What came in another way counts too.
  ASSERT_EQ(Run("import " + last_ + " --batch B" + store).exit_code, 0);
  EXPECT_THAT(Refusal("--kind sequential --count 1000 --length 3 --start 0" + store + kGtin),
              HasSubstr("issued before"));
  // Sequences go on where they ended, in each lane.
  const std::string plan = "--kind sequential --count 3 --length 5 --form plain" + store;
  EXPECT_THAT(Codes(plan), ElementsAre("00001", "00002", "00003"));
  EXPECT_THAT(Codes(plan), ElementsAre("00004", "00005", "00006"));
  EXPECT_THAT(Codes(plan + " --step -1 --start 90000"), ElementsAre("90000", "89999", "89998"));
  EXPECT_THAT(Codes(plan + " --step -1"), ElementsAre("89997", "89996", "89995"));
  EXPECT_THAT(Codes(plan), ElementsAre("00007", "00008", "00009"));
}

TEST_F(BatchIssueTest, GoesThroughTheOwnerOfTheStore) {
  auto opened = store::EmbeddedStore::Open(Path("store"));
  ASSERT_TRUE(opened);
  rpc::RpcServer server({.listen = {}, .unix_socket = store::OwnerSocketPath(Path("store"))});
  const auto serving =
      server.Start({.records = opened->get(), .registry = opened->get(), .counts_per_mm = 1});
  ASSERT_TRUE(serving) << serving.error().ToString();
  const std::string store = " --store " + Path("store");
  const auto codes = Codes("--kind sequential --count 500 --length 4" + store + kGtin);
  EXPECT_THAT(Codes("--kind sequential --count 1 --length 4" + store + kGtin),
              ElementsAre("0104012345123456210501"));
  EXPECT_THAT(Refusal("--kind sequential --count 5 --length 4 --start 500" + store + kGtin),
              HasSubstr("issued before"));
  EXPECT_EQ((*opened)->Issues("04012345123456")->size(), 2u);
  // A pool is topped up while its batch is open.
  ASSERT_EQ(Run("import " + last_ + " --batch B" + store).exit_code, 0);
  ASSERT_EQ(Run("open B" + store).exit_code, 0);
  Codes("--kind sequential --count 7 --length 4" + store + kGtin);
  const Ran added = Run("import " + last_ + " --batch B --add" + store);
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_EQ((*opened)->Status("B")->codes, 8u);
  const Ran moved =
      Run("move B 0104012345123456210502 --to sampled --reason 'for the shelf'" + store);
  EXPECT_EQ(moved.exit_code, 0) << moved.err;
  EXPECT_EQ((*opened)->Status("B")->Of(batch::CodeState::kSampled), 1u);
}

TEST_F(BatchIssueTest, EncryptedOnesAreToldByTheirKeyWithNoList) {
  const std::string key = Path("line.key");
  ASSERT_EQ(Run("key " + key).exit_code, 0);
  EXPECT_EQ(Run("key " + key).exit_code, 1);
  const std::string plan = " --kind encrypted --length 10 --check 3 --key-file " + key;
  const auto codes = Codes("--count 50" + plan + kGtin);
  ASSERT_EQ(codes.size(), 50u);
  EXPECT_EQ(Run("check " + codes[0] + " " + codes[49] + plan + " --next-start 51").exit_code, 0);
  EXPECT_EQ(Run("check " + codes[49] + plan + " --next-start 50").exit_code, 1);  // not yet
  std::string forged = codes[7];
  forged.back() = forged.back() == '7' ? '8' : '7';
  EXPECT_EQ(Run("check " + forged + plan).exit_code, 1);
  // A key that others may read is no key, and it stands in no message.
  std::string secret;
  std::ifstream(key) >> secret;
  std::filesystem::permissions(key, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const std::string refused = Refusal("--count 1" + plan + kGtin);
  EXPECT_THAT(refused, HasSubstr("others may read"));
  EXPECT_THAT(refused, Not(HasSubstr(secret.substr(0, 8))));
}

}  // namespace
}  // namespace veriline::testing
