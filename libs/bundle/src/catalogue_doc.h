#pragma once

#include <optional>
#include <string>
#include <vector>

#include "condition_doc.h"
#include "model_doc.h"
#include "sources_doc.h"
#include "values.h"

#include "evenkeel/decision/catalogue.h"

// catalogue.yaml as written.

namespace evenkeel::internal {

template <>
struct Words<ContactClass> {
  static constexpr std::pair<std::string_view, ContactClass> kAll[] = {
      {"default", ContactClass::kDefault},
      {"mandatory", ContactClass::kMandatory},
      {"transactional", ContactClass::kTransactional},
      {"remedial", ContactClass::kRemedial}};
};
template <>
struct Words<RiskClass> {
  static constexpr std::pair<std::string_view, RiskClass> kAll[] = {
      {"low", RiskClass::kLow}, {"medium", RiskClass::kMedium}, {"high", RiskClass::kHigh}};
};
template <>
struct Words<ChurnCause> {
  static constexpr std::pair<std::string_view, ChurnCause> kAll[] = {
      {"voluntary", ChurnCause::kVoluntary}, {"involuntary", ChurnCause::kInvoluntary}};
};
template <>
struct Words<UpliftBasis> {
  static constexpr std::pair<std::string_view, UpliftBasis> kAll[] = {
      {"assumed", UpliftBasis::kAssumed}};
};

/// A change of a chance in billionths: "-1.5 %" is -15,000,000.
struct Change {
  std::int64_t ppb = 0;
};
template <>
struct Value<Change> : PlainValue {
  static std::string TypeName() { return "change in percentage points"; }
  static std::string Show(const Change& v) { return "`" + FormatScaled(v.ppb, 7) + " %`"; }
  static void Read(const Cursor& cursor, Change& target);
};

struct TreatmentDoc {
  static constexpr std::string_view kTitle = "Treatment";
  static constexpr std::string_view kAbout = "An action as rendered for one channel.";
  Placed<Name> channel;
  std::string template_name;
  Placed<Money> cost;
  Placed<Span> send_window{{std::chrono::hours(4)}, {}, {}};
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("channel", channel,
               "Where: a topic `actions.<channel>` carries it. `task` is work for people.");
    f.Optional("template", template_name, "For the executor.");
    f.Required("cost", cost, "Of one contact.");
    f.Optional("send_window", send_window,
               "Carried out within this time of the decision, or not at all. At least a minute.");
  }
};

struct IncentiveDoc {
  static constexpr std::string_view kTitle = "Incentive";
  static constexpr std::string_view kAbout =
      "Something of worth that the customer gets, whether or not they would have stayed anyway.";
  Placed<Money> amount;
  Share take_up{1'000'000};
  std::int64_t payments = 0;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("amount", amount, "Of one payment.");
    f.Optional("take_up", take_up, "Chance that the customer takes it up.");
    f.Optional("payments", payments, "0: once, at once. n: at the end of each of n periods.");
  }
};

struct UpliftDoc {
  static constexpr std::string_view kTitle = "Uplift";
  static constexpr std::string_view kAbout =
      "What an action changes in the chance of one outcome. Below zero it becomes less likely: "
      "harm "
      "where it is good for us, a gain where it is a complaint.";
  std::optional<Placed<Name>> segment;
  Change mean;
  Change low;
  Change high;
  Placed<UpliftBasis> basis{UpliftBasis::kAssumed, {}, {}};
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("segment", segment,
               "For these customers; without it, for those of no listed segment.");
    f.Required("mean", mean, "Most likely change.");
    f.Required("low", low, "Lower end of a 90 % interval.");
    f.Required("high", high, "Upper end.");
    f.Required("basis", basis, "Where the figure comes from; shown wherever it is used.");
  }
};

struct ActionDoc {
  static constexpr std::string_view kTitle = "Action";
  static constexpr std::string_view kAbout =
      "What could be done for a customer. Conditions ask about `feature.<name>`, `churn.total`, "
      "`churn.voluntary`, `churn.involuntary`, `profile.kind`, `profile.jurisdiction`, "
      "`profile.segment`, `profile.language`, `profile.vulnerable` and `attribute.<name>`; what is "
      "not known fails every condition but `{present: false}`.";
  std::string about;
  Name domain{"retention"};
  Name purpose;
  ContactClass contact_class = ContactClass::kDefault;
  RiskClass risk = RiskClass::kLow;
  bool is_reversible = true;
  ChurnCause cause = ChurnCause::kVoluntary;
  KnownTests eligible;
  KnownTests applicable;
  KnownTests suitable;
  std::optional<IncentiveDoc> incentive;
  std::optional<Placed<Money>> fatigue;
  std::optional<Placed<Money>> risk_cost;
  std::vector<UpliftDoc> uplift;
  std::vector<UpliftDoc> resolution;
  std::vector<UpliftDoc> complaint;
  std::vector<Placed<std::string>> answers;
  Named<TreatmentDoc> treatments;
  WordMap parameters;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("about", about, "For people.");
    f.Optional("domain", domain, "Whose proposer offers it.");
    f.Required("purpose", purpose, "What consent is asked for, such as `marketing` or `service`.");
    f.Optional("class", contact_class, "How much of the contact policy binds it.");
    f.Optional("risk", risk, "Harm if it is wrong.");
    f.Optional("reversible", is_reversible, "Whether it can be taken back.");
    f.Optional("cause", cause, "Which reason to leave it acts on.");
    f.Optional("eligible", eligible, "May this customer have it?");
    f.Optional("applicable", applicable, "Does it make sense now?");
    f.Optional("suitable", suitable, "Is it good for them?");
    f.Optional("incentive", incentive, "What the customer gets, if anything.");
    f.Optional("fatigue", fatigue, "What the contact costs in later attention.");
    f.Optional("risk_cost", risk_cost, "Chance of harm times its loss.");
    f.Optional(
        "uplift", uplift,
        "Of the chance to stay over the model's horizon, by segment. Without a fitting one of "
        "any outcome the action is no candidate.");
    f.Optional("resolution", resolution,
               "Of the chance that the customer's problem is solved; worth the bundle's "
               "`value.resolution`.");
    f.Optional("complaint", complaint,
               "Of the chance that the customer complains; costs the bundle's `value.complaint`.");
    f.Optional("answers", answers,
               "`service_recovery`: the signs it is for; without it, any of them.");
    f.Required("treatments", treatments, "At least one.");
    f.Optional("parameters", parameters, "For executors, as they are.");
  }
};

struct SegmentDoc {
  static constexpr std::string_view kTitle = "Segment";
  static constexpr std::string_view kAbout =
      "Customers for whom an action is assumed to do the same. The first whose conditions all hold "
      "is the customer's.";
  std::string about;
  KnownTests when;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("about", about, "For people.");
    f.Required("when", when, "As the conditions of an action.");
  }
};

struct RetentionDoc {
  static constexpr std::string_view kTitle = "Retention";
  static constexpr std::string_view kAbout =
      "From which chance to leave over the horizon a customer is at risk. Actions are proposed for "
      "the causes at risk.";
  Chance voluntary_min;
  Chance involuntary_min;
  void Describe(Fields& f) {
    f.Required("voluntary_min", voluntary_min, "For actions with the cause `voluntary`.");
    f.Required("involuntary_min", involuntary_min, "For actions with the cause `involuntary`.");
  }
};

struct SignDoc {
  static constexpr std::string_view kTitle = "Sign";
  static constexpr std::string_view kAbout = "Where it shows that something went wrong.";
  Placed<std::string> feature;
  std::optional<Quantity> limit;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("feature", feature, "A number feature. Not known: the sign does not show.");
    f.Optional(
        "limit", limit,
        "The sign shows from this value on; `sla_due` and `sentiment`: below it. Without it, "
        "as the sign says.");
  }
};

struct ServiceRecoveryDoc {
  static constexpr std::string_view kTitle = "Service recovery";
  static constexpr std::string_view kAbout =
      "What counts as a service that went wrong. Where a sign shows, the actions of the domain "
      "`service_recovery` that answer it are proposed; the first that shows, in this order, is "
      "given "
      "as the cause. A sign that is not listed is not looked for.";
  std::optional<SignDoc> complaints;
  std::optional<SignDoc> overdue;
  std::optional<SignDoc> reopened;
  std::optional<SignDoc> sla_due;
  std::optional<SignDoc> sentiment;
  std::optional<SignDoc> outages;
  std::optional<SignDoc> errors;
  std::optional<SignDoc> failed_payments;
  std::optional<SignDoc> open_tickets;
  void Describe(Fields& f) {
    f.Optional("complaints", complaints, "Complaints; limit 1.");
    f.Optional("overdue", overdue, "Tickets that are open past their agreed time; limit 1.");
    f.Optional("reopened", reopened, "Tickets that were not solved the first time; limit 1.");
    f.Optional("sla_due", sla_due, "Time left to solve the most urgent ticket; limit `4h`.");
    f.Optional("sentiment", sentiment, "Mood in conversations, as summed up; limit -1.");
    f.Optional("outages", outages, "Outages that the customer was exposed to; limit 2.");
    f.Optional("errors", errors, "Errors that the customer saw; limit 5.");
    f.Optional("failed_payments", failed_payments,
               "Failed payments, where they are the service's failure; limit 3.");
    f.Optional("open_tickets", open_tickets, "Tickets that are open at once; limit 2.");
  }
};

struct CatalogueDoc {
  static constexpr std::string_view kTitle = "catalogue.yaml";
  static constexpr std::string_view kAbout = "What can be done, for whom, and what it costs.";
  RetentionDoc retention;
  ServiceRecoveryDoc service_recovery;
  Named<SegmentDoc> segments;
  Named<ActionDoc> actions;
  Place place;
  void Describe(Fields& f) {
    f.Required("retention", retention, "Who is at risk.");
    f.Optional("service_recovery", service_recovery, "Whose service went wrong.");
    f.Optional("segments", segments, "In order.");
    f.Required("actions", actions, "The actions by name.");
  }
};

}  // namespace evenkeel::internal
