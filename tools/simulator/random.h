#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace simulator {

/// Philox 4x32-10 (Salmon et al. 2011): a pure function from counter and key to 128 random bits.
std::array<std::uint32_t, 4> Philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

/// What a number is drawn for. The values are part of the world: never renumber, only append.
enum class Purpose : std::uint32_t {
  kProfile = 1,
  kLatents = 2,
  kArrival = 3,
  kConsent = 4,
  kIntroduce = 5,
  kSatisfaction = 10,
  kSessions = 11,
  kErrors = 12,
  kTickets = 13,
  kPayment = 14,
  kPlanChange = 15,
  kSurvey = 16,
  kOptOut = 17,
  kCancelIntent = 18,
  kLeave = 19,
  kPaymentFate = 20,
  kOutage = 30,
  kPromotion = 31,
  kDelivery = 40,
  kRepeat = 41,
  kPoison = 42,
  // What customers do about the company's actions, and what policies draw.
  kOpened = 50,
  kOptOutOfContact = 51,
  kComplaintOfContact = 52,
  kTakesOffer = 53,
  kPaysAfterAll = 54,
  kTaskDelay = 55,
  kCall = 56,
  kRandomPolicy = 57,
};

/// The numbers of one (seed, customer, day, purpose), in order. Nothing else moves them: other
/// customers, other days, other purposes and what the customer did have no influence, so that two
/// policies on one seed share their luck.
class Stream {
 public:
  Stream(std::uint64_t seed, std::uint32_t customer, std::uint32_t day, Purpose purpose)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        counter_{0, static_cast<std::uint32_t>(purpose), day, customer} {}

  std::uint64_t Bits();
  double Uniform();  ///< In (0, 1), never 0 or 1.
  bool Chance(double probability) { return Uniform() < probability; }
  int Below(int n);  ///< 0 to n - 1.
  double Normal();
  double LogNormal(double mu, double sigma);
  double Exponential();
  int Poisson(double mean);  ///< For means up to some dozens.
  int Binomial(int trials, double probability);
  double Gamma(double shape, double scale);  ///< Shape >= 1.
  double Beta22();
  int Pick(std::span<const double> weights);  ///< An index, by weight.

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
};

/// The random numbers of a world.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}

  Stream For(std::uint32_t customer, std::uint32_t day, Purpose purpose) const {
    return {seed_, customer, day, purpose};
  }
  /// For what happens to a region or to everybody.
  Stream ForRegion(std::uint32_t region, std::uint32_t day, Purpose purpose) const {
    return {seed_, 0xFFFF0000U + region, day, purpose};
  }
  std::uint64_t seed() const { return seed_; }

 private:
  std::uint64_t seed_;
};

}  // namespace simulator
