// SPDX-License-Identifier: Apache-2.0
#include "rpc/server.h"

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "tests/support/rpc_fakes.h"
#include "tests/support/scratch_folder.h"
#include "veriline/v1/line_service.grpc.pb.h"
#include "veriline/v1/reject_service.grpc.pb.h"

namespace veriline::testing {
namespace {

using grpc::StatusCode;

grpc::Status GetStatus(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = v1::LineService::NewStub(channel);
  v1::LineStatus status;
  grpc::ClientContext context;
  SetTestDeadline(&context, 10);
  return stub->GetStatus(&context, {}, &status);
}

/// One call without generated code: the services that gRPC brings itself.
std::string CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                    const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  SetTestDeadline(&context, 10);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, method, &queue);
  const auto wait = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const grpc::Slice slice(request);
  grpc::ByteBuffer response;
  call->StartCall(nullptr);
  if (!wait()) return "";
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  if (!wait()) return "";
  call->Read(&response, nullptr);
  const bool is_read = wait();
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  wait();
  grpc::Slice answer;
  return is_read && response.DumpToSingleSlice(&answer).ok()
             ? std::string(reinterpret_cast<const char*>(answer.begin()), answer.size())
             : "";
}

TEST(RpcServer, HasHealthAndReflection) {
  RpcHarness harness;
  harness.Start();
  EXPECT_EQ(CallRaw(harness.channel, "/grpc.health.v1.Health/Check", ""),
            std::string("\x08\x01", 2));  // status: SERVING
  const std::string services =
      CallRaw(harness.channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              std::string("\x3a\x00", 2));  // list_services
  for (const char* name : {"veriline.v1.LineService", "veriline.v1.InspectionService",
                           "veriline.v1.RejectService", "veriline.v1.BatchService"}) {
    EXPECT_NE(services.find(name), std::string::npos) << name;
  }
}

TEST(RpcServer, OffersOnlyWhatStandsBehindIt) {
  FakeRegistry registry;
  rpc::RpcServer server({.listen = {"127.0.0.1:0"}});
  ASSERT_TRUE(server.Start({.registry = &registry}).has_value());
  const auto channel =
      grpc::CreateChannel(server.addresses().at(0), grpc::InsecureChannelCredentials());
  EXPECT_EQ(GetStatus(channel).error_code(), StatusCode::UNIMPLEMENTED);
}

TEST(RpcServer, APortInUseIsAnError) {
  RpcHarness first;
  first.Start();
  RpcHarness second;
  rpc::RpcServer server({.listen = {"127.0.0.1:0", first.server->addresses().at(0)}});
  const auto started = server.Start({.line = &second.line, .records = &second.records});
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().message.find(first.server->addresses().at(0)), std::string::npos)
      << started.error().ToString();
  EXPECT_TRUE(GetStatus(first.channel).ok());
}

TEST(RpcServer, AnOpenAddressWithoutTlsIsRefusedBeforeAnythingIsBound) {
  RpcHarness harness;
  rpc::RpcServer server({.listen = {"0.0.0.0:0"}});
  const auto started = server.Start({.line = &harness.line});
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().message.find("0.0.0.0:0"), std::string::npos);
  EXPECT_FALSE(started.error().advice.empty());
  EXPECT_TRUE(server.addresses().empty());
}

TEST(RpcServer, ServesAPrivateUnixSocketBesideIt) {
  const ScratchFolder folder;
  const std::string path = folder.path() + "/owner.sock";
  RpcHarness harness;
  harness.Start({.listen = {"127.0.0.1:0"}, .unix_socket = path});
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_TRUE(
      GetStatus(grpc::CreateChannel("unix:" + path, grpc::InsecureChannelCredentials())).ok());
  harness.Stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(RpcServer, AUnixSocketThatCannotBeIsAnError) {
  RpcHarness harness;
  rpc::RpcServer server({.listen = {"127.0.0.1:0"}, .unix_socket = "/nowhere/owner.sock"});
  const auto started = server.Start({.line = &harness.line});
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().file, "/nowhere/owner.sock");
}

TEST(RpcServer, ShutdownEndsStreamsAndReturnsInTime) {
  RpcHarness harness;
  harness.Start();
  const auto stub = v1::RejectService::NewStub(harness.channel);
  grpc::ClientContext context;
  SetTestDeadline(&context);
  const auto stream = stub->Watch(&context);
  v1::RejectServiceWatchRequest request;
  request.mutable_open()->set_credits(1);
  stream->Write(request);
  v1::RejectServiceWatchResponse response;
  ASSERT_TRUE(stream->Read(&response));
  const int64_t start_ns = SteadyClock().NowNs();
  harness.server->Shutdown(500);
  EXPECT_LT(SteadyClock().NowNs() - start_ns, 5'000'000'000);
  harness.Tell(1, 10);  // nobody hears it, nothing breaks
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), StatusCode::UNAVAILABLE);
}

/// A CA, a server certificate and a client certificate of it, made by the openssl program.
class Certificates {
 public:
  Certificates() {
    const std::string script =
        "cd '" + folder_.path() +
        "' && exec 2>openssl.log && "
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-keyout ca.key -out ca.pem -subj /CN=test-ca && "
        "for who in server client; do "
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $who.key "
        "-out $who.csr -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 && "
        "openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
        "-copy_extensions copy -out $who.pem || exit 1; done";
    is_made = std::system(script.c_str()) == 0;
  }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string Text(const std::string& name) const {
    std::ifstream in(Path(name));
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  bool is_made = false;

 private:
  ScratchFolder folder_;
};

TEST(RpcServer, WithTlsServesClientsWithACertificateOnly) {
  const Certificates certificates;
  ASSERT_TRUE(certificates.is_made) << certificates.Text("openssl.log");
  RpcHarness harness;
  harness.Start({.listen = {"0.0.0.0:0"},
                 .tls_cert_file = certificates.Path("server.pem"),
                 .tls_key_file = certificates.Path("server.key"),
                 .tls_client_ca_file = certificates.Path("ca.pem")});
  const std::string address = harness.server->addresses().at(0);
  const std::string target = "localhost" + address.substr(address.rfind(':'));

  grpc::SslCredentialsOptions good;
  good.pem_root_certs = certificates.Text("ca.pem");
  good.pem_private_key = certificates.Text("client.key");
  good.pem_cert_chain = certificates.Text("client.pem");
  const grpc::Status served = GetStatus(grpc::CreateChannel(target, grpc::SslCredentials(good)));
  EXPECT_TRUE(served.ok()) << served.error_message();

  grpc::SslCredentialsOptions no_certificate;
  no_certificate.pem_root_certs = good.pem_root_certs;
  EXPECT_FALSE(GetStatus(grpc::CreateChannel(target, grpc::SslCredentials(no_certificate))).ok());
  EXPECT_FALSE(GetStatus(grpc::CreateChannel(target, grpc::InsecureChannelCredentials())).ok());
}

TEST(RpcServer, TlsFilesThatCannotBeReadAreNamed) {
  const ScratchFolder folder;
  const std::string junk = folder.Write("junk.pem", "this is no PEM\n");
  RpcHarness harness;
  for (const std::string& cert : {folder.path() + "/missing.pem", junk}) {
    rpc::RpcServer server({.listen = {"127.0.0.1:0"},
                           .tls_cert_file = cert,
                           .tls_key_file = junk,
                           .tls_client_ca_file = junk});
    const auto started = server.Start({.line = &harness.line});
    ASSERT_FALSE(started.has_value());
    EXPECT_EQ(started.error().file, cert);
  }
}

}  // namespace
}  // namespace veriline::testing
