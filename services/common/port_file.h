#pragma once

#include <cstdint>
#include <string>

#include "evenkeel/base/status.h"

namespace evenkeel {

/// A file that tells other programs of the machine a port, for as long as the process lives.
class PortFile {
 public:
  explicit PortFile(std::string path) : path_(std::move(path)) {}
  ~PortFile();
  PortFile(const PortFile&) = delete;
  PortFile& operator=(const PortFile&) = delete;

  /// Whole or not at all. Errors: kUnavailable.
  Status Write(std::uint16_t port);

 private:
  const std::string path_;
  bool is_written_ = false;
};

/// Makes a directory with its parents, if it is not there. Errors: kUnavailable.
Status MakeDirectory(const std::string& path);

}  // namespace evenkeel
