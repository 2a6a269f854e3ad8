#include "run.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "dispatch.h"
#include "door.h"
#include "listener.h"
#include "sha256.h"
#include "value.h"
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace simulator {
namespace {

using std::chrono::milliseconds;

/// Parts of a day without lockstep: an hour each.
constexpr int kPacedParts = 24;

struct Counts {
  std::int64_t lines = 0;
  std::int64_t batches = 0;
  std::int64_t ticks = 0;
};

class Runner {
 public:
  explicit Runner(const RunOrder& order)
      : order_(order),
        events_({order.events_url, order.port_file, std::chrono::seconds(order.patience_s)}),
        ticks_({order.ticks_url, order.port_file, std::chrono::seconds(order.patience_s)}),
        progress_({order.progress_url,
                   order.progress_port_file.empty() ? order.port_file : order.progress_port_file,
                   std::chrono::seconds(order.patience_s)}),
        reviewer_(order.reviewer, &journal_) {}

  std::string Run(std::string* summary) {
    std::vector<std::string> secrets;
    for (std::string error : {CheckDoors(), MakeWorld(order_.id, &world_),
                              ReadSecrets(order_.secret_file, &secrets), OpenJournal()}) {
      if (!error.empty()) return error;
    }
    calls_ = std::make_unique<Calls>(secrets, world_.reactions, order_.id.customers, order_.trouble,
                                     &journal_);
    for (const JournaledCall& call : before_.calls) calls_->Remember(call);
    for (const JournaledVerdict& verdict : before_.verdicts) reviewer_.Remember(verdict);
    Listener listener(*calls_, order_.slow_ms);
    if (std::string error = listener.Start(order_.webhook_port); !error.empty()) return error;
    if (!order_.webhook_url_file.empty()) {
      const std::string error = WriteWhole(order_.webhook_url_file, listener.url() + "\n");
      if (!error.empty()) return error;
    }
    Population population(world_, order_.id.customers);
    begun_ = std::chrono::steady_clock::now();
    while (population.day() < world_.days) {
      if (std::string error = Day(population); !error.empty()) return error;
    }
    if (std::string error = AfterTheLastDay(population); !error.empty()) return error;
    *summary = Summary(population);
    journal_.Append(*summary);
    if (order_.is_staying) Stay(*summary);
    return "";
  }

 private:
  /// Customers have had their say; what they are sent still arrives.
  [[noreturn]] static void Stay(const std::string& summary) {
    std::printf("%s\n", summary.c_str());
    std::fflush(stdout);
    while (true) ::pause();
  }

  std::string CheckDoors() const {
    if (std::string wrong = events_.Check(); !wrong.empty()) return "--events-url " + wrong;
    if (!order_.ticks_url.empty() && !ticks_.Check().empty()) {
      return "--ticks-url " + ticks_.Check();
    }
    if (!order_.progress_url.empty() && !progress_.Check().empty()) {
      return "--progress-url " + progress_.Check();
    }
    if (order_.is_lockstep && (order_.ticks_url.empty() || order_.progress_url.empty())) {
      return "--lockstep needs --ticks-url and --progress-url";
    }
    if (!order_.reviewer.url.empty() && !order_.is_lockstep) {
      return "--approvals-url needs --lockstep: who answers when would be luck";
    }
    return reviewer_.Check();
  }

  std::string OpenJournal() {
    if (std::filesystem::exists(order_.journal)) {
      if (std::string error = ReadJournal(order_.journal, &before_); !error.empty()) return error;
      if (before_.run != order_.id) {
        return order_.journal + " is of another run (" + before_.run.Json() +
               "); remove it, or give this run its own";
      }
    }
    std::string error = journal_.Open(order_.journal, before_.whole_bytes);
    if (error.empty() && before_.whole_bytes == 0) journal_.Append(order_.id.Json());
    if (error.empty() && !order_.events_file.empty()) {
      events_file_.open(order_.events_file, std::ios::binary | std::ios::trunc);
      if (!events_file_) error = "cannot write " + order_.events_file;
    }
    return error;
  }

  /// Days that were finished before a restart are lived again, without the doors.
  std::string Day(Population& population) {
    const int day = population.day();
    const bool is_past = day < before_.finished_days;
    population.LiveDay();
    dispatch_.Collect(population);
    Sha256 content;
    const int parts = order_.is_lockstep ? order_.id.ticks_per_day : kPacedParts;
    for (int part = 0; part < parts; ++part) {
      const std::int64_t end = EndOfPart(world_, day, part, parts);
      const std::string error = Send(dispatch_.Due(end, population), day, end, is_past, &content);
      if (!error.empty()) return error;
      if (!order_.is_lockstep && !is_past) Pace(day, part + 1);
    }
    EndDay(population, day, is_past, content.Hex());
    return "";
  }

  void EndDay(Population& population, int day, bool is_past, const std::string& lines) {
    Sha256 content;
    content.Update("lines " + lines + "\n");
    const std::vector<JournaledCall> calls = calls_->EndDay();
    for (const JournaledCall& call : calls) {
      content.Update(call.id + " " + Digest(call.body) + "\n");
      Receive(population, call);
    }
    for (const JournaledVerdict& verdict : reviewer_.Of(day)) {
      content.Update(verdict.id + (verdict.is_yes ? " yes\n" : " no\n"));
    }
    const std::string digest = content.Hex();
    digest_.Update(digest + "\n");
    if (is_past) return;
    JsonFields fields;
    fields.Text("kind", "day")
        .Integer("day", day)
        .Integer("actions", static_cast<std::int64_t>(calls.size()))
        .Text("lines", lines)
        .Text("digest", digest);
    journal_.Append(fields.Object());
  }

  /// What was still on its way is delivered; what comes back now is too late to matter.
  std::string AfterTheLastDay(Population& population) {
    population.End();
    for (Person& person : population.persons()) person.events.clear();
    const std::int64_t last = std::max(dispatch_.Last() + 1, EndOfPart(world_, world_.days, 0, 1));
    Sha256 content;
    const std::string error =
        Send(dispatch_.Due(last, population), world_.days, last, false, &content);
    digest_.Update(content.Hex() + "\n");
    after_end_ = static_cast<std::int64_t>(calls_->EndDay().size());
    return error;
  }

  std::string Send(const std::vector<std::string>& lines, int day, std::int64_t until_ms,
                   bool is_past, Sha256* content) {
    counts_.lines += static_cast<std::int64_t>(lines.size());
    const auto size = static_cast<std::size_t>(order_.batch_lines);
    for (std::size_t from = 0; from < lines.size(); from += size) {
      std::string body;
      for (std::size_t i = from; i < std::min(from + size, lines.size()); ++i) {
        body += lines[i] + "\n";
      }
      content->Update(body);
      events_file_ << body;
      if (is_past) continue;
      ++counts_.batches;
      const Door::Reply reply = events_.Post(body, "application/x-ndjson");
      if (!reply.error.empty()) return "events: " + reply.error;
      JsonFields fields;
      fields.Text("kind", "batch")
          .Integer("day", day)
          .Integer("bytes", static_cast<std::int64_t>(body.size()))
          .Text("sha256", Digest(body));
      journal_.Append(fields.Object());
    }
    return is_past ? "" : Tick(day, until_ms);
  }

  std::string Tick(int day, std::int64_t until_ms) {
    if (!order_.ticks_url.empty()) {
      ++counts_.ticks;
      JsonFields tick;
      tick.Text("time", FormatTime(until_ms, 0));
      const Door::Reply reply = ticks_.Post(tick.Object(), "application/json");
      if (!reply.error.empty()) return "ticks: " + reply.error;
      JsonFields fields;
      fields.Text("kind", "tick").Integer("day", day).Text("time", FormatTime(until_ms, 0));
      journal_.Append(fields.Object());
    }
    const bool waits = order_.is_lockstep || (day == world_.days && !order_.progress_url.empty());
    std::string error = waits ? WaitUntilIdle(day) : "";
    // An answer may bring the next request.
    for (int given = 1; error.empty() && given > 0;) {
      error = reviewer_.Turn(day, &given);
      if (error.empty() && given > 0) error = WaitUntilIdle(day);
    }
    return error;
  }

  /// Idle twice in a row: work that passes from one process to the next is nobody's for a moment.
  std::string WaitUntilIdle(int day) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(order_.patience_s);
    milliseconds pause{2};
    for (int idle = 0; idle < 2;) {
      const Door::Reply reply = progress_.Get();
      if (!reply.error.empty()) return "progress: " + reply.error;
      const auto json = nlohmann::json::parse(reply.body, nullptr, false);
      idle = json.is_object() && json.value("idle", false) ? idle + 1 : 0;
      if (idle >= 2) break;
      if (std::chrono::steady_clock::now() > deadline) {
        return "progress: not idle " + std::to_string(order_.patience_s) + " s after day " +
               std::to_string(day) + "; it says " + reply.body.substr(0, 2000);
      }
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 2, milliseconds(50));
    }
    return "";
  }

  void Pace(int day, int parts_done) {
    const double days = day - before_.finished_days + static_cast<double>(parts_done) / kPacedParts;
    const auto due = std::chrono::duration<double>(days / order_.days_per_second);
    std::this_thread::sleep_until(
        begun_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(due));
  }

  std::string Summary(Population& population) {
    const Calls::Counts calls = calls_->counts();
    JsonFields by_action;
    for (const auto& [action, count] : calls.by_action) by_action.Integer(action, count);
    JsonFields fields;
    fields.Text("kind", "summary")
        .Raw("seed", std::to_string(order_.id.seed))
        .Integer("days", world_.days)
        .Integer("lines", counts_.lines)
        .Integer("batches", counts_.batches)
        .Integer("ticks", counts_.ticks)
        .Integer("retries",
                 events_.retries() + ticks_.retries() + progress_.retries() + reviewer_.retries())
        .Integer("actions", calls.applied)
        .Raw("by_action", by_action.Object())
        .Integer("unknown_actions", calls.unknown)
        .Integer("after_the_end", after_end_)
        .Integer("repeats", calls.repeats)
        .Integer("conflicts", calls.conflicts)
        .Integer("refused", calls.refused)
        .Integer("unreadable", calls.unreadable)
        .Integer("failed_on_purpose", calls.failed)
        .Integer("approved", reviewer_.counts().yes)
        .Integer("rejected", reviewer_.counts().no)
        .Integer("answers_refused", reviewer_.counts().refused)
        .Raw("worth", Measure("run", population).Json())
        .Text("digest", digest_.Hex());
    return fields.Object();
  }

  const RunOrder& order_;
  World world_;
  JournalContent before_;
  Journal journal_;
  std::ofstream events_file_;
  Door events_;
  Door ticks_;
  Door progress_;
  Reviewer reviewer_;
  std::unique_ptr<Calls> calls_;
  Dispatch dispatch_;
  Counts counts_;
  std::int64_t after_end_ = 0;
  Sha256 digest_;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace

std::string MakeWorld(const RunId& id, World* world) {
  Date start;
  if (!ParseDate(id.start, &start)) {
    return "--start '" + id.start + "' is not a date: want YYYY-MM-DD";
  }
  world->dice = Dice(id.seed);
  world->start = DayNumber(start);
  world->days = id.days;
  return "";
}

void Receive(Population& population, const JournaledCall& call) {
  Arrival arrival;
  const auto customers = static_cast<std::uint32_t>(population.persons().size());
  const std::string wrong =
      ReadCall(population.world().reactions, customers, call.id, call.body, &arrival);
  if (wrong.empty()) population.Receive(arrival.customer, std::move(arrival.treatment));
}

std::string Run(const RunOrder& order, std::string* summary) {
  Runner runner(order);
  return runner.Run(summary);
}

}  // namespace simulator
