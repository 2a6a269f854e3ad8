#include <algorithm>

#include "person.h"
#include "reactions.h"

namespace simulator {
namespace {

constexpr std::array<std::string_view, 3> kDisputes{"unrecognized", "duplicate",
                                                    "product_not_received"};

double Whole(std::int64_t cents) { return static_cast<double>(cents) / 100.0; }

JsonFields& Money(JsonFields& fields, std::string_view name, std::int64_t cents) {
  return fields.Integer(name, cents).Text("currency", "EUR");
}

/// What one invoice asks for.
std::int64_t Due(const Person& person) {
  return PriceCents(person.price) * (person.customer().paid_yearly ? 12 : 1);
}

int BillingDayOfMonth(const Person& person) {
  return std::min(DateOf(person.customer().signed_up).day, 28);
}

std::int64_t NextTerm(const Person& person, std::int64_t day_number) {
  Date date = DateOf(day_number);
  date.day = std::min(date.day, 28);
  return DayNumber(PlusMonths(date, person.customer().paid_yearly ? 12 : 1));
}

bool InvoiceToday(const Person& person, bool renewed) {
  if (person.day_number() == person.customer().signed_up) return true;
  if (person.customer().paid_yearly) return renewed;
  return DateOf(person.day_number()).day == BillingDayOfMonth(person);
}

/// How an attempt ends; `failure` is empty where it succeeds.
struct Result {
  std::string_view failure;
  bool final = false;
};

/// One attempt, some minutes after `from_ms`. Returns when it was made.
std::int64_t Attempt(Person& person, Stream& stream, const OpenInvoice& invoice,
                     std::int64_t from_ms, Result result) {
  const std::int64_t when =
      from_ms + static_cast<std::int64_t>(stream.Uniform() * static_cast<double>(20 * kMinuteMs));
  JsonFields& fields = person.Emit("payment_attempt", "billing", when);
  fields.Text("invoice", invoice.name).Integer("attempt", invoice.attempts);
  Money(fields, "amount_cents", invoice.cents)
      .Text("method", kMethodNames[static_cast<std::size_t>(person.customer().method)])
      .Text("result", result.failure.empty() ? "succeeded" : "failed");
  if (!result.failure.empty()) fields.Text("failure_code", result.failure);
  fields.Bool("final", result.final);
  return when;
}

/// What now and then follows a payment.
void AfterPayment(Person& person, Stream& stream, const std::string& invoice, std::int64_t cents,
                  std::int64_t paid) {
  const auto& billing = person.parameters().billing;
  const bool disputed = stream.Chance(billing.dispute);
  const bool refunded = stream.Chance(billing.refund);
  const std::int64_t days = 1 + stream.Below(10);
  const auto reason = static_cast<std::size_t>(stream.Below(3));
  if (disputed) {
    JsonFields& fields = person.Emit("dispute_opened", "billing", paid + days * kDayMs);
    Money(fields.Text("invoice", invoice), "amount_cents", cents).Text("reason", kDisputes[reason]);
  }
  if (disputed || refunded) {
    const std::int64_t back = disputed ? cents : cents / 4;
    JsonFields& fields = person.Emit("refund_issued", "billing", paid + (days + 6) * kDayMs);
    Money(fields.Text("invoice", invoice), "amount_cents", back)
        .Text("reason", disputed ? "dispute" : "goodwill");
  }
}

void Issue(Person& person, Stream& stream) {
  const auto& billing = person.parameters().billing;
  const std::int64_t today = person.day_number();
  const bool first = today == person.customer().signed_up && person.customer().first_day > 0;
  const std::int64_t at = first ? person.Between(stream, 21, 22) : person.Between(stream, 3, 4);
  OpenInvoice invoice;
  invoice.name =
      "I-" + CustomerName(person.customer().index) + "-" + std::to_string(++person.invoices);
  const std::int64_t list = Due(person);
  invoice.off_cents = person.dealings.TakeOff(list, person.customer().paid_yearly ? 12 : 1);
  invoice.cents = list - invoice.off_cents;
  invoice.issued_day = person.day;
  JsonFields& fields = person.Emit("invoice_issued", "billing", at).Text("invoice", invoice.name);
  Money(fields, "amount_cents", invoice.cents)
      .Text("period_start", FormatDate(today))
      .Text("period_end", FormatDate(NextTerm(person, today)))
      .Text("due_on", FormatDate(today + billing.due_days))
      .Text("billing", person.customer().paid_yearly ? "yearly" : "monthly");

  Stream fate = person.For(Purpose::kPaymentFate);
  const bool fails = fate.Chance(billing.first_attempt_fails);
  const bool lost = fate.Chance(billing.failure_is_final);
  const int recovery = 2 + fate.Below(static_cast<int>(billing.retry_days.size()));
  const std::int64_t first_attempt = at + 10 * kMinuteMs;
  if (!fails || person.open_invoice) {  // One trouble at a time.
    const std::int64_t paid = Attempt(person, stream, invoice, first_attempt, {.final = true});
    person.dealings.money.incentives += Whole(invoice.off_cents);
    AfterPayment(person, stream, invoice.name, invoice.cents, paid);
    return;
  }
  invoice.succeeds_at = lost ? 0 : recovery;
  Attempt(person, stream, invoice, first_attempt,
          {.failure = lost ? "card_expired" : "insufficient_funds"});
  person.open_invoice = std::move(invoice);
}

/// Tries again when a retry is due today.
void Retry(Person& person, Stream& stream) {
  if (!person.open_invoice || person.open_invoice->issued_day == person.day) return;
  const auto& retry_days = person.parameters().billing.retry_days;
  OpenInvoice& invoice = *person.open_invoice;
  const auto next = static_cast<std::size_t>(invoice.attempts - 1);
  if (person.day != invoice.issued_day + retry_days[next]) return;
  ++invoice.attempts;
  const bool last = next + 1 == retry_days.size();
  const bool succeeds = invoice.attempts == invoice.succeeds_at;
  const std::int64_t at = person.Between(stream, 5, 7);
  std::string_view failure = invoice.succeeds_at == 0 ? "do_not_honor" : "insufficient_funds";
  if (succeeds) failure = "";
  const std::int64_t when =
      Attempt(person, stream, invoice, at, {.failure = failure, .final = succeeds || last});
  if (succeeds) {
    person.dealings.money.incentives += Whole(invoice.off_cents);
    person.open_invoice.reset();
  } else if (last) {
    person.dealings.money.margin -= DailyMargin(person) * (person.day - invoice.issued_day);
    person.End(Ending::kUnpaid, when + kHourMs);
  }
}

void ChangePlan(Person& person) {
  const auto& billing = person.parameters().billing;
  Stream stream = person.For(Purpose::kPlanChange);
  if (person.Now().in_lock || !stream.Chance(billing.plan_change_per_month / 30.0)) return;
  const Customer& customer = person.customer();
  const double upward =
      std::clamp(customer.adoption + billing.upward_satisfaction * person.satisfaction +
                     billing.upward_sensitivity * (customer.sensitivity - 1.0),
                 billing.upward_min, billing.upward_max);
  const bool up = stream.Chance(upward);
  const std::string_view from = PlanOf(person.parameters(), person.price);
  if (from == (up ? "pro" : "basic")) return;
  const double border = (from == "plus") == up ? billing.pro_from : billing.plus_from;
  person.price = up ? std::max(person.price * billing.plan_change_factor, border + 1.0)
                    : std::min(person.price / billing.plan_change_factor, border - 1.0);
  JsonFields& fields = person.Emit("plan_changed", "billing", person.Between(stream, 9, 22));
  fields.Text("from", from).Text("to", PlanOf(person.parameters(), person.price));
  Money(fields, "price_cents", PriceCents(person.price)).Text("direction", up ? "up" : "down");
}

void Contract(Person& person, Stream& stream, bool renewed) {
  if (person.day_number() ==
      person.contract_end - person.parameters().billing.renewal_notice_days) {
    JsonFields& fields = person.Emit("renewal_due", "billing", person.Between(stream, 7, 8))
                             .Text("contract_end", FormatDate(person.contract_end));
    Money(fields, "amount_cents", PriceCents(person.price) * 12);
  }
  if (!renewed) return;
  Date end = DateOf(person.contract_end);
  person.contract_end = DayNumber(PlusMonths(end, 12));
  JsonFields& fields = person.Emit("contract_renewed", "billing", person.Between(stream, 0, 1))
                           .Text("contract_end", FormatDate(person.contract_end));
  Money(fields, "amount_cents", PriceCents(person.price) * 12);
}

}  // namespace

void Bill(Person& person) {
  Stream stream = person.For(Purpose::kPayment);
  const bool renewed = person.contract_end != 0 && person.day_number() == person.contract_end;
  if (person.contract_end != 0) Contract(person, stream, renewed);
  if (InvoiceToday(person, renewed)) Issue(person, stream);
  Retry(person, stream);
  if (!person.ended()) ChangePlan(person);
}

}  // namespace simulator
