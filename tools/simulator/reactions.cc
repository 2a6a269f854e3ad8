#include "reactions.h"

#include <algorithm>
#include <tuple>

#include "real.h"

namespace simulator {
namespace {

struct Known {
  std::string_view action;
  Kind kind;
};

constexpr std::array kKnown{
    Known{"onboarding_email", Kind::kEducation},
    Known{"feature_education_email", Kind::kEducation},
    Known{"plan_review_call", Kind::kRightSizing},
    Known{"discount_10", Kind::kDiscountSmall},
    Known{"discount_25", Kind::kDiscountLarge},
    Known{"dunning_reminder", Kind::kReminder},
    Known{"payment_method_update", Kind::kNewCard},
    Known{"support_callback", Kind::kSupportCall},
    Known{"callback", Kind::kSupportCall},
    Known{"create_case", Kind::kCase},
    Known{"apology_credit", Kind::kCredit},
};

std::size_t ChannelOf(const Treatment& treatment) {
  for (std::size_t i = 0; i < kChannelNames.size(); ++i) {
    if (kChannelNames[i] == treatment.channel) return i;
  }
  return kChannelNames.size() - 1;  // A person calls.
}

bool IsDiscount(Kind kind) { return kind == Kind::kDiscountSmall || kind == Kind::kDiscountLarge; }

bool IsCall(const Treatment& treatment) {
  return treatment.channel == "task" && treatment.kind != Kind::kCase;
}

/// One treatment on its way through a customer's day. The n-th of a day has luck of its own.
class Reaction {
 public:
  Reaction(Person& person, const Treatment& treatment, std::uint32_t ordinal)
      : person_(person), treatment_(treatment), ordinal_(ordinal) {}

  int DaysUntilDone() const {
    Stream stream = For(Purpose::kTaskDelay);
    return static_cast<int>(parameters().call.hours_mean * stream.Exponential() / 24.0);
  }

  void Happen() {
    Dealings& dealings = person_.dealings;
    ++dealings.treated;
    dealings.money.contacts += CostOf(parameters(), treatment_);
    NoteConsent();
    const Situation before = person_.Now();
    Stream luck = For(Purpose::kTakesOffer);
    bool taken = luck.Chance(ChanceOf(person_, treatment_));
    if (IsCall(treatment_)) taken = Call();
    if (taken) Take();
    if (!IsContact(treatment_) || (IsCall(treatment_) && !taken)) return;
    dealings.Leave(person_.parameters(), Dealings::kWakeUp,
                   WakeUp(person_.parameters(), person_.customer(), before), person_.day);
    if (!IsCall(treatment_)) MaybeOpen();
    MaybeComplain(before);
    MaybeOptOut(before);
    dealings.contact_days.push_back(person_.day);
  }

 private:
  const ReactionParameters& parameters() const { return person_.world().reactions; }
  Stream For(Purpose purpose) const {
    const auto day = static_cast<std::uint32_t>(person_.day);
    return person_.world().dice.For(person_.customer().index, day | ordinal_ << 16, purpose);
  }
  JsonFields& Emit(std::string_view kind, std::string_view source, Stream& stream) {
    return person_.React(kind, source, person_.Between(stream, 8, 22), treatment_.id);
  }

  /// A marketing message more than a day after the customer had opted out of its channel.
  void NoteConsent() {
    const std::size_t channel = ChannelOf(treatment_);
    const std::int64_t opted_out = person_.dealings.opted_out_ms[channel];
    const bool never_agreed = !person_.customer().optin[channel];
    const bool withdrew = opted_out != 0 && treatment_.issued_ms > opted_out + kDayMs;
    if (treatment_.is_marketing && (never_agreed || withdrew)) ++person_.dealings.against_consent;
  }

  bool Call() {
    Stream stream = For(Purpose::kCall);
    const bool reached = stream.Chance(parameters().call.reached);
    const std::int64_t at = person_.Between(stream, 9, 19);
    const double seconds = stream.LogNormal(parameters().call.handle_seconds_mu,
                                            parameters().call.handle_seconds_sigma);
    person_.React("call_made", "support", at, treatment_.id)
        .Text("channel", "phone")
        .Text("direction", "outbound")
        .Bool("reached", reached)
        .Integer("handle_seconds", reached ? static_cast<int>(seconds) : 0);
    return reached;
  }

  void Take() {
    const double effect = EffectOf(person_, treatment_);
    person_.dealings.Leave(person_.parameters(), static_cast<std::size_t>(treatment_.kind), effect,
                           person_.day);
    if (IsDiscount(treatment_.kind)) TakeDiscount();
    if (treatment_.kind == Kind::kCredit) TakeCredit();
    if (treatment_.kind == Kind::kReminder || treatment_.kind == Kind::kNewCard) PayAfterAll();
  }

  void TakeDiscount() {
    Dealings& dealings = person_.dealings;
    dealings.discount = treatment_.discount;
    dealings.discount_payments = treatment_.payments;
    ++dealings.offers_taken;
    const double face =
        static_cast<double>(PriceCents(person_.price)) * treatment_.discount * treatment_.payments;
    Give("promotion", static_cast<std::int64_t>(face));
  }

  void TakeCredit() {
    person_.dealings.credit_cents += treatment_.credit_cents;
    Give("goodwill", treatment_.credit_cents);
  }

  void Give(std::string_view cause, std::int64_t cents) {
    if (cents <= 0) return;
    Stream stream = For(Purpose::kOpened);
    Emit("credit_granted", "billing", stream)
        .Text("cause", cause)
        .Integer("amount_cents", cents)
        .Text("currency", "EUR");
  }

  void PayAfterAll() {
    if (!person_.open_invoice) return;
    OpenInvoice& invoice = *person_.open_invoice;
    // Drawn for the invoice: who ignored the first reminder ignores the second.
    Stream stream = person_.world().dice.For(person_.customer().index,
                                             static_cast<std::uint32_t>(invoice.issued_day),
                                             Purpose::kPaysAfterAll);
    const bool link = treatment_.kind == Kind::kNewCard;
    if (!stream.Chance(link ? parameters().dunning.new_card : parameters().dunning.reminder))
      return;
    if (link) {
      Emit("card_updated", "billing", stream)
          .Text("method", kMethodNames[static_cast<std::size_t>(person_.customer().method)]);
    }
    if (invoice.succeeds_at == 0) ++person_.dealings.payments_saved;
    invoice.succeeds_at = invoice.attempts + 1;
  }

  void MaybeOpen() {
    const auto& contact = parameters().contact;
    const double use = 1.0 - Exp(-person_.sessions_month / contact.opened_scale);
    Stream stream = For(Purpose::kOpened);
    if (!stream.Chance(contact.opened_at_least + contact.opened_by_use * use)) return;
    Emit("message_opened", "crm", stream).Text("channel", treatment_.channel);
  }

  void MaybeComplain(const Situation& before) {
    const auto& contact = parameters().contact;
    const double unhappy = person_.satisfaction < -1 ? contact.complaint_unhappy_factor : 1.0;
    Stream stream = For(Purpose::kComplaintOfContact);
    if (!stream.Chance(std::min(0.5, contact.complaint * (1 + before.contacts) * unhappy))) return;
    ++person_.dealings.complaints;
    person_.satisfaction += contact.complaint_satisfaction;
    Emit("complaint", "support", stream).Text("cause", "too_many_messages");
  }

  void MaybeOptOut(const Situation& before) {
    const auto& contact = parameters().contact;
    const std::size_t channel = ChannelOf(treatment_);
    const double one = treatment_.is_marketing ? contact.opt_out_marketing : contact.opt_out_other;
    Stream stream = For(Purpose::kOptOutOfContact);
    const bool leaves = stream.Chance(std::min(0.5, one * (1 + before.contacts)));
    if (!leaves || !person_.opted_in[channel]) return;
    const std::int64_t at = person_.Between(stream, 8, 22);
    person_.opted_in[channel] = false;
    person_.dealings.opted_out_ms[channel] = at;
    ++person_.dealings.opt_outs;
    person_.React("opt_out", "crm", at, treatment_.id)
        .Text("purpose", "marketing")
        .Text("channel", kChannelNames[channel]);
  }

  Person& person_;
  const Treatment& treatment_;
  std::uint32_t ordinal_;
};

std::vector<Dealings::Waiting> TakeDue(Person& person) {
  std::vector<Dealings::Waiting>& inbox = person.dealings.inbox;
  const auto later = std::stable_partition(inbox.begin(), inbox.end(),
                                           [&](const auto& one) { return one.day <= person.day; });
  std::vector<Dealings::Waiting> due(std::make_move_iterator(inbox.begin()),
                                     std::make_move_iterator(later));
  inbox.erase(inbox.begin(), later);
  std::sort(due.begin(), due.end(), [](const auto& a, const auto& b) {
    return std::tie(a.treatment.id, a.day) < std::tie(b.treatment.id, b.day);
  });
  return due;
}

}  // namespace

Kind KindOf(std::string_view action) {
  const auto* found = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Known& known) { return known.action == action; });
  return found == kKnown.end() ? Kind::kContact : found->kind;
}

bool IsKnown(std::string_view action) { return KindOf(action) != Kind::kContact; }

double CostOf(const ReactionParameters& parameters, const Treatment& treatment) {
  const auto& costs = parameters.costs;
  if (treatment.kind == Kind::kCase) return costs.handle_case;
  if (treatment.channel == "task") {
    return treatment.kind == Kind::kRightSizing ? costs.plan_review : costs.call;
  }
  if (treatment.channel == "sms") return costs.sms;
  return treatment.channel == "push" ? costs.push : costs.email;
}

double EffectOf(const Person& person, const Treatment& treatment) {
  const Parameters& parameters = person.parameters();
  const auto& recovery = person.world().reactions.recovery;
  const Situation now = person.Now();
  switch (treatment.kind) {
    case Kind::kEducation:
    case Kind::kSupportCall:
    case Kind::kDiscountSmall:
    case Kind::kDiscountLarge:
    case Kind::kRightSizing:
      return OwnEffect(parameters, person.customer(), now, static_cast<Action>(treatment.kind));
    case Kind::kCase:
      return recovery.case_share *
             OwnEffect(parameters, person.customer(), now, Action::kSupportCall);
    case Kind::kCredit: {
      const auto& e = parameters.effects;
      const bool trouble = now.tickets > 0 || now.outage;
      if (!trouble || treatment.credit_cents <= 0) return 0;
      return recovery.credit *
             Logistic(e.reachable_slope * (now.satisfaction - e.reachable_centre));
    }
    case Kind::kReminder:
    case Kind::kNewCard:
    case Kind::kContact:
      return 0;
  }
  return 0;
}

double ChanceOf(const Person& person, const Treatment& treatment) {
  const ReactionParameters& parameters = person.world().reactions;
  if (IsCall(treatment)) return parameters.call.reached;
  if (!IsDiscount(treatment.kind)) return 1.0;
  // One discount at a time: a smaller one, or the same again, is nothing new.
  const Dealings& dealings = person.dealings;
  if (dealings.discount_payments > 0 && treatment.discount <= dealings.discount) return 0;
  const auto& discount = parameters.discount;
  return std::clamp(discount.taken + discount.taken_by_sensitivity * person.customer().sensitivity,
                    discount.taken_min, discount.taken_max);
}

bool IsContact(const Treatment& treatment) { return treatment.kind != Kind::kCase; }

void OpenInbox(Person& person) {
  Dealings& dealings = person.dealings;
  if (person.ended()) {
    dealings.too_late += static_cast<int>(dealings.inbox.size());
    dealings.inbox.clear();
  }
  if (dealings.inbox.empty()) return;
  std::uint32_t ordinal = 0;
  for (Dealings::Waiting& waiting : TakeDue(person)) {
    Reaction reaction(person, waiting.treatment, ordinal++);
    const bool is_new_task = IsCall(waiting.treatment) && !waiting.is_due_task;
    const int wait = is_new_task ? reaction.DaysUntilDone() : 0;
    if (wait == 0) {
      reaction.Happen();
    } else {
      waiting.day = person.day + wait;
      waiting.is_due_task = true;
      dealings.inbox.push_back(std::move(waiting));
    }
  }
}

double DailyMargin(const Person& person) {
  return static_cast<double>(PriceCents(person.price)) / 100.0 * 12.0 / 365.25 *
         person.world().reactions.value.margin_share;
}

}  // namespace simulator
