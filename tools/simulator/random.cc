#include "random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "real.h"

namespace simulator {

std::array<std::uint32_t, 4> Philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t low = 0xD2511F53ULL * counter[0];
    const std::uint64_t high = 0xCD9E8D57ULL * counter[2];
    counter = {static_cast<std::uint32_t>(high >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(high),
               static_cast<std::uint32_t>(low >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(low)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

std::uint64_t Stream::Bits() {
  const auto block = Philox(counter_, key_);
  ++counter_[0];
  return static_cast<std::uint64_t>(block[0]) << 32 | block[1];
}

double Stream::Uniform() { return (static_cast<double>(Bits() >> 12) + 0.5) * 0x1.0p-52; }

int Stream::Below(int n) { return static_cast<int>(Uniform() * static_cast<double>(n)); }

double Stream::Normal() { return NormalQuantile(Uniform()); }

double Stream::LogNormal(double mu, double sigma) { return Exp(mu + sigma * Normal()); }

double Stream::Exponential() { return -Log(Uniform()); }

int Stream::Poisson(double mean) {
  int count = 0;
  double sum = Exponential();
  while (sum < mean) {
    ++count;
    sum += Exponential();
  }
  return count;
}

int Stream::Binomial(int trials, double probability) {
  int count = 0;
  for (int i = 0; i < trials; ++i) count += Chance(probability) ? 1 : 0;
  return count;
}

double Stream::Gamma(double shape, double scale) {
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {  // Marsaglia and Tsang 2000; accepts 19 of 20.
    const double x = Normal();
    const double root = 1.0 + c * x;
    const double v = root * root * root;
    const double u = Uniform();
    if (v > 0 && Log(u) < 0.5 * x * x + d - d * v + d * Log(v)) return d * v * scale;
  }
}

double Stream::Beta22() {  // The median of three uniforms.
  const double a = Uniform();
  const double b = Uniform();
  const double c = Uniform();
  return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

int Stream::Pick(std::span<const double> weights) {
  double left = Uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return static_cast<int>(i);
  }
  return static_cast<int>(weights.size()) - 1;
}

}  // namespace simulator
