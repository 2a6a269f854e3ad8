#include "filler.h"

#include <algorithm>
#include <string>

namespace evenkeel {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

constexpr int kListSize = 2;

std::string TextOf(const FieldDescriptor& field, int index) {
  return field.name() + " \"" + std::to_string(index) + "\" \xC3\xBC\xE2\x82\xAC <&>\n";
}

std::string BytesOf(const FieldDescriptor& field, int index) {
  return std::string("\x00\xff\xfe?>", 5) + static_cast<char>(field.number()) +
         static_cast<char>(index);
}

/// Calls `set(value)` with a value of the field's type; messages are the caller's.
template <typename Set>
void WithValue(const FieldDescriptor& field, int index, const Set& set) {
  const int number = field.number() + index;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return set(std::int32_t{-2'147'483'600} + number);
    case FieldDescriptor::CPPTYPE_INT64:
      return set(std::int64_t{9'007'199'254'740'993} + number);
    case FieldDescriptor::CPPTYPE_UINT32:
      return set(std::uint32_t{4'294'967'200U} + static_cast<std::uint32_t>(number));
    case FieldDescriptor::CPPTYPE_UINT64:
      return set(std::uint64_t{18'446'744'073'709'551'500U} + static_cast<std::uint64_t>(number));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return set(0.1 + number);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return set(0.5F + static_cast<float>(number));
    case FieldDescriptor::CPPTYPE_BOOL:
      return set(true);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* type = field.enum_type();
      return set(type->value(type->value_count() - 1));
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return set(field.type() == FieldDescriptor::TYPE_BYTES ? BytesOf(field, index)
                                                             : TextOf(field, index));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return;
  }
}

/// Reflection has a name for each type; this picks it by the value's.
struct Setter {
  Message& message;
  const Reflection& reflection;
  const FieldDescriptor& field;
  bool is_added;

  void operator()(std::int32_t value) const {
    is_added ? reflection.AddInt32(&message, &field, value)
             : reflection.SetInt32(&message, &field, value);
  }
  void operator()(std::int64_t value) const {
    is_added ? reflection.AddInt64(&message, &field, value)
             : reflection.SetInt64(&message, &field, value);
  }
  void operator()(std::uint32_t value) const {
    is_added ? reflection.AddUInt32(&message, &field, value)
             : reflection.SetUInt32(&message, &field, value);
  }
  void operator()(std::uint64_t value) const {
    is_added ? reflection.AddUInt64(&message, &field, value)
             : reflection.SetUInt64(&message, &field, value);
  }
  void operator()(double value) const {
    is_added ? reflection.AddDouble(&message, &field, value)
             : reflection.SetDouble(&message, &field, value);
  }
  void operator()(float value) const {
    is_added ? reflection.AddFloat(&message, &field, value)
             : reflection.SetFloat(&message, &field, value);
  }
  void operator()(bool value) const {
    is_added ? reflection.AddBool(&message, &field, value)
             : reflection.SetBool(&message, &field, value);
  }
  void operator()(const EnumValueDescriptor* value) const {
    is_added ? reflection.AddEnum(&message, &field, value)
             : reflection.SetEnum(&message, &field, value);
  }
  void operator()(const std::string& value) const {
    is_added ? reflection.AddString(&message, &field, value)
             : reflection.SetString(&message, &field, value);
  }
};

void FillField(Message& message, const FieldDescriptor& field, int depth) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (is_message && depth == 0) return;
  // A map's keys differ by their index.
  for (int i = 0; i < (field.is_repeated() ? kListSize : 1); ++i) {
    if (is_message) {
      Fill(*(field.is_repeated() ? reflection.AddMessage(&message, &field)
                                 : reflection.MutableMessage(&message, &field)),
           depth - 1);
    } else {
      WithValue(field, i, Setter{message, reflection, field, field.is_repeated()});
    }
  }
}

}  // namespace

void Fill(Message& message, int depth) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const OneofDescriptor* oneof = field.real_containing_oneof();
    const bool is_chosen = oneof == nullptr || oneof->field(oneof->field_count() - 1) == &field;
    const bool is_map = field.is_map();  // Its two entries would have one key.
    if (is_chosen && !is_map) FillField(message, field, depth);
  }
}

}  // namespace evenkeel
