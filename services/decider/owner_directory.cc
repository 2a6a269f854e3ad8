#include "decider/owner_directory.h"

#include <utility>

namespace evenkeel {
namespace {

using Clock = std::chrono::steady_clock;

// However often it is told that it is wrong, it asks no more often than this.
constexpr std::chrono::milliseconds kBetweenQuestions{250};

constexpr char kAfterHost = '/';

}  // namespace

std::string Advertised(std::string_view host, std::string_view address) {
  return std::string(host) + kAfterHost + std::string(address);
}

std::optional<TaskOwner> ParseAdvertised(std::string_view instance, std::string_view advertised) {
  const std::size_t at = advertised.find(kAfterHost);
  if (at == std::string_view::npos || at == 0 || at + 1 == advertised.size()) return std::nullopt;
  return TaskOwner{std::string(instance), std::string(advertised.substr(0, at)),
                   std::string(advertised.substr(at + 1))};
}

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
    const auto owner = ParseAdvertised(member.instance_id, member.address);
    if (!owner) continue;
    for (const Partition row : member.rows) owners[row] = *owner;
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
