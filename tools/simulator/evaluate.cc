#include <algorithm>
#include <map>

#include "run.h"
#include "value.h"

namespace simulator {
namespace {

/// The actions of a journal, as a policy: each on the day on which it came.
class Journaled : public Policy {
 public:
  explicit Journaled(std::string name) : name_(std::move(name)) {}
  void Add(const JournaledCall& call) { by_day_[call.day].push_back(&call); }
  std::string_view name() const override { return name_; }
  void EndOfDay(Population& population) override {
    const auto found = by_day_.find(population.day() - 1);
    if (found == by_day_.end()) return;
    for (const JournaledCall* call : found->second) Receive(population, *call);
  }

 private:
  std::string name_;
  std::map<int, std::vector<const JournaledCall*>> by_day_;
};

std::unique_ptr<Policy> All(const JournalContent& content) {
  auto all = std::make_unique<Journaled>("evenkeel");
  for (const JournaledCall& call : content.calls) all->Add(call);
  return all;
}

/// One policy for each action of the catalogue, in which it alone is carried out.
std::vector<std::unique_ptr<Policy>> Alone(const JournalContent& content) {
  std::map<std::string, std::unique_ptr<Journaled>> by_action;
  for (const JournaledCall& call : content.calls) {
    Arrival arrival;
    if (!ReadCall({}, content.run.customers, call.id, call.body, &arrival).empty()) continue;
    std::unique_ptr<Journaled>& policy = by_action[arrival.action];
    if (policy == nullptr) policy = std::make_unique<Journaled>("only_" + arrival.action);
    policy->Add(call);
  }
  std::vector<std::unique_ptr<Policy>> alone;
  alone.reserve(by_action.size());
  for (auto& [action, policy] : by_action) alone.push_back(std::move(policy));
  return alone;
}

std::string Unknown(const std::vector<std::unique_ptr<Policy>>& policies,
                    const std::vector<std::string>& asked) {
  for (const std::string& name : asked) {
    const bool is_known = std::any_of(policies.begin(), policies.end(),
                                      [&](const auto& policy) { return policy->name() == name; });
    if (is_known) continue;
    std::string message = "--policies: '" + name + "' is none of";
    for (const auto& policy : policies) message.append(" ").append(policy->name());
    return message;
  }
  return "";
}

}  // namespace

std::string EvaluateAll(const ValueOrder& order, std::string* text) {
  JournalContent content{.run = order.id};
  std::vector<std::unique_ptr<Policy>> policies = Baselines();
  if (!order.journal.empty()) {
    content = {};
    if (std::string error = ReadJournal(order.journal, &content); !error.empty()) return error;
    if (content.finished_days < content.run.days) {
      return order.journal + ": the run is not finished, " + std::to_string(content.finished_days) +
             " of " + std::to_string(content.run.days) + " days are in it";
    }
    policies.push_back(All(content));
    if (order.is_by_action) {
      for (auto& policy : Alone(content)) policies.push_back(std::move(policy));
    }
  }
  World world;
  if (std::string error = MakeWorld(content.run, &world); !error.empty()) return error;
  if (std::string error = Unknown(policies, order.policies); !error.empty()) return error;
  std::vector<Worth> all;
  for (const auto& policy : policies) {
    const bool is_asked = order.policies.empty() ||
                          std::count(order.policies.begin(), order.policies.end(), policy->name());
    if (is_asked) all.push_back(Evaluate(world, content.run.customers, *policy));
  }
  *text = order.is_json ? "" : Table(all);
  for (const Worth& worth : all) {
    if (order.is_json) *text += worth.Json() + "\n";
  }
  text->pop_back();  // The last line's end.
  return "";
}

}  // namespace simulator
