// The path of one signal, from the record to the emitted action.

#include "decider/decider_processor.h"

#include <algorithm>

#include "common/deployment.h"

namespace evenkeel {

namespace {

/// What decisions name the record by that set them off: source and id, of a verdict its own.
std::pair<std::string, std::string> TriggerOf(const Signal& signal, const SignalPayload& payload) {
  const auto* verdict = std::get_if<Verdict>(&payload);
  if (verdict != nullptr) return {verdict->approval_id, verdict->verdict_id};
  return {signal.source, signal.id};
}

}  // namespace

DeciderProcessor::DeciderProcessor(Options options, std::shared_ptr<const TimeZoneDatabase> zones,
                                   DeciderMetrics& metrics)
    : options_(std::move(options)),
      zones_(std::move(zones)),
      metrics_(metrics),
      decoder_(options_.decoder),
      writer_(options_.writer),
      bundles_(*zones_, options_.bundles) {}

// 1. Bytes become a signal, or a dead letter.
Status DeciderProcessor::OnRecord(SliceContext& context, const LogRecord& record) {
  const RecordView view{.partition = record.partition,
                        .timestamp = record.timestamp,
                        .key = record.key,
                        .value = record.value,
                        .headers = record.headers};
  if (const auto failure = decoder_.Decode(view, signal_)) {
    counts_[context.row()].OnDeadLetter(DecodeErrorName(failure->error));
    context.DeadLetter(record, DecodeErrorName(failure->error), failure->detail);
    return {};
  }
  if (signal_.signal.family == SignalFamily::kTick) return {};  // It moved the clock: that is all.
  return Observe(context, record);
}

// 2. The signal changes what is known of the customer. Decisions that are due join the wave.
Status DeciderProcessor::Observe(SliceContext& context, const LogRecord& record) {
  const Signal& signal = signal_.signal;
  EVENKEEL_ASSIGN_OR_RETURN(StateObject * object,
                            context.GetOrCreateState(signal.customer.value()));
  CustomerState& state = static_cast<CustomerObject*>(object)->state;
  const bool is_adopted = state.layout_id != core_->layout().id;
  core_->Adopt(state, layouts_, context.now());
  const auto position = RecordPosition{.topic = options_.input_topics[record.stream],
                                       .partition = record.partition,
                                       .offset = record.offset};
  context_ = &context;
  const bool is_score_out = state.reported_churn_ppb.has_value();
  const Observed observed = WaveOf(context).Observe(state, signal, signal_.payload, context.now());
  DeciderCounts& counts = counts_[context.row()];
  if (observed.kind == ObservedKind::kBadInput) {
    const std::string_view reason = BadInputCodeName(observed.problem.code);
    counts.OnDeadLetter(reason);
    context.DeadLetter(record, reason, observed.problem.message);
    // What follows in this transaction sees the state as it is now: so must what follows later.
    if (is_adopted) context.MarkDirty(signal.customer.value());
    return write_status_;
  }
  counts.OnSignal(FamilyName(signal.family),
                  observed.kind == ObservedKind::kRepeat ? "repeat" : "applied");
  counts.OnTolerated("unknown_fields", signal_.unknown_field_count);
  counts.OnTolerated("unknown_values", signal_.unknown_value_count);
  counts.OnTolerated("contacts", static_cast<std::uint64_t>(observed.contacts_unused));
  if (!observed.requests.empty()) {
    triggers_.insert_or_assign(TriggerOf(signal, signal_.payload), position);
    if (options_.decoder.clock == ClockMode::kWall) {
      counts.OnLatency(static_cast<double>((context.now() - record.timestamp).count()) / 1000);
    }
  }
  for (const ApprovalRequest& request : observed.withdrawn) {
    EVENKEEL_RETURN_IF_ERROR(writer_.WriteRequest(context, request));
  }
  if (observed.kind == ObservedKind::kForgotten) {
    return Forget(context, signal.customer.value(), is_score_out);
  }
  return Follow(context, signal.customer.value(), state, observed);
}

// 2b. Time alone can make a decision due, too.
Status DeciderProcessor::OnTimer(SliceContext& context, const Timer& timer) {
  EVENKEEL_ASSIGN_OR_RETURN(StateObject * object, context.FindState(timer.key));
  if (object == nullptr) return {};
  CustomerState& state = static_cast<CustomerObject*>(object)->state;
  core_->Adopt(state, layouts_, context.now());
  context_ = &context;
  const Observed observed = WaveOf(context).OnTimer(state, CustomerId(std::string(timer.key)),
                                                    timer.name, timer.due, context.now());
  return Follow(context, timer.key, state, observed);
}

// 2c. A score that moved is written. At every input, not once a wave: so that it does not show
// where
//     waves were cut.
Status DeciderProcessor::Follow(SliceContext& context, std::string_view customer,
                                CustomerState& state, const Observed& observed) {
  EVENKEEL_RETURN_IF_ERROR(write_status_);
  context.MarkDirty(customer);
  if (observed.kind != ObservedKind::kApplied) return {};
  scored_.state = &state;
  scored_.request.now = context.now();
  if (!core_->ScoreToReport(scored_)) return {};
  return writer_.WriteScore(context, customer, scored_.churn, core_->definition());
}

Status DeciderProcessor::Forget(SliceContext& context, std::string_view customer,
                                bool is_score_out) {
  EVENKEEL_RETURN_IF_ERROR(write_status_);
  if (is_score_out) EVENKEEL_RETURN_IF_ERROR(writer_.ForgetScore(context, customer));
  return context.DeleteState(customer);
}

// 3. The wave closes: scores, candidates, policy, expected values; one decision for each request.
Status DeciderProcessor::CloseWave(SliceContext& context) {
  context_ = &context;
  WaveOf(context).Close();
  triggers_.clear();
  return std::exchange(write_status_, {});
}

// 4. The decision is written, and the action if there is one. All of it takes effect with the
//    transaction that also holds the customer's changed state and the offsets of the input.
void DeciderProcessor::OnDecision(CustomerState& state, Decision decision) {
  context_->MarkDirty(decision.customer.value());
  counts_[context_->row()].OnDecision(decision);
  std::optional<RecordPosition> position;
  const auto trigger = triggers_.find({decision.trigger.source, decision.trigger.id});
  if (decision.trigger.kind != TriggerKind::kTimer && trigger != triggers_.end()) {
    position = trigger->second;
  }
  const Status written = writer_.Write(*context_, decision, std::move(position));
  if (write_status_.ok()) write_status_ = written;
  const bool is_asked = decision.request && decision.request->state == ApprovalState::kOpen;
  if (is_asked && written.ok()) state.SealApproval(*decision.request);
}

DecisionWave& DeciderProcessor::WaveOf(SliceContext& context) {
  std::unique_ptr<DecisionWave>& wave = waves_[context.row()];
  if (wave == nullptr) {
    const DecisionScope scope{options_.writer.origin.deployment, context.task_epoch()};
    DecisionSink& sink = *this;
    wave = std::make_unique<DecisionWave>(*core_, scope, sink);
    wave->Use(*core_, control_.control());
  }
  return *wave;
}

}  // namespace evenkeel
