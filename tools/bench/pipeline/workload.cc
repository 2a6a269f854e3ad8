#include "workload.h"

#include <cstdio>

#include "evenkeel/base/hash.h"

namespace evenkeel::bench {
namespace {

/// SplitMix64: a good draw from a counter.
std::uint64_t Mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

}  // namespace

Event MakeEvent(std::uint64_t seed, std::uint64_t number, std::uint32_t customers) {
  const std::uint64_t draw = Mix(Mix(seed) + number);
  return {.customer = static_cast<std::uint32_t>((draw & 0xFFFFFFFF) % customers),
          .amount = static_cast<std::int64_t>((draw >> 32) % 2001) - 1000};
}

std::string CustomerKey(std::uint32_t customer) {
  char key[32];
  std::snprintf(key, sizeof key, "customer-%06u", customer);
  return key;
}

void Fold::Add(std::uint32_t customer, std::int64_t sum, std::uint64_t count) {
  cells_[customer].sum += sum;
  cells_[customer].count += count;
}

void Fold::Set(std::uint32_t customer, std::int64_t sum, std::uint64_t count) {
  cells_[customer] = {.sum = sum, .count = count};
}

std::uint32_t Fold::customers_seen() const {
  std::uint32_t seen = 0;
  for (const Cell& cell : cells_) seen += cell.count > 0 ? 1 : 0;
  return seen;
}

std::uint32_t Fold::DifferencesTo(const Fold& other) const {
  std::uint32_t differ = 0;
  for (std::size_t i = 0; i < cells_.size(); ++i) differ += cells_[i] == other.cells_[i] ? 0 : 1;
  return differ;
}

std::string Fold::Digest() const {
  Sha256Stream digest;
  for (std::uint32_t i = 0; i < cells_.size(); ++i) {  // Keys of one length: sorted by number.
    if (cells_[i] == Cell{}) continue;
    digest.Update(CustomerKey(i) + " " + std::to_string(cells_[i].sum) + " " +
                  std::to_string(cells_[i].count) + "\n");
  }
  return ToHex(digest.Finish());
}

}  // namespace evenkeel::bench
