// Any bytes as a CSV file: it ends, its lines rise, and pieces of any size read the same.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "evenkeel/bundle/rows.h"

namespace {

class PiecewiseSource final : public evenkeel::ByteSource {
 public:
  PiecewiseSource(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
  evenkeel::Result<std::size_t> Read(std::span<char> buffer) override {
    const std::size_t count = std::min({buffer.size(), piece_, rest_.size()});
    std::copy_n(rest_.data(), count, buffer.data());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

std::vector<std::string> Read(std::string_view bytes, std::size_t piece) {
  PiecewiseSource source(bytes, piece);
  const auto reader =
      evenkeel::ReadCsv(source, "f", {.delimiter = ',', .columns = {"a", "b"}}, {"b"});
  std::vector<std::string> rows;
  std::int64_t line = 0;
  for (;;) {
    const evenkeel::Result<bool> more = reader->Next();
    if (!more.ok()) {
      rows.push_back(more.status().message());
      return rows;
    }
    if (!*more) return rows;
    if (reader->line() <= line) std::abort();
    line = reader->line();
    rows.push_back(reader->error() + "|" + std::string(reader->values()[0].text) + "|" +
                   std::string(reader->raw()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (Read(bytes, 1U << 20U) != Read(bytes, 1 + size % 7)) std::abort();
  return 0;
}
