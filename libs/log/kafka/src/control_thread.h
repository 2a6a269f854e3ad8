#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace evenkeel::kafka {

/// What the control thread does at the moment, seen by the watchdog; and whether it should end.
class ControlWatch {
 public:
  /// Marks one blocking call of librdkafka. `name` lives for ever (a literal).
  class Calling {
   public:
    Calling(ControlWatch& watch, const char* name);
    Calling(const Calling&) = delete;
    Calling& operator=(const Calling&) = delete;
    ~Calling();

   private:
    ControlWatch& watch_;
  };

  struct Running {
    const char* name = nullptr;
    std::chrono::milliseconds since{0};
  };
  /// The call under way, if any.
  std::optional<Running> running() const;

  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  void Stop() { stopping_.store(true, std::memory_order_release); }

 private:
  std::atomic<const char*> name_{nullptr};
  std::atomic<std::int64_t> started_ns_{0};
  std::atomic<bool> stopping_{false};
};

/// One thread that makes a session's blocking calls, in order.
///
/// Tasks own (by shared_ptr) all they touch, because a thread that hangs in librdkafka is left
/// behind when the session goes.
///
/// Thread-safety: Post() and the rest on the worker's thread; tasks run on the control thread.
class ControlThread {
 public:
  /// True when done; false to be run again after a short pause.
  using Task = std::function<bool(ControlWatch&)>;

  ControlThread();
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;
  /// REQUIRES: Leave() was called.
  ~ControlThread();

  /// In order. A task that must be repeated keeps its place.
  void Post(Task task);

  /// When nothing posted waits. A task that must be repeated goes to the end, so that a question
  /// that has no answer yet holds up neither the others nor a commit.
  void PostBackground(Task task);

  const ControlWatch& watch() const;

  struct State;

  /// A thread that was told to end, by itself. Any thread.
  class Ending {
   public:
    explicit Ending(std::shared_ptr<State> state) : state_(std::move(state)) {}
    bool is_over() const;
    /// False if it took longer: the thread is left behind.
    bool Await(std::chrono::milliseconds max) const;
    std::optional<ControlWatch::Running> running() const;

   private:
    std::shared_ptr<State> state_;
  };

  /// Drops what waits; the thread runs `last` and ends. Does not wait for it.
  Ending Leave(std::function<void()> last);

 private:
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace evenkeel::kafka
