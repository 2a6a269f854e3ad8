#include <algorithm>

#include "person.h"
#include "real.h"
#include "shocks.h"

namespace simulator {
namespace {

constexpr std::array<std::string_view, 4> kDevices{"web", "ios", "android", "tv"};
constexpr std::array<std::string_view, 4> kErrors{"timeout", "crash", "playback", "login"};

std::string_view Device(const Person& person, Stream& stream) {
  return kDevices[static_cast<std::size_t>(stream.Pick(person.parameters().usage.device))];
}

std::int64_t SomeTimeToday(const Person& person, Stream& stream) {
  const auto& hours =
      person.parameters().usage.hour[static_cast<std::size_t>(person.customer().segment)];
  return person.Local(stream.Pick(hours) + stream.Uniform());
}

void OneSession(Person& person, Stream& stream) {
  const auto& usage = person.parameters().usage;
  const std::int64_t at = SomeTimeToday(person, stream);
  const double minutes =
      std::clamp(stream.LogNormal(usage.minutes_mu, usage.minutes_sigma), 0.1, usage.minutes_max);
  const int features = 1 + stream.Binomial(7, usage.features_share * person.customer().adoption);
  person.Emit("session", "app", at, true)
      .Decimal("minutes", minutes, 1)
      .Integer("features_used", features)
      .Text("device", Device(person, stream));
}

}  // namespace

double SessionsPerDay(const Person& person) {
  const auto& usage = person.parameters().usage;
  const Customer& customer = person.customer();
  return customer.usage_level * (usage.adoption_base + usage.adoption_slope * customer.adoption) *
         Exp(usage.satisfaction * person.satisfaction);
}

void UseProduct(Person& person) {
  const auto& usage = person.parameters().usage;
  const Customer& customer = person.customer();
  const bool outage = person.last_outage_day == person.day;
  const auto weekday = static_cast<std::size_t>(Weekday(person.day_number()));
  double rate =
      SessionsPerDay(person) * usage.weekday[static_cast<std::size_t>(customer.segment)][weekday];
  if (outage) rate *= usage.during_outage;
  Stream stream = person.For(Purpose::kSessions);
  const int sessions = stream.Poisson(rate);
  for (int i = 0; i < sessions; ++i) OneSession(person, stream);
  person.sessions_month += sessions - person.sessions_month / 30.0;

  double errors = usage.errors_per_day * customer.friction;
  if (outage) errors *= usage.errors_outage_factor;
  Stream error = person.For(Purpose::kErrors);
  for (int left = error.Poisson(errors); left > 0; --left) {
    const std::int64_t at = SomeTimeToday(person, error);
    person.Emit("app_error", "app", at, true)
        .Text("code", kErrors[static_cast<std::size_t>(error.Pick(usage.error))])
        .Text("device", Device(person, error));
  }
}

void FeelOutages(Person& person) {
  const int region = person.customer().region;
  const auto outage = OutageOn(person.parameters(), person.world().dice, region, person.day);
  if (!outage) return;
  person.last_outage_day = person.day;
  const std::string_view name = RegionOf(person.customer()).name;
  const std::string id = "O-" + std::string(name) + "-" + std::to_string(person.day);
  const std::int64_t from = person.day_number() * kDayMs + outage->from_ms;
  person.Emit("outage_started", "network", from).Text("region", name).Text("outage", id);
  person.Emit("outage_ended", "network", from + outage->length_ms)
      .Text("region", name)
      .Text("outage", id)
      .Integer("minutes", outage->length_ms / kMinuteMs);
}

}  // namespace simulator
