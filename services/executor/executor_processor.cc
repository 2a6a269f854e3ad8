#include "executor/executor_processor.h"

#include <algorithm>

#include "evenkeel/base/hash.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel {
namespace {

ExecutorState& StateOf(StateObject* object) { return static_cast<ExecutorState&>(*object); }

Effect EffectOf(const CallOrder& order) { return {order.action_id, order.Encode()}; }

ControlledAction SubjectOf(const ApprovedAction& action) {
  const PlannedAction& planned = action.planned;
  return {planned.domain, planned.action, planned.channel, planned.proposer, action.level};
}

}  // namespace

ExecutorProcessor::ExecutorProcessor(Options options, const ActionTrust& trust,
                                     ControlBoard& control)
    : options_(std::move(options)), trust_(trust), control_(control) {}

Status ExecutorProcessor::OnRecord(SliceContext& context, const LogRecord& record) {
  const std::string& channel = options_.input_channels[record.stream];
  if (channel.empty()) return {};  // A tick: it moved the clock, and that is all.
  if (!record.key || !record.value) {
    context.DeadLetter(record, "missing_data", "an action needs a key and a value");
    return {};
  }
  const Result<ReceivedAction> action = ReadAction(*record.value, trust_);
  if (!action.ok()) {
    const bool denied = action.status().code() == StatusCode::kPermissionDenied;
    context.DeadLetter(record, denied ? "bad_signature" : "undecodable", action.status().message());
    return {};
  }
  const PlannedAction& planned = action->action.planned;
  if (planned.customer.value() != *record.key || planned.channel != channel) {
    context.DeadLetter(record, "key_mismatch",
                       "customer or channel of the action are not those of its record");
    return {};
  }
  // Claims are the task's: elsewhere a copy would be carried out a second time.
  if (record.partition != PartitionOf(*record.key, context.row_count())) {
    context.DeadLetter(record, "wrong_partition", "the action is not in its customer's partition");
    return {};
  }
  return Take(context, record, *action);
}

Status ExecutorProcessor::Take(SliceContext& context, const LogRecord& record,
                               const ReceivedAction& action) {
  const PlannedAction& planned = action.action.planned;
  const std::string& customer = planned.customer.value();
  EVENKEEL_ASSIGN_OR_RETURN(StateObject * object, context.GetOrCreateState(customer));
  ExecutorState& state = StateOf(object);
  const auto [found, is_new] = state.claims.try_emplace(planned.action_id);
  Claim& claim = found->second;
  if (!is_new) {
    if (claim.digest != action.digest) {
      context.DeadLetter(record, "id_reused",
                         "an action with this id and another content was taken before");
    }
    return {};  // The same action again: it was taken, and that was that.
  }
  context.MarkDirty(customer);
  claim.digest = action.digest;
  claim.channel = planned.channel;
  claim.payload = action.payload;
  return Advance(context, action, claim, {});
}

std::optional<ControlRefusal> ExecutorProcessor::RefusalOf(const ApprovedAction& action) const {
  if (action.deployment != options_.deployment) {
    return ControlRefusal{"other_deployment", "made by " + action.deployment};
  }
  if (action.environment != options_.environment) return ControlRefusal{"other_environment", ""};
  if (action.is_simulated != options_.is_simulated) return ControlRefusal{"other_clock", ""};
  if (!options_.channels.contains(action.planned.channel))
    return ControlRefusal{"no_connector", ""};
  return control_.RefusalOf(SubjectOf(action));
}

TimeMs ExecutorProcessor::TimeOf(const SliceContext& context, const ApprovedAction& action) const {
  if (!options_.is_simulated) return context.now();
  return std::max(action.issued, action.planned.send_from);
}

TimeMs ExecutorProcessor::LastMoment(const ApprovedAction& action) const {
  return options_.is_simulated ? TimeMs::Max() : action.expires;
}

TimeMs ExecutorProcessor::KnownUntil(const Claim& claim) const {
  const auto policy = options_.channels.find(claim.channel);
  if (options_.is_simulated || policy == options_.channels.end()) return TimeMs::Max();
  // Elsewhere nothing is called again that may have had its effect.
  if (!policy->second.is_idempotent) return TimeMs::Max();
  return claim.first_called + policy->second.idempotency_window;
}

Status ExecutorProcessor::Advance(SliceContext& context, const ReceivedAction& received,
                                  Claim& claim, std::chrono::milliseconds delay) {
  const ApprovedAction& action = received.action;
  if (std::optional<ControlRefusal> refusal = RefusalOf(action)) {
    return End(context, received, claim, ReceiptStatus::kRefused, std::move(refusal->reason),
               std::move(refusal->detail));
  }
  const TimeMs now = TimeOf(context, action);
  if (now + delay >= action.expires) {
    return End(context, received, claim, ReceiptStatus::kExpired, "expired",
               "after " + std::to_string(claim.attempts) + " calls");
  }
  if (now < action.planned.send_from) {
    claim.phase = ClaimPhase::kPlanned;
    claim.due = action.planned.send_from;
    return {};
  }
  if (claim.attempts == 0) claim.first_called = now;
  const bool is_unsure = claim.ended == ReceiptStatus::kUnknown;
  if (is_unsure && now + delay >= KnownUntil(claim)) {
    return End(context, received, claim, ReceiptStatus::kUnknown, "id_forgotten",
               "the target does not know the id any more; another call could be a second effect");
  }
  claim.phase = ClaimPhase::kCalling;
  ++claim.attempts;
  EVENKEEL_ASSIGN_OR_RETURN(std::string body, BodyOf(received));
  context.HandOut(EffectOf({.customer = action.planned.customer.value(),
                            .action_id = action.planned.action_id,
                            .subject = SubjectOf(action),
                            .attempt = claim.attempts,
                            .delay = delay,
                            .body = std::move(body),
                            .not_after = is_unsure ? std::min(LastMoment(action), KnownUntil(claim))
                                                   : LastMoment(action)}));
  context.CommitSoon();
  return {};
}

std::chrono::milliseconds ExecutorProcessor::BackOff(const Claim& claim,
                                                     const CallReport& report) const {
  const ChannelPolicy& policy = options_.channels.at(claim.channel);
  const std::uint32_t doublings = std::min<std::uint32_t>(claim.attempts - 1, 20);
  const auto full = std::min(policy.backoff * (1U << doublings), policy.backoff_max);
  // Between half and all of it, told apart by id: many that failed together do not come back so.
  const auto jitter = std::chrono::milliseconds(Murmur2(report.action_id) & 0x7fffffff) %
                      (full / 2 + std::chrono::milliseconds(1));
  return std::max(full / 2 + jitter, report.result.retry_after.value_or(full / 2));
}

Status ExecutorProcessor::End(SliceContext& context, const ReceivedAction& received, Claim& claim,
                              ReceiptStatus status, std::string reason, std::string detail) {
  // A call that nobody answered may have had its effect, whatever came of those after it.
  const bool is_unsure = claim.ended == ReceiptStatus::kUnknown;
  const bool is_not_called = status == ReceiptStatus::kExpired || status == ReceiptStatus::kRefused;
  if (is_not_called && is_unsure) status = ReceiptStatus::kUnknown;
  claim.phase = ClaimPhase::kEnded;
  claim.ended = status;
  claim.payload.clear();
  claim.due = context.now() + std::chrono::milliseconds(options_.keep_results_ms);
  const PlannedAction& planned = received.action.planned;
  const Receipt receipt{.action_id = planned.action_id,
                        .decision_id = planned.decision_id,
                        .status = status,
                        .occurred = TimeOf(context, received.action),
                        .executor = options_.name,
                        .reason = std::move(reason),
                        .detail = std::move(detail),
                        .attempt_count = static_cast<std::int32_t>(claim.attempts),
                        .action_digest = received.digest};
  const Signal signal{.id = planned.action_id,
                      .source = options_.name,
                      .type = "receipt",
                      .family = SignalFamily::kReceipt,
                      .customer = planned.customer,
                      .event_time = options_.is_simulated ? received.action.issued : context.now()};
  EVENKEEL_ASSIGN_OR_RETURN(const EncodedRecord encoded, EncodeSignal(signal, receipt));
  return context.Emit({.topic = options_.receipts_topic,
                       .key = encoded.key,
                       .value = encoded.value,
                       .headers = HeaderViews(encoded),
                       .partition = context.row()});
}

Status ExecutorProcessor::OnTimer(SliceContext& context, const Timer& timer) {
  EVENKEEL_ASSIGN_OR_RETURN(StateObject * object, context.FindState(timer.key));
  if (object == nullptr) return {};
  ExecutorState& state = StateOf(object);
  const auto found = state.claims.find(timer.name);
  if (found == state.claims.end()) return {};
  context.MarkDirty(timer.key);
  if (found->second.phase == ClaimPhase::kEnded) {
    state.claims.erase(found);
    if (state.claims.empty()) return context.DeleteState(timer.key);
    return {};
  }
  EVENKEEL_ASSIGN_OR_RETURN(const ReceivedAction action, ReadPayload(found->second.payload));
  return Advance(context, action, found->second, {});
}

Status ExecutorProcessor::OnLocalEvent(SliceContext& context, std::string_view event) {
  EVENKEEL_ASSIGN_OR_RETURN(const CallReport report, CallReport::Decode(event));
  EVENKEEL_ASSIGN_OR_RETURN(StateObject * object, context.FindState(report.customer));
  if (object == nullptr) return {};
  ExecutorState& state = StateOf(object);
  const auto found = state.claims.find(report.action_id);
  // A call that was handed out twice (once before a takeover) reports twice: the first counts.
  if (found == state.claims.end() || found->second.phase != ClaimPhase::kCalling) return {};
  const bool is_final =
      report.result.outcome == CallOutcome::kDone || report.result.outcome == CallOutcome::kFailed;
  // An earlier try that did not get through: the one after it is under way already.
  if (!is_final && report.attempt != found->second.attempts) return {};
  context.MarkDirty(report.customer);
  return Settle(context, report, found->second);
}

Status ExecutorProcessor::Settle(SliceContext& context, const CallReport& report, Claim& claim) {
  EVENKEEL_ASSIGN_OR_RETURN(const ReceivedAction action, ReadPayload(claim.payload));
  const std::string code = report.result.status != 0
                               ? "http_" + std::to_string(report.result.status)
                           : report.result.outcome == CallOutcome::kFailed ? "not_sent"
                                                                           : "no_answer";
  const auto policy = options_.channels.find(claim.channel);
  const bool known = policy != options_.channels.end();
  switch (report.result.outcome) {
    case CallOutcome::kDone:
      return End(context, action, claim, ReceiptStatus::kDone, "", report.result.detail);
    case CallOutcome::kFailed:
      return End(context, action, claim, ReceiptStatus::kFailed, code, report.result.detail);
    case CallOutcome::kAmbiguous:
      if (!known || !policy->second.is_idempotent) {
        return End(context, action, claim, ReceiptStatus::kUnknown, code, report.result.detail);
      }
      claim.ended = ReceiptStatus::kUnknown;
      break;
    case CallOutcome::kHeld:
      // As it was before it was handed out: a timer begins again, wherever the task is then.
      claim.phase = ClaimPhase::kPlanned;
      // An event clock stands still as long as nothing comes: what is due there is due before now.
      claim.due =
          options_.is_simulated
              ? context.now() - std::chrono::milliseconds(1)
              : context.now() + report.result.retry_after.value_or(std::chrono::milliseconds(0));
      --claim.attempts;
      return {};
    case CallOutcome::kRetry:
      break;
  }
  const bool is_stopped = RefusalOf(action.action).has_value();
  if (!is_stopped && (!known || claim.attempts >= policy->second.attempts_max)) {
    const bool unsure = claim.ended == ReceiptStatus::kUnknown;
    return End(context, action, claim, unsure ? ReceiptStatus::kUnknown : ReceiptStatus::kFailed,
               code, "gave up after " + std::to_string(claim.attempts) + " calls");
  }
  return Advance(context, action, claim, BackOff(claim, report));
}

Result<std::unique_ptr<StateObject>> ExecutorProcessor::DecodeState(std::string_view /*key*/,
                                                                    std::uint64_t /*layout*/,
                                                                    std::string_view bytes) {
  EVENKEEL_ASSIGN_OR_RETURN(std::unique_ptr<ExecutorState> state, ExecutorState::Decode(bytes));
  return std::unique_ptr<StateObject>(std::move(state));
}

std::unique_ptr<StateObject> ExecutorProcessor::NewState(std::string_view /*key*/) {
  return std::make_unique<ExecutorState>();
}

void ExecutorProcessor::TimersOf(std::string_view /*key*/, const StateObject& state,
                                 TimerSink& timers) {
  static_cast<const ExecutorState&>(state).ForEachTimer(
      [&timers](TimeMs due, const std::string& action_id) { timers.Add(due, action_id); });
}

void ExecutorProcessor::OnGlobalRecord(const GlobalRecord& record) {
  if (record.global != kControl) return;
  feed_.OnRecord(record.key.value_or(std::string_view()), record.value,
                 static_cast<std::uint64_t>(record.offset) + 1);
}

Status ExecutorProcessor::OnTaskOpened(TaskView& task) {
  return task.ForEachState([&](std::string_view key, const StateObject& object) -> Status {
    for (const auto& [action_id, claim] : static_cast<const ExecutorState&>(object).claims) {
      if (claim.phase != ClaimPhase::kCalling) continue;
      EVENKEEL_ASSIGN_OR_RETURN(const ReceivedAction action, ReadPayload(claim.payload));
      EVENKEEL_ASSIGN_OR_RETURN(std::string body, BodyOf(action));
      const auto policy = options_.channels.find(claim.channel);
      task.HandOut(
          EffectOf({.customer = std::string(key),
                    .action_id = action_id,
                    .subject = SubjectOf(action.action),
                    .attempt = claim.attempts,
                    .body = std::move(body),
                    .is_repeat = true,
                    .is_lost = policy == options_.channels.end() || !policy->second.is_idempotent,
                    .not_after = std::min(LastMoment(action.action), KnownUntil(claim))}));
    }
    return {};
  });
}

}  // namespace evenkeel
