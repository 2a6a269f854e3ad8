#include "files.h"

#include <cstdint>
#include <filesystem>
#include <fstream>

namespace evenkeel::internal {

Result<std::string> ReadWholeFile(const std::string& path, std::size_t bytes_max) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return NotFound(path + " is not a file" + (error ? ": " + error.message() : ""));
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return NotFound("cannot read " + path + ": " + error.message());
  if (size > bytes_max) {
    return InvalidArgument(path + " is larger than " + std::to_string(bytes_max) + " bytes");
  }
  std::string content(static_cast<std::size_t>(size), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (static_cast<std::uintmax_t>(file.gcount()) != size) return NotFound("cannot read " + path);
  return content;
}

}  // namespace evenkeel::internal
