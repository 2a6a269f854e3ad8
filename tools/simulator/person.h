#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar.h"
#include "customer.h"
#include "dealings.h"
#include "event.h"
#include "hazard.h"
#include "parameters.h"
#include "random.h"
#include "reaction_parameters.h"

namespace simulator {

/// The world all customers live in.
struct World {
  Parameters parameters;
  ReactionParameters reactions;
  Dice dice{0};
  std::int64_t start = 0;  ///< Day number of the first day.
  int days = 0;
};

enum class Ending { kStays, kCancelled, kUnpaid };

/// An invoice whose first payment failed.
struct OpenInvoice {
  std::string name;
  std::int64_t cents = 0;
  std::int64_t off_cents = 0;  ///< What discounts and credits took off.
  int issued_day = 0;
  int attempts = 1;
  int succeeds_at = 0;  ///< The attempt that succeeds; 0 where none will.
};

/// A customer on one day of the world, with what happened so far.
class Person {
 public:
  Person(const World& world, std::uint32_t index);

  const World& world() const { return world_; }
  const Parameters& parameters() const { return world_.parameters; }
  const Customer& customer() const { return customer_; }
  const Zone& zone() const { return RegionOf(customer_).zone; }

  Stream For(Purpose purpose) const {
    return world_.dice.For(customer_.index, static_cast<std::uint32_t>(day), purpose);
  }
  std::int64_t day_number() const { return world_.start + day; }
  double tenure_months() const {
    return static_cast<double>(day_number() - customer_.signed_up) / 30.4375;
  }

  /// A moment of today by the customer's clock; `hour` may pass 24.
  std::int64_t Local(double hour) const;
  /// A moment of the hours [from, to) of today.
  std::int64_t Between(Stream& stream, double from, double to) const {
    return Local(from + (to - from) * stream.Uniform());
  }
  std::string Clock(std::int64_t at_ms) const {
    return FormatTime(at_ms, OffsetMinutes(zone(), at_ms));
  }

  /// Adds an event; its facts go into the result, which the next Emit makes invalid.
  JsonFields& Emit(std::string_view kind, std::string_view source, std::int64_t at_ms,
                   bool from_device = false);

  void End(Ending how, std::int64_t at_ms);
  bool ended() const { return ending != Ending::kStays; }

  /// An event that an action led to.
  JsonFields& React(std::string_view kind, std::string_view source, std::int64_t at_ms,
                    std::string_view action_id);

  /// What the hazard of leaving sees today.
  Situation Now() const;

  int day = 0;
  double satisfaction = 0;
  double price = 0;
  std::int64_t contract_end = 0;
  double sessions_month = 0;       ///< Decayed count of sessions.
  std::array<bool, 4> opted_in{};  ///< By channel, now.
  std::vector<int> ticket_days;
  int last_outage_day = -1000;
  int last_cancel_intent_day = -1000;
  std::optional<int> last_nps;
  std::optional<OpenInvoice> open_invoice;
  int invoices = 0;
  int tickets = 0;
  Ending ending = Ending::kStays;
  std::int64_t ended_ms = 0;
  int last_day = 0;            ///< The day after the last one lived.
  double expected_leaves = 0;  ///< Sum of the daily chances to leave by choice.
  std::vector<Event> events;   ///< May be taken away at any time.
  std::uint32_t emitted = 0;   ///< Numbers given so far.
  std::uint32_t reacted = 0;
  Dealings dealings;

 private:
  const World& world_;
  Customer customer_;
};

/// The parts of a day (usage.cc, billing.cc, support.cc).
double SessionsPerDay(const Person& person);
void UseProduct(Person& person);
void FeelOutages(Person& person);
void Bill(Person& person);
void AskForHelp(Person& person);
void AnswerSurveys(Person& person);
void OptOut(Person& person);

/// The first of a customer's days begins; then each day is lived (life.cc).
void Begin(Person& person);
void OneDay(Person& person);
/// From when on nothing that was planned happens: the end of the world, or leaving.
std::int64_t EndOf(const Person& person);

/// A whole life within the world, from the first day to the last or to leaving (life.cc).
Person Live(const World& world, std::uint32_t index);

}  // namespace simulator
