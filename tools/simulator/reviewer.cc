#include "reviewer.h"

#include <algorithm>
#include <fstream>

#include "json_line.h"
#include "sha256.h"
#include <nlohmann/json.hpp>

namespace simulator {
namespace {

using Json = nlohmann::json;

constexpr const char* kJson = "application/json";

}  // namespace

Reviewer::Reviewer(Options options, Journal* journal)
    : options_(std::move(options)),
      journal_(journal),
      list_(DoorOf("ListApprovals")),
      approve_(DoorOf("Approve")),
      reject_(DoorOf("Reject")) {}

Door Reviewer::DoorOf(const std::string& method) const {
  return Door({.url = options_.url + "/" + method,
               .port_file = options_.port_file,
               .patience = options_.patience,
               .bearer = [this] { return Token(); }});
}

std::string Reviewer::Check() const {
  if (options_.url.empty()) return "";
  if (!list_.Check().empty()) return "--approvals-url " + list_.Check();
  if (options_.tokens_file.empty()) return "--approvals-url needs --tokens-file";
  if (options_.yes + options_.no > 1) return "--yes-share and --no-share are more than 1 together";
  return "";
}

std::string Reviewer::Token() const {
  std::ifstream file(options_.tokens_file);
  const std::string mine = options_.name + ":";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(mine)) return line.substr(mine.size());
  }
  return "";
}

void Reviewer::Remember(const JournaledVerdict& verdict) {
  answered_[verdict.id] = verdict;
  if (!verdict.is_taken) ++counts_.refused;
  if (verdict.is_taken) ++(verdict.is_yes ? counts_.yes : counts_.no);
}

std::string Reviewer::Turn(int day, int* given) {
  *given = 0;
  if (options_.url.empty()) return "";
  std::vector<Request> open;
  if (std::string error = Open(&open); !error.empty()) return error;
  std::sort(open.begin(), open.end(),
            [](const Request& a, const Request& b) { return a.id < b.id; });
  for (const Request& request : open) {
    const double drawn = Uniform(std::to_string(options_.seed) + "/review/" + request.id);
    if (drawn >= options_.yes + options_.no || answered_.contains(request.id)) continue;
    ++*given;
    const std::string error = Answer(request, drawn < options_.yes, day);
    if (!error.empty()) return error;
  }
  return "";
}

std::string Reviewer::Open(std::vector<Request>* open) {
  std::string token;
  do {
    const Json ask = {{"state", "APPROVAL_STATE_OPEN"}, {"pageSize", 1000}, {"pageToken", token}};
    const Door::Reply reply = list_.Post(ask.dump(), kJson);
    if (!reply.error.empty()) return "approvals: " + reply.error;
    const Json page = Json::parse(reply.body, nullptr, false);
    if (!page.is_object()) return "approvals: not a JSON object: " + reply.body.substr(0, 200);
    for (const Json& request : page.value("approvals", Json::array())) {
      open->push_back({request.value("approvalId", ""), request.value("actionDigest", "")});
    }
    token = page.value("nextPageToken", "");
  } while (!token.empty());
  return "";
}

std::string Reviewer::Answer(const Request& request, bool is_yes, int day) {
  const Json ask = {{"approvalId", request.id},
                    {"actionDigest", request.digest},
                    {"comment", "by the simulator"},
                    {"requestId", "simulator-" + request.id}};
  const Door::Reply reply = (is_yes ? approve_ : reject_).Post(ask.dump(), kJson);
  if (!reply.error.empty() && reply.status / 100 != 4) return "approvals: " + reply.error;
  const bool is_taken = reply.error.empty();
  Remember({.day = day, .id = request.id, .is_yes = is_yes, .is_taken = is_taken});
  JsonFields fields;
  fields.Text("kind", "verdict")
      .Integer("day", day)
      .Text("id", request.id)
      .Text("answer", is_yes ? "yes" : "no")
      .Text("outcome", is_taken ? "taken" : "refused");
  journal_->Append(fields.Object());
  return "";
}

std::vector<JournaledVerdict> Reviewer::Of(int day) const {
  std::vector<JournaledVerdict> taken;
  for (const auto& [id, verdict] : answered_) {
    if (verdict.day == day && verdict.is_taken) taken.push_back(verdict);
  }
  return taken;
}

std::int64_t Reviewer::retries() const {
  return list_.retries() + approve_.retries() + reject_.retries();
}

}  // namespace simulator
