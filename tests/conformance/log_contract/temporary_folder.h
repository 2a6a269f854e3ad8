#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include <stdlib.h>

#include "evenkeel/base/check.h"

namespace evenkeel::testing {

/// A folder of its own under the system's temporary folder, deleted with all it holds.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "evenkeel-XXXXXX").string();
    EVENKEEL_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace evenkeel::testing
