// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "pipeline/store/embedded/embedded_store.h"
#include "tests/support/rpc_fakes.h"
#include "tests/support/scratch_folder.h"
#include "veriline/v1/inspection_service.grpc.pb.h"
#include "veriline/v1/line_service.grpc.pb.h"
#include "veriline/v1/reject_service.grpc.pb.h"

namespace veriline::testing {

/// `veriline run` as a process of its own, in a folder with a store that holds the batch "trial".
/// The target defines VERILINE_BINARY.
class RunFixture : public ::testing::Test {
 protected:
  /// Until it serves. `config` names the store "store" and the batch "trial"; files that it names
  /// are there already.
  void Launch(const std::string& config) {
    const std::string path = WriteConfig(config);
    log_ = folder_.path() + "/log";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_.c_str(), O_WRONLY | O_CREAT,
                                     0600);
    std::string binary = VERILINE_BINARY, run = "run", file = path;
    char* argv[] = {binary.data(), run.data(), file.data(), nullptr};
    ASSERT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    // Over the owner's socket: its name is known before it listens.
    channel_ = grpc::CreateChannel("unix:" + store::OwnerSocketPath(folder_.path() + "/store"),
                                   grpc::InsecureChannelCredentials());
    ASSERT_TRUE(
        channel_->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(30)))
        << Log();
    line_ = v1::LineService::NewStub(channel_);
    reject_ = v1::RejectService::NewStub(channel_);
    inspection_ = v1::InspectionService::NewStub(channel_);
  }
  /// With the store; its path.
  std::string WriteConfig(const std::string& config) {
    auto store = store::EmbeddedStore::Open(folder_.path() + "/store");
    EXPECT_TRUE(store) << store.error().ToString();
    std::istringstream codes("code\nCODE1\n");
    EXPECT_TRUE((*store)->ImportBatch("trial", codes, "codes.csv"));
    return folder_.Write("app.yaml", config);
  }
  void TearDown() override {
    if (pid_ == 0) return;
    kill(pid_, SIGTERM);
    int status = 0;
    waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << Log();
  }
  std::string Log() const {
    std::stringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }
  void Command(v1::PackmlCommand command) {
    v1::SendCommandRequest request;
    request.set_command(command);
    v1::SendCommandResponse response;
    grpc::ClientContext context;
    SetTestDeadline(&context);
    const grpc::Status status = line_->SendCommand(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  v1::LineStatus Status() {
    v1::LineStatus told;
    grpc::ClientContext context;
    SetTestDeadline(&context);
    EXPECT_TRUE(line_->GetStatus(&context, {}, &told).ok());
    return told;
  }
  /// Until the line's alarm is (not) there.
  bool WaitForAlarm(bool wanted) {
    for (int i = 0; i < 10'000; ++i) {
      if (Status().alarm().empty() != wanted) return true;
      SleepUntilNs(SteadyClock().NowNs() + 1'000'000);
    }
    return false;
  }

  ScratchFolder folder_;
  std::string log_;
  pid_t pid_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::LineService::Stub> line_;
  std::unique_ptr<v1::RejectService::Stub> reject_;
  std::unique_ptr<v1::InspectionService::Stub> inspection_;
};

/// An open stream of one service; ends with the object.
template <class Request, class Response>
struct Stream {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream;

  Response Read() {
    Response response;
    if (!stream->Read(&response)) ADD_FAILURE() << stream->Finish().error_message();
    return response;
  }
  ~Stream() { context.TryCancel(); }
};
using Verdicts = Stream<v1::RejectServiceWatchRequest, v1::RejectServiceWatchResponse>;
using Records = Stream<v1::InspectionServiceWatchRequest, v1::InspectionServiceWatchResponse>;

inline void Open(v1::RejectService::Stub& stub, Verdicts* verdicts) {
  SetTestDeadline(&verdicts->context, 60);
  verdicts->stream = stub.Watch(&verdicts->context);
  v1::RejectServiceWatchRequest open;
  open.mutable_open()->set_credits(1000);
  verdicts->stream->Write(open);
  ASSERT_TRUE(verdicts->Read().has_hello());
}
inline void Open(v1::InspectionService::Stub& stub, Records* records) {
  SetTestDeadline(&records->context, 60);
  records->stream = stub.Watch(&records->context);
  v1::InspectionServiceWatchRequest open;
  open.mutable_open()->mutable_watch()->set_credits(1000);
  records->stream->Write(open);
  ASSERT_TRUE(records->Read().has_hello());
}
inline v1::ItemVerdict NextVerdict(Verdicts& verdicts) {
  for (;;) {
    const auto response = verdicts.Read();
    if (response.has_verdict() || ::testing::Test::HasFailure()) return response.verdict();
  }
}

}  // namespace veriline::testing
