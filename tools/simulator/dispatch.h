#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "delivery.h"
#include "population.h"

namespace simulator {

/// Lines on their way: each leaves when it is delivered, unless what it tells of did not happen.
class Dispatch {
 public:
  /// Takes the events of today away from the persons.
  void Collect(Population& population);

  /// The lines delivered before `until_ms` that have not left yet, in the order of delivery.
  std::vector<std::string> Due(std::int64_t until_ms, const Population& population);

  /// When the last of what is on its way is delivered; 0 if nothing is.
  std::int64_t Last() const;

 private:
  struct Parcel {
    std::int64_t delivered_ms = 0;
    std::uint32_t customer = 0;
    std::uint32_t number = 0;
    LineKind kind = LineKind::kFirst;
    std::int64_t happened_ms = 0;
    std::string text;
  };
  void Add(const Line& line);

  std::vector<Parcel> parcels_;
};

/// The end of a part of a day of the world. At 18:00 UTC no zone's next day has begun: whatever the
/// company does until then can still change all of tomorrow.
std::int64_t EndOfPart(const World& world, int day, int part, int parts);

}  // namespace simulator
