#include "evenkeel/bundle/diagnostics.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace evenkeel {
namespace {

constexpr std::size_t kQuotedBytesMax = 60;

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Diagnostic::ToString() const {
  std::string text = place.file;
  if (place.line > 0) {
    text += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  }
  text += ": ";
  if (!path.empty()) text += path + ": ";
  return text + message;
}

void Diagnostics::Add(Place place, std::string_view path, std::string message) {
  items_.push_back({std::move(place), std::string(path), std::move(message)});
}

std::string Diagnostics::ToString() const {
  std::vector<const Diagnostic*> sorted;
  sorted.reserve(items_.size());
  for (const Diagnostic& item : items_) sorted.push_back(&item);
  std::ranges::stable_sort(sorted, {}, [](const Diagnostic* item) {
    return std::tie(item->place.file, item->place.line, item->place.column);
  });
  std::string text;
  for (const Diagnostic* item : sorted) {
    if (!text.empty()) text += '\n';
    text += item->ToString();
  }
  return text;
}

Status Diagnostics::ToStatus() const { return empty() ? Status() : InvalidArgument(ToString()); }

std::string SuggestFrom(std::string_view given, const std::vector<std::string>& known) {
  const std::string* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(given.size() < 4 ? 1 : 2, given.size() / 3) + 1;
  if (given.size() <= 64) {
    for (const std::string& candidate : known) {
      const std::size_t distance = EditDistance(given, candidate);
      if (distance < least) {
        least = distance;
        nearest = &candidate;
      }
    }
  }
  if (nearest != nullptr) return "; did you mean '" + *nearest + "'?";
  if (known.empty()) return "; none is defined";
  std::string text = "; known: ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i == 30) return text + ", ...";
    if (i > 0) text += ", ";
    text += known[i];
  }
  return text;
}

std::string Quoted(std::string_view value) {
  std::string text = "'";
  std::size_t cut = std::min(value.size(), kQuotedBytesMax);
  while (cut < value.size() && cut > 0 && (static_cast<unsigned char>(value[cut]) & 0xC0U) == 0x80U)
    --cut;
  for (const char c : value.substr(0, cut)) {
    text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return text + (cut < value.size() ? "...'" : "'");
}

}  // namespace evenkeel
