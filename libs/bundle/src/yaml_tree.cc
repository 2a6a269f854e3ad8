#include "yaml_tree.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "text.h"
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace evenkeel::internal {
namespace {

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kNodesMax = 200'000;
constexpr std::size_t kFileBytesMax = 4U << 20U;

/// Thrown and caught in this file: the only way out of yaml-cpp's parser.
struct GiveUp {};

/// Builds the tree from the parser's events. (YAML::Node would expand aliases and forget places.)
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& file, YamlNode& root, Diagnostics& diagnostics)
      : file_(file), root_(root), diagnostics_(diagnostics) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Put(At(mark, YamlNode::Kind::kNull));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "aliases (*name) are not allowed; write the value out");
    Put(At(mark, YamlNode::Kind::kNull));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    YamlNode node = At(mark, YamlNode::Kind::kScalar);
    node.is_quoted = tag == "!";
    node.text = value;
    if (!node.is_quoted && (value == "~" || value == "null")) node.kind = YamlNode::Kind::kNull;
    Put(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  /// A list or map that is still open, with the key that waits for its value.
  struct Frame {
    YamlNode node;
    YamlEntry key;
    bool has_key = false;
    bool is_key_good = false;
  };

  static YamlNode At(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void Refuse(const YAML::Mark& mark, std::string message) {
    diagnostics_.Add({file_, mark.line + 1, mark.column + 1}, "", std::move(message));
  }
  void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) Refuse(mark, "anchors (&name) are not allowed; write the value out");
  }
  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      Refuse(mark, "the tag " + Quoted(tag) + " is not allowed; remove it");
    }
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (open_.size() == kDepthMax) {
      Refuse(mark, "nested deeper than 32 levels; flatten it");
      throw GiveUp();
    }
    open_.push_back({At(mark, kind), {}, false, false});
  }

  void Close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    Put(std::move(node));
  }

  void Put(YamlNode node) {
    if (++nodes_ > kNodesMax) {
      diagnostics_.Add({file_, node.line, node.column}, "", "more than 200000 values; split it");
      throw GiveUp();
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = open_.back();
    if (frame.node.kind == YamlNode::Kind::kList) {
      frame.node.items.push_back(std::move(node));
      return;
    }
    if (!frame.has_key) {
      TakeKey(frame, std::move(node));
      return;
    }
    frame.has_key = false;
    AddEntry(frame, std::move(node));
  }

  void TakeKey(Frame& frame, YamlNode node) {
    frame.is_key_good = node.kind == YamlNode::Kind::kScalar;
    if (!frame.is_key_good) {
      diagnostics_.Add({file_, node.line, node.column}, "", "a key must be plain text");
    }
    frame.key = {std::move(node.text), node.line, node.column, {}};
    frame.has_key = true;
  }

  void AddEntry(Frame& frame, YamlNode value) {
    if (!frame.is_key_good) return;
    for (const YamlEntry& entry : frame.node.entries) {
      if (entry.key != frame.key.key) continue;
      diagnostics_.Add({file_, frame.key.line, frame.key.column}, "",
                       "the key " + Quoted(entry.key) + " repeats the one in line " +
                           std::to_string(entry.line) + "; remove one of them");
      return;
    }
    frame.key.value = std::move(value);
    frame.node.entries.push_back(std::move(frame.key));
  }

  const std::string& file_;
  YamlNode& root_;
  Diagnostics& diagnostics_;
  std::vector<Frame> open_;
  std::size_t nodes_ = 0;
};

bool ParseDocuments(const std::string& file, std::string_view text, YamlNode& root,
                    Diagnostics& diagnostics) {
  try {
    std::istringstream input{std::string(text)};
    YAML::Parser parser(input);
    TreeBuilder builder(file, root, diagnostics);
    parser.HandleNextDocument(builder);
    YamlNode rest;
    TreeBuilder rest_builder(file, rest, diagnostics);
    if (parser.HandleNextDocument(rest_builder)) {
      diagnostics.Add({file, rest.line, rest.column}, "",
                      "a second document (---) starts here; a file holds one");
    }
    return true;
  } catch (const GiveUp&) {
    return false;
  } catch (const YAML::Exception& e) {
    diagnostics.Add({file, e.mark.line + 1, e.mark.column + 1}, "", "not YAML: " + e.msg);
    return false;
  }
}

}  // namespace

bool ParseYaml(const std::string& file, std::string_view text, YamlNode& root,
               Diagnostics& diagnostics) {
  if (text.size() > kFileBytesMax) {
    diagnostics.Add({file, 0, 0}, "", "larger than 4 MiB; split it");
    return false;
  }
  if (const std::size_t bad = FirstInvalidUtf8(text); bad != std::string_view::npos) {
    const int line = 1 + static_cast<int>(std::ranges::count(text.substr(0, bad), '\n'));
    const std::size_t start = bad == 0 ? 0 : text.rfind('\n', bad - 1) + 1;
    diagnostics.Add({file, line, static_cast<int>(bad - start) + 1}, "",
                    "not UTF-8; save the file as UTF-8");
    return false;
  }
  return ParseDocuments(file, text, root, diagnostics);
}

}  // namespace evenkeel::internal
