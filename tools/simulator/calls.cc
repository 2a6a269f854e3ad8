#include "calls.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "event.h"
#include "reactions.h"
#include "sha256.h"
#include <nlohmann/json.hpp>

namespace simulator {
namespace {

using Json = nlohmann::json;

/// A number at the beginning of a text such as "25 %".
double Leading(const std::string& text, double otherwise) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? value : otherwise;
}

/// 64-bit numbers are texts in JSON made from protobuf.
std::int64_t Whole(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return 0;
  if (found->is_number_integer()) return found->get<std::int64_t>();
  std::int64_t value = 0;
  if (found->is_string()) {
    const auto& text = found->get_ref<const std::string&>();
    std::from_chars(text.data(), text.data() + text.size(), value);
  }
  return value;
}

std::int64_t Cents(const Json& money) {
  const auto scale = static_cast<int>(Whole(money, "scale"));
  return std::llround(static_cast<double>(Whole(money, "units")) * std::pow(10.0, 2 - scale));
}

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

void ReadParameters(const Json& data, Treatment* treatment) {
  for (const Json& parameter : data.value("parameters", Json::array())) {
    const std::string name = Text(parameter, "name");
    const std::string text = Text(parameter, "text");
    if (name == "discount") treatment->discount = Leading(text, 100 * treatment->discount) / 100;
    if (name == "months")
      treatment->payments = static_cast<int>(Leading(text, treatment->payments));
  }
}

bool ReadCustomer(const std::string& name, std::uint32_t customers, std::uint32_t* customer) {
  if (name.size() != 7 || name[0] != 'C') return false;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), *customer);
  return error == std::errc() && CustomerName(*customer) == name && *customer < customers;
}

double Drawn(std::uint64_t seed, const std::string& id, int attempt, std::string_view purpose) {
  return Uniform(std::to_string(seed) + "/" + id + "/" + std::to_string(attempt) + "/" +
                 std::string(purpose));
}

}  // namespace

std::string ReadCall(const ReactionParameters& parameters, std::uint32_t customers,
                     const std::string& id, const std::string& body, Arrival* arrival) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return "the body is not a JSON object";
  const auto data = json.find("data");
  if (data == json.end() || !data->is_object()) return "there is no object \"data\"";
  const std::string name = Text(*data, "customer_id");
  if (!ReadCustomer(name, customers, &arrival->customer)) {
    return "data.customer_id \"" + name + "\" is no customer of this world";
  }
  arrival->action = Text(*data, "action");
  if (arrival->action.empty()) return "data.action is missing";
  Treatment& treatment = arrival->treatment;
  treatment.id = id;
  treatment.kind = KindOf(arrival->action);
  treatment.channel = Text(*data, "channel");
  treatment.is_marketing = Text(*data, "purpose") == "marketing";
  treatment.issued_ms = Whole(*data, "issued_time_ms");
  if (treatment.kind == Kind::kDiscountSmall || treatment.kind == Kind::kDiscountLarge) {
    const bool small = treatment.kind == Kind::kDiscountSmall;
    treatment.discount = small ? parameters.discount.small : parameters.discount.large;
    treatment.payments = parameters.discount.payments;
    ReadParameters(*data, &treatment);
  }
  const auto amount = data->find("amount");
  if (treatment.kind == Kind::kCredit && amount != data->end() && amount->is_object()) {
    treatment.credit_cents = Cents(*amount);
  }
  return "";
}

void Calls::Note(std::string_view outcome, int status, const std::string& id,
                 const std::string& digest, const std::string* body) {
  Json line = {{"kind", "call"},   {"day", day_}, {"outcome", outcome},
               {"status", status}, {"id", id},    {"sha256", digest}};
  if (body != nullptr) line["body"] = *body;
  journal_->Append(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void Calls::Remember(const JournaledCall& call) {
  const std::scoped_lock lock(mutex_);
  applied_[call.id] = Digest(call.body);
  Arrival arrival;
  if (!ReadCall(parameters_, customers_, call.id, call.body, &arrival).empty()) return;
  ++counts_.applied;
  ++counts_.by_action[arrival.action];
  counts_.unknown += IsKnown(arrival.action) ? 0 : 1;
  today_.push_back(call);
}

CallAnswer Calls::Take(const CallHeaders& headers, const std::string& body) {
  const std::string reason = Refusal(secrets_, headers, body);
  Arrival arrival;
  const std::string wrong =
      reason.empty() ? ReadCall(parameters_, customers_, headers.id, body, &arrival) : "";
  const std::scoped_lock lock(mutex_);
  if (!reason.empty()) {
    ++counts_.refused;
    Note("refused", 401, headers.id, Digest(body));
    return {.status = 401, .body = Json{{"error", reason}}.dump()};
  }
  const int attempt = ++attempts_[headers.id];
  const double drawn = Drawn(trouble_.seed, headers.id, attempt, "trouble");
  if (drawn < trouble_.fails + trouble_.busy) {
    const int status = drawn < trouble_.fails ? 500 : 429;
    ++counts_.failed;
    Note("failed", status, headers.id, Digest(body));
    return {.status = status, .body = R"({"error":"drawn to fail"})"};
  }
  if (!wrong.empty()) {
    ++counts_.unreadable;
    Note("unreadable", 400, headers.id, Digest(body), &body);
    return {.status = 400, .body = Json{{"error", wrong}}.dump()};
  }
  CallAnswer answer = Verified(headers.id, body, &arrival);
  answer.is_slow = Drawn(trouble_.seed, headers.id, attempt, "slow") < trouble_.slow;
  return answer;
}

CallAnswer Calls::Verified(const std::string& id, const std::string& body, Arrival* arrival) {
  const std::string digest = Digest(body);
  const auto [found, is_new] = applied_.try_emplace(id, digest);
  if (!is_new && found->second != digest) {
    ++counts_.conflicts;
    Note("conflict", 409, id, digest);
    return {.status = 409, .body = R"({"error":"the id was applied with another body"})"};
  }
  CallAnswer answer{.body = R"({"result":"applied"})", .is_replayed = !is_new};
  Note(is_new ? "applied" : "repeat", 200, id, digest, is_new ? &body : nullptr);
  if (!is_new) {
    ++counts_.repeats;
    return answer;
  }
  ++counts_.applied;
  ++counts_.by_action[arrival->action];
  counts_.unknown += IsKnown(arrival->action) ? 0 : 1;
  today_.push_back({day_, id, body});
  return answer;
}

std::vector<JournaledCall> Calls::EndDay() {
  const std::scoped_lock lock(mutex_);
  std::vector<JournaledCall> calls = std::move(today_);
  today_.clear();
  // Those of later days were remembered from a run that was broken off.
  const auto later = std::stable_partition(calls.begin(), calls.end(),
                                           [&](const auto& call) { return call.day <= day_; });
  today_.assign(later, calls.end());
  calls.erase(later, calls.end());
  std::sort(calls.begin(), calls.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  ++day_;
  return calls;
}

Calls::Counts Calls::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace simulator
