#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "evenkeel/base/check.h"

namespace evenkeel::testing {

/// A directory that goes away with it.
class TempDirectory {
 public:
  TempDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "evenkeel-XXXXXX").string();
    EVENKEEL_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace evenkeel::testing
