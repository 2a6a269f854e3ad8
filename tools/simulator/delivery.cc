#include "delivery.h"

#include <algorithm>
#include <tuple>

namespace simulator {
namespace {

std::int64_t Milliseconds(double seconds) { return static_cast<std::int64_t>(seconds * 1000.0); }

void Repeat(const World& world, std::vector<Line>* lines) {
  const std::size_t firsts = lines->size();
  for (std::size_t i = 0; i < firsts; ++i) {
    if (const auto repeat = RepeatOf(world, (*lines)[i])) lines->push_back(*repeat);
  }
}

/// A poison line is made after a good one, which stays. Those whose kind needs a session find the
/// next one; a world without any has none of them.
void Poison(const World& world, std::size_t firsts, std::vector<Line>* lines) {
  for (auto kind = LineKind::kBrokenJson; kind <= LineKind::kOtherContent;
       kind = static_cast<LineKind>(static_cast<int>(kind) + 1)) {
    const bool session = kind == LineKind::kNanValue || kind == LineKind::kOtherContent;
    for (int n = 0; n < world.parameters.delivery.poison_per_kind; ++n) {
      Stream stream = world.dice.ForRegion(0xF000U + static_cast<std::uint32_t>(kind),
                                           static_cast<std::uint32_t>(n), Purpose::kPoison);
      auto at = static_cast<std::size_t>(stream.Below(static_cast<int>(firsts)));
      std::size_t tried = 0;
      while (session && tried < firsts && (*lines)[at].event->kind != "session") {
        at = (at + 1) % firsts;
        ++tried;
      }
      if (tried == firsts) continue;
      Line line = (*lines)[at];
      line.kind = kind;
      line.ordinal = static_cast<std::uint32_t>(n);
      line.delivered_ms += 10'000 + Milliseconds(600.0 * stream.Uniform());
      line.first_delivered_ms = line.delivered_ms;
      lines->push_back(line);
    }
  }
}

std::string Identity(const Line& line) {
  if (line.kind <= LineKind::kRepeat || line.kind == LineKind::kOtherContent) {
    return EventName(line.event->customer, line.event->number);
  }
  return "P-" + std::string(kLineKindNames[static_cast<std::size_t>(line.kind)]) + "-" +
         std::to_string(line.ordinal + 1);
}

std::string AtOf(const Line& line) {
  if (line.kind == LineKind::kAbsurdTime) {
    return line.ordinal % 2 == 0 ? "1970-01-01T00:00:00.000+00:00"
                                 : "2199-12-31T23:59:59.999+00:00";
  }
  return FormatTime(line.at_ms, line.event->offset_minutes);
}

std::string Facts(const Line& line) {
  JsonFields fields;
  if (line.kind == LineKind::kNanValue) {
    fields.Text("minutes", "NaN").Integer("features_used", 1).Text("device", "web");
  } else if (line.kind == LineKind::kOtherContent) {  // No session lasts that long.
    fields.Integer("minutes", 900 + line.ordinal).Integer("features_used", 1).Text("device", "web");
  } else {
    return line.event->fields.text();
  }
  return fields.text();
}

}  // namespace

Line FirstDelivery(const World& world, const Event& event) {
  const auto& delivery = world.parameters.delivery;
  Stream stream = world.dice.For(event.customer, event.number, Purpose::kDelivery);
  double delay = stream.LogNormal(delivery.delay_seconds_mu, delivery.delay_seconds_sigma);
  const bool offline = stream.Chance(delivery.offline);
  const bool skewed = stream.Chance(delivery.skewed);
  Line line;
  line.at_ms = event.happened_ms;
  line.event = &event;
  if (event.from_device && offline) {
    delay += std::min(stream.LogNormal(delivery.offline_seconds_mu, delivery.offline_seconds_sigma),
                      delivery.offline_seconds_max);
  }
  if (event.from_device && skewed) {
    line.at_ms += Milliseconds(delivery.skew_seconds_sd * stream.Normal());
  }
  line.delivered_ms = event.happened_ms + Milliseconds(delay);
  line.first_delivered_ms = line.delivered_ms;
  return line;
}

std::optional<Line> RepeatOf(const World& world, const Line& first) {
  const auto& delivery = world.parameters.delivery;
  Stream stream = world.dice.For(first.event->customer, first.event->number, Purpose::kRepeat);
  if (!stream.Chance(delivery.repeated)) return std::nullopt;
  const double after =
      std::min(stream.LogNormal(delivery.repeat_seconds_mu, delivery.repeat_seconds_sigma),
               delivery.repeat_seconds_max);
  Line line = first;
  line.kind = LineKind::kRepeat;
  line.delivered_ms += 1 + Milliseconds(after);
  return line;
}

std::vector<Line> Deliver(const World& world, const std::vector<Event>& events) {
  std::vector<Line> lines;
  lines.reserve(events.size() + events.size() / 32);
  for (const Event& event : events) lines.push_back(FirstDelivery(world, event));
  Repeat(world, &lines);
  if (!events.empty()) Poison(world, events.size(), &lines);
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return std::tie(a.delivered_ms, a.event->customer, a.event->number, a.kind, a.ordinal) <
           std::tie(b.delivered_ms, b.event->customer, b.event->number, b.kind, b.ordinal);
  });
  return lines;
}

std::string Render(const Line& line) {
  const Event& event = *line.event;
  JsonFields fields;
  fields.Text("event_id", Identity(line)).Text("source", event.source).Text("event", event.kind);
  if (line.kind != LineKind::kNoCustomer) {
    fields.Text("customer", CustomerName(event.customer));
  } else if (line.ordinal % 2 == 0) {
    fields.Text("customer", "");
  }
  fields.Text("at", AtOf(line)).Text("delivered_at", FormatTime(line.first_delivered_ms, 0));
  std::string text = "{" + fields.text() + "," + Facts(line) + "}";
  if (line.kind == LineKind::kBrokenJson) text.resize(text.size() / 2);
  return text;
}

}  // namespace simulator
