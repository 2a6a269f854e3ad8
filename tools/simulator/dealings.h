#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "parameters.h"

namespace simulator {

/// What the company can do to a customer. The first five are those of hazard.h, in its order.
enum class Kind : std::uint8_t {
  kEducation,
  kSupportCall,
  kDiscountSmall,
  kDiscountLarge,
  kRightSizing,
  kCase,      ///< People work on the open problem; the customer is not contacted.
  kCredit,    ///< Money back, with an apology.
  kReminder,  ///< A payment failed.
  kNewCard,   ///< The same, with a link to give another card.
  kContact,   ///< Whatever the world knows nothing of: a contact, and no more.
};
inline constexpr std::size_t kKinds = 10;

/// One action, as it reaches a customer.
struct Treatment {
  std::string id;  ///< Orders those of one day.
  Kind kind = Kind::kContact;
  std::string channel;  ///< "email", "sms", "push" or "task" (a person calls).
  bool is_marketing = false;
  std::int64_t issued_ms = 0;  ///< When it was decided; 0: not known.
  double discount = 0;         ///< Share of the price, for discounts.
  int payments = 0;            ///< How many of them.
  std::int64_t credit_cents = 0;
};

/// What the company earned and spent, in whole currency units.
struct MoneySpent {
  double margin = 0;
  double incentives = 0;
  double contacts = 0;
};

/// What happened between the company and a customer because of actions.
struct Dealings {
  struct Waiting {
    int day = 0;  ///< Acts at the beginning of this day.
    bool is_due_task = false;
    Treatment treatment;
  };
  struct Trace {
    double value = 0;
    int day = 0;
  };
  static constexpr std::size_t kWakeUp = kKinds;  ///< The trace that any contact leaves.

  int ContactsSince(int day) const;  ///< After that day.
  double EffectsOn(const Parameters& parameters, int day) const;
  /// The same action twice does not count twice: the stronger of what is left and what comes.
  void Leave(const Parameters& parameters, std::size_t trace, double effect, int day);
  /// What discounts and credits take off an invoice of so many months; uses them up.
  std::int64_t TakeOff(std::int64_t list_cents, int months);

  std::vector<Waiting> inbox;
  std::vector<int> contact_days;
  std::array<Trace, kKinds + 1> traces{};
  double discount = 0;
  int discount_payments = 0;
  std::int64_t credit_cents = 0;
  std::array<std::int64_t, 4> opted_out_ms{};  ///< By channel; 0: never.
  MoneySpent money;

  int treated = 0;   ///< Actions that reached the customer, tasks done included.
  int too_late = 0;  ///< Came when the customer had left.
  int against_consent = 0;
  int offers_taken = 0;
  int complaints = 0;
  int opt_outs = 0;
  int payments_saved = 0;
};

}  // namespace simulator
