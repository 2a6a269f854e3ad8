#include "dispatch.h"

#include <algorithm>
#include <tuple>

namespace simulator {

void Dispatch::Add(const Line& line) {
  parcels_.push_back({line.delivered_ms, line.event->customer, line.event->number, line.kind,
                      line.event->happened_ms, Render(line)});
}

void Dispatch::Collect(Population& population) {
  for (Person& person : population.persons()) {
    for (const Event& event : person.events) {
      const Line first = FirstDelivery(population.world(), event);
      Add(first);
      if (const auto repeat = RepeatOf(population.world(), first)) Add(*repeat);
    }
    person.events.clear();
  }
}

std::vector<std::string> Dispatch::Due(std::int64_t until_ms, const Population& population) {
  const auto rest = std::partition(parcels_.begin(), parcels_.end(), [&](const Parcel& parcel) {
    return parcel.delivered_ms < until_ms;
  });
  std::sort(parcels_.begin(), rest, [](const Parcel& a, const Parcel& b) {
    return std::tie(a.delivered_ms, a.customer, a.number, a.kind) <
           std::tie(b.delivered_ms, b.customer, b.number, b.kind);
  });
  std::vector<std::string> lines;
  for (auto parcel = parcels_.begin(); parcel != rest; ++parcel) {
    const bool happened = parcel->happened_ms < EndOf(population.persons()[parcel->customer]);
    if (happened) lines.push_back(std::move(parcel->text));
  }
  parcels_.erase(parcels_.begin(), rest);
  return lines;
}

std::int64_t Dispatch::Last() const {
  std::int64_t last = 0;
  for (const Parcel& parcel : parcels_) last = std::max(last, parcel.delivered_ms);
  return last;
}

std::int64_t EndOfPart(const World& world, int day, int part, int parts) {
  return (world.start + day) * kDayMs + 18 * kHourMs - kDayMs * (parts - 1 - part) / parts;
}

}  // namespace simulator
