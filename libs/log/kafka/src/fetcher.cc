#include "fetcher.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "errors.h"

namespace evenkeel::kafka {
namespace {

constexpr std::chrono::milliseconds kSeekCall{5000};
constexpr std::chrono::milliseconds kSeekPatience{10000};
constexpr int kWakeMs = 1000;

using Clock = std::chrono::steady_clock;

PartitionListPtr ListOf(std::span<const TopicPartition> partitions, Offset offset) {
  PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const TopicPartition& where : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), where.topic.c_str(), where.partition)->offset =
        offset;
  }
  return list;
}

// A partition just assigned takes a moment before it can be sought.
bool NotYet(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__STATE || error == RD_KAFKA_RESP_ERR__IN_PROGRESS ||
         error == RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS || error == RD_KAFKA_RESP_ERR__TIMED_OUT;
}

}  // namespace

Status Fetcher::Assign(ControlWatch& watch, std::span<const TopicPartition> partitions) {
  const ControlWatch::Calling call(watch, "assign");
  running_.clear();
  // Nothing is read at offset 0: every partition is sought before it is resumed.
  const PartitionListPtr list = ListOf(partitions, 0);
  const rd_kafka_resp_err_t assigned = rd_kafka_assign(client_->get(), list.get());
  if (assigned != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(assigned, "assigning the inputs");
  rd_kafka_pause_partitions(client_->get(), list.get());
  return {};
}

void Fetcher::Unassign(ControlWatch& watch) {
  const ControlWatch::Calling call(watch, "unassign");
  running_.clear();
  rd_kafka_assign(client_->get(), nullptr);
}

Status Fetcher::Add(ControlWatch& watch, const TopicPartition& where, Offset offset) {
  const ControlWatch::Calling call(watch, "assign reader");
  const PartitionListPtr list = ListOf({&where, 1}, offset);
  const ErrorPtr error(rd_kafka_incremental_assign(client_->get(), list.get()));
  if (error) return ToStatus(error.get(), "reading " + where.topic);
  rd_kafka_pause_partitions(client_->get(), list.get());
  return {};
}

void Fetcher::Remove(ControlWatch& watch, const TopicPartition& where) {
  const ControlWatch::Calling call(watch, "unassign reader");
  running_.erase(where);
  const PartitionListPtr list = ListOf({&where, 1}, 0);
  const ErrorPtr ignored(rd_kafka_incremental_unassign(client_->get(), list.get()));
}

PartitionListPtr Fetcher::SeekOnce(ControlWatch& watch, std::span<Start> starts) {
  PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(starts.size())));
  for (Start& start : starts) {
    rd_kafka_topic_partition_list_add(list.get(), start.where.topic.c_str(), start.where.partition)
        ->offset = start.offset;
  }
  const ControlWatch::Calling call(watch, "seek");
  // Without a timeout a seek is asynchronous, and the first record may be a wrong one.
  const ErrorPtr error(
      rd_kafka_seek_partitions(client_->get(), list.get(), static_cast<int>(kSeekCall.count())));
  if (error) {
    for (int i = 0; i < list->cnt; ++i) list->elems[i].err = rd_kafka_error_code(error.get());
  }
  return list;
}

void Fetcher::Seek(ControlWatch& watch, std::span<Start> starts) {
  std::vector<TopicPartition> partitions;
  for (const Start& start : starts) partitions.push_back(start.where);
  Pause(watch, partitions);
  const auto deadline = Clock::now() + kSeekPatience;
  std::vector<Start> waiting(starts.begin(), starts.end());
  std::vector<std::size_t> index(starts.size());
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = i;
  while (!waiting.empty()) {
    const PartitionListPtr done = SeekOnce(watch, waiting);
    const bool patient = Clock::now() < deadline && !watch.stopping();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      const rd_kafka_resp_err_t error = done->elems[i].err;
      if (NotYet(error) && patient) {
        index[kept] = index[i];
        waiting[kept++] = waiting[i];
      } else if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        starts[index[i]].status = ToStatus(error, "seek in " + waiting[i].where.topic);
      }
    }
    waiting.resize(kept);
    if (!waiting.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Fetcher::Resume(ControlWatch& watch, std::span<const TopicPartition> partitions) {
  std::vector<TopicPartition> paused;
  for (const TopicPartition& where : partitions) {
    if (running_.insert(where).second) paused.push_back(where);
  }
  if (paused.empty()) return;
  const ControlWatch::Calling call(watch, "resume");
  const PartitionListPtr list = ListOf(paused, RD_KAFKA_OFFSET_END);
  rd_kafka_resume_partitions(client_->get(), list.get());
  // Resuming does not wake a broker's thread, which may sleep for a second; any request does. This
  // one goes once to each leader. Its answer is of no interest.
  for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = RD_KAFKA_OFFSET_END;
  rd_kafka_offsets_for_times(client_->get(), list.get(), kWakeMs);
}

void Fetcher::Pause(ControlWatch& watch, std::span<const TopicPartition> partitions) {
  std::vector<TopicPartition> running;
  for (const TopicPartition& where : partitions) {
    if (running_.erase(where) != 0) running.push_back(where);
  }
  if (running.empty()) return;
  const ControlWatch::Calling call(watch, "pause");
  rd_kafka_pause_partitions(client_->get(), ListOf(running, 0).get());
}

void Fetcher::Close(ControlWatch& watch) {
  const ControlWatch::Calling call(watch, "close");
  rd_kafka_consumer_close(client_->get());
}

}  // namespace evenkeel::kafka
