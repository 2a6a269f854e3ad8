#include <algorithm>
#include <array>
#include <utility>

#include "console/desk.h"

#include "evenkeel/codec/globals_codec.h"
#include "evenkeel/v1/globals.pb.h"

namespace evenkeel {
namespace {

constexpr std::size_t kReasonMax = 4096;
constexpr std::size_t kNameMax = 128;
constexpr const char* kScopes =
    "\"all\", \"domain:<name>\", \"action:<name>\", \"channel:<name>\", \"proposer:<name>\"";

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

/// A proposer may be named with its version: "retention/1".
bool IsScope(std::string_view kind, std::string_view name) {
  if (kind == "all") return name.empty();
  if (kind == "proposer") {
    const std::size_t slash = name.find('/');
    return IsName(name.substr(0, slash)) &&
           (slash == std::string_view::npos || IsName(name.substr(slash + 1)));
  }
  return (kind == "domain" || kind == "action" || kind == "channel") && IsName(name);
}

std::optional<RpcError> CheckReason(const std::string& reason) {
  if (reason.empty()) {
    return RpcError::BadField("reason", "is empty; say why, for those who ask later");
  }
  if (reason.size() > kReasonMax) {
    return RpcError::BadField("reason", "has " + std::to_string(reason.size()) +
                                            " bytes; at most " + std::to_string(kReasonMax));
  }
  return std::nullopt;
}

}  // namespace

RpcResult<v1::SetKillSwitchResponse> Desk::SetKillSwitch(const Person& person,
                                                         const v1::SetKillSwitchRequest& request,
                                                         Deadline deadline) {
  const std::string_view scope = request.scope();
  const std::size_t colon = scope.find(':');
  const std::string_view kind = scope.substr(0, colon);
  const bool has_name = colon != std::string_view::npos;
  const std::string_view name = has_name ? scope.substr(colon + 1) : std::string_view();
  if (has_name == (kind == "all") || !IsScope(kind, name)) {
    return RpcError::BadField("scope", "\"" + request.scope() + "\" is none; use one of " +
                                           kScopes + " with a-z, A-Z, 0-9, '_', '-', '.'");
  }
  if (auto bad = CheckReason(request.reason())) return *std::move(bad);
  // A switch that is there can always be taken back.
  if (has_name && request.is_engaged()) {
    if (auto unknown = CheckName("scope", kind, name)) return *std::move(unknown);
  }
  v1::ControlEntry entry;
  entry.set_set_by(person.name);
  entry.set_reason(request.reason());
  entry.mutable_kill_switch()->set_scope(request.scope());
  entry.mutable_kill_switch()->set_is_engaged(request.is_engaged());
  auto written = WriteControl(std::move(entry), deadline);
  if (auto* error = std::get_if<RpcError>(&written)) return std::move(*error);
  auto& [stored, revision] = std::get<0>(written);
  v1::SetKillSwitchResponse response;
  *response.mutable_entry() = std::move(stored);
  response.set_revision(revision);
  return response;
}

RpcResult<v1::SetAutonomyLevelResponse> Desk::SetAutonomyLevel(
    const Person& person, const v1::SetAutonomyLevelRequest& request, Deadline deadline) {
  const std::array<std::pair<const char*, const std::string*>, 2> names = {
      {{"domain", &request.domain()}, {"action", &request.action()}}};
  for (const auto& [field, name] : names) {
    if (name->empty() || IsName(*name)) continue;
    return RpcError::BadField(field, "\"" + *name +
                                         "\" is no name; use a-z, A-Z, 0-9, '_', '-', '.', or "
                                         "leave it out for every one");
  }
  if (!v1::AutonomyLevel_IsValid(request.level()) ||
      request.level() == v1::AUTONOMY_LEVEL_UNSPECIFIED) {
    return RpcError::BadField("level", std::to_string(request.level()) +
                                           " is none; use AUTONOMY_LEVEL_L0 (scores only) to "
                                           "AUTONOMY_LEVEL_L5 (shared objectives)");
  }
  if (auto bad = CheckReason(request.reason())) return *std::move(bad);
  for (const auto& [kind, name] : names) {
    if (name->empty()) continue;
    if (auto unknown = CheckName(kind, kind, *name)) return *std::move(unknown);
  }
  v1::ControlEntry entry;
  entry.set_set_by(person.name);
  entry.set_reason(request.reason());
  entry.mutable_autonomy()->set_domain(request.domain());
  entry.mutable_autonomy()->set_action(request.action());
  entry.mutable_autonomy()->set_level(request.level());
  auto written = WriteControl(std::move(entry), deadline);
  if (auto* error = std::get_if<RpcError>(&written)) return std::move(*error);
  auto& [stored, revision] = std::get<0>(written);
  v1::SetAutonomyLevelResponse response;
  *response.mutable_entry() = std::move(stored);
  response.set_revision(revision);
  return response;
}

std::optional<RpcError> Desk::CheckName(const std::string& field, std::string_view kind,
                                        std::string_view name) {
  if (const Status read = names_.Refresh(); !read.ok()) {
    return RpcError::From(read.WithContext("the bundles topic"));
  }
  const std::string complaint = names_.Complaint(kind, name);
  if (complaint.empty()) return std::nullopt;
  return RpcError::BadField(field, complaint);
}

std::variant<std::pair<v1::ControlEntry, std::int64_t>, RpcError> Desk::WriteControl(
    v1::ControlEntry entry, Deadline deadline) {
  entry.set_format(1);
  entry.set_set_time_ms(NowOf(std::nullopt));
  std::string value = entry.SerializeAsString();
  // What deciders cannot read stops everything: better found here.
  const Result<ControlEntry> decoded = DecodeControlEntry(value);
  if (!decoded.ok()) return RpcError::From(decoded.status());
  const std::string key = ControlKey(*decoded);
  const TopicPartition where{options_.names.Control(), 0};
  if (auto failed = Write({.topic = where.topic, .key = key, .value = value})) {
    return *std::move(failed);
  }
  if (auto late = CatchUp(where, deadline)) return *std::move(late);
  const auto stored = views_.store().Get(view_keys::Control(key));
  if (!stored.ok()) return RpcError::From(stored.status());
  std::int64_t revision = views_.Position(where).value_or(0);
  if (*stored) {
    const Result<ControlRow> row = ControlRow::Decode(**stored);
    if (row.ok()) revision = row->offset + 1;
  }
  return std::pair(std::move(entry), revision);
}

}  // namespace evenkeel
