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
    // In memory where there is such a place: what a test loses, it loses on purpose.
    std::error_code ignored;
    const std::filesystem::path memory = "/dev/shm";
    const bool has_memory = std::filesystem::is_directory(memory, ignored);
    std::string name =
        ((has_memory ? memory : std::filesystem::temp_directory_path()) / "evenkeel-XXXXXX")
            .string();
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
