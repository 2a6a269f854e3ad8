#include "store_meta.h"

#include "evenkeel/base/bytes.h"

namespace evenkeel {
namespace {

constexpr std::uint8_t kFormat = 1;

}  // namespace

std::string EncodeStoreMeta(const StoreMeta& meta) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.Byte(kFormat);
  writer.Bytes(meta.deployment);
  writer.Bytes(meta.cluster_id);
  writer.Bytes(meta.changelog_topic);
  writer.Signed(meta.row);
  writer.Bytes(meta.app_version);
  writer.Signed(meta.changelog_next);
  writer.Bytes(meta.commit_record);
  writer.Signed(meta.written_at.value);
  return bytes;
}

Result<StoreMeta> DecodeStoreMeta(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.Byte() != kFormat) return DataLoss("the store has a format this build does not know");
  StoreMeta meta;
  meta.deployment = reader.Bytes();
  meta.cluster_id = reader.Bytes();
  meta.changelog_topic = reader.Bytes();
  meta.row = static_cast<Partition>(reader.Signed());
  meta.app_version = reader.Bytes();
  meta.changelog_next = reader.Signed();
  meta.commit_record = reader.Bytes();
  meta.written_at.value = reader.Signed();
  if (!reader.done()) return DataLoss("what the store says about itself cannot be read");
  return meta;
}

}  // namespace evenkeel
