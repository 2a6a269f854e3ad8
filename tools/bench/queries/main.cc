// How long GetScore takes beside an empty call (gRPC health) on the same server, by the same
// client:
//
//   evenkeel-bench-queries --address HOST:PORT --customers N --clients N --seconds S
//
// Each client asks, waits for the answer, and asks again. One second of the one call, one of the
// other, in turn, so that both meet the same load. Prints one JSON line. tools/bench/queries/run
// starts the server and the load.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <nlohmann/json.hpp>

#include "evenkeel/v1/score_service.pb.h"

namespace evenkeel::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Kind {
  std::string method;
  std::string request;  ///< For all clients alike; empty: a customer, another each time.
  std::vector<double> micros;
  std::map<std::string, std::uint64_t> errors;  ///< By what the server said.
};

/// Closed loops of calls of one kind, for a while.
class Run {
 public:
  Run(std::vector<std::unique_ptr<grpc::GenericStub>>& stubs, Kind& kind, std::uint32_t customers,
      std::chrono::milliseconds span)
      : stubs_(stubs), kind_(kind), customers_(customers), end_(Clock::now() + span) {}

  void Wait() {
    open_ = stubs_.size();
    for (std::size_t i = 0; i < stubs_.size(); ++i) Next(i);
    done_.get_future().wait();
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
    Clock::time_point begun;
  };

  std::string Request() {
    if (!kind_.request.empty()) return kind_.request;
    v1::GetScoreRequest request;
    request.set_customer_id("customer-" + std::to_string(next_++ * 7919U % customers_));
    return request.SerializeAsString();
  }

  void Next(std::size_t client) {
    const auto call = std::make_shared<Call>();
    const grpc::Slice bytes(Request());
    call->request = grpc::ByteBuffer(&bytes, 1);
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    call->begun = Clock::now();
    stubs_[client]->UnaryCall(
        &call->context, kind_.method, grpc::StubOptions(), &call->request, &call->response,
        [this, client, call](const grpc::Status& status) { Ended(client, *call, status); });
  }

  void Ended(std::size_t client, const Call& call, const grpc::Status& status) {
    const Clock::time_point now = Clock::now();
    {
      const std::lock_guard lock(mutex_);
      if (status.ok()) {
        kind_.micros.push_back(std::chrono::duration<double, std::micro>(now - call.begun).count());
      } else {
        ++kind_.errors[status.error_message()];
      }
    }
    if (now < end_) return Next(client);
    if (--open_ == 0) done_.set_value();
  }

  std::vector<std::unique_ptr<grpc::GenericStub>>& stubs_;
  Kind& kind_;
  const std::uint32_t customers_;
  const Clock::time_point end_;
  std::mutex mutex_;  // kind_'s figures.
  std::atomic<std::uint32_t> next_{0};
  std::atomic<std::size_t> open_{0};
  std::promise<void> done_;
};

double Quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto place = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place),
                   values.end());
  return values[place];
}

/// A channel of its own for each client, so that they do not share a connection.
std::vector<std::unique_ptr<grpc::GenericStub>> Stubs(const std::string& address, int clients) {
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  stubs.reserve(static_cast<std::size_t>(clients));
  for (int i = 0; i < clients; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("evenkeel.bench.client", i);
    stubs.push_back(std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
  }
  return stubs;
}

int Main(const std::map<std::string, std::string>& given) {
  const int clients = std::stoi(given.at("--clients"));
  const auto customers = static_cast<std::uint32_t>(std::stoul(given.at("--customers")));
  auto stubs = Stubs(given.at("--address"), clients);
  Kind score{.method = "/evenkeel.v1.ScoreService/GetScore"};
  // HealthCheckRequest with an empty service: no bytes at all would mean "a customer" above.
  Kind empty{.method = "/grpc.health.v1.Health/Check", .request = std::string("\x0a\x00", 2)};
  Run(stubs, score, customers, std::chrono::milliseconds(500)).Wait();  // Connections, caches.
  score = {.method = score.method};
  for (int i = std::stoi(given.at("--seconds")); i > 0; --i) {
    Run(stubs, score, customers, std::chrono::seconds(1)).Wait();
    Run(stubs, empty, customers, std::chrono::seconds(1)).Wait();
  }
  nlohmann::ordered_json line = {{"bench", "queries"}, {"clients", clients}};
  line["calls"] = score.micros.size();
  for (const auto& [message, count] : empty.errors) score.errors[message] += count;
  line["errors"] = score.errors;
  line["p50_us"] = Quantile(score.micros, 0.5);
  line["p99_us"] = Quantile(score.micros, 0.99);
  line["empty_p50_us"] = Quantile(empty.micros, 0.5);
  line["empty_p99_us"] = Quantile(empty.micros, 0.99);
  line["p50_ratio"] = Quantile(score.micros, 0.5) / Quantile(empty.micros, 0.5);
  line["p99_ratio"] = Quantile(score.micros, 0.99) / Quantile(empty.micros, 0.99);
  std::puts(line.dump().c_str());
  return score.micros.empty() || empty.micros.empty() ? 1 : 0;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 1; i + 1 < argc; i += 2) given[argv[i]] = argv[i + 1];
  for (const char* needed : {"--address", "--customers", "--clients", "--seconds"}) {
    if (given.contains(needed)) continue;
    std::fprintf(stderr, "%s is missing\n", needed);
    return 2;
  }
  try {
    return evenkeel::bench::Main(given);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
