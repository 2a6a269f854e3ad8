#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace evenkeel::testing {

/// This program again, in a process of its own, with its standard output in our hands.
class ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// The next line it printed; nothing once it is gone and all is read.
  std::optional<std::string> ReadLine();

  /// kill -9, and waits until it is gone. What it printed before can still be read.
  void Kill();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffer_;
};

}  // namespace evenkeel::testing
