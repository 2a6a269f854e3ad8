#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace evenkeel {

/// ISO 4217 code, three capital letters; all zero bytes where none is known.
struct Currency {
  std::array<char, 3> code{};

  std::string_view view() const { return {code.data(), code[0] == '\0' ? 0U : 3U}; }
  friend auto operator<=>(const Currency&, const Currency&) = default;
};

/// An amount of money: `units` of 10^-`scale` of the currency. 12.50 EUR is {1250, 2, EUR}.
struct Money {
  std::int64_t units = 0;
  std::uint8_t scale = 2;  ///< 0 to 6.
  Currency currency;

  friend bool operator==(const Money&, const Money&) = default;
};

/// Money of the one currency of a bundle, in millionths: what expected values are counted in.
struct MicroMoney {
  std::int64_t value = 0;

  friend auto operator<=>(const MicroMoney&, const MicroMoney&) = default;
};

}  // namespace evenkeel
