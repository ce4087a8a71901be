// SPDX-License-Identifier: Apache-2.0
#include "rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

#include "rpc/batch_service.h"
#include "rpc/inspection_service.h"
#include "rpc/line_service.h"
#include "rpc/listen_rule.h"
#include "rpc/reject_service.h"
#include "rpc/worker_pool.h"

namespace veriline::rpc {
namespace {

constexpr size_t kWorkers = 4;
constexpr size_t kWorkQueue = 256;
constexpr int kMaxRequestBytes = 4 * 1024 * 1024;
constexpr int kKeepaliveTimeMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 5'000;
constexpr int64_t kDefaultShutdownMs = 1'000;

Checked<std::string> ReadPem(const std::string& path, const char* what) {
  std::ifstream in(path, std::ios::binary);
  std::string pem((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in || pem.find("-----BEGIN ") == std::string::npos) {
    return Fail({.code = ErrorCode::kIo,
                 .message = std::string("cannot read ") + what + " in PEM form",
                 .file = path,
                 .advice = "check that the file is there, readable and PEM"});
  }
  return pem;
}

Checked<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(const RpcServerOptions& options) {
  if (options.tls_cert_file.empty()) return grpc::InsecureServerCredentials();
  auto cert = ReadPem(options.tls_cert_file, "the TLS certificate");
  if (!cert) return Fail(cert.error());
  auto key = ReadPem(options.tls_key_file, "the TLS key");
  if (!key) return Fail(key.error());
  auto ca = ReadPem(options.tls_client_ca_file, "the CA of the client certificates");
  if (!ca) return Fail(ca.error());
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = *ca;
  tls.pem_key_cert_pairs.push_back({*key, *cert});
  return grpc::SslServerCredentials(tls);
}

void SetUpBuilder(grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(kMaxRequestBytes);
  // Two servers on one port would share its clients without a word.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A peer that vanished is noticed and its streams end.
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kKeepaliveTimeMs / 2);
}

}  // namespace

struct RpcServer::Parts {
  RpcServerOptions options;
  std::vector<std::string> addresses;
  RejectService reject;
  InspectionService inspection;
  LineService line;
  BatchService batch;
  bool is_started = false;
  std::unique_ptr<WorkerPool> workers;
  std::unique_ptr<grpc::Server> server;

  Checked<void> StartServices(const RpcBackends& backends, grpc::ServerBuilder* builder);
  Checked<void> Bind(grpc::ServerBuilder* builder);
  void Stop(int64_t timeout_ms);
};

RpcServer::RpcServer(RpcServerOptions options) : parts_(std::make_unique<Parts>()) {
  parts_->options = std::move(options);
}

RpcServer::~RpcServer() { Shutdown(kDefaultShutdownMs); }

item::ReleaseGateway* RpcServer::gateway() { return &parts_->reject; }
item::ResultSink* RpcServer::sink() { return &parts_->inspection; }
const std::vector<std::string>& RpcServer::addresses() const { return parts_->addresses; }

Checked<void> RpcServer::Start(const RpcBackends& backends) {
  if (parts_->is_started) {
    return Fail({.code = ErrorCode::kWrongState, .message = "the server was started before"});
  }
  if (auto allowed = CheckListenRule(parts_->options); !allowed) return allowed;
  try {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    SetUpBuilder(&builder);
    Checked<void> done = parts_->StartServices(backends, &builder);
    if (done) done = parts_->Bind(&builder);
    if (!done) Shutdown(0);
    return done;
  } catch (const std::exception& error) {
    return Fail({.code = ErrorCode::kInternal, .message = error.what()});
  }
}

Checked<void> RpcServer::Parts::StartServices(const RpcBackends& backends,
                                              grpc::ServerBuilder* builder) {
  is_started = true;
  workers = std::make_unique<WorkerPool>(kWorkers, kWorkQueue);
  const std::string store_id = backends.records != nullptr ? backends.records->store_id() : "";
  if (backends.line != nullptr) {
    line.Start(backends.line, backends.recipes, workers.get(), [this] {
      return std::vector{reject.queue_status(), inspection.queue_status()};
    });
    builder->RegisterService(&line);
    reject.Start({backends.line, store_id, backends.counts_per_mm, backends.lanes, backends.feed});
    builder->RegisterService(&reject);
    if (backends.records != nullptr) {
      const auto started =
          inspection.Start(backends.line->line_id(), backends.records, workers.get());
      if (!started) return started;
      builder->RegisterService(&inspection);
    }
  }
  if (backends.registry != nullptr) {
    batch.Start(backends.registry, backends.records, workers.get());
    builder->RegisterService(&batch);
  }
  return {};
}

Checked<void> RpcServer::Parts::Bind(grpc::ServerBuilder* builder) {
  auto credentials = MakeCredentials(options);
  if (!credentials) return Fail(credentials.error());
  std::vector<int> ports(options.listen.size(), 0);
  for (size_t i = 0; i < ports.size(); ++i) {
    builder->AddListeningPort(options.listen[i], *credentials, &ports[i]);
  }
  mode_t old_mask = 0;
  if (!options.unix_socket.empty()) {
    builder->AddListeningPort("unix:" + options.unix_socket, grpc::InsecureServerCredentials());
    // The socket is private from its first moment on, not only after a chmod.
    old_mask = umask(0177);
  }
  server = builder->BuildAndStart();
  if (!options.unix_socket.empty()) umask(old_mask);

  // gRPC stops at the first one that it cannot have.
  const bool has_tls = !options.tls_cert_file.empty();
  for (size_t i = 0; i < ports.size(); ++i) {
    if (ports[i] <= 0) {
      return Fail({.code = ErrorCode::kUnavailable,
                   .message = "cannot listen on " + options.listen[i],
                   .advice = has_tls ? "check that the port is free and that certificate, key and "
                                       "CA are valid and belong together"
                                     : "check that the port is free and the address is one of "
                                       "this machine"});
    }
    ListenAddress address = *ParseListenAddress(options.listen[i]);
    address.port = ports[i];
    addresses.push_back(address.ToString());
  }
  if (server == nullptr ||
      (!options.unix_socket.empty() && chmod(options.unix_socket.c_str(), 0600) != 0)) {
    return Fail({.code = ErrorCode::kUnavailable,
                 .message = "cannot listen on the unix socket",
                 .file = options.unix_socket,
                 .advice = "check that the directory is there and may be written to"});
  }
  return {};
}

void RpcServer::Shutdown(int64_t timeout_ms) {
  if (parts_->is_started) parts_->Stop(timeout_ms);
}

void RpcServer::Parts::Stop(int64_t timeout_ms) {
  const grpc::Status ending(grpc::StatusCode::UNAVAILABLE, "the server is shutting down");
  if (server != nullptr) {
    if (auto* health = server->GetHealthCheckService()) health->SetServingStatus(false);
  }
  reject.hub().Close(ending);
  inspection.hub().Close(ending);
  reject.feeds().Close(ending);
  if (server != nullptr) {
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(timeout_ms));
    server->Wait();
    server.reset();
    if (!options.unix_socket.empty()) unlink(options.unix_socket.c_str());
  }
  reject.hub().Join();
  inspection.hub().Join();
  workers.reset();
}

}  // namespace veriline::rpc
