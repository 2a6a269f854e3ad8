#include "control_thread.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRepeatAfter{20};

std::int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

}  // namespace

ControlWatch::Calling::Calling(ControlWatch& watch, const char* name) : watch_(watch) {
  watch_.started_ns_.store(NowNs(), std::memory_order_relaxed);
  watch_.name_.store(name, std::memory_order_release);
}

ControlWatch::Calling::~Calling() { watch_.name_.store(nullptr, std::memory_order_release); }

std::optional<ControlWatch::Running> ControlWatch::running() const {
  const char* name = name_.load(std::memory_order_acquire);
  if (name == nullptr) return std::nullopt;
  const std::int64_t ns = NowNs() - started_ns_.load(std::memory_order_relaxed);
  return Running{name, std::chrono::milliseconds(ns / 1'000'000)};
}

struct ControlThread::State {
  /// Runs the queues until stopped.
  void Run();

  ControlWatch watch;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> posted;
  std::deque<Task> background;
  std::function<void()> last;
  bool stopped = false;
  bool ended = false;

 private:
  void RunOne(std::unique_lock<std::mutex>& lock, bool urgent);
  void End(std::unique_lock<std::mutex>& lock);

  // After a task asked to be repeated its queue rests until then; the other goes on.
  Clock::time_point posted_rest_{};
  Clock::time_point background_rest_{};
};

void ControlThread::State::Run() {
  std::unique_lock lock(mutex);
  while (!stopped) {
    const auto now = Clock::now();
    if (!posted.empty() && posted_rest_ <= now) {
      RunOne(lock, true);
    } else if (!background.empty() && background_rest_ <= now) {
      RunOne(lock, false);
    } else if (posted.empty() && background.empty()) {
      changed.wait(lock);
    } else {
      changed.wait_for(lock, kRepeatAfter / 4);
    }
  }
  End(lock);
}

void ControlThread::State::RunOne(std::unique_lock<std::mutex>& lock, bool urgent) {
  std::deque<Task>& queue = urgent ? posted : background;
  Task task = std::move(queue.front());
  queue.pop_front();
  lock.unlock();
  const bool done = task(watch);
  if (done) task = nullptr;
  lock.lock();
  if (done) return;
  (urgent ? posted_rest_ : background_rest_) = Clock::now() + kRepeatAfter;
  if (urgent) {
    queue.push_front(std::move(task));
  } else {
    queue.push_back(std::move(task));
  }
}

void ControlThread::State::End(std::unique_lock<std::mutex>& lock) {
  std::deque<Task> dropped;
  dropped.swap(posted);
  std::deque<Task> dropped_background;
  dropped_background.swap(background);
  std::function<void()> final_task;
  final_task.swap(last);
  lock.unlock();
  dropped.clear();
  dropped_background.clear();
  final_task();
  final_task = nullptr;
  lock.lock();
  ended = true;
  changed.notify_all();
}

ControlThread::ControlThread()
    : state_(std::make_shared<State>()), thread_([state = state_] { state->Run(); }) {}

ControlThread::~ControlThread() { EVENKEEL_CHECK(!thread_.joinable()); }

void ControlThread::Post(Task task) {
  const std::lock_guard lock(state_->mutex);
  state_->posted.push_back(std::move(task));
  state_->changed.notify_all();
}

void ControlThread::PostBackground(Task task) {
  const std::lock_guard lock(state_->mutex);
  state_->background.push_back(std::move(task));
  state_->changed.notify_all();
}

const ControlWatch& ControlThread::watch() const { return state_->watch; }

ControlThread::Ending ControlThread::Leave(std::function<void()> last) {
  state_->watch.Stop();
  {
    const std::lock_guard lock(state_->mutex);
    state_->last = std::move(last);
    state_->stopped = true;
    state_->changed.notify_all();
  }
  thread_.detach();
  return Ending(state_);
}

bool ControlThread::Ending::is_over() const { return Await(std::chrono::milliseconds(0)); }

bool ControlThread::Ending::Await(std::chrono::milliseconds max) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, max, [this] { return state_->ended; });
}

std::optional<ControlWatch::Running> ControlThread::Ending::running() const {
  return state_->watch.running();
}

}  // namespace evenkeel::kafka
