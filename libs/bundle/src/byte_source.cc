#include "evenkeel/bundle/byte_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <zlib.h>

namespace evenkeel {
namespace {

constexpr unsigned kBufferBytes = 256U * 1024;

class GzipFile final : public ByteSource {
 public:
  GzipFile(gzFile file, std::string path) : file_(file), path_(std::move(path)) {}
  ~GzipFile() override { gzclose_r(file_); }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  Result<std::size_t> Read(std::span<char> buffer) override {
    const auto wanted = static_cast<unsigned>(std::min<std::size_t>(buffer.size(), 1U << 30U));
    const int count = gzread(file_, buffer.data(), wanted);
    int code = Z_OK;
    const char* message = gzerror(file_, &code);
    // A file that ends inside of its last block reads as shorter, with only this to tell.
    if (count < 0 || code == Z_BUF_ERROR) {
      return DataLoss(path_ + " cannot be read on: " + message + "; is the file complete?");
    }
    return static_cast<std::size_t>(count);
  }

 private:
  gzFile file_;
  std::string path_;
};

}  // namespace

Result<std::size_t> MemorySource::Read(std::span<char> buffer) {
  const std::size_t count = std::min(buffer.size(), rest_.size());
  std::copy_n(rest_.begin(), count, buffer.begin());
  rest_.remove_prefix(count);
  return count;
}

Result<std::unique_ptr<ByteSource>> OpenFile(const std::string& path) {
  const gzFile file = gzopen(path.c_str(), "rbe");
  if (file == nullptr) {
    return NotFound("cannot open " + path + ": " +
                    std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
  }
  gzbuffer(file, kBufferBytes);
  return std::unique_ptr<ByteSource>(std::make_unique<GzipFile>(file, path));
}

Result<Sha256Digest> DigestOf(ByteSource& source) {
  Sha256Stream digest;
  std::vector<char> buffer(kBufferBytes);
  for (;;) {
    EVENKEEL_ASSIGN_OR_RETURN(const std::size_t count, source.Read(buffer));
    if (count == 0) return digest.Finish();
    digest.Update({buffer.data(), count});
  }
}

}  // namespace evenkeel
