#include "console/view_feed.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace evenkeel {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPollRecords = 2000;
constexpr milliseconds kAskEvery{200};
constexpr milliseconds kFlushEvery{5000};
constexpr milliseconds kPause{250};
/// It is asked far more often: a log that is silent for longer is not there.
constexpr std::chrono::seconds kSilence{10};

}  // namespace

ViewFeed::ViewFeed(LogCluster& cluster, Views& views, Options options, const Logger& logger)
    : cluster_(cluster), views_(views), options_(std::move(options)), logger_(logger) {}

ViewFeed::~ViewFeed() = default;

void ViewFeed::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void ViewFeed::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    const Status status = Follow(stop);
    has_caught_up_ = false;
    session_.reset();
    if (status.ok()) break;
    logger_.Write(LogSeverity::kWarning, "console", "the view begins again from where it stands",
                  {{"reason", PublicText(status.message())}});
    const bool is_ours =
        status.code() == StatusCode::kDataLoss || status.code() == StatusCode::kResourceExhausted;
    if (is_ours) {
      if (const Status wiped = views_.Restart(); !wiped.ok()) {
        logger_.Write(LogSeverity::kError, "console", "the view cannot be made anew",
                      {{"reason", PublicText(wiped.message())}});
      }
    }
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, kPause, [] { return false; });
  }
  views_.Flush().IgnoreError();
}

bool ViewFeed::is_ready() const {
  return has_caught_up_ && Clock::now() - answered_.load() < kSilence;
}

Status ViewFeed::Follow(const std::stop_token& stop) {
  readers_.clear();
  questions_.clear();
  open_.clear();
  ahead_.clear();
  EVENKEEL_ASSIGN_OR_RETURN(session_,
                            cluster_.OpenSession({.transactional_id = options_.transactional_id,
                                                  .inputs = {options_.anchor_topic},
                                                  .membership = std::nullopt,
                                                  .offsets_group = options_.transactional_id}));
  session_->Init();
  LogPoll poll;
  std::vector<ViewInput> inputs;
  while (!stop.stop_requested()) {
    poll.clear();
    inputs.clear();
    session_->Poll(kPollRecords, poll);
    for (const LogRecord& record : poll.reader_records) {
      const auto reader = readers_.find(record.stream);
      if (reader == readers_.end()) continue;
      inputs.push_back({reader->second.source, &record, record.partition, 0});
    }
    for (const LogEvent& event : poll.events) EVENKEEL_RETURN_IF_ERROR(OnEvent(event, inputs));
    if (!inputs.empty()) EVENKEEL_RETURN_IF_ERROR(views_.Take(inputs));
    if (!has_caught_up_) LookAround();
    const Clock::time_point now = Clock::now();
    if (questions_.empty() && !open_.empty() && now - asked_ >= kAskEvery) AskEnds();
    if (now - flushed_ >= kFlushEvery) {
      EVENKEEL_RETURN_IF_ERROR(views_.Flush());
      flushed_ = now;
    }
    if (poll.empty()) session_->Wait(milliseconds(20));
  }
  return {};
}

Status ViewFeed::OnEvent(const LogEvent& event, std::vector<ViewInput>& inputs) {
  if (const auto* init = std::get_if<InitDone>(&event)) {
    EVENKEEL_RETURN_IF_ERROR(init->status);
    AskEnds();  // Each answer opens a reader.
  } else if (const auto* ends = std::get_if<WatermarksDone>(&event)) {
    return OnWatermarks(*ends);
  } else if (const auto* end = std::get_if<ReaderAtEnd>(&event)) {
    const auto reader = readers_.find(end->reader);
    if (reader != readers_.end()) {
      inputs.push_back({reader->second.source, nullptr, reader->second.partition, end->offset});
    }
  } else if (const auto* failed = std::get_if<ReaderFailed>(&event)) {
    return failed->status.ok() ? Unavailable("a reader ended") : failed->status;
  } else if (const auto* dead = std::get_if<SessionFailed>(&event)) {
    return Unavailable("the session with the log ended: " + dead->status.message());
  }
  return {};
}

/// Has the view come to where the log ended when this session began?
void ViewFeed::LookAround() {
  std::erase_if(ahead_, [this](const auto& entry) {
    const auto& [where, end] = entry;
    return views_.Position(where).value_or(0) >= end;
  });
  has_caught_up_ = questions_.empty() && !open_.empty() && ahead_.empty();
}

void ViewFeed::AskEnds() {
  asked_ = Clock::now();
  const std::vector<ViewSource>& sources = views_.sources();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    for (Partition p = 0; p < sources[i].partitions; ++p) {
      questions_[session_->QueryWatermarks({sources[i].topic, p})] = {i, p};
    }
  }
}

Status ViewFeed::OnWatermarks(const WatermarksDone& done) {
  const auto question = questions_.find(done.request);
  if (question == questions_.end()) return {};
  const Stream stream = question->second;
  questions_.erase(question);
  EVENKEEL_RETURN_IF_ERROR(done.status);
  answered_ = Clock::now();
  const TopicPartition where{views_.sources()[stream.source].topic, stream.partition};
  views_.OnEnd(where, done.high);
  if (open_.contains({stream.source, stream.partition})) return {};
  ahead_[where] = done.high;
  return OpenReader(stream, done);
}

Status ViewFeed::OpenReader(const Stream& stream, const WatermarksDone& ends) {
  const TopicPartition where{views_.sources()[stream.source].topic, stream.partition};
  Offset from = views_.Position(where).value_or(0);
  if (from > ends.high) {
    return DataLoss("the view is ahead of " + where.topic + ": the topic was made anew");
  }
  from = std::max(from, ends.low);
  const ReaderId reader = session_->OpenReader(where, from);
  readers_[reader] = stream;
  open_[{stream.source, stream.partition}] = reader;
  return {};
}

}  // namespace evenkeel
