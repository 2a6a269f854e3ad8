#include "ingest/log_writer.h"

#include <algorithm>
#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLook{10};
constexpr milliseconds kReopenAfter{200};
constexpr milliseconds kAgainAfter{50};
constexpr std::chrono::seconds kStopPatience{5};
constexpr std::size_t kPollRecords = 2000;

}  // namespace

LogWriter::LogWriter(LogCluster& cluster, const TimeZoneDatabase& zones, Options options,
                     IngestMetrics& metrics, const Logger& logger)
    : cluster_(cluster),
      options_(std::move(options)),
      metrics_(metrics),
      logger_(logger),
      index_(options_.remember_max, options_.remember_age),
      follower_(options_.follow, zones, index_, logger) {}

void LogWriter::Start() {
  thread_ = std::thread([this] { Run(); });
}

void LogWriter::Stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const Bundle> LogWriter::bundle() const {
  const std::lock_guard lock(mutex_);
  return bundle_;
}

std::optional<TimeMs> LogWriter::stream_time() const {
  const TimeMs time{stream_time_};
  return time == TimeMs::Min() ? std::nullopt : std::optional(time);
}

void LogWriter::Submit(std::vector<IngestEvent> events, Done done) {
  WriteOutcome refusal{.kind = WriteOutcome::Kind::kBusy};
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopped_ && pending_ < options_.pending_max) {
      auto request = std::make_unique<Request>();
      request->events = std::move(events);
      request->done = std::move(done);
      request->since = Clock::now();
      waiting_.push_back(std::move(request));
      metrics_.SetPending(++pending_);
      changed_.notify_one();
      return;
    }
    if (is_stopped_) refusal = {.message = "ingest is stopping"};
  }
  done(std::move(refusal));
}

// --- the thread ----------------------------------------------------------------------------------

void LogWriter::Run() {
  std::optional<Clock::time_point> stop_by;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (is_stopped_ && !stop_by) stop_by = Clock::now() + kStopPatience;
    }
    if (stop_by && (!HasWork() || Clock::now() > *stop_by)) break;
    if (session_ == nullptr && Clock::now() >= open_at_) Open();
    if (session_ != nullptr) Poll();
    if (phase_ == Phase::kReading && follower_.has_caught_up()) {
      phase_ = Phase::kIdle;
      is_ready_ = takes_requests_ = true;
    }
    AnswerOverdue();
    if (phase_ == Phase::kIdle && Clock::now() >= write_at_) Write();
    Rest();
  }
  AnswerAll("ingest is stopping");
  session_.reset();
}

bool LogWriter::HasWork() {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty() || !batch_.requests.empty();
}

/// Until something may have happened.
void LogWriter::Rest() {
  if (session_ != nullptr && phase_ != Phase::kIdle) return session_->Wait(kLook);
  std::unique_lock lock(mutex_);
  const bool can_write = session_ != nullptr && Clock::now() >= write_at_;
  changed_.wait_for(lock, kLook, [&] { return is_stopped_ || (can_write && !waiting_.empty()); });
}

void LogWriter::Open() {
  auto session = cluster_.OpenSession({.transactional_id = options_.transactional_id,
                                       .inputs = {options_.follow.bundles_topic},
                                       .membership = std::nullopt,
                                       .offsets_group = options_.transactional_id,
                                       .reports_offsets = true});
  if (!session.ok()) return Reopen(session.status());
  session_ = *std::move(session);
  phase_ = Phase::kOpening;
  request_ = session_->Init();
}

void LogWriter::Reopen(const Status& why) {
  logger_.Write(LogSeverity::kWarning, "ingest",
                "the log is opened anew, what was in doubt looked up",
                {{"reason", PublicText(why.message())}});
  metrics_.OnReopened();
  is_ready_ = false;
  GiveBack(/*in_doubt=*/phase_ == Phase::kCommitting, /*alone=*/false);
  phase_ = Phase::kOpening;
  session_.reset();
  open_at_ = Clock::now() + kReopenAfter;
}

void LogWriter::Poll() {
  poll_.clear();
  session_->Poll(kPollRecords, poll_);
  for (const LogEvent& event : poll_.events) {
    OnEvent(event);
    if (session_ == nullptr) return;  // The records are of a session that is gone.
  }
  for (const LogRecord& record : poll_.reader_records) follower_.OnRecord(record);
  Publish();
}

void LogWriter::Publish() {
  if (const auto time = follower_.time()) stream_time_ = time->value;
  metrics_.SetRemembered(index_.size());
  const std::lock_guard lock(mutex_);
  bundle_ = follower_.bundle();
}

void LogWriter::OnEvent(const LogEvent& event) {
  if (const auto* init = std::get_if<InitDone>(&event)) {
    if (!init->status.ok()) return Reopen(init->status);
    phase_ = Phase::kReading;
    follower_.Begin(*session_);
  } else if (const auto* done = std::get_if<TransactionDone>(&event)) {
    if (done->request == request_) OnDone(*done);
  } else if (const auto* failed = std::get_if<SessionFailed>(&event)) {
    Reopen(failed->status);
  } else if (const auto* link = std::get_if<Connectivity>(&event)) {
    logger_.Write(link->status.ok() ? LogSeverity::kInfo : LogSeverity::kWarning, "ingest",
                  link->status.ok() ? "the log is reachable again" : "the log is not reachable");
  } else if (const Status status = follower_.OnEvent(event); !status.ok()) {
    Reopen(status);
  }
}

void LogWriter::OnDone(const TransactionDone& done) {
  switch (done.outcome) {
    case CommitOutcome::kAcknowledged:
      return Acknowledge(done);
    case CommitOutcome::kAborted:
      GiveBack(/*in_doubt=*/false, /*alone=*/phase_ == Phase::kAborting);
      phase_ = Phase::kIdle;
      write_at_ = Clock::now() + kAgainAfter;
      return;
    case CommitOutcome::kUnknown:
    case CommitOutcome::kFenced:
      return Reopen(done.status);
  }
}

// --- requests ------------------------------------------------------------------------------------

void LogWriter::TakeWaiting() {
  std::size_t bytes = 0;
  const std::lock_guard lock(mutex_);
  while (!waiting_.empty() && bytes < options_.transaction_bytes_max) {
    const bool is_alone = waiting_.front()->goes_alone;
    if (is_alone && !batch_.requests.empty()) return;
    for (const IngestEvent& event : waiting_.front()->events) bytes += event.record.value.size();
    batch_.requests.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    if (is_alone) return;
  }
}

void LogWriter::Write() {
  EVENKEEL_CHECK(batch_.requests.empty());
  TakeWaiting();
  std::erase_if(batch_.requests, [this](const std::unique_ptr<Request>& request) {
    const bool is_new = Resolve(*request);
    return !is_new;
  });
  if (batch_.to_write.empty()) {
    batch_ = {};
    return;
  }
  session_->Begin();
  if (!Produce()) return;
  phase_ = Phase::kCommitting;
  request_ = session_->Commit({});
}

bool LogWriter::FindConflict(const IngestEvent& event,
                             const std::map<EventKey, const IngestEvent*>& own,
                             EventPlace& place) const {
  place.offset = -1;
  if (const RepeatIndex::Entry* known = index_.Find(event.key)) {
    place = known->place;
    return known->content != event.content;
  }
  if (const auto found = batch_.keys.find(event.key); found != batch_.keys.end()) {
    return batch_.to_write[found->second].event->content != event.content;
  }
  const auto found = own.find(event.key);
  return found != own.end() && found->second->content != event.content;
}

/// True if the request has to wait for the commit; else it is answered.
bool LogWriter::Resolve(Request& request) {
  std::map<EventKey, const IngestEvent*> own;
  for (std::size_t i = 0; i < request.events.size(); ++i) {
    const IngestEvent& event = request.events[i];
    if (event.is_skipped) continue;
    EventPlace place;
    if (FindConflict(event, own, place)) {
      Answer(request, {.kind = WriteOutcome::Kind::kConflict, .index = i, .place = place});
      return false;
    }
    own.emplace(event.key, &event);
  }
  bool waits = false;
  for (const IngestEvent& event : request.events) {
    if (event.is_skipped) continue;
    const std::size_t answer = request.outcome.accepted.size();
    WriteOutcome::Accepted& accepted = request.outcome.accepted.emplace_back();
    if (const RepeatIndex::Entry* known = index_.Find(event.key)) {
      accepted = {known->place, !request.was_in_doubt};
      continue;
    }
    waits = true;
    const auto [key, is_new] = batch_.keys.try_emplace(event.key, batch_.to_write.size());
    auto& slots = is_new ? batch_.to_write : batch_.aliases;
    slots.push_back({&request, answer, &event, key->second});
  }
  if (!waits) AnswerAccepted(request);
  return waits;
}

bool LogWriter::Produce() {
  for (const Slot& slot : batch_.to_write) {
    if (!ProduceOne(*slot.event)) return false;
  }
  return true;
}

bool LogWriter::ProduceOne(const IngestEvent& event) {
  const std::vector<RecordHeader> headers = HeaderViews(event.record);
  const bool has_key = !event.record.key.empty();
  const OutRecord out{
      .topic = event.topic,
      .partition = event.partition,
      .key = has_key ? std::optional<std::string_view>(event.record.key) : std::nullopt,
      .value = event.record.value,
      .headers = headers,
      .timestamp = event.timestamp};
  const auto deadline = Clock::now() + options_.timeout;
  while (true) {
    switch (session_->Produce(out)) {
      case ProduceResult::kAccepted:
        return true;
      case ProduceResult::kRefused:
        phase_ = Phase::kAborting;
        request_ = session_->Abort();
        return false;
      case ProduceResult::kFull:
        break;
    }
    Poll();
    if (session_ == nullptr) return false;
    if (Clock::now() > deadline) {
      Reopen(Unavailable("the log takes no more records"));
      return false;
    }
    session_->Wait(kLook);
  }
}

void LogWriter::Acknowledge(const TransactionDone& done) {
  const auto now = Clock::now();
  std::map<TopicPartition, std::pair<const LastProduced*, std::size_t>> landed;
  for (const LastProduced& last : done.last_produced) {
    landed[last.where] = {&last, 0};
    follower_.OnWritten(last.where, last.offsets);
  }
  for (const Slot& slot : batch_.to_write) {
    const IngestEvent& event = *slot.event;
    auto& [last, used] = landed.at({event.topic, event.partition});
    EventPlace& place = slot.request->outcome.accepted[slot.answer].place;
    place = {*follower_.TopicOf(event.topic), event.partition, last->offsets.at(used++)};
    index_.Add(event.key, {place, event.content}, now);
    if (event.timestamp) follower_.OnTime(place.topic, *event.timestamp);
  }
  for (const Slot& slot : batch_.aliases) {
    const Slot& original = batch_.to_write[slot.same_as];
    slot.request->outcome.accepted[slot.answer] = {
        original.request->outcome.accepted[original.answer].place, true};
  }
  Publish();
  for (const auto& request : batch_.requests) AnswerAccepted(*request);
  batch_ = {};
  phase_ = Phase::kIdle;
}

/// The requests under way wait again, before all others.
void LogWriter::GiveBack(bool in_doubt, bool alone) {
  Requests requests = std::move(batch_.requests);
  batch_ = {};
  for (auto it = requests.rbegin(); it != requests.rend(); ++it) {
    Request& request = **it;
    if (request.done == nullptr) continue;  // Answered, overdue.
    request.outcome = {};
    request.was_in_doubt = request.was_in_doubt || in_doubt;
    if (alone && request.goes_alone) {
      Answer(request, {.kind = WriteOutcome::Kind::kRefused,
                       .message = "the log does not take a record of the request"});
      continue;
    }
    request.goes_alone = request.goes_alone || alone;
    const std::lock_guard lock(mutex_);
    waiting_.push_front(std::move(*it));
  }
}

// --- answers -------------------------------------------------------------------------------------

void LogWriter::AnswerAccepted(Request& request) {
  request.outcome.kind = WriteOutcome::Kind::kAccepted;
  if (request.done == nullptr) return;
  const auto repeated = static_cast<std::size_t>(std::ranges::count_if(
      request.outcome.accepted, [](const auto& accepted) { return accepted.is_repeated; }));
  metrics_.OnRepeated(repeated);
  metrics_.OnWritten(request.outcome.accepted.size() - repeated);
  metrics_.OnCommit(std::chrono::duration<double>(Clock::now() - request.since).count());
  Answer(request, std::move(request.outcome));
}

void LogWriter::Answer(Request& request, WriteOutcome outcome) {
  if (request.done == nullptr) return;
  metrics_.SetPending(--pending_);
  std::exchange(request.done, nullptr)(std::move(outcome));
}

void LogWriter::AnswerOverdue() {
  const auto since = Clock::now() - options_.timeout;
  const WriteOutcome late{.message = "the log did not commit in time"};
  std::deque<std::unique_ptr<Request>> overdue;
  {
    const std::lock_guard lock(mutex_);
    // Not sorted: what was given back is older than what it stands before.
    for (auto& request : waiting_) {
      if (request->since < since) overdue.push_back(std::move(request));
    }
    std::erase(waiting_, nullptr);
  }
  for (const auto& request : overdue) Answer(*request, late);
  for (const auto& request : batch_.requests) {
    if (request->since < since) Answer(*request, late);
  }
}

void LogWriter::AnswerAll(const std::string& why) {
  std::deque<std::unique_ptr<Request>> left;
  {
    const std::lock_guard lock(mutex_);
    left.swap(waiting_);
  }
  for (const auto& request : left) Answer(*request, {.message = why});
  for (const auto& request : batch_.requests) Answer(*request, {.message = why});
  batch_ = {};
}

}  // namespace evenkeel
