#include <set>

#include "rpc_rig.h"
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

constexpr std::chrono::seconds kLong{30};

enum class Health { kUnknown = 0, kServing = 1, kNotServing = 2 };

/// grpc.health.v1.Health/Check, whose messages are one string and one enum, each of field 1.
std::optional<Health> Check(RpcRig& rig, const std::string& service) {
  std::string request;
  if (!service.empty()) {
    request = std::string("\x0a") + static_cast<char>(service.size()) + service;
  }
  grpc::Slice slice(request);
  grpc::ByteBuffer bytes(&slice, 1);
  grpc::GenericStub stub(rig.Channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kLong);
  grpc::CompletionQueue queue;
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", bytes, &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool is_fine = false;
  queue.Next(&tag, &is_fine);
  if (!status.ok()) return std::nullopt;
  grpc::Slice answered;
  EVENKEEL_CHECK(answer.DumpToSingleSlice(&answered).ok());
  return answered.size() < 2 ? Health::kUnknown : Health(answered.begin()[1]);
}

TEST(GrpcHealthTest, SaysForTheServerAndEachServiceWhetherItServes) {
  RpcRig rig;
  const auto all = {"", "evenkeel.v1.ScoreService", "evenkeel.v1.ApprovalService",
                    "evenkeel.v1.DecisionService"};
  for (const char* service : all) EXPECT_EQ(Check(rig, service), Health::kNotServing) << service;
  rig.server().SetServing(true);
  for (const char* service : all) EXPECT_EQ(Check(rig, service), Health::kServing) << service;
  rig.server().SetServing(false);
  for (const char* service : all) EXPECT_EQ(Check(rig, service), Health::kNotServing) << service;
  EXPECT_EQ(Check(rig, "evenkeel.v1.ControlService"), std::nullopt);
}

}  // namespace
}  // namespace evenkeel
