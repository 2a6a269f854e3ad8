#include <algorithm>
#include <cmath>

#include "person.h"
#include "real.h"

namespace simulator {
namespace {

constexpr std::array<std::string_view, 4> kTopics{"billing", "technical", "usability", "delivery"};
constexpr std::array<std::string_view, 4> kIntents{"billing_question", "technical_problem",
                                                   "how_to", "delivery_question"};
constexpr std::array<std::string_view, 3> kChannels{"email", "chat", "phone"};

std::int64_t Hours(double hours) {
  return static_cast<std::int64_t>(hours * static_cast<double>(kHourMs));
}

struct Ticket {
  std::string name;
  std::size_t topic = 0;
  std::size_t channel = 0;
  std::int64_t opened = 0;
};

void Contact(Person& person, Stream& stream, std::int64_t at, std::string_view channel,
             std::string_view intent, double offset, std::string_view ticket) {
  const auto& support = person.parameters().support;
  const double mood = offset + support.sentiment_satisfaction * person.satisfaction;
  const double sentiment = std::clamp(mood + support.sentiment_noise * stream.Normal(), -1.0, 1.0);
  const double confidence =
      std::clamp(support.confidence_mean + support.confidence_sd * stream.Normal(), 0.2, 0.99);
  JsonFields& fields =
      person.Emit("contact", "support", at)
          .Text("channel", channel)
          .Text("direction", "inbound")
          .Text("intent", intent)
          .Decimal("intent_confidence", confidence, 2)
          .Decimal("sentiment", sentiment, 2)
          .Integer("turns", 2 + stream.Poisson(support.turns_mean))
          .Integer("handle_seconds", static_cast<int>(stream.LogNormal(
                                         support.handle_seconds_mu, support.handle_seconds_sigma)))
          .Bool("reopened", stream.Chance(support.contact_reopened));
  if (!ticket.empty()) fields.Text("ticket", ticket);
}

void AfterTicket(Person& person, Stream& stream, const Ticket& ticket, std::int64_t resolved) {
  const auto& support = person.parameters().support;
  if (stream.Chance(support.csat_answered)) {
    const double score =
        std::round(support.csat_centre + support.csat_satisfaction * person.satisfaction +
                   support.csat_noise * stream.Normal());
    person.Emit("csat", "survey", resolved + Hours(1 + 30 * stream.Uniform()))
        .Text("ticket", ticket.name)
        .Integer("score", static_cast<int>(std::clamp(score, 1.0, 5.0)));
  }
  const double unhappy = person.satisfaction < -1 ? support.complaint_unhappy_factor : 1.0;
  if (stream.Chance(support.complaint * unhappy)) {
    person.Emit("complaint", "support", ticket.opened + Hours(2 + 40 * stream.Uniform()))
        .Text("cause", kTopics[ticket.topic])
        .Text("ticket", ticket.name);
  }
}

/// Replied, resolved, sometimes reopened and resolved again. Returns the last resolution.
std::int64_t Handle(Person& person, Stream& stream, const Ticket& ticket) {
  const auto& support = person.parameters().support;
  const std::int64_t replied =
      ticket.opened + Hours(stream.LogNormal(support.reply_hours_mu, support.reply_hours_sigma));
  person.Emit("ticket_replied", "support", replied).Text("ticket", ticket.name).Text("by", "agent");
  std::int64_t from = replied;
  bool again = stream.Chance(support.reopened);
  while (true) {
    const std::int64_t resolved =
        from + Hours(stream.LogNormal(support.resolve_hours_mu, support.resolve_hours_sigma));
    person.Emit("ticket_resolved", "support", resolved)
        .Text("ticket", ticket.name)
        .Decimal("hours", static_cast<double>(resolved - ticket.opened) / kHourMs, 1);
    if (!again) return resolved;
    again = false;
    from = resolved + Hours(24 + 72 * stream.Uniform());
    person.Emit("ticket_reopened", "support", from).Text("ticket", ticket.name);
  }
}

void OpenTicket(Person& person, Stream& stream) {
  const auto& support = person.parameters().support;
  Ticket ticket;
  ticket.name =
      "T-" + CustomerName(person.customer().index) + "-" + std::to_string(++person.tickets);
  ticket.topic = static_cast<std::size_t>(stream.Pick(support.topic));
  ticket.channel = static_cast<std::size_t>(stream.Pick(support.channel));
  ticket.opened = person.Between(stream, 8, 21);
  const int severity = stream.Pick(support.severity);
  const int sla_hours = support.sla_hours[static_cast<std::size_t>(severity)];
  person.Emit("ticket_opened", "support", ticket.opened)
      .Text("ticket", ticket.name)
      .Text("topic", kTopics[ticket.topic])
      .Integer("severity", severity + 1)
      .Text("channel", kChannels[ticket.channel])
      .Text("sla_due_at", person.Clock(ticket.opened + sla_hours * kHourMs));
  if (ticket.channel != 0) {
    Contact(person, stream, ticket.opened + kMinuteMs, kChannels[ticket.channel],
            kIntents[ticket.topic], support.sentiment_of_ticket, ticket.name);
  }
  AfterTicket(person, stream, ticket, Handle(person, stream, ticket));
  person.ticket_days.push_back(person.day);
}

}  // namespace

void AskForHelp(Person& person) {
  const auto& shocks = person.parameters().shocks;
  double rate = person.customer().friction / 30.0;
  if (person.day - person.last_outage_day < shocks.outage_ticket_days) {
    rate *= 1.0 + shocks.outage_ticket_factor * 30.0 / shocks.outage_ticket_days;
  }
  Stream stream = person.For(Purpose::kTickets);
  for (int left = stream.Poisson(rate); left > 0; --left) {
    if (person.day >= person.customer().first_day) {
      OpenTicket(person, stream);
    } else {  // Before the world begins: remembered, not reported.
      person.ticket_days.push_back(person.day);
    }
  }
}

void AnswerSurveys(Person& person) {
  const auto& support = person.parameters().support;
  Stream survey = person.For(Purpose::kSurvey);
  const bool asked = (person.day + person.customer().survey_phase) % support.nps_every_days == 0;
  if (asked && survey.Chance(support.nps_answered)) {
    const double score = std::round(
        support.nps_centre + support.nps_satisfaction * person.satisfaction + survey.Normal());
    person.last_nps = static_cast<int>(std::clamp(score, 0.0, 10.0));
    person.Emit("nps", "survey", person.Between(survey, 9, 21)).Integer("score", *person.last_nps);
  }
  Stream intent = person.For(Purpose::kCancelIntent);
  const double leaves = LeaveToday(person.parameters(), person.customer(), person.Now());
  if (intent.Chance(std::min(0.5, support.cancel_intent_ratio * leaves))) {
    person.last_cancel_intent_day = person.day;
    const std::int64_t at = person.Between(intent, 9, 20);
    Contact(person, intent, at, intent.Chance(0.5) ? "chat" : "phone", "cancel",
            support.sentiment_of_cancel, "");
  }
}

void OptOut(Person& person) {
  Stream stream = person.For(Purpose::kOptOut);
  for (std::size_t i = 0; i < kChannelNames.size(); ++i) {
    const bool leaves = stream.Chance(person.parameters().support.opt_out_per_month / 30.0);
    const double hour = 8 + 14 * stream.Uniform();
    if (!leaves || !person.opted_in[i]) continue;
    person.opted_in[i] = false;
    person.Emit("opt_out", "crm", person.Local(hour))
        .Text("purpose", "marketing")
        .Text("channel", kChannelNames[i]);
  }
}

}  // namespace simulator
