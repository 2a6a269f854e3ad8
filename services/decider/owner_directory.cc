#include "decider/owner_directory.h"

#include <utility>

namespace evenkeel {
namespace {

using Clock = std::chrono::steady_clock;

// However often it is told that it is wrong, it asks no more often than this.
constexpr std::chrono::milliseconds kBetweenQuestions{250};

}  // namespace

OwnerDirectory::OwnerDirectory(LogCluster& cluster, Options options)
    : cluster_(cluster),
      options_(std::move(options)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

OwnerDirectory::~OwnerDirectory() { Stop(); }

void OwnerDirectory::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void OwnerDirectory::Find(Answer answer) {
  std::shared_ptr<const Owners> known;
  {
    const std::lock_guard lock(mutex_);
    if (Clock::now() >= fresh_until_) {
      waiting_.push_back(std::move(answer));
      asked_.notify_one();
      return;
    }
    known = owners_;
  }
  answer(*known);
}

void OwnerDirectory::Doubt() {
  const std::lock_guard lock(mutex_);
  if (Clock::now() - asked_at_ >= kBetweenQuestions) fresh_until_ = {};
}

OwnerDirectory::Owners OwnerDirectory::Ask() {
  Owners owners;
  const auto members = cluster_.DescribeGroup(options_.group, options_.timeout);
  if (!members.ok()) return owners;
  for (const GroupMember& member : *members) {
    for (const Partition row : member.rows) {
      if (!member.address.empty()) owners[row] = member.address;
    }
  }
  return owners;
}

void OwnerDirectory::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (asked_.wait(lock, stop, [this] { return !waiting_.empty(); }) && !stop.stop_requested()) {
    lock.unlock();
    const auto owners = std::make_shared<const Owners>(Ask());
    lock.lock();
    owners_ = owners;
    asked_at_ = Clock::now();
    fresh_until_ = asked_at_ + (owners->empty() ? kBetweenQuestions : options_.keep);
    const std::vector<Answer> ready = std::exchange(waiting_, {});
    lock.unlock();
    for (const Answer& answer : ready) answer(*owners);
    lock.lock();
  }
}

}  // namespace evenkeel
