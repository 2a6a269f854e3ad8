#include "yaml_config.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <numeric>

#include "unit_value.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

namespace evenkeel {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row.back();
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string Join(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

bool HasSuffix(const std::string& name, std::string_view suffix) {
  return name.size() > suffix.size() &&
         name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
}

std::string Nearest(const Descriptor& type, const std::string& key) {
  std::string best;
  std::size_t least = std::max<std::size_t>(3, key.size() / 2);
  for (int i = 0; i < type.field_count(); ++i) {
    const std::size_t distance = EditDistance(key, type.field(i)->name());
    if (distance < least) {
      least = distance;
      best = type.field(i)->name();
    }
  }
  return best;
}

std::string AllKeys(const Descriptor& type) {
  std::string keys;
  for (int i = 0; i < type.field_count(); ++i) {
    keys += (i == 0 ? "" : ", ") + type.field(i)->name();
  }
  return keys;
}

}  // namespace

std::string EnumSymbol(const EnumValueDescriptor& value) {
  // The prefix is what the zero value has before UNSPECIFIED (buf's rule).
  const std::string zero = value.type()->value(0)->name();
  const std::size_t prefix = zero.size() - std::min(zero.size(), std::string("UNSPECIFIED").size());
  return Lower(value.name().substr(std::min(prefix, value.name().size())));
}

struct YamlMerger::Target {
  Message& message;
  const FieldDescriptor& field;
  std::string path;

  /// Sets the field, or adds to it if it is repeated.
  template <typename Set, typename Add>
  void Put(Set set, Add add) const {
    if (field.is_repeated()) {
      add(*message.GetReflection());
    } else {
      set(*message.GetReflection());
    }
  }
};

void YamlMerger::Fail(const YAML::Node& node, const std::string& path, const std::string& what) {
  std::string place = source_;
  if (node.IsDefined() && node.Mark().line >= 0) {
    place +=
        ":" + std::to_string(node.Mark().line + 1) + ":" + std::to_string(node.Mark().column + 1);
  }
  errors_.push_back(place + ": " + path + ": " + what);
}

void YamlMerger::Merge(const YAML::Node& node, Message& message, const std::string& path) {
  if (node.IsNull()) return;
  if (!node.IsMap()) return Fail(node, path.empty() ? "(root)" : path, "expected keys and values");
  const Descriptor& type = *message.GetDescriptor();
  std::map<const google::protobuf::OneofDescriptor*, std::string> chosen;
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    const FieldDescriptor* field = type.FindFieldByName(key);
    if (field == nullptr) {
      const std::string nearest = Nearest(type, key);
      Fail(entry.first, Join(path, key),
           nearest.empty() ? "unknown key; known here: " + AllKeys(type)
                           : "unknown key; did you mean \"" + nearest + "\"?");
      continue;
    }
    MergeField(entry.second, {message, *field, Join(path, key)});
    const auto* oneof = field->real_containing_oneof();
    if (oneof == nullptr) continue;
    const auto [other, first] = chosen.emplace(oneof, key);
    if (!first) {
      Fail(entry.first, Join(path, key),
           "only one of \"" + other->second + "\" and \"" + key +
               "\" may be set; remove one of them");
    }
  }
}

void YamlMerger::MergeField(const YAML::Node& node, const Target& target) {
  const auto& reflection = *target.message.GetReflection();
  if (target.field.is_map()) return MergeMap(node, target);
  if (target.field.is_repeated()) {
    if (!node.IsSequence()) return Fail(node, target.path, "expected a list");
    reflection.ClearField(&target.message, &target.field);
    for (std::size_t i = 0; i < node.size(); ++i) {
      const Target item{target.message, target.field, target.path + "[" + std::to_string(i) + "]"};
      if (target.field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Merge(node[i], *reflection.AddMessage(&target.message, &target.field), item.path);
      } else {
        MergeScalar(node[i], item);
      }
    }
    return;
  }
  if (target.field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return Merge(node, *reflection.MutableMessage(&target.message, &target.field), target.path);
  }
  MergeScalar(node, target);
}

// Maps are from string to string only (properties passed through); keys add to those there.
void YamlMerger::MergeMap(const YAML::Node& node, const Target& target) {
  if (!node.IsMap()) return Fail(node, target.path, "expected keys and values");
  const auto& reflection = *target.message.GetReflection();
  const FieldDescriptor* key_field = target.field.message_type()->map_key();
  const FieldDescriptor* value_field = target.field.message_type()->map_value();
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    if (!entry.second.IsScalar()) {
      Fail(entry.second, Join(target.path, key), "expected a single value");
      continue;
    }
    Message* slot = nullptr;
    const int size = reflection.FieldSize(target.message, &target.field);
    for (int i = 0; i < size && slot == nullptr; ++i) {
      Message* there = reflection.MutableRepeatedMessage(&target.message, &target.field, i);
      if (there->GetReflection()->GetString(*there, key_field) == key) slot = there;
    }
    if (slot == nullptr) {
      slot = reflection.AddMessage(&target.message, &target.field);
      slot->GetReflection()->SetString(slot, key_field, key);
    }
    slot->GetReflection()->SetString(slot, value_field, entry.second.as<std::string>());
  }
}

void YamlMerger::MergeScalar(const YAML::Node& node, const Target& target) {
  if (!node.IsScalar()) return Fail(node, target.path, "expected a single value");
  const auto text = node.as<std::string>();
  Message* message = &target.message;
  const FieldDescriptor* field = &target.field;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return target.Put([&](const auto& r) { r.SetString(message, field, text); },
                        [&](const auto& r) { r.AddString(message, field, text); });
    case FieldDescriptor::CPPTYPE_BOOL: {
      if (text != "true" && text != "false") {
        return Fail(node, target.path, "\"" + text + "\" is not true or false");
      }
      const bool value = text == "true";
      return target.Put([&](const auto& r) { r.SetBool(message, field, value); },
                        [&](const auto& r) { r.AddBool(message, field, value); });
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(node, text, target);
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      double value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc() || end != text.data() + text.size()) {
        return Fail(node, target.path, "\"" + text + "\" is not a number");
      }
      return target.Put([&](const auto& r) { r.SetDouble(message, field, value); },
                        [&](const auto& r) { r.AddDouble(message, field, value); });
    }
    default:
      return SetInteger(node, text, target);
  }
}

void YamlMerger::SetInteger(const YAML::Node& node, const std::string& text, const Target& target) {
  std::int64_t value = 0;
  const std::string& name = target.field.name();
  if (HasSuffix(name, "_ms") || HasSuffix(name, "_bytes")) {
    const Result<std::int64_t> parsed =
        HasSuffix(name, "_ms") ? ParseDurationMs(text) : ParseByteSize(text);
    if (!parsed.ok()) return Fail(node, target.path, parsed.status().message());
    value = *parsed;
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      return Fail(node, target.path, "\"" + text + "\" is not a whole number");
    }
  }
  Message* message = &target.message;
  const FieldDescriptor* field = &target.field;
  const auto put = [&]<typename T>(auto set, auto add, T) {
    if (!std::in_range<T>(value)) {
      return Fail(node, target.path, "\"" + text + "\" is out of range");
    }
    const auto& reflection = *message->GetReflection();
    (reflection.*(field->is_repeated() ? add : set))(message, field, static_cast<T>(value));
  };
  using R = google::protobuf::Reflection;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&R::SetInt32, &R::AddInt32, std::int32_t{});
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&R::SetUInt32, &R::AddUInt32, std::uint32_t{});
    case FieldDescriptor::CPPTYPE_INT64:
      return put(&R::SetInt64, &R::AddInt64, std::int64_t{});
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&R::SetUInt64, &R::AddUInt64, std::uint64_t{});
    default:
      Fail(node, target.path, "is of a kind that configurations do not have");
  }
}

void YamlMerger::SetEnum(const YAML::Node& node, const std::string& text, const Target& target) {
  const EnumDescriptor& type = *target.field.enum_type();
  std::string known;
  for (int i = 1; i < type.value_count(); ++i) {
    const std::string symbol = EnumSymbol(*type.value(i));
    known += (known.empty() ? "" : ", ") + symbol;
    if (symbol != text) continue;
    Message* message = &target.message;
    const FieldDescriptor* field = &target.field;
    const EnumValueDescriptor* value = type.value(i);
    return target.Put([&](const auto& r) { r.SetEnum(message, field, value); },
                      [&](const auto& r) { r.AddEnum(message, field, value); });
  }
  Fail(node, target.path, "\"" + text + "\" is not one of " + known);
}

void YamlMerger::Set(std::string_view key, const std::string& value, Message& message) {
  Message* at = &message;
  std::size_t begin = 0;
  const YAML::Node node(value);
  while (true) {
    const std::size_t dot = key.find('.', begin);
    const std::string part(key.substr(begin, dot == std::string_view::npos ? dot : dot - begin));
    const FieldDescriptor* field = at->GetDescriptor()->FindFieldByName(part);
    if (field == nullptr) {
      return Fail(YAML::Node(YAML::NodeType::Undefined), std::string(key),
                  "unknown key; known there: " + AllKeys(*at->GetDescriptor()));
    }
    if (field->is_map() && dot != std::string_view::npos) {
      YAML::Node map;  // The rest is one key, dots and all: librdkafka's are such.
      map[std::string(key.substr(dot + 1))] = value;
      return MergeField(map, {*at, *field, std::string(key.substr(0, dot))});
    }
    if (dot == std::string_view::npos) {
      const bool scalar =
          !field->is_repeated() && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
      return MergeField(scalar ? node : YAML::Load(value), {*at, *field, std::string(key)});
    }
    if (field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return Fail(YAML::Node(YAML::NodeType::Undefined), std::string(key),
                  "\"" + part + "\" holds no further keys");
    }
    at = at->GetReflection()->MutableMessage(at, field);
    begin = dot + 1;
  }
}

}  // namespace evenkeel
