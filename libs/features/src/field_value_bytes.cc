#include "evenkeel/features/field_value_bytes.h"

#include <algorithm>
#include <bit>
#include <string>

namespace evenkeel {
namespace {

struct Writer {
  ByteWriter& writer;

  void operator()(bool value) const { writer.Byte(value ? 1 : 0); }
  void operator()(std::int64_t value) const { writer.Signed(value); }
  void operator()(double value) const { writer.Varint(std::bit_cast<std::uint64_t>(value)); }
  void operator()(const std::string& value) const { writer.Bytes(value); }
  void operator()(const Money& value) const {
    writer.Signed(value.units);
    writer.Byte(value.scale);
    writer.Bytes(value.currency.view());
  }
  void operator()(TimeMs value) const { writer.Signed(value.value); }
};

Money ReadMoney(ByteReader& reader) {
  Money money;
  money.units = reader.Signed();
  money.scale = reader.Byte();
  const std::string_view currency = reader.Bytes();
  if (currency.size() == 3)
    std::copy(currency.begin(), currency.end(), money.currency.code.begin());
  return money;
}

}  // namespace

void WriteFieldValue(ByteWriter& writer, const FieldValue& value) {
  writer.Byte(static_cast<std::uint8_t>(value.index()));
  std::visit(Writer{writer}, value);
}

FieldValue ReadFieldValue(ByteReader& reader) {
  switch (reader.Byte()) {
    case 0:
      return reader.Byte() != 0;
    case 1:
      return reader.Signed();
    case 2:
      return std::bit_cast<double>(reader.Varint());
    case 3:
      return std::string(reader.Bytes());
    case 4:
      return ReadMoney(reader);
    default:
      return TimeMs{reader.Signed()};
  }
}

}  // namespace evenkeel
