#pragma once

#include <string>
#include <utility>
#include <vector>

#include "evenkeel/policy/contact_policy.h"

namespace evenkeel::testing {

inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;
inline constexpr TimeMs kMonday{1'704'067'200'000};  // 2024-01-01T00:00Z.

inline TimeMs At(std::int64_t days, std::int64_t hours = 0, std::int64_t minutes = 0) {
  return {kMonday.value + days * kDayMs + hours * kHourMs + minutes * kMinuteMs};
}

// Europe/Berlin around the changes of 2024: 31 March 01:00Z to UTC+2, 27 October 01:00Z back.
inline constexpr TimeMs kSpringForward{1'711'846'800'000};
inline constexpr TimeMs kFallBack{1'729'990'800'000};

inline TimeZoneTable Berlin() {
  return {.name = "Europe/Berlin",
          .version = "2024a",
          .transitions = {{TimeMs::Min(), 3600}, {kSpringForward, 7200}, {kFallBack, 3600}}};
}

inline TimeZoneTable Utc() {
  return {.name = "UTC", .version = "2024a", .transitions = {{TimeMs::Min(), 0}}};
}

inline ProfileUpdate Grants(std::vector<std::pair<std::string, std::string>> purpose_and_channel,
                            TimeMs since = {0}) {
  ProfileUpdate update;
  for (auto& [purpose, channel] : purpose_and_channel) {
    update.consents.push_back({.purpose = std::move(purpose),
                               .channel = std::move(channel),
                               .state = ConsentState::kGranted,
                               .since = since});
  }
  return update;
}

}  // namespace evenkeel::testing
