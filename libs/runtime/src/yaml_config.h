#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class EnumValueDescriptor;
class Message;
}  // namespace google::protobuf
namespace YAML {
class Node;
}  // namespace YAML

namespace evenkeel {

/// An enum value as it is written in a file: LOG_KIND_KAFKA of LogKind is "kafka".
std::string EnumSymbol(const google::protobuf::EnumValueDescriptor& value);

/// Merges YAML nodes into a message by its descriptor and collects what is wrong on the way.
class YamlMerger {
 public:
  /// `source` names the file (or flag, or variable) in messages.
  explicit YamlMerger(std::string source) : source_(std::move(source)) {}

  /// `path` is the dotted key of `message` within the configuration; empty at the root.
  void Merge(const YAML::Node& node, google::protobuf::Message& message, const std::string& path);

  /// Sets one dotted key from text, as from the environment or a flag.
  void Set(std::string_view key, const std::string& value, google::protobuf::Message& message);

  const std::vector<std::string>& errors() const { return errors_; }

 private:
  struct Target;

  void MergeField(const YAML::Node& node, const Target& target);
  void MergeScalar(const YAML::Node& node, const Target& target);
  void MergeMap(const YAML::Node& node, const Target& target);
  void SetInteger(const YAML::Node& node, const std::string& text, const Target& target);
  void SetEnum(const YAML::Node& node, const std::string& text, const Target& target);
  void Fail(const YAML::Node& node, const std::string& path, const std::string& what);

  std::string source_;
  std::vector<std::string> errors_;
};

}  // namespace evenkeel
