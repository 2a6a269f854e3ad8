#include "strict.h"

#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

namespace evenkeel::internal {
namespace {

namespace pb = google::protobuf;

constexpr int kDepthMax = 32;

bool HasUnknown(const pb::Message& message);

bool IsUnknownEnum(const pb::Message& message, const pb::FieldDescriptor& field) {
  const pb::Reflection& reflection = *message.GetReflection();
  const auto is_unknown = [&field](int number) {
    return field.enum_type()->FindValueByNumber(number) == nullptr;
  };
  if (!field.is_repeated()) return is_unknown(reflection.GetEnumValue(message, &field));
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (is_unknown(reflection.GetRepeatedEnumValue(message, &field, i))) return true;
  }
  return false;
}

bool HasUnknownInside(const pb::Message& message, const pb::FieldDescriptor& field) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) return HasUnknown(reflection.GetMessage(message, &field));
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (HasUnknown(reflection.GetRepeatedMessage(message, &field, i))) return true;
  }
  return false;
}

bool HasUnknown(const pb::Message& message) {  // NOLINT(misc-no-recursion): 32 deep at most
  if (message.GetReflection()->GetUnknownFields(message).field_count() > 0) return true;
  std::vector<const pb::FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const pb::FieldDescriptor* field : fields) {
    if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM && IsUnknownEnum(message, *field)) {
      return true;
    }
    if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE &&
        HasUnknownInside(message, *field)) {
      return true;
    }
  }
  return false;
}

Status Later(std::string_view what) {
  return FailedPrecondition(std::string(what) +
                            " was written by a later version: run that version, or a later one");
}

}  // namespace

Status ParseStrict(std::string_view what, std::string_view bytes, pb::Message& message) {
  pb::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              static_cast<int>(bytes.size()));
  in.SetRecursionLimit(kDepthMax);
  if (!message.ParseFromCodedStream(&in) || !in.ConsumedEntireMessage()) {
    return DataLoss("these bytes are not " + std::string(what));
  }
  if (HasUnknown(message)) return Later(what);
  return {};
}

Status CheckFormat(std::string_view what, std::uint32_t format) {
  if (format == 1) return {};
  return format == 0 ? Damaged(what, "format") : Later(what);
}

Status Damaged(std::string_view what, std::string_view field) {
  return DataLoss(std::string(what) + " has a damaged " + std::string(field));
}

}  // namespace evenkeel::internal
