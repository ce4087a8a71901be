// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/interfaces.h"
#include "pipeline/item/record_store.h"
#include "pipeline/item/trigger_feed.h"
#include "vision/core/result.h"

namespace veriline::rpc {

struct RpcServerOptions {
  /// "host:port" with a literal IPv4 address, "[IPv6]:port" or "localhost:port". Port 0 = a free
  /// one, see addresses(). Other than loopback only together with all three TLS files.
  std::vector<std::string> listen = {"127.0.0.1:50051"};
  /// Path of a unix socket beside them, mode 0600 (the store's owner socket); empty = none. An old
  /// one is replaced.
  std::string unix_socket;
  /// PEM files, all or none. With them every TCP listener speaks TLS and demands a client
  /// certificate of `tls_client_ca_file`.
  std::string tls_cert_file;
  std::string tls_key_file;
  std::string tls_client_ca_file;
};

/// What the services speak for. All borrowed, must outlive Shutdown; what is null is not offered:
/// `line` → LineService and RejectService, with `records` InspectionService; `registry` →
/// BatchService.
struct RpcBackends {
  item::LineControl* line = nullptr;
  item::RecordStore* records = nullptr;
  batch::Registry* registry = nullptr;
  double counts_per_mm = 0;  ///< told to the gates
  int lanes = 0;
  item::TriggerFeed* feed = nullptr;       ///< where the PLC is the line's trigger
  item::RecipeControl* recipes = nullptr;  ///< where the line may change its recipe
};

/// The gRPC server of a line or of a store's owner (package veriline.v1), with the standard health
/// and reflection services.
///
/// It is made before the line, because the line needs its gateway and its sink, and started after
/// it. Memory is bounded whatever clients do: at most 64 streams of each kind, rings of 1024
/// messages, requests of 4 MiB.
/// Threads: those of gRPC; "rpc-reject" and "rpc-records" carry the live streams; four "rpc-work"
/// do what may wait for a disk.
/// Thread: Start and Shutdown from one thread. The gateway's Tell and Beat from one (real-time)
/// thread, the sink's OnRecord from one, both also before Start and after Shutdown (then nobody
/// hears them).
class RpcServer {
 public:
  explicit RpcServer(RpcServerOptions options);
  /// Shuts down.
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  /// Carries releases to gates and PLCs. A call costs one push and at most one system call.
  item::ReleaseGateway* gateway();
  /// Takes the durable records for the streams. Serialises; never waits.
  item::ResultSink* sink();

  /// Binds and serves. Errors: addresses and TLS files that do not do, said with advice; nothing
  /// is bound then. Once only.
  Checked<void> Start(const RpcBackends& backends);
  /// Where it listens, in the order of `listen`, with the ports that were chosen.
  const std::vector<std::string>& addresses() const;

  /// Ends the streams with UNAVAILABLE, lets calls under way end until `timeout_ms`, then cancels
  /// them. Returns when no handler runs any more (an import that has begun is finished first).
  void Shutdown(int64_t timeout_ms);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace veriline::rpc
