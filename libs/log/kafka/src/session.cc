#include "session.h"

#include <algorithm>
#include <utility>

#include "errors.h"
#include "join.h"
#include "questions.h"

#include "evenkeel/base/check.h"

namespace evenkeel::kafka {
namespace {

// Waits no longer than this on a Kafka call that finds out whether brokers can be reached.
constexpr int kProbeMs = 300;

bool Reachable(ControlWatch& watch, rd_kafka_t* kafka) {
  const ControlWatch::Calling call(watch, "probe");
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(kafka, 0, nullptr, &raw, kProbeMs);
  const MetadataPtr metadata(raw);
  rd_kafka_poll(kafka, 0);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

Session::Session(std::shared_ptr<const ClusterShared> cluster, SessionOptions options)
    : options_(std::move(options)) {
  core_.cluster = std::move(cluster);
  core_.outage = std::make_shared<Outage>(
      core_.mailbox, [this] { LookIntoOutage(); }, [this] { ReportDown(); });
  producer_ = std::make_shared<Producer>(core_.cluster, options_, core_.mailbox, core_.outage);
}

Session::~Session() {
  std::vector<std::shared_ptr<Fetcher>> fetchers;
  if (member_) fetchers.push_back(member_->Detach());
  for (const auto& readers : readers_) fetchers.push_back(readers->Detach());
  if (member_) member_->Forget();
  for (const auto& readers : readers_) readers->Forget();
  core_.cluster->endings->Add(options_.transactional_id,
                              core_.control.Leave([fetchers = std::move(fetchers),
                                                   producer = std::move(producer_)]() mutable {
                                producer.reset();
                                fetchers.clear();
                              }));
}

// --- polling -------------------------------------------------------------------------------------

void Session::Poll(std::size_t max_records, LogPoll& out) {
  for (const Mailbox::Letter& letter : core_.mailbox->Take()) letter();
  Flush();
  if (holding_) {
    producer_->Serve();
    CheckProducer();
  }
  drained_ = dead_ || PollFeeds(max_records, out);
  Flush();
  CheckHung();
  std::ranges::move(core_.events, std::back_inserter(out.events));
  core_.events.clear();
}

bool Session::PollFeeds(std::size_t max, LogPoll& out) {
  const bool reading =
      std::ranges::any_of(readers_, [](const auto& readers) { return !readers->empty(); });
  // Whoever goes first may not starve the other.
  const std::size_t share = reading && member_ ? (max + 1) / 2 : max;
  const std::size_t before = out.records.size() + out.reader_records.size();
  const auto room = [&](std::size_t most) {
    const std::size_t used = out.records.size() + out.reader_records.size() - before;
    return std::min(most, max - std::min(used, max));
  };
  bool drained = true;
  const auto inputs = [&](std::size_t most) {
    if (member_ && !left_) drained = member_->Poll(room(most), out.records) && drained;
  };
  const auto readers = [&](std::size_t most) {
    for (const auto& some : readers_) {
      drained = some->Poll(room(most), out.reader_records) && drained;
    }
  };
  readers_first_ = !readers_first_;
  if (readers_first_) {
    readers(share);
    inputs(max);
  } else {
    inputs(share);
    readers(max);
  }
  return drained;
}

void Session::Wait(std::chrono::milliseconds max) {
  Flush();
  if (!drained_ || !core_.events.empty()) return;
  core_.mailbox->Wait(max);
}

void Session::Flush() {
  if (dead_) return;
  if (member_ && !left_) member_->Flush();
  for (const auto& readers : readers_) readers->Flush();
}

void Session::CheckHung() {
  if (dead_) return;
  const auto running = core_.control.watch().running();
  const auto limit = options_.transaction_timeout + core_.cluster->options.hung_margin;
  if (!running || running->since <= limit) return;
  Die(CommitOutcome::kUnknown,
      {StatusCode::kDeadlineExceeded, std::string("librdkafka hung in '") + running->name +
                                          "' for " + std::to_string(running->since.count()) +
                                          " ms: end the process"});
}

void Session::CheckProducer() {
  // Within a transaction its end tells the outcome.
  if (transaction_ != Transaction::kNone || !producer_->fatal()) return;
  const Status why = *producer_->fatal();
  const bool fenced = why.code() == StatusCode::kFailedPrecondition;
  if (fenced && !dead_) ++core_.stats.fenced;
  Die(fenced ? CommitOutcome::kFenced : CommitOutcome::kUnknown, why);
}

void Session::Die(CommitOutcome outcome, Status why) {
  if (std::exchange(dead_, true)) return;
  core_.events.emplace_back(SessionFailed{outcome, std::move(why)});
}

void Session::ReportDown() {
  if (std::exchange(down_, true)) return;
  core_.events.emplace_back(Connectivity{Unavailable("no Kafka broker answers")});
}

void Session::LookIntoOutage() {
  core_.control.PostBackground([this, asked = 0, query = core_.cluster->query,
                                mailbox = core_.mailbox,
                                outage = core_.outage](ControlWatch& watch) mutable {
    const bool reachable = Reachable(watch, query->get());
    if (reachable) {
      outage->Clear();
      mailbox->Push([this] {
        if (std::exchange(down_, false)) core_.events.emplace_back(Connectivity{});
      });
    } else if (asked++ == 0) {
      mailbox->Push([this] { ReportDown(); });
    }
    return reachable;
  });
}

// --- start ---------------------------------------------------------------------------------------

RequestId Session::Init() {
  EVENKEEL_CHECK(last_request_ == 0);  // REQUIRES: the first call of the session.
  const RequestId request = ++last_request_;
  auto join =
      std::make_shared<Join>(core_.cluster, options_, producer_, core_.mailbox, core_.outage);
  core_.control.Post([this, request, join, mailbox = core_.mailbox](ControlWatch& watch) {
    const std::optional<Status> joined = join->Try(watch);
    if (!joined) return false;
    mailbox->Push([this, request, status = *joined, member = join->member(),
                   reader = join->reader()] { Joined(request, status, member, reader); });
    return true;
  });
  return request;
}

void Session::Joined(RequestId request, Status status, const std::shared_ptr<Client>& member,
                     const std::shared_ptr<Client>& reader) {
  if (status.ok()) {
    initialized_ = true;
    holding_ = true;
    readers_.push_back(std::make_unique<Readers>(core_, reader));
    if (member) {
      member_ =
          std::make_unique<Member>(core_, member, options_.inputs, options_.membership->lead_topic);
      status = member_->Subscribe();
    }
  }
  core_.events.emplace_back(InitDone{request, std::move(status)});
}

// --- rows ----------------------------------------------------------------------------------------

void Session::StartRow(Partition row, std::span<const Offset> next) {
  EVENKEEL_CHECK(member_);
  member_->StartRow(row, next);
}

void Session::PauseInput(std::uint32_t input, Partition row) {
  EVENKEEL_CHECK(member_);
  member_->PauseInput(input, row);
}

void Session::ResumeInput(std::uint32_t input, Partition row) {
  EVENKEEL_CHECK(member_);
  member_->ResumeInput(input, row);
}

void Session::ReleaseRows() {
  if (member_ && !left_) member_->ReleaseRows();
}

void Session::Leave() {
  EVENKEEL_CHECK(transaction_ == Transaction::kNone);
  if (!member_ || std::exchange(left_, true)) return;
  const std::shared_ptr<Fetcher> fetcher = member_->Detach();
  member_->Forget();
  core_.control.Post([fetcher](ControlWatch& watch) {
    fetcher->Close(watch);
    return true;
  });
}

// --- restore -------------------------------------------------------------------------------------

RequestId Session::QueryCommitted(Partition row) {
  EVENKEEL_CHECK(initialized_);
  const RequestId request = ++last_request_;
  core_.control.PostBackground([this, request, row, inputs = options_.inputs,
                                mailbox = core_.mailbox,
                                client = readers_[0]->client()](ControlWatch& watch) {
    CommittedDone answer{request, row, {}, {}};
    if (!AskCommitted(watch, client->get(), inputs, answer)) return false;
    mailbox->Push([this, answer] { core_.events.emplace_back(answer); });
    return true;
  });
  return request;
}

RequestId Session::QueryWatermarks(const TopicPartition& where) {
  const RequestId request = ++last_request_;
  core_.control.PostBackground([this, request, where, mailbox = core_.mailbox,
                                query = core_.cluster->query](ControlWatch& watch) {
    WatermarksDone answer{request, {}, 0, 0};
    if (!AskWatermarks(watch, query->get(), where, answer)) return false;
    mailbox->Push([this, answer] { core_.events.emplace_back(answer); });
    return true;
  });
  return request;
}

Result<Readers*> Session::FeedFor(const TopicPartition& where) {
  for (const auto& readers : readers_) {
    if (readers->IsFree(where)) return readers.get();
  }
  EVENKEEL_ASSIGN_OR_RETURN(auto client, NewReader(*core_.cluster, options_, core_.mailbox));
  readers_.push_back(std::make_unique<Readers>(core_, std::move(client)));
  return readers_.back().get();
}

ReaderId Session::OpenReader(const TopicPartition& where, Offset from) {
  EVENKEEL_CHECK(initialized_);
  const ReaderId reader = ++last_reader_;
  const Result<Readers*> feed = FeedFor(where);
  if (feed.ok()) {
    (*feed)->Open(reader, where, from);
  } else {
    core_.events.emplace_back(ReaderFailed{reader, feed.status()});
  }
  return reader;
}

std::optional<Offset> Session::KnownEnd(std::uint32_t input, Partition row) const {
  return member_ == nullptr ? std::nullopt : member_->KnownEnd(input, row);
}

void Session::CloseReader(ReaderId reader) {
  for (const auto& readers : readers_) readers->Close(reader);
}

}  // namespace evenkeel::kafka
