#include "scenario.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "evenkeel/base/hash.h"
#include "evenkeel/bundle/bundle.h"
#include "evenkeel/bundle/bundle_files.h"
#include "evenkeel/decision/decision_wave.h"
#include "evenkeel/policy/holdout.h"

namespace evenkeel::testing {
namespace {

TimeMs TimeOf(const YAML::Node& node) {
  const auto text = node.as<std::string>();
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  const int read =
      std::sscanf(text.c_str(), "%d-%u-%uT%d:%dZ", &year, &month, &day, &hour, &minute);
  EVENKEEL_CHECK(read == 5);
  const std::chrono::sys_days date =
      std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  const auto time = date + std::chrono::hours(hour) + std::chrono::minutes(minute);
  return {std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count()};
}

// "15.00 EUR" is money, "3" a whole number, "-0.5" a number, "2026-03-02T09:00Z" a time, "true" a
// bool, all else a symbol.
FieldValue FieldOf(const YAML::Node& node) {
  const auto text = node.as<std::string>();
  long long whole = 0;
  unsigned cents = 0;
  char currency[4] = {};
  if (std::sscanf(text.c_str(), "%lld.%2u %3s", &whole, &cents, currency) == 3) {
    return Money{whole * 100 + cents, 2, Currency{{currency[0], currency[1], currency[2]}}};
  }
  if (text == "true" || text == "false") return text == "true";
  if (text.find_first_not_of("-0123456789") == std::string::npos)
    return std::int64_t{std::stoll(text)};
  if (text.find_first_not_of("-.0123456789") == std::string::npos) return std::stod(text);
  if (std::sscanf(text.c_str(), "%*d-%*u-%*uT%*d:%*d%1[Z]", currency) == 1) return TimeOf(node);
  return text;
}

std::vector<SignalField> FieldsOf(const YAML::Node& node, const std::string& without) {
  std::vector<SignalField> fields;
  for (const auto& entry : node) {
    const auto name = entry.first.as<std::string>();
    if (name != without) fields.push_back({name, FieldOf(entry.second)});
  }
  std::sort(fields.begin(), fields.end(),
            [](const SignalField& a, const SignalField& b) { return a.name < b.name; });
  return fields;
}

ProfileUpdate ProfileOf(const YAML::Node& node, TimeMs now) {
  ProfileUpdate update;
  if (node["time_zone"]) update.time_zone = node["time_zone"].as<std::string>();
  if (node["segment"]) update.segment = node["segment"].as<std::string>();
  for (const auto& entry : node["consents"]) {
    for (const auto& channel : entry.second) {
      update.consents.push_back({.purpose = entry.first.as<std::string>(),
                                 .channel = channel.as<std::string>(),
                                 .state = ConsentState::kGranted,
                                 .since = now});
    }
  }
  if (node["attributes"]) update.attributes = FieldsOf(node["attributes"], {});
  const YAML::Node wishes = node["wishes"];
  if (wishes && wishes["channels"]) {
    update.preferences.channels = wishes["channels"].as<std::vector<std::string>>();
  }
  if (wishes && wishes["pause_until"]) {
    update.preferences.pause_until = TimeOf(wishes["pause_until"]);
  }
  if (wishes && wishes["human_only"]) {
    update.preferences.is_human_only = wishes["human_only"].as<bool>();
  }
  return update;
}

ReceiptStatus StatusOf(const YAML::Node& node) {
  const auto text = node.as<std::string>();
  if (text == "done") return ReceiptStatus::kDone;
  EVENKEEL_CHECK(text == "failed");
  return ReceiptStatus::kFailed;
}

/// A shipped bundle, with texts of its files replaced.
std::shared_ptr<const DecisionCore> CoreOf(const std::string& bundle, const YAML::Node& changes) {
  static const TimeZoneDatabase kZones = TimeZoneDatabase::Open().value();
  BundleFiles files = ReadBundleDirectory(EVENKEEL_SOURCE_DIR "/deploy/bundles/" + bundle).value();
  for (const auto& change : changes) {
    std::string& text = files.at(change["file"].as<std::string>());
    const auto from = change["from"].as<std::string>();
    EVENKEEL_CHECK(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), change["to"].as<std::string>());
  }
  Diagnostics problems;
  const auto compiled = Bundle::Compile(files, kZones, problems);
  EVENKEEL_CHECK(compiled != nullptr);
  return DecisionCore::Create(compiled->core(), {}).value();
}

Control ControlOf(const YAML::Node& node) {
  Control control;
  for (const auto& stop : node["stop"]) {
    const auto text = stop.as<std::string>();
    EVENKEEL_CHECK(text == "all" || text.starts_with("action:"));
    control.switches.push_back(
        text == "all" ? KillSwitch{SwitchScope::kEverything, "", ""}
                      : KillSwitch{SwitchScope::kAction, text.substr(text.find(':') + 1), ""});
  }
  if (node["level"]) {
    const auto level = static_cast<AutonomyLevel>(node["level"].as<int>());
    control.levels.push_back({"retention", "", level});
  }
  return control;
}

std::string_view NameOf(ApprovalState state) {
  constexpr std::array<std::string_view, 7> kNames = {
      "open", "withdrawn", "expired", "released", "rejected", "not_released", "held"};
  return kNames[static_cast<std::size_t>(state) - 1];
}

/// One customer under one bundle.
class Player final : public DecisionSink {
 public:
  explicit Player(const YAML::Node& scenario)
      : bundle_(scenario["bundle"].as<std::string>()),
        core_(CoreOf(bundle_, scenario["changes"])),
        state_(core_->NewState()),
        wave_(*core_, {.deployment = "scenario", .task_epoch = 1}, *this) {
    const bool wants_holdout = scenario["arm"].as<std::string>("treated") == "holdout";
    const HoldoutPolicy& holdout = core_->definition().policy.holdout;
    const TimeMs start = TimeOf(scenario["steps"][0]["at"]);
    for (int i = 0;; ++i) {
      customer_ = CustomerId("customer-" + std::to_string(i));
      if (DrawHoldout(holdout, customer_.value(), start).is_held_out == wants_holdout) return;
    }
  }

  void Play(const YAML::Node& step) {
    SCOPED_TRACE(::testing::Message() << "step at line " << step.Mark().line + 1);
    made_.clear();
    refused_.clear();
    Prepare(step);
    const bool is_timers_only = static_cast<bool>(step["until"]);
    const TimeMs now = TimeOf(step[is_timers_only ? "until" : "at"]);
    RunTimers(now);
    // What the timers before a signal decided is told by an `until` step, where it matters.
    if (!is_timers_only) made_.clear();
    if (step["profile"]) {
      Feed("profile.update", SignalFamily::kProfile, {}, ProfileOf(step["profile"], now), now);
    }
    if (const YAML::Node signal = step["signal"]) {
      const auto type = signal["type"].as<std::string>();
      const SignalFamily family =
          type.starts_with("feedback.") ? SignalFamily::kFeedback : SignalFamily::kCustom;
      Feed(type, family, FieldsOf(signal, "type"), {}, now);
    }
    if (step["receipt"]) {
      const Receipt receipt{
          .action_id = last_action_, .status = StatusOf(step["receipt"]), .occurred = now};
      Feed("receipt", SignalFamily::kReceipt, {}, receipt, now);
    }
    if (step["verdict"]) Answer(step["verdict"], now);
    if (step["forget"]) Feed("forget", SignalFamily::kForget, {}, Forget{}, now);
    wave_.Close();
    EXPECT_EQ(refused_, step["refused"].as<std::string>(""));
    if (step["decides"]) Expect(step["decides"]);
  }

  void OnDecision(CustomerState& state, Decision decision) override {
    if (decision.action) last_action_ = decision.action->action_id;
    if (decision.request && decision.request->state == ApprovalState::kOpen) {
      decision.request->action = decision.request->action_id;
      decision.request->action_digest = Sha256(decision.request->action);
      state.SealApproval(*decision.request);
      asked_ = *decision.request;
    }
    made_.push_back(std::move(decision));
  }

 private:
  /// What happens around the customer: to the process, to the bundle, to the control topic.
  void Prepare(const YAML::Node& step) {
    if (step["restart"]) {
      std::string bytes;
      state_.EncodeTo(core_->layout(), bytes);
      LayoutSet layouts;
      layouts.Add(core_->layout());
      state_ = CustomerState::Decode(bytes, layouts).value();
    }
    if (step["changes"]) changed_ = CoreOf(bundle_, step["changes"]);
    if (step["control"]) control_ = ControlOf(step["control"]);
    wave_.Use(changed_ == nullptr ? *core_ : *changed_, control_);
  }

  void Answer(const YAML::Node& said, TimeMs now) {
    Verdict verdict;
    verdict.verdict_id = said["id"].as<std::string>("verdict-" + std::to_string(sequence_));
    verdict.approval_id = said["about"].as<std::string>(asked_.approval_id);
    verdict.action_id = asked_.action_id;
    verdict.action_digest = asked_.action_digest;
    if (said["digest"]) verdict.action_digest = Sha256(said["digest"].as<std::string>());
    verdict.kind = said["answer"].as<std::string>("yes") == "yes" ? VerdictKind::kApproved
                                                                  : VerdictKind::kRejected;
    verdict.approver = said["by"].as<std::string>("ann");
    verdict.approver_role = said["role"].as<std::string>("approver");
    verdict.decided = now;
    Feed("verdict", SignalFamily::kVerdict, {}, verdict, now);
  }

  void Feed(const std::string& type, SignalFamily family, std::vector<SignalField> fields,
            const SignalPayload& payload, TimeMs now) {
    Signal signal;
    signal.id = std::to_string(++sequence_);
    signal.source = "scenario";
    signal.type = type;
    signal.family = family;
    signal.customer = customer_;
    signal.event_time = now;
    signal.fields = std::move(fields);
    // The same verdict has the same content whenever it comes.
    signal.content_hash =
        family == SignalFamily::kVerdict ? 1 : static_cast<std::uint64_t>(sequence_);
    const Observed observed = wave_.Observe(state_, signal, payload, now);
    if (observed.kind == ObservedKind::kBadInput) {
      refused_ = BadInputCodeName(observed.problem.code);
    } else if (observed.kind == ObservedKind::kRepeat) {
      refused_ = "repeat";
    }
    for (const ApprovalRequest& request : observed.withdrawn) refused_ += request.closed_reason;
  }

  void RunTimers(TimeMs until) {
    while (true) {
      std::vector<CustomerTimer> timers;
      state_.TimersTo(timers);
      const auto first = std::min_element(
          timers.begin(), timers.end(), [](const auto& a, const auto& b) { return a.due < b.due; });
      if (first == timers.end() || first->due > until) return;
      wave_.OnTimer(state_, customer_, first->name, first->due, first->due);
      wave_.Close();
    }
  }

  void Expect(const YAML::Node& wanted) {
    if (wanted.IsScalar()) {
      ASSERT_EQ(wanted.as<std::string>(), "none");
      EXPECT_THAT(made_, ::testing::IsEmpty());
      return;
    }
    if (wanted["last"]) {
      ASSERT_FALSE(made_.empty());
      return ExpectOne(wanted["last"], made_.back());
    }
    ASSERT_EQ(made_.size(), 1U);
    ExpectOne(wanted, made_[0]);
  }

  void ExpectOne(const YAML::Node& wanted, const Decision& decision) {
    for (const auto& entry : wanted) {
      const auto key = entry.first.as<std::string>();
      if (key == "fell") {
        for (const auto& fell : entry.second) ExpectFell(decision, fell.first, fell.second);
      } else if (key == "next_look") {
        EXPECT_EQ(decision.next_look, TimeOf(entry.second));
      } else {
        EXPECT_EQ(ValueOf(decision, key), entry.second.as<std::string>()) << key;
      }
    }
  }

  static std::string ValueOf(const Decision& decision, const std::string& key) {
    if (key == "point") return decision.point;
    if (key == "verdict") return std::string(DecisionVerdictName(decision.verdict));
    if (key == "segment") return decision.segment;
    if (key == "action") return decision.candidates[decision.chosen].action;
    if (key == "cause") return decision.candidates[decision.chosen].cause;
    if (key == "treatment") return decision.candidates[decision.chosen].treatment;
    if (key == "request") {
      return decision.request ? std::string(NameOf(decision.request->state)) : "none";
    }
    if (key == "by") return decision.answer ? decision.answer->approver : "nobody";
    if (key == "because") {
      std::string reasons;
      for (const Reason& reason : decision.verdict_reasons) {
        reasons += (reasons.empty() ? "" : " ") + std::string(ReasonCodeName(reason.code));
      }
      return reasons;
    }
    ADD_FAILURE() << "a scenario knows no '" << key << "'";
    return {};
  }

  static void ExpectFell(const Decision& decision, const YAML::Node& action,
                         const YAML::Node& reasons) {
    bool is_found = false;
    for (const Candidate& candidate : decision.candidates) {
      if (candidate.action != action.as<std::string>()) continue;
      is_found = true;
      std::vector<std::string> names;
      for (const Reason& reason : candidate.reasons)
        names.emplace_back(ReasonCodeName(reason.code));
      EXPECT_EQ(names, reasons.as<std::vector<std::string>>())
          << candidate.action << " by " << candidate.channel << ", EV " << candidate.ev_micro;
    }
    EXPECT_TRUE(is_found) << "no candidate " << action.as<std::string>();
  }

  const std::string bundle_;
  std::shared_ptr<const DecisionCore> core_;
  std::shared_ptr<const DecisionCore> changed_;  // In force instead, once there is one.
  Control control_;
  CustomerState state_;
  DecisionWave wave_;
  CustomerId customer_;
  int sequence_ = 0;
  std::string last_action_;
  std::string refused_;
  ApprovalRequest asked_;
  std::vector<Decision> made_;
};

}  // namespace

void PlayScenario(const std::string& path) {
  const YAML::Node scenario = YAML::LoadFile(path);
  const auto before = scenario["after"].as<std::string>("");
  const YAML::Node first =
      before.empty() ? scenario
                     : YAML::LoadFile(EVENKEEL_SOURCE_DIR "/tests/scenario/" + before + ".yaml");
  Player player(first);
  if (!before.empty()) {
    for (const auto& step : first["steps"]) player.Play(step);
  }
  for (const auto& step : scenario["steps"]) player.Play(step);
}

}  // namespace evenkeel::testing
