#include "generate.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>

#include "sha256.h"

namespace simulator {
namespace {

/// A file that appears under its name only when it is whole.
class WholeFile {
 public:
  explicit WholeFile(std::string path) : path_(std::move(path)) {
    file_ = std::fopen(Temporary().c_str(), "wb");
    failed_ = file_ == nullptr;
  }
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;
  ~WholeFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  void Write(std::string_view bytes) {
    failed_ = failed_ || std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size();
  }
  /// Empty, or what went wrong.
  std::string Finish() {
    if (file_ != nullptr && std::fclose(file_) != 0) failed_ = true;
    file_ = nullptr;
    if (!failed_ && std::rename(Temporary().c_str(), path_.c_str()) == 0) return "";
    return "cannot write " + path_ + ": " + std::strerror(errno);
  }

 private:
  std::string Temporary() const { return path_ + ".part"; }

  std::string path_;
  std::FILE* file_ = nullptr;
  bool failed_ = false;
};

std::string Numbers(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const std::int64_t number : numbers)
    text += (text.empty() ? "" : ",") + std::to_string(number);
  return "[" + text + "]";
}

/// Counts while the lines are written.
struct Tally {
  std::map<std::string_view, std::int64_t> by_event;
  std::map<LineKind, std::vector<std::int64_t>> poison;  // Line numbers.
  std::int64_t lines = 0;
  std::int64_t repeats = 0;
  std::int64_t events = 0;
  std::int64_t first_ms = INT64_MAX;
  std::int64_t last_ms = INT64_MIN;

  void Add(const Line& line) {
    ++lines;
    if (line.kind == LineKind::kRepeat) {
      ++repeats;
    } else if (line.kind == LineKind::kFirst) {
      ++events;
      ++by_event[line.event->kind];
      first_ms = std::min(first_ms, line.at_ms);
      last_ms = std::max(last_ms, line.at_ms);
    } else {
      poison[line.kind].push_back(lines);
    }
  }

  std::string Poison() const {
    JsonFields fields;
    for (auto kind = LineKind::kBrokenJson; kind <= LineKind::kOtherContent;
         kind = static_cast<LineKind>(static_cast<int>(kind) + 1)) {
      const auto found = poison.find(kind);
      fields.Raw(kLineKindNames[static_cast<std::size_t>(kind)],
                 found == poison.end() ? "[]" : Numbers(found->second));
    }
    return fields.Object();
  }
  std::int64_t PoisonTotal() const { return lines - events - repeats; }
};

std::string Manifest(const Order& order, const Statistics& statistics, const Tally& tally,
                     const std::string& digest) {
  JsonFields by_event;
  for (const auto& [name, count] : tally.by_event) by_event.Integer(name, count);
  const auto time = [&](std::int64_t ms) { return tally.events > 0 ? FormatTime(ms, 0) : ""; };
  JsonFields fields;
  fields.Integer("format", 1)
      .Raw("seed", std::to_string(order.seed))
      .Integer("customers_asked", order.customers)
      .Text("start", order.start)
      .Integer("days", order.days)
      .Integer("lines", tally.lines)
      .Integer("events", tally.events)
      .Integer("repeats", tally.repeats)
      .Integer("poison_total", tally.PoisonTotal())
      .Integer("customers", statistics.customers)
      .Text("first_at", time(tally.first_ms))
      .Text("last_at", time(tally.last_ms))
      .Text("sha256", digest)
      .Raw("by_event", by_event.Object())
      .Raw("poison", tally.Poison())
      .Raw("statistics", statistics.Json());
  return fields.Object();
}

}  // namespace

std::string Generate(const Order& order, std::string* manifest) {
  World world;
  Date start;
  if (!ParseDate(order.start, &start)) {
    return "--start '" + order.start + "' is not a date: want YYYY-MM-DD";
  }
  world.dice = Dice(order.seed);
  world.start = DayNumber(start);
  world.days = order.days;
  const History history = MakeHistory(world, order.customers);

  Tally tally;
  Sha256 digest;
  WholeFile out(order.out);
  for (const Line& line : Deliver(world, history.events)) {
    const std::string text = Render(line) + "\n";
    digest.Update(text);
    out.Write(text);
    tally.Add(line);
  }
  if (std::string error = out.Finish(); !error.empty()) return error;
  if (!order.truth.empty()) {
    WholeFile truth(order.truth);
    for (const std::string& line : history.truth) truth.Write(line + "\n");
    if (std::string error = truth.Finish(); !error.empty()) return error;
  }
  *manifest = Manifest(order, history.statistics, tally, digest.Hex());
  WholeFile beside(order.out + ".manifest.json");
  beside.Write(*manifest + "\n");
  return beside.Finish();
}

}  // namespace simulator
