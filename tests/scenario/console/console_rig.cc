#include "console_rig.h"

#include "evenkeel/base/check.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/v1/actions.pb.h"

namespace evenkeel::testing {

ConsoleRig::ConsoleRig(ServiceWorld& world, const std::string& instance)
    : http_(HttpListener::Create({}).value()), logger_([](std::string_view) {}) {
  v1::ConsoleConfig config;
  config.set_instance(instance);
  Result<std::unique_ptr<ConsoleApp>> app = ConsoleApp::Create(
      config, world.StoreOf("console-" + instance),
      {world.deployment, world.bench.cluster(), world.cluster_id, world.stores, logger_});
  EVENKEEL_CHECK(app.ok());
  app_ = *std::move(app);
  app_->Register(registry_, *http_);
  app_->Start();
}

std::future<Result<v1::GetProgressResponse>> ConsoleRig::AskProgress() {
  const auto promise = std::make_shared<std::promise<Result<v1::GetProgressResponse>>>();
  app_->meter().Ask(
      [promise](const Result<v1::GetProgressResponse>& progress) { promise->set_value(progress); });
  return promise->get_future();
}

v1::ApprovalRequest RequestFor(const std::string& customer, int number, TimeMs expires) {
  const auto id = [number](char kind) {
    std::string digits = std::to_string(number);
    digits.insert(0, 31 - digits.size(), '0');
    return kind + digits;
  };
  v1::ApprovedAction action;
  action.set_format(1);
  action.set_action_id(id('a'));
  action.set_customer_id(customer);
  v1::ApprovalRequest request;
  request.set_format(1);
  request.set_approval_id(id('b'));
  request.set_state(v1::APPROVAL_STATE_OPEN);
  request.set_customer_id(customer);
  request.set_decision_id(id('d'));
  request.set_action_id(action.action_id());
  request.set_action(action.SerializeAsString());
  request.set_action_digest(std::string(AsBytes(Sha256(request.action()))));
  request.set_policy_revision("7");
  request.set_proposer("retention/1");
  request.set_required_role("approver");
  request.set_requested_time_ms(expires.value - 3'600'000);
  request.set_expires_time_ms(expires.value);
  return request;
}

OwnedRecord RecordOf(const ServiceWorld& world, const v1::ApprovalRequest& request) {
  OwnedRecord record{
      .topic = world.deployment.names().ApprovalRequests(),
      .partition = PartitionOf(request.customer_id(), world.deployment.row_count),
      .key = request.customer_id(),
      .value = request.SerializeAsString(),
  };
  if (world.deployment.clock == ClockMode::kEvent) {
    record.timestamp = TimeMs{request.requested_time_ms()};
  }
  return record;
}

}  // namespace evenkeel::testing
