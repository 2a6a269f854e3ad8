#include "evenkeel/codec/commit_record_codec.h"

#include "messages.h"
#include "strict.h"

#include "evenkeel/v1/commit_record.pb.h"

namespace evenkeel {
namespace {

constexpr std::string_view kWhat = "a commit record";

template <typename Out>
void Write(const std::vector<InputNext>& inputs, Out& out) {
  for (const InputNext& input : inputs) {
    v1::InputNext& message = *out.Add();
    message.set_topic(input.topic);
    message.set_next(input.next);
  }
}

template <typename In>
std::vector<InputNext> Read(const In& in) {
  std::vector<InputNext> inputs;
  inputs.reserve(static_cast<std::size_t>(in.size()));
  for (const v1::InputNext& message : in) inputs.push_back({message.topic(), message.next()});
  return inputs;
}

void Write(const SliceRecord& slice, v1::SliceRecord& message) {
  message.set_as_of_time_ms(slice.as_of.value);
  Write(slice.ends, *message.mutable_ends());
  message.set_timers_fired(slice.timers_fired);
  if (slice.timer_cursor) {
    v1::TimerPosition& cursor = *message.mutable_timer_cursor();
    cursor.set_due_time_ms(slice.timer_cursor->due.value);
    cursor.set_key(slice.timer_cursor->key);
    cursor.set_name(slice.timer_cursor->name);
  }
  for (const GlobalRevision& global : slice.globals) {
    v1::GlobalRevision& out = *message.add_globals();
    out.set_topic(global.topic);
    out.set_revision(global.revision);
  }
  for (const std::string& event : slice.local_events) message.add_local_events(event);
}

SliceRecord Read(const v1::SliceRecord& message) {
  SliceRecord slice;
  slice.as_of = {message.as_of_time_ms()};
  slice.ends = Read(message.ends());
  slice.timers_fired = message.timers_fired();
  if (message.has_timer_cursor()) {
    const v1::TimerPosition& cursor = message.timer_cursor();
    slice.timer_cursor = {
        .due = {cursor.due_time_ms()}, .key = cursor.key(), .name = cursor.name()};
  }
  for (const v1::GlobalRevision& global : message.globals()) {
    slice.globals.push_back({global.topic(), global.revision()});
  }
  slice.local_events.assign(message.local_events().begin(), message.local_events().end());
  return slice;
}

}  // namespace

std::string EncodeCommitRecord(const CommitRecord& record) {
  v1::CommitRecord message;
  message.set_format(record.format);
  message.set_deployment(record.deployment);
  message.set_cluster_id(record.cluster_id);
  message.set_changelog_topic(record.changelog_topic);
  message.set_row(record.row);
  message.set_row_count(record.row_count);
  message.set_task_epoch(record.task_epoch);
  message.set_app_version(record.app_version);
  message.set_sequence(record.sequence);
  Write(record.inputs, *message.mutable_inputs());
  message.set_as_of_time_ms(record.as_of.value);
  message.set_last_tick_time_ms(record.last_tick.value);
  message.set_chain_sequence(record.chain_sequence);
  message.set_chain_head(record.chain_head);
  message.set_digest(record.digest);
  message.set_records_in(record.records_in);
  message.set_records_out(record.records_out);
  message.set_dead_letters(record.dead_letters);
  message.set_states_written(record.states_written);
  message.set_states_deleted(record.states_deleted);
  for (const SliceRecord& slice : record.slices) Write(slice, *message.add_slices());
  for (const AcceptedGap& gap : record.accepted_gaps) {
    v1::AcceptedGap& out = *message.add_accepted_gaps();
    out.set_topic(gap.topic);
    out.set_from(gap.from);
    out.set_to(gap.to);
    out.set_accepted_by(gap.accepted_by);
  }
  return internal::CanonicalBytes(message);
}

Result<CommitRecord> DecodeCommitRecord(std::string_view bytes) {
  v1::CommitRecord message;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kWhat, bytes, message));
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kWhat, message.format()));
  CommitRecord record;
  record.format = message.format();
  record.deployment = message.deployment();
  record.cluster_id = message.cluster_id();
  record.changelog_topic = message.changelog_topic();
  record.row = message.row();
  record.row_count = message.row_count();
  record.task_epoch = message.task_epoch();
  record.app_version = message.app_version();
  record.sequence = message.sequence();
  record.inputs = Read(message.inputs());
  record.as_of = {message.as_of_time_ms()};
  record.last_tick = {message.last_tick_time_ms()};
  record.chain_sequence = message.chain_sequence();
  record.chain_head = message.chain_head();
  record.digest = message.digest();
  record.records_in = message.records_in();
  record.records_out = message.records_out();
  record.dead_letters = message.dead_letters();
  record.states_written = message.states_written();
  record.states_deleted = message.states_deleted();
  for (const v1::SliceRecord& slice : message.slices()) record.slices.push_back(Read(slice));
  for (const v1::AcceptedGap& gap : message.accepted_gaps()) {
    record.accepted_gaps.push_back({.topic = gap.topic(),
                                    .from = gap.from(),
                                    .to = gap.to(),
                                    .accepted_by = gap.accepted_by()});
  }
  return record;
}

}  // namespace evenkeel
