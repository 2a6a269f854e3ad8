#pragma once

#include <optional>
#include <string>
#include <vector>

#include "condition_doc.h"
#include "values.h"

#include "evenkeel/decision/catalogue.h"
#include "evenkeel/policy/definition.h"

// policy.yaml as written.

namespace evenkeel::internal {

template <>
struct Words<ConsentNeed> {
  static constexpr std::pair<std::string_view, ConsentNeed> kAll[] = {
      {"none", ConsentNeed::kNone},
      {"not_refused", ConsentNeed::kNotRefused},
      {"granted", ConsentNeed::kGranted}};
};
template <>
struct Words<AutonomyLevel> {
  static constexpr std::pair<std::string_view, AutonomyLevel> kAll[] = {
      {"L0", AutonomyLevel::kL0}, {"L1", AutonomyLevel::kL1}, {"L2", AutonomyLevel::kL2},
      {"L3", AutonomyLevel::kL3}, {"L4", AutonomyLevel::kL4}, {"L5", AutonomyLevel::kL5}};
};
template <>
struct Words<RiskHandling> {
  static constexpr std::pair<std::string_view, RiskHandling> kAll[] = {
      {"execute", RiskHandling::kExecute},
      {"ask", RiskHandling::kAsk},
      {"recommend", RiskHandling::kRecommend}};
};
template <>
struct Words<Direction> {
  static constexpr std::pair<std::string_view, Direction> kAll[] = {
      {"outbound", Direction::kOutbound}};
};

struct ClassDoc {
  static constexpr std::string_view kTitle = "Class rule";
  static constexpr std::string_view kAbout =
      "Which parts of the contact policy bind actions of a class. What is left out stays as built "
      "in.";
  std::optional<ConsentNeed> consent;
  std::optional<bool> capped;
  std::optional<bool> counted;
  std::optional<bool> cooled_down;
  std::optional<bool> quiet;
  std::optional<bool> held_out;
  std::optional<bool> preferred;
  void Describe(Fields& f) {
    f.Optional("consent", consent, "What must be on record for the purpose and channel.");
    f.Optional("capped", capped, "Caps can stop it.");
    f.Optional("counted", counted, "It uses up caps and starts cool-downs.");
    f.Optional("cooled_down", cooled_down, "Cool-downs can stop it.");
    f.Optional("quiet", quiet, "Quiet hours can stop it.");
    f.Optional("held_out", held_out, "It is withheld from the holdout.");
    f.Optional("preferred", preferred, "The customer's wishes bind it.");
  }
};

struct ClassesDoc {
  static constexpr std::string_view kTitle = "Classes";
  static constexpr std::string_view kAbout = "Rules by class of contact.";
  ClassDoc by_default;
  ClassDoc mandatory;
  ClassDoc transactional;
  ClassDoc remedial;
  void Describe(Fields& f) {
    f.Optional("default", by_default, "Offers and everything else.");
    f.Optional("mandatory", mandatory, "The law wants it sent.");
    f.Optional("transactional", transactional, "The customer set it off and waits for it.");
    f.Optional("remedial", remedial, "Puts right what we did wrong.");
  }
};

struct CapDoc {
  static constexpr std::string_view kTitle = "Cap";
  static constexpr std::string_view kAbout =
      "At most so many contacts in any window of that length, wherever it starts.";
  std::vector<Placed<std::string>> channels;
  std::vector<Placed<std::string>> purposes;
  Placed<std::int64_t> contacts_max;
  Placed<Span> window;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("contacts_max", contacts_max, "1 to 1000.");
    f.Required("window", window, "Up to 400d.");
    f.Optional("channels", channels, "Without it, all of them together.");
    f.Optional("purposes", purposes, "Without it, all of them together.");
  }
};

struct CoolDownDoc {
  static constexpr std::string_view kTitle = "Cool-down";
  static constexpr std::string_view kAbout = "A pause after a contact.";
  std::vector<Placed<std::string>> actions;
  bool per_action = true;
  Placed<Span> pause;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("pause", pause, "Up to 400d.");
    f.Optional("actions", actions, "These; without it, all.");
    f.Optional("per_action", per_action,
               "After a contact by the same action; else by any of `actions`.");
  }
};

struct QuietHoursDoc {
  static constexpr std::string_view kTitle = "Quiet hours";
  static constexpr std::string_view kAbout =
      "No contact while the customer's own clock shows such a time.";
  std::vector<Placed<std::string>> channels;
  ClockTime from;
  ClockTime to;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("from", from, "First quiet minute.");
    f.Required("to", to, "First minute that is not; past midnight where it is the smaller.");
    f.Optional("channels", channels, "Without it, all.");
  }
};

struct AutonomyDoc {
  static constexpr std::string_view kTitle = "Autonomy";
  static constexpr std::string_view kAbout =
      "How much happens without a person: L0 score only, L1 recommend, L2 execute single actions "
      "of "
      "low risk, L3 plays, L4 learnt policy, L5 shared objectives. Unknown means L1.";
  Name domain;
  std::optional<Placed<Name>> action;
  AutonomyLevel level = AutonomyLevel::kL1;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("domain", domain, "Of actions.");
    f.Optional("action", action, "Only this one; wins over the domain's rule.");
    f.Required("level", level, "How much.");
  }
};

struct ByRiskDoc {
  static constexpr std::string_view kTitle = "By risk class";
  static constexpr std::string_view kAbout = "What becomes of an action that could go out.";
  RiskHandling low = RiskHandling::kExecute;
  RiskHandling medium = RiskHandling::kAsk;
  RiskHandling high = RiskHandling::kAsk;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("low", low, "Of risk class low.");
    f.Optional("medium", medium, "Of risk class medium.");
    f.Optional("high", high, "Of risk class high: `ask` or `recommend`.");
  }
};

struct ApprovalsDoc {
  static constexpr std::string_view kTitle = "Approvals";
  static constexpr std::string_view kAbout =
      "When a person is asked before an action goes out, from level L2 on. The request names the "
      "exact action; what is approved is checked again when it is let go. Without a word here only "
      "actions of low risk that give no money go out unasked. Face value is what an action gives "
      "over its full term.";
  std::optional<Placed<Money>> money_above;
  std::optional<Placed<Money>> assumed_money_above;
  ByRiskDoc by_risk;
  Placed<Name> role{{"approver"}, {}, {}};
  Placed<Span> expires_after{{std::chrono::hours(24)}, {}, {}};
  Placed<Span> ask_again_after{{std::chrono::hours(24 * 14)}, {}, {}};
  void Describe(Fields& f) {
    f.Optional("money_above", money_above,
               "Asks where its face value and that of what the customer got within 30 days are "
               "together above this. Without it, any money asks.");
    f.Optional("assumed_money_above", assumed_money_above,
               "Asks where its own face value is above this and its uplift an assumption. Without "
               "it, any money on an assumption asks.");
    f.Optional("by_risk", by_risk, "What its risk class says.");
    f.Optional("role", role, "Who may answer.");
    f.Optional("expires_after", expires_after, "No answer until then means no. Up to 30d.");
    f.Optional("ask_again_after", ask_again_after,
               "After a person said no, the customer's same action is not asked about for so long. "
               "Up to 400d.");
  }
};

struct TriggerDoc {
  static constexpr std::string_view kTitle = "Trigger";
  static constexpr std::string_view kAbout = "Signals that open a decision.";
  std::vector<Placed<std::string>> on;
  FieldTests when;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("on", on, "Types of signals.");
    f.Optional("when", when, "Fields of the signal that must be so.");
  }
};

struct PointDoc {
  static constexpr std::string_view kTitle = "Decision point";
  static constexpr std::string_view kAbout = "When a decision is made.";
  std::string about;
  Direction direction = Direction::kOutbound;
  std::vector<TriggerDoc> on_signal;
  std::vector<Placed<std::string>> on_due;
  std::optional<Placed<Span>> every;
  Placed<Span> min_interval;
  Placed<Span> max_signal_age{{std::chrono::hours(24)}, {}, {}};
  std::vector<Name> domains;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("about", about, "For people.");
    f.Optional("direction", direction, "Who speaks first.");
    f.Optional("on_signal", on_signal, "After any of these.");
    f.Optional("on_due", on_due,
               "When a deadline of an open case of these features passes: at once, by a timer.");
    f.Optional("every", every, "On a timer, this often for each customer.");
    f.Optional("min_interval", min_interval, "A trigger sooner than this after the last waits.");
    f.Optional("max_signal_age", max_signal_age,
               "Older signals update what is known, and open nothing.");
    f.Required("domains", domains, "Whose proposers are asked.");
  }
};

struct PolicyDoc {
  static constexpr std::string_view kTitle = "policy.yaml";
  static constexpr std::string_view kAbout =
      "When, how often and how freely customers are contacted.";
  ClassesDoc classes;
  Named<CapDoc> caps;
  Named<CoolDownDoc> cool_downs;
  Named<QuietHoursDoc> quiet_hours;
  std::vector<AutonomyDoc> autonomy;
  ApprovalsDoc approvals;
  Named<PointDoc> decision_points;
  Placed<Span> receipt_grace{{std::chrono::hours(24)}, {}, {}};
  Place place;
  void Describe(Fields& f) {
    f.Required("decision_points", decision_points, "When decisions are made.");
    f.Optional("caps", caps, "How often.");
    f.Optional("cool_downs", cool_downs, "Pauses.");
    f.Optional("quiet_hours", quiet_hours, "Times of day without contact.");
    f.Optional("autonomy", autonomy, "How much happens without a person.");
    f.Optional("approvals", approvals, "When a person is asked first.");
    f.Optional("classes", classes, "Changes of the rules by class.");
    f.Optional(
        "receipt_grace", receipt_grace,
        "How long after the send window a contact waits for its receipt before it is given back.");
  }
};

}  // namespace evenkeel::internal
