#pragma once

#include <string>

#include "evenkeel/base/result.h"

namespace evenkeel {

/// Holds `<path>.lock` for as long as it lives, against other holders in this process and others.
class DirectoryLock {
 public:
  /// kUnavailable: somebody else holds it.
  static Result<DirectoryLock> Take(const std::string& path);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  int file_;
};

}  // namespace evenkeel
