#include "evenkeel/runtime/config_loader.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "yaml_config.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

namespace evenkeel {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kPrefix = "EVENKEEL__";

std::string KeyOfVariable(std::string_view name) {
  std::string key;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.substr(i, 2) == "__") {
      key.push_back('.');
      ++i;
    } else {
      key.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(name[i]))));
    }
  }
  return key;
}

std::vector<std::string> MergeFile(const std::string& file, Message& config) {
  YamlMerger merger(file);
  try {
    merger.Merge(YAML::LoadFile(file), config, "");
  } catch (const YAML::BadFile&) {
    return {file + ": cannot be read; check the path and the permissions"};
  } catch (const YAML::Exception& error) {
    return {file + ":" + std::to_string(error.mark.line + 1) + ":" +
            std::to_string(error.mark.column + 1) + ": not YAML: " + error.msg};
  }
  return merger.errors();
}

std::vector<std::string> MergeText(const std::string& source, std::string_view key,
                                   const std::string& value, Message& config) {
  YamlMerger merger(source);
  try {
    merger.Set(key, value, config);
  } catch (const YAML::Exception& error) {
    return {source + ": " + std::string(key) + ": not YAML: " + error.msg};
  }
  return merger.errors();
}

void Print(const Message& message, YAML::Emitter& out);

void PrintScalar(const Message& message, const FieldDescriptor& field, int index,
                 YAML::Emitter& out) {
  const auto& r = *message.GetReflection();
  const bool repeated = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      out << YAML::DoubleQuoted
          << (repeated ? r.GetRepeatedString(message, &field, index)
                       : r.GetString(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      out << (repeated ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value =
          repeated ? r.GetRepeatedEnum(message, &field, index) : r.GetEnum(message, &field);
      out << EnumSymbol(*value);
      return;
    }
    case FieldDescriptor::CPPTYPE_INT32:
      out << (repeated ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      out << (repeated ? r.GetRepeatedUInt32(message, &field, index)
                       : r.GetUInt32(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      out << (repeated ? r.GetRepeatedInt64(message, &field, index) : r.GetInt64(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      out << (repeated ? r.GetRepeatedUInt64(message, &field, index)
                       : r.GetUInt64(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      out << (repeated ? r.GetRepeatedDouble(message, &field, index)
                       : r.GetDouble(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_FLOAT:
      out << (repeated ? r.GetRepeatedFloat(message, &field, index) : r.GetFloat(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      Print(repeated ? r.GetRepeatedMessage(message, &field, index) : r.GetMessage(message, &field),
            out);
      return;
  }
}

void PrintMap(const Message& message, const FieldDescriptor& field, YAML::Emitter& out) {
  const auto& r = *message.GetReflection();
  std::map<std::string, std::string> entries;  // In order, whatever the hash map says.
  for (int i = 0; i < r.FieldSize(message, &field); ++i) {
    const Message& entry = r.GetRepeatedMessage(message, &field, i);
    const auto& er = *entry.GetReflection();
    entries[er.GetString(entry, field.message_type()->map_key())] =
        er.GetString(entry, field.message_type()->map_value());
  }
  out << YAML::BeginMap;
  for (const auto& [key, value] : entries) {
    out << YAML::Key << key << YAML::Value << YAML::DoubleQuoted
        << (IsSecretKey(key) ? "[hidden]" : value);
  }
  out << YAML::EndMap;
}

void PrintField(const Message& message, const FieldDescriptor& field, YAML::Emitter& out) {
  const auto& r = *message.GetReflection();
  out << YAML::Key << field.name() << YAML::Value;
  if (field.is_map()) return PrintMap(message, field, out);
  if (IsSecretKey(field.name()) && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    out << YAML::DoubleQuoted << "[hidden]";
    return;
  }
  if (!field.is_repeated()) return PrintScalar(message, field, -1, out);
  out << YAML::BeginSeq;
  for (int i = 0; i < r.FieldSize(message, &field); ++i) PrintScalar(message, field, i, out);
  out << YAML::EndSeq;
}

void Print(const Message& message, YAML::Emitter& out) {
  const auto& descriptor = *message.GetDescriptor();
  const auto& r = *message.GetReflection();
  out << YAML::BeginMap;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    const bool unset = field.is_repeated() ? r.FieldSize(message, &field) == 0
                                           : field.has_presence() && !r.HasField(message, &field);
    if (!unset) PrintField(message, field, out);
  }
  out << YAML::EndMap;
}

}  // namespace

Status LoadConfig(const ConfigSources& sources, Message& config) {
  std::vector<std::string> errors;
  const auto take = [&errors](std::vector<std::string> more) {
    errors.insert(errors.end(), more.begin(), more.end());
  };
  if (!sources.file.empty()) take(MergeFile(sources.file, config));
  for (const auto& [name, value] : sources.environment) {
    take(MergeText(std::string(kPrefix) + name, KeyOfVariable(name), value, config));
  }
  for (const std::string& set : sources.sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos) {
      errors.push_back("--set " + set + ": expected key=value");
      continue;
    }
    take(MergeText("--set", set.substr(0, equals), set.substr(equals + 1), config));
  }
  if (errors.empty()) return {};
  std::string text;
  for (const std::string& error : errors) text += (text.empty() ? "" : "\n") + error;
  return InvalidArgument(std::move(text));
}

std::map<std::string, std::string> ReadConfigEnvironment(char** environ) {
  std::map<std::string, std::string> found;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (text.rfind(kPrefix, 0) != 0 || equals == std::string_view::npos) continue;
    found[std::string(text.substr(kPrefix.size(), equals - kPrefix.size()))] =
        std::string(text.substr(equals + 1));
  }
  return found;
}

std::string PrintConfig(const Message& config) {
  YAML::Emitter out;
  Print(config, out);
  return std::string(out.c_str()) + "\n";
}

bool IsSecretKey(std::string_view key) {
  // A file that holds a secret is no secret.
  if (key.ends_with("_file") || key.ends_with(".location")) return false;
  static constexpr std::array<std::string_view, 7> kMarks = {
      "password", "secret", "token", "private_key", "key.pem", "sasl.jaas", "sasl.oauthbearer"};
  return std::any_of(kMarks.begin(), kMarks.end(), [key](std::string_view mark) {
    return key.find(mark) != std::string_view::npos;
  });
}

}  // namespace evenkeel
