#include "console/progress_meter.h"

#include <algorithm>
#include <optional>
#include <set>

#include "common/channels.h"

namespace evenkeel {
namespace {

constexpr std::chrono::seconds kPatience{5};
/// Looks at records that are under way at a time.
constexpr std::size_t kLooksMax = 64;

}  // namespace

ProgressMeter::ProgressMeter(LogCluster& cluster, const Views& views, Options options)
    : cluster_(cluster), views_(views), options_(std::move(options)) {}

ProgressMeter::~ProgressMeter() = default;

void ProgressMeter::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void ProgressMeter::Ask(Answer answer) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(answer));
  }
  asked_.notify_one();
}

void ProgressMeter::Run(const std::stop_token& stop) {
  while (true) {
    std::vector<Answer> asking;
    {
      std::unique_lock lock(mutex_);
      if (!asked_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
      if (stop.stop_requested()) return;
      asking.swap(waiting_);  // Whoever asks from now on gets the next measurement.
    }
    const Result<v1::GetProgressResponse> measured = Measure();
    if (!measured.ok()) sessions_.clear();
    for (const Answer& answer : asking) answer(measured);
  }
}

Status ProgressMeter::OpenSessions() {
  if (!sessions_.empty()) return {};
  const Clock::time_point deadline = Clock::now() + kPatience;
  for (const ProgressGroup& group : options_.groups) {
    Result<std::unique_ptr<SessionPump>> pump =
        SessionPump::Open(cluster_,
                          {.transactional_id = options_.transactional_id + "." + group.group,
                           .inputs = group.inputs,
                           .membership = std::nullopt,
                           .offsets_group = group.group},
                          deadline);
    if (!pump.ok()) {
      sessions_.clear();
      return pump.status();
    }
    sessions_.push_back(*std::move(pump));
  }
  return {};
}

Result<v1::GetProgressResponse> ProgressMeter::Measure() {
  EVENKEEL_RETURN_IF_ERROR(OpenSessions());
  const Clock::time_point deadline = Clock::now() + kPatience;
  // The order of these three is what makes the answer right: see the header.
  const ViewSnapshot view = views_.Snapshot();
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<Input> inputs, AskCommitted(deadline));
  EVENKEEL_ASSIGN_OR_RETURN(const Ends ends, AskEnds(inputs, deadline));
  EVENKEEL_RETURN_IF_ERROR(FindLeft(inputs, ends, deadline));
  const std::set<std::string> unserved = AskUnserved(inputs, view);
  v1::GetProgressResponse progress = Describe(inputs, view, ends);
  for (const auto& [topic, count] : view.totals.open_actions) {
    if (!unserved.contains(topic)) continue;
    progress.set_open_action_count(progress.open_action_count() - count);
    progress.set_unserved_action_count(progress.unserved_action_count() + count);
  }
  std::erase_if(inputs, [&](const Input& input) { return unserved.contains(input.where.topic); });
  progress.set_is_idle(progress.open_action_count() == 0 && IsIdle(inputs, view, ends));
  return progress;
}

Result<std::vector<ProgressMeter::Input>> ProgressMeter::AskCommitted(Clock::time_point deadline) {
  std::vector<Input> inputs;
  for (std::size_t g = 0; g < sessions_.size(); ++g) {
    std::set<RequestId> open;
    LogSession& session = sessions_[g]->session();
    for (Partition row = 0; row < options_.row_count; ++row) {
      open.insert(session.QueryCommitted(row));
    }
    Status status;
    const auto take = [&](const LogEvent& event) {
      const auto* done = std::get_if<CommittedDone>(&event);
      if (done == nullptr || open.erase(done->request) == 0) return;
      if (!done->status.ok()) status = done->status;
      for (std::size_t i = 0; i < done->next.size(); ++i) {
        inputs.push_back({{options_.groups[g].inputs[i], done->row}, g, done->next[i].value_or(0)});
      }
    };
    EVENKEEL_RETURN_IF_ERROR(sessions_[g]->Until(
        deadline, take, [](const LogRecord&) {}, [&] { return open.empty() || !status.ok(); }));
    EVENKEEL_RETURN_IF_ERROR(status);
  }
  return inputs;
}

Result<ProgressMeter::Ends> ProgressMeter::AskEnds(const std::vector<Input>& inputs,
                                                   Clock::time_point deadline) {
  std::set<TopicPartition> asked;
  for (const Input& input : inputs) asked.insert(input.where);
  for (const ViewSource& source : views_.sources()) {
    for (Partition p = 0; p < source.partitions; ++p) asked.insert({source.topic, p});
  }
  SessionPump& pump = *sessions_.front();
  std::map<RequestId, TopicPartition> open;
  for (const TopicPartition& where : asked) open[pump.session().QueryWatermarks(where)] = where;
  Ends ends;
  Status status;
  const auto take = [&](const LogEvent& event) {
    const auto* done = std::get_if<WatermarksDone>(&event);
    const auto question = done == nullptr ? open.end() : open.find(done->request);
    if (question == open.end()) return;
    if (!done->status.ok()) status = done->status;
    ends[question->second] = {done->low, done->high};
    open.erase(question);
  };
  EVENKEEL_RETURN_IF_ERROR(pump.Until(
      deadline, take, [](const LogRecord&) {}, [&] { return open.empty() || !status.ok(); }));
  EVENKEEL_RETURN_IF_ERROR(status);
  return ends;
}

// Between what is committed and the end may stand nothing but markers.
Status ProgressMeter::FindLeft(std::vector<Input>& inputs, const Ends& ends,
                               Clock::time_point deadline) {
  struct Look {
    Input* input;
    Offset from;
    Offset until;
  };
  SessionPump& pump = *sessions_.front();
  std::map<ReaderId, Look> looks;
  std::vector<Look> waiting;
  for (Input& input : inputs) {
    const auto& [low, high] = ends.at(input.where);
    input.committed = std::max(input.committed, low);
    const auto finding = searches_[{input.group, input.where}].Look(input.committed, high);
    input.is_left = finding != RecordSearch::Finding::kNone;
    if (finding == RecordSearch::Finding::kLook) waiting.push_back({&input, input.committed, high});
  }
  const auto begin = [&] {
    while (!waiting.empty() && looks.size() < kLooksMax) {
      const Look look = waiting.back();
      waiting.pop_back();
      const RecordSearch& search = searches_[{look.input->group, look.input->where}];
      looks[pump.session().OpenReader(look.input->where, search.next_look(look.from))] = look;
    }
  };
  const auto end = [&](std::map<ReaderId, Look>::iterator look, std::optional<Offset> record,
                       Offset at) {
    const Look& it = look->second;
    RecordSearch& search = searches_[{it.input->group, it.input->where}];
    record ? search.OnRecord(it.from, *record) : search.OnEnd(it.from, at);
    it.input->is_left = search.Look(it.from, it.until) != RecordSearch::Finding::kNone;
    pump.session().CloseReader(look->first);
    looks.erase(look);
  };
  const auto read = [&](const LogRecord& record) {
    if (const auto look = looks.find(record.stream); look != looks.end()) {
      end(look, record.offset, 0);
    }
  };
  const auto take = [&](const LogEvent& event) {
    const auto* at_end = std::get_if<ReaderAtEnd>(&event);
    const auto look = at_end == nullptr ? looks.end() : looks.find(at_end->reader);
    // An open transaction ends later: what it holds cannot be told yet.
    if (look != looks.end() && at_end->offset >= look->second.until) {
      end(look, std::nullopt, at_end->offset);
    }
  };
  begin();
  const Clock::time_point patience = std::min(deadline, Clock::now() + std::chrono::seconds(1));
  const Status status = pump.Until(patience, take, read, [&] {
    begin();
    return looks.empty();
  });
  for (const auto& [reader, look] : looks) pump.session().CloseReader(reader);
  return status.code() == StatusCode::kDeadlineExceeded ? Status() : status;
}

std::set<std::string> ProgressMeter::AskUnserved(const std::vector<Input>& inputs,
                                                 const ViewSnapshot& view) {
  std::set<std::string> unserved;
  for (std::size_t g = 0; g < options_.groups.size(); ++g) {
    const ProgressGroup& group = options_.groups[g];
    if (group.channels.empty()) continue;
    const bool is_asked =
        !view.totals.open_actions.empty() || std::ranges::any_of(inputs, [g](const Input& input) {
          return input.group == g && input.is_left;
        });
    if (!is_asked) continue;
    const auto members = cluster_.DescribeGroup(group.group, kPatience);
    if (!members.ok() || members->empty()) continue;
    std::set<std::string> served;
    bool is_known = true;
    for (const GroupMember& member : *members) {
      const auto channels = ParseAdvertisedChannels(member.address);
      is_known = is_known && channels.has_value();
      if (channels) served.insert(channels->begin(), channels->end());
    }
    for (const auto& [topic, channel] : group.channels) {
      if (is_known && !served.contains(channel)) unserved.insert(topic);
    }
  }
  return unserved;
}

bool ProgressMeter::IsIdle(const std::vector<Input>& inputs, const ViewSnapshot& view,
                           const Ends& ends) const {
  for (const ViewSource& source : views_.sources()) {
    for (Partition p = 0; p < source.partitions; ++p) {
      const TopicPartition where{source.topic, p};
      const auto next = view.next.find(where);
      const auto& [low, high] = ends.at(where);
      if (std::max(low, next == view.next.end() ? 0 : next->second) < high) return false;
    }
  }
  std::set<std::pair<std::size_t, Partition>> ticking;
  for (const Input& input : inputs) {
    if (input.is_left && input.where.topic == options_.groups[input.group].tick_topic) {
      ticking.emplace(input.group, input.where.partition);
    }
  }
  return std::none_of(inputs.begin(), inputs.end(), [&](const Input& input) {
    if (!input.is_left) return false;
    const bool is_paced = !options_.groups[input.group].tick_topic.empty();
    return !is_paced || ticking.contains({input.group, input.where.partition});
  });
}

v1::GetProgressResponse ProgressMeter::Describe(const std::vector<Input>& inputs,
                                                const ViewSnapshot& view, const Ends& ends) const {
  std::map<TopicPartition, std::pair<Offset, Offset>> rows;  // Applied and end, without prefix.
  for (const Input& input : inputs) {
    const Offset end = ends.at(input.where).second;
    const Offset applied = input.is_left ? input.committed : end;
    const TopicPartition shown{input.where.topic.substr(options_.prefix.size()),
                               input.where.partition};
    const auto [row, is_new] = rows.emplace(shown, std::pair(applied, end));
    if (!is_new) row->second.first = std::min(row->second.first, applied);
  }
  v1::GetProgressResponse progress;
  for (const auto& [where, row] : rows) {
    v1::PartitionProgress& partition = *progress.add_partitions();
    partition.set_topic(where.topic);
    partition.set_partition(where.partition);
    partition.set_applied_offset(row.first);
    partition.set_end_offset(row.second);
  }
  progress.set_open_action_count(view.totals.OpenActions());
  progress.set_open_approval_count(view.totals.open_approvals);
  if (const auto time = view.StreamTime(); time && options_.is_event_clock) {
    progress.set_stream_time_ms(*time);
  }
  *progress.mutable_lag() = views_.Lag();
  return progress;
}

}  // namespace evenkeel
