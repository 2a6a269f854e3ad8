// Runs a fuzz target on every file of a folder, and on cuts and flipped bytes of each: what was
// once found stays found.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kCutsMax = 40;  // Of one file.

void Run(std::string_view input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

void RunWithDamage(const std::string& input) {
  Run(input);
  const std::size_t step = std::max<std::size_t>(1, input.size() / kCutsMax);
  for (std::size_t size = 1; size < input.size(); size += step) {
    Run(std::string_view(input).substr(0, size));
    std::string flipped = input;
    flipped[size] = static_cast<char>(flipped[size] ^ 0x81);
    Run(flipped);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::printf("%s\n", entry.path().c_str());
    std::fflush(stdout);  // The last name shows what an abort was about.
    RunWithDamage({std::istreambuf_iterator<char>(file), {}});
    ++count;
  }
  std::printf("%d files\n", count);
  return count > 0 ? 0 : 1;
}
