#include "ledger/commit_codec.h"

#include <utility>

#include "evenkeel/v1/commit_record.pb.h"

namespace evenkeel::testing {
namespace {

void ToProto(const std::vector<InputNext>& from,
             google::protobuf::RepeatedPtrField<v1::InputNext>& to) {
  for (const InputNext& input : from) {
    v1::InputNext& added = *to.Add();
    added.set_topic(input.topic);
    added.set_next(input.next);
  }
}

std::vector<InputNext> FromProto(const google::protobuf::RepeatedPtrField<v1::InputNext>& from) {
  std::vector<InputNext> to;
  for (const v1::InputNext& input : from) to.push_back({input.topic(), input.next()});
  return to;
}

void ToProto(const SliceRecord& from, v1::SliceRecord& to) {
  to.set_as_of_time_ms(from.as_of.value);
  ToProto(from.ends, *to.mutable_ends());
  to.set_timers_fired(from.timers_fired);
  if (from.timer_cursor) {
    to.mutable_timer_cursor()->set_due_time_ms(from.timer_cursor->due.value);
    to.mutable_timer_cursor()->set_key(from.timer_cursor->key);
    to.mutable_timer_cursor()->set_name(from.timer_cursor->name);
  }
  for (const GlobalRevision& global : from.globals) {
    v1::GlobalRevision& added = *to.add_globals();
    added.set_topic(global.topic);
    added.set_revision(global.revision);
  }
  for (const std::string& event : from.local_events) to.add_local_events(event);
}

SliceRecord FromProto(const v1::SliceRecord& from) {
  SliceRecord to{.as_of = {from.as_of_time_ms()},
                 .ends = FromProto(from.ends()),
                 .timers_fired = from.timers_fired()};
  if (from.has_timer_cursor()) {
    const v1::TimerPosition& cursor = from.timer_cursor();
    to.timer_cursor = TimerPosition{{cursor.due_time_ms()}, cursor.key(), cursor.name()};
  }
  for (const v1::GlobalRevision& global : from.globals()) {
    to.globals.push_back({global.topic(), global.revision()});
  }
  for (const std::string& event : from.local_events()) to.local_events.push_back(event);
  return to;
}

std::string Encode(const CommitRecord& from) {
  v1::CommitRecord to;
  to.set_format(from.format);
  to.set_deployment(from.deployment);
  to.set_cluster_id(from.cluster_id);
  to.set_changelog_topic(from.changelog_topic);
  to.set_row(from.row);
  to.set_row_count(from.row_count);
  to.set_task_epoch(from.task_epoch);
  to.set_app_version(from.app_version);
  to.set_sequence(from.sequence);
  ToProto(from.inputs, *to.mutable_inputs());
  to.set_as_of_time_ms(from.as_of.value);
  to.set_chain_sequence(from.chain_sequence);
  to.set_chain_head(from.chain_head);
  to.set_digest(from.digest);
  to.set_records_in(from.records_in);
  to.set_records_out(from.records_out);
  to.set_dead_letters(from.dead_letters);
  to.set_states_written(from.states_written);
  to.set_states_deleted(from.states_deleted);
  for (const SliceRecord& slice : from.slices) ToProto(slice, *to.add_slices());
  for (const AcceptedGap& gap : from.accepted_gaps) {
    v1::AcceptedGap& added = *to.add_accepted_gaps();
    added.set_topic(gap.topic);
    added.set_from(gap.from);
    added.set_to(gap.to);
    added.set_accepted_by(gap.accepted_by);
  }
  return to.SerializeAsString();
}

Result<CommitRecord> Decode(std::string_view bytes) {
  v1::CommitRecord from;
  if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return DataLoss("a commit record cannot be read");
  }
  CommitRecord to{.format = from.format(),
                  .deployment = from.deployment(),
                  .cluster_id = from.cluster_id(),
                  .changelog_topic = from.changelog_topic(),
                  .row = from.row(),
                  .row_count = from.row_count(),
                  .task_epoch = from.task_epoch(),
                  .app_version = from.app_version(),
                  .sequence = from.sequence(),
                  .inputs = FromProto(from.inputs()),
                  .as_of = {from.as_of_time_ms()},
                  .chain_sequence = from.chain_sequence(),
                  .chain_head = from.chain_head(),
                  .digest = from.digest(),
                  .records_in = from.records_in(),
                  .records_out = from.records_out(),
                  .dead_letters = from.dead_letters(),
                  .states_written = from.states_written(),
                  .states_deleted = from.states_deleted()};
  for (const v1::SliceRecord& slice : from.slices()) to.slices.push_back(FromProto(slice));
  for (const v1::AcceptedGap& gap : from.accepted_gaps()) {
    to.accepted_gaps.push_back({gap.topic(), gap.from(), gap.to(), gap.accepted_by()});
  }
  return to;
}

}  // namespace

CommitRecordCodec TestCommitCodec() { return {.encode = Encode, .decode = Decode}; }

}  // namespace evenkeel::testing
