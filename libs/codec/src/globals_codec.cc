#include "evenkeel/codec/globals_codec.h"

#include <algorithm>

#include "messages.h"
#include "strict.h"

#include "evenkeel/v1/globals.pb.h"

namespace evenkeel {
namespace {

constexpr std::string_view kChunkWhat = "a part of a bundle";
constexpr std::string_view kActiveWhat = "an active bundle";
constexpr std::string_view kControlWhat = "a control entry";

void Write(const KillSwitchSetting& entry, v1::ControlEntry& message) {
  message.mutable_kill_switch()->set_scope(entry.scope);
  message.mutable_kill_switch()->set_is_engaged(entry.is_engaged);
}

void Write(const AutonomySetting& entry, v1::ControlEntry& message) {
  v1::AutonomySetting& out = *message.mutable_autonomy();
  out.set_domain(entry.domain);
  out.set_action(entry.action);
  out.set_level(static_cast<v1::AutonomyLevel>(static_cast<int>(entry.level) + 1));
}

void Write(const ControlHeartbeat& entry, v1::ControlEntry& message) {
  message.mutable_heartbeat()->set_sequence(entry.sequence);
  message.mutable_heartbeat()->set_valid_until_time_ms(entry.valid_until.value);
}

bool IsScope(std::string_view scope) {
  if (scope == "all") return true;
  for (const std::string_view kind : {"domain:", "action:", "channel:", "proposer:"}) {
    if (scope.starts_with(kind)) return scope.size() > kind.size();
  }
  return false;
}

}  // namespace

std::string BundleChunkKey(const BundleChunk& chunk) {
  return chunk.name + "@" + ToHex(chunk.digest) + "/" + std::to_string(chunk.index);
}

std::string EncodeBundleChunk(const BundleChunk& chunk) {
  v1::BundleChunk message;
  message.set_format(1);
  message.set_name(chunk.name);
  message.set_digest(std::string(AsBytes(chunk.digest)));
  message.set_index(chunk.index);
  message.set_chunk_count(chunk.chunk_count);
  message.set_total_bytes(chunk.total_bytes);
  message.set_content(chunk.content);
  return internal::CanonicalBytes(message);
}

Result<BundleChunk> DecodeBundleChunk(std::string_view value) {
  v1::BundleChunk message;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kChunkWhat, value, message));
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kChunkWhat, message.format()));
  const auto digest = internal::DigestFrom(message.digest());
  if (!digest) return internal::Damaged(kChunkWhat, "digest");
  if (message.index() >= message.chunk_count()) return internal::Damaged(kChunkWhat, "index");
  const auto size = static_cast<std::int64_t>(message.content().size());
  if (message.total_bytes() < size) return internal::Damaged(kChunkWhat, "total_bytes");
  return BundleChunk{.name = message.name(),
                     .digest = *digest,
                     .index = message.index(),
                     .chunk_count = message.chunk_count(),
                     .total_bytes = message.total_bytes(),
                     .content = message.content()};
}

std::string EncodeActiveBundle(const ActiveBundle& active) {
  v1::ActiveBundle message;
  message.set_format(1);
  message.set_name(active.name);
  message.set_digest(std::string(AsBytes(active.digest)));
  message.set_revision(active.revision);
  message.set_activated_time_ms(active.activated.value);
  message.set_activated_by(active.activated_by);
  if (!active.key_id.empty()) {
    message.set_key_id(active.key_id);
    message.set_algorithm(v1::SIGNATURE_ALGORITHM_ED25519);
    message.set_signature(std::string(active.signature.begin(), active.signature.end()));
  }
  return internal::CanonicalBytes(message);
}

Result<ActiveBundle> DecodeActiveBundle(std::string_view value) {
  v1::ActiveBundle message;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kActiveWhat, value, message));
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kActiveWhat, message.format()));
  const auto digest = internal::DigestFrom(message.digest());
  if (!digest) return internal::Damaged(kActiveWhat, "digest");
  ActiveBundle active;
  active.name = message.name();
  active.digest = *digest;
  active.revision = message.revision();
  active.activated = {message.activated_time_ms()};
  active.activated_by = message.activated_by();
  active.key_id = message.key_id();
  if (active.key_id.empty()) return active;
  if (message.algorithm() != v1::SIGNATURE_ALGORITHM_ED25519 ||
      message.signature().size() != active.signature.size()) {
    return internal::Damaged(kActiveWhat, "signature");
  }
  std::ranges::transform(message.signature(), active.signature.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return active;
}

std::string BundleSigningBytes(const ActiveBundle& active) {
  std::string bytes("evenkeel.bundle.v1\0", 19);
  bytes += active.name;
  bytes.push_back('\0');
  bytes += AsBytes(active.digest);
  return bytes;
}

std::string ControlKey(const ControlEntry& entry, std::string_view source) {
  if (const auto* kill = std::get_if<KillSwitchSetting>(&entry.entry)) return "kill/" + kill->scope;
  if (const auto* level = std::get_if<AutonomySetting>(&entry.entry)) {
    return "level/" + level->domain + "/" + level->action;
  }
  return "heartbeat/" + std::string(source);
}

std::string EncodeControlEntry(const ControlEntry& entry) {
  v1::ControlEntry message;
  message.set_format(1);
  message.set_set_by(entry.set_by);
  message.set_set_time_ms(entry.set.value);
  message.set_reason(entry.reason);
  std::visit([&message](const auto& inner) { Write(inner, message); }, entry.entry);
  return internal::CanonicalBytes(message);
}

Result<ControlEntry> DecodeControlEntry(std::string_view value) {
  v1::ControlEntry message;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kControlWhat, value, message));
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kControlWhat, message.format()));
  ControlEntry entry{.set_by = message.set_by(),
                     .set = {message.set_time_ms()},
                     .reason = message.reason(),
                     .entry = {}};
  switch (message.entry_case()) {
    case v1::ControlEntry::kKillSwitch:
      if (!IsScope(message.kill_switch().scope())) return internal::Damaged(kControlWhat, "scope");
      entry.entry = KillSwitchSetting{.scope = message.kill_switch().scope(),
                                      .is_engaged = message.kill_switch().is_engaged()};
      return entry;
    case v1::ControlEntry::kAutonomy: {
      const v1::AutonomySetting& in = message.autonomy();
      if (in.level() == v1::AUTONOMY_LEVEL_UNSPECIFIED) {
        return internal::Damaged(kControlWhat, "level");
      }
      entry.entry = AutonomySetting{.domain = in.domain(),
                                    .action = in.action(),
                                    .level = internal::EnumCast<AutonomyLevel>(in.level() - 1)};
      return entry;
    }
    case v1::ControlEntry::kHeartbeat:
      entry.entry = ControlHeartbeat{.sequence = message.heartbeat().sequence(),
                                     .valid_until = {message.heartbeat().valid_until_time_ms()}};
      return entry;
    case v1::ControlEntry::ENTRY_NOT_SET:
      break;
  }
  return internal::Damaged(kControlWhat, "entry");
}

}  // namespace evenkeel
