#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/result.h"

namespace evenkeel {

/// Bytes that are read once, from front to back.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Fills the front of `buffer`. Returns how many bytes; 0 only at the end.
  virtual Result<std::size_t> Read(std::span<char> buffer) = 0;
};

/// Bytes in memory, which must outlive the source.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes) {}
  Result<std::size_t> Read(std::span<char> buffer) override;

 private:
  std::string_view rest_;
};

/// Opens the file at `path`. What gzip compressed is read as if it were not.
///
/// Errors: kNotFound; the source's Read() returns kDataLoss for damaged or truncated gzip.
Result<std::unique_ptr<ByteSource>> OpenFile(const std::string& path);

/// SHA-256 of all that `source` still gives: with a line number, the id of a row. A file and its
/// gzip form have the same.
Result<Sha256Digest> DigestOf(ByteSource& source);

}  // namespace evenkeel
