#include "common/port_file.h"

#include <filesystem>
#include <fstream>

namespace evenkeel {

PortFile::~PortFile() {
  std::error_code ignored;
  if (is_written_) std::filesystem::remove(path_, ignored);
}

Status PortFile::Write(std::uint16_t port) {
  std::ofstream(path_ + ".new") << port << "\n";
  std::error_code error;
  std::filesystem::rename(path_ + ".new", path_, error);
  is_written_ = !error;
  return error ? Unavailable(path_ + " cannot be written: " + error.message()) : Status();
}

Status MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Unavailable("directory " + path + " cannot be made: " + error.message());
  return {};
}

}  // namespace evenkeel
