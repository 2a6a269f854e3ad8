#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::bench {

/// One command: `customer` gets `amount`. A function of (seed, number) alone.
struct Event {
  std::uint32_t customer = 0;
  std::int64_t amount = 0;
};
Event MakeEvent(std::uint64_t seed, std::uint64_t number, std::uint32_t customers);

/// "customer-000042".
std::string CustomerKey(std::uint32_t customer);

/// Sum and count per customer: what must be left when every event was applied once. Knows nothing
/// of the engine.
class Fold {
 public:
  explicit Fold(std::uint32_t customers) : cells_(customers) {}

  void Add(const Event& event) { Add(event.customer, event.amount, 1); }
  void Add(std::uint32_t customer, std::int64_t sum, std::uint64_t count);
  void Set(std::uint32_t customer, std::int64_t sum, std::uint64_t count);
  void Erase(std::uint32_t customer) { cells_[customer] = {}; }

  std::uint32_t customers_seen() const;
  /// How many customers differ in sum or count.
  std::uint32_t DifferencesTo(const Fold& other) const;
  /// SHA-256, in hexadecimal, over one line "CUSTOMER SUM COUNT" per customer seen, sorted.
  std::string Digest() const;

 private:
  struct Cell {
    std::int64_t sum = 0;
    std::uint64_t count = 0;
    friend bool operator==(const Cell&, const Cell&) = default;
  };
  std::vector<Cell> cells_;
};

}  // namespace evenkeel::bench
