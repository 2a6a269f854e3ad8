#include "support/executor_rig.h"

#include <utility>

#include "common/worker_setup.h"
#include "executor/executor_setup.h"
#include <gtest/gtest.h>

#include "evenkeel/base/check.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/codec/action_codec.h"

namespace evenkeel::testing {

CallResult ScriptedConnector::Execute(const ActionCall& call) {
  calls.push_back({call, clock()});
  on_call(call);
  if (script.empty()) return {.outcome = CallOutcome::kDone, .status = 200, .detail = {}};
  CallResult result = std::move(script.front());
  script.pop_front();
  return result;
}

bool BenchScheduler::Submit(std::function<void()> call, std::chrono::milliseconds delay,
                            const void* /*owner*/) {
  queue_.emplace(bench_.now().monotonic + delay, std::move(call));
  return true;
}

void BenchScheduler::Hurry(const void* /*owner*/) {
  std::multimap<MonotonicTime, std::function<void()>> hurried;
  for (auto& [due, call] : queue_) hurried.emplace(bench_.now().monotonic, std::move(call));
  queue_.swap(hurried);
}

void BenchScheduler::RunDue() {
  while (!is_held && !is_stuck && !queue_.empty() &&
         queue_.begin()->first <= bench_.now().monotonic) {
    const auto first = queue_.extract(queue_.begin());
    first.mapped()();
  }
}

ExecutorRig::ExecutorRig(ServiceWorld& world) : scheduler(world.bench), world_(world) {
  target.clock = [&world] { return world.bench.now().wall; };
  trust_.keys.Add(world.key->public_key());
  world.on_step = [this] { scheduler.RunDue(); };
}

void ExecutorRig::Start(const std::string& name) {
  const ApplicationSetup setup{.application = "executor",
                               .instance = name,
                               .workers = 1,
                               .state_directory = world_.StoreOf(name),
                               .cluster_id = world_.cluster_id,
                               .inputs = ExecutorInputs(world_.deployment),
                               .globals = ExecutorGlobals(world_.deployment)};
  v1::ExecutorConfig config;
  *config.mutable_clock() = world_.config.clock();
  Result<WorkerOptions> options = ExecutorWorkerOptions(config, world_.deployment, setup, 0);
  EVENKEEL_CHECK(options.ok());
  policy.is_idempotent = target.is_idempotent;
  ExecutorProcessor::Options processing =
      ExecutorOptions({}, world_.deployment, {{"email", policy}});
  auto sink = std::make_unique<CallSink>(std::map<std::string, Connector*>{{"email", &target}},
                                         scheduler, control_, target.clock);
  CallSink& calls = *sink;
  ServiceWorld::Member made{.application = "executor",
                            .sink = std::move(sink),
                            .worker = nullptr,
                            .window = nullptr,
                            .status = {}};
  made.worker = std::make_unique<Worker>(
      Worker::Ports{.cluster = world_.bench.cluster(), .stores = world_.stores, .effects = calls},
      *std::move(options),
      std::make_unique<ExecutorProcessor>(std::move(processing), trust_, control_));
  calls.Attach(*made.worker);
  world_.Add(name, std::move(made));
}

void ExecutorRig::Crash(const std::string& name) {
  scheduler.Drop();
  world_.Crash(name);
}

ApprovedAction ExecutorRig::ActionFor(const std::string& customer, int number) const {
  std::string digits = std::to_string(number);
  digits.insert(0, 32 - digits.size(), '0');
  const TimeMs now = world_.bench.now().wall;
  ApprovedAction action;
  action.planned = {.action_id = digits,
                    .decision_id = digits,
                    .customer = CustomerId(customer),
                    .action = "payment_method_update",
                    .domain = "retention",
                    .proposer = "retention/1",
                    .treatment = "mail",
                    .template_name = "new_card",
                    .channel = "email",
                    .purpose = "service",
                    .contact_class = ContactClass::kTransactional,
                    .send_from = now,
                    .send_by = now + std::chrono::hours(1),
                    .parameters = {}};
  action.decision_digest = Sha256("decision");
  action.deployment = world_.deployment.prefix;
  action.environment = world_.deployment.environment;
  action.task_epoch = 1;
  action.currency = {{'E', 'U', 'R'}};
  action.issued = now;
  action.expires = action.planned.send_by;
  action.level = AutonomyLevel::kL2;
  action.policy_revision = "1";
  action.bundle_digest = Sha256("bundle");
  return action;
}

OwnedRecord ExecutorRig::RecordFor(const ApprovedAction& action) const {
  SignedAction signed_action{.payload = EncodeApprovedAction(action), .key_id = {}};
  const Signature signature = world_.key->Sign(ActionSigningBytes(signed_action.payload));
  signed_action.key_id = signature.key_id;
  signed_action.signature = signature.bytes;
  EncodedRecord encoded = ActionRecordOf(action, signed_action);
  return {.topic = world_.deployment.names().Actions(action.planned.channel),
          .partition = PartitionOf(encoded.key, world_.deployment.row_count),
          .key = std::move(encoded.key),
          .value = std::move(encoded.value),
          .headers = std::move(encoded.headers)};
}

std::vector<Receipt> ExecutorRig::Receipts() {
  return world_.Payloads<Receipt>(world_.deployment.names().Receipts());
}

std::vector<Receipt> ExecutorRig::ReceiptsOnceThereAre(std::size_t count) {
  EXPECT_TRUE(world_.Until([&] {
    world_.StepFor(std::chrono::milliseconds(20));
    return Receipts().size() >= count;
  }));
  world_.PassTime(world_.bench.hindsight());
  return Receipts();
}

}  // namespace evenkeel::testing
