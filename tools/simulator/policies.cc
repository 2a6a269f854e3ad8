#include "policies.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "outlook.h"
#include "reactions.h"
#include "real.h"

namespace simulator {
namespace {

constexpr int kReviewDays = 30;
constexpr std::int64_t kApologyCents = 500;

Treatment Of(const Population& population, Kind kind) {
  const auto& discount = population.world().reactions.discount;
  Treatment treatment{.id = "policy", .kind = kind, .channel = "email"};
  const bool call = kind == Kind::kSupportCall || kind == Kind::kRightSizing || kind == Kind::kCase;
  if (call) treatment.channel = "task";
  if (kind == Kind::kDiscountSmall) treatment.discount = discount.small;
  if (kind == Kind::kDiscountLarge) treatment.discount = discount.large;
  if (treatment.discount > 0) treatment.payments = discount.payments;
  if (kind == Kind::kCredit) treatment.credit_cents = kApologyCents;
  return treatment;
}

bool IsReview(const Population& population) { return population.day() % kReviewDays == 1; }

std::vector<Person*> Present(Population& population) {
  std::vector<Person*> present;
  for (Person& person : population.persons()) {
    if (IsPresent(person, population.day())) present.push_back(&person);
  }
  return present;
}

void Treat(Population& population, const Person& person, Kind kind) {
  population.Receive(person.customer().index, Of(population, kind));
}

class Nothing : public Policy {
 public:
  std::string_view name() const override { return "nothing"; }
  void EndOfDay(Population& /*population*/) override {}
};

class Random : public Policy {
 public:
  std::string_view name() const override { return "random"; }
  void EndOfDay(Population& population) override {
    if (!IsReview(population)) return;
    for (Person* person : Present(population)) {
      Stream stream = person->For(Purpose::kRandomPolicy);
      const int choice = stream.Below(Parameters::kActions + 1);
      if (choice < Parameters::kActions) Treat(population, *person, static_cast<Kind>(choice));
    }
  }
};

class ForAll : public Policy {
 public:
  ForAll(std::string_view name, Kind kind) : name_(name), kind_(kind) {}
  std::string_view name() const override { return name_; }
  void EndOfDay(Population& population) override {
    if (!IsReview(population)) return;
    for (Person* person : Present(population)) {
      // Who has a discount running is not offered it again.
      if (person->dealings.discount_payments == 0) Treat(population, *person, kind_);
    }
  }

 private:
  std::string_view name_;
  Kind kind_;
};

/// Treats the tenth of the present with the highest score.
class RiskTop : public Policy {
 public:
  RiskTop(std::string_view name, Kind kind) : name_(name), kind_(kind) {}
  std::string_view name() const override { return name_; }
  void EndOfDay(Population& population) override {
    if (!IsReview(population)) return;
    std::vector<std::pair<double, Person*>> scored;
    for (Person* person : Present(population)) scored.emplace_back(-RiskScore(*person), person);
    std::stable_sort(scored.begin(), scored.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    scored.resize(scored.size() / 10);
    for (const auto& [score, person] : scored) Treat(population, *person, kind_);
  }

 private:
  std::string_view name_;
  Kind kind_;
};

bool FailedToday(const Person& person) {
  if (!person.open_invoice) return false;
  const auto& retry_days = person.parameters().billing.retry_days;
  const OpenInvoice& invoice = *person.open_invoice;
  const int since = person.day - 1 - invoice.issued_day;
  const auto past = static_cast<std::size_t>(invoice.attempts);
  return past == 1 ? since == 0 : since == retry_days[past - 2];
}

class Dunning : public Policy {
 public:
  std::string_view name() const override { return "dunning"; }
  void EndOfDay(Population& population) override {
    for (Person* person : Present(population)) {
      if (!FailedToday(*person)) continue;
      const bool expired = person->open_invoice->succeeds_at == 0;  // The failure code says so.
      Treat(population, *person, expired ? Kind::kNewCard : Kind::kReminder);
    }
  }
};

class Oracle : public Policy {
 public:
  Oracle(std::string_view name, bool is_capped) : name_(name), is_capped_(is_capped) {}
  std::string_view name() const override { return name_; }
  void EndOfDay(Population& population) override {
    for (Person* person : Present(population)) {
      const bool is_lost = FailedToday(*person) && person->open_invoice->succeeds_at == 0;
      if (is_lost) Treat(population, *person, Kind::kNewCard);
    }
    if (IsReview(population)) Review(population);
  }

 private:
  struct Best {
    double gain = 0;
    const Person* person = nullptr;
    Kind kind = Kind::kContact;
  };

  void Review(Population& population) const {
    std::vector<Best> chosen;
    const std::vector<Person*> present = Present(population);
    for (const Person* person : present) {
      if (const Best best = BestOf(population, *person); best.gain > 0) chosen.push_back(best);
    }
    std::stable_sort(chosen.begin(), chosen.end(),
                     [](const Best& a, const Best& b) { return a.gain > b.gain; });
    if (is_capped_) chosen.resize(std::min(chosen.size(), present.size() / 10));
    for (const Best& best : chosen) Treat(population, *best.person, best.kind);
  }

  static Best BestOf(const Population& population, const Person& person) {
    const int days = population.world().days - population.day() +
                     30 * population.world().reactions.value.residual_months;
    Best best;
    for (const Kind kind : {Kind::kEducation, Kind::kSupportCall, Kind::kDiscountSmall,
                            Kind::kDiscountLarge, Kind::kRightSizing, Kind::kCase, Kind::kCredit}) {
      const double gain = GainOf(person, Of(population, kind), days);
      if (gain > best.gain) best = {gain, &person, kind};
    }
    return best;
  }

  std::string_view name_;
  bool is_capped_;
};

}  // namespace

double RiskScore(const Person& person) {
  const auto& h = person.parameters().hazard;
  const Situation now = person.Now();
  double score = h.log_tenure * Log(1.0 + now.tenure_months) +
                 h.ticket * std::min<double>(now.tickets, h.max_tickets) +
                 h.price * (now.price / h.reference_price - 1.0);
  if (now.outage) score += h.outage;
  if (now.in_lock) score += h.in_lock;
  if (now.in_renewal) score += h.renewal_window;
  if (person.last_cancel_intent_day > person.day - h.window_days) score += 1.2;
  // What a score says of satisfaction, whose noise is known: 1.8 / (1.8^2 + 1).
  if (person.last_nps) score += h.satisfaction * 0.425 * (*person.last_nps - 7);
  return score;
}

std::vector<std::unique_ptr<Policy>> Baselines() {
  std::vector<std::unique_ptr<Policy>> all;
  all.push_back(std::make_unique<Nothing>());
  all.push_back(std::make_unique<Random>());
  all.push_back(std::make_unique<ForAll>("education_for_all", Kind::kEducation));
  all.push_back(std::make_unique<ForAll>("discount_for_all", Kind::kDiscountLarge));
  all.push_back(std::make_unique<RiskTop>("risk_top_10_discount", Kind::kDiscountLarge));
  all.push_back(std::make_unique<RiskTop>("risk_top_10_call", Kind::kSupportCall));
  all.push_back(std::make_unique<Dunning>());
  all.push_back(std::make_unique<Oracle>("oracle_capped", true));
  all.push_back(std::make_unique<Oracle>("oracle", false));
  return all;
}

}  // namespace simulator
