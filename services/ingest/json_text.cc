#include "ingest/json_text.h"

#include "evenkeel/runtime/json_syntax.h"

namespace evenkeel {
namespace {

constexpr std::size_t kDepthMax = 40;

}  // namespace

std::optional<std::string> FindJsonProblem(std::string_view text) {
  const std::optional<JsonFault> fault = FindJsonFault(text, kDepthMax);
  if (!fault) return std::nullopt;
  return fault->is_too_deep ? "brackets lie in each other more than 40 deep" : fault->Text();
}

std::string JsonItemsAsLines(std::string text) {
  std::size_t depth = 0;
  bool in_text = false;
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  const std::size_t base = begin != text.npos && text[begin] == '[' ? 1 : 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char& c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '\n' || c == '\r') c = ' ';
    if (c == '"') in_text = true;
    const bool is_open = c == '{' || c == '[';
    const bool is_close = c == '}' || c == ']';
    if (is_close) --depth;
    // What stands around the items becomes their line ends.
    const bool is_around = base == 1 && ((is_open && depth == 0) || (is_close && depth == 0) ||
                                         (c == ',' && depth == base));
    if (is_open) ++depth;
    if (is_around) c = '\n';
  }
  return text;
}

}  // namespace evenkeel
