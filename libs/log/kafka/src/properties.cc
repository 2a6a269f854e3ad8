#include "properties.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "group.h"

namespace evenkeel::kafka {
namespace {

struct Reserved {
  std::string_view key;
  std::string_view why;
};

constexpr std::string_view kTransactions =
    "the service commits offsets and outputs in one transaction";
constexpr std::string_view kIdentity = "it is derived from the service's own identity";
constexpr std::string_view kPosition = "the service itself decides where a partition starts";
constexpr std::string_view kLosesRecords = "it could lose or reorder records";
constexpr std::string_view kTimeouts = "it is derived from the transaction timeout";
constexpr std::string_view kCallbacks = "it is a callback of the program";

// Keys a user may not set, and why. Aliases of librdkafka are listed like their originals.
constexpr std::array<Reserved, 36> kReserved = {{
    {"isolation.level", "only committed records may be processed"},
    {"enable.auto.commit", kTransactions},
    {"auto.commit.enable", kTransactions},
    {"auto.commit.interval.ms", kTransactions},
    {"enable.auto.offset.store", kTransactions},
    {"offset.store.method", kTransactions},
    {"auto.offset.reset", kPosition},
    {"enable.partition.eof", "restore and event time need to see the end of a partition"},
    {"partition.assignment.strategy", "rows are assigned whole only under 'range'"},
    {"group.id", kIdentity},
    {"group.instance.id", kIdentity},
    {"group.protocol.type", kIdentity},
    {"session.timeout.ms", "queries are answered by it; set engine.session_timeout_ms"},
    {"transactional.id", kIdentity},
    {"transaction.timeout.ms", "it is set with the session"},
    {"enable.idempotence", kLosesRecords},
    {"enable.gapless.guarantee", kLosesRecords},
    {"acks", kLosesRecords},
    {"request.required.acks", kLosesRecords},
    {"retries", kLosesRecords},
    {"message.send.max.retries", kLosesRecords},
    {"max.in.flight", kLosesRecords},
    {"max.in.flight.requests.per.connection", kLosesRecords},
    {"queuing.strategy", kLosesRecords},
    {"check.crcs", "damaged records must be noticed"},
    {"message.timeout.ms", kTimeouts},
    {"delivery.timeout.ms", kTimeouts},
    {"delivery.report.only.error", "the service needs the offsets of what it wrote"},
    {"dr_cb", kCallbacks},
    {"dr_msg_cb", kCallbacks},
    {"opaque", kCallbacks},
    {"partitioner", "partitions are chosen by the service (murmur2 of the key)"},
    {"partitioner_cb", kCallbacks},
    {"allow.auto.create.topics", "topics are made with their settings, never by accident"},
    {"message.max.bytes", "it is set with the largest record"},
    {"fetch.message.max.bytes", "it is set with the largest record"},
}};

Status Refuse(std::string_view key, std::string_view value, std::string_view why) {
  std::string message = "kafka property '";
  message += key;
  message += "' = '";
  message += value;
  message += "' is refused: ";
  message += why;
  return InvalidArgument(std::move(message));
}

bool IsSecret(std::string_view key) {
  return key.find("password") != key.npos || key.find("secret") != key.npos ||
         key.find("key.pem") != key.npos || key.find("sasl.jaas") != key.npos;
}

Status Set(rd_kafka_conf_t* conf, const std::string& key, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), why.data(), why.size()) ==
      RD_KAFKA_CONF_OK) {
    return {};
  }
  // librdkafka's own text may repeat the value.
  if (IsSecret(key)) return Refuse(key, "(hidden)", "librdkafka does not accept it");
  return Refuse(key, value, why.data());
}

Status SetAll(rd_kafka_conf_t* conf, const KafkaProperties& properties) {
  for (const auto& [key, value] : properties) {
    EVENKEEL_RETURN_IF_ERROR(Set(conf, key, value));
  }
  return {};
}

std::int64_t NumberOr(const KafkaProperties& properties, const std::string& key,
                      std::int64_t otherwise) {
  const auto found = properties.find(key);
  if (found == properties.end()) return otherwise;
  std::int64_t number = otherwise;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  return number;
}

KafkaProperties Common() {
  return {{"socket.nagle.disable", "true"},
          {"allow.auto.create.topics", "false"},
          // Below 100 ms, a spell of COORDINATOR_NOT_AVAILABLE uses up the retries of
          // FindCoordinator, and sending offsets hangs for ever.
          {"retry.backoff.ms", "100"},
          {"reconnect.backoff.ms", "50"},
          {"reconnect.backoff.max.ms", "1000"}};
}

KafkaProperties Consumer(const KafkaLogOptions& options) {
  KafkaProperties all = Common();
  all.merge(KafkaProperties{{"isolation.level", "read_committed"},
                            {"enable.auto.commit", "false"},
                            {"enable.auto.offset.store", "false"},
                            {"auto.offset.reset", "error"},
                            {"enable.partition.eof", "true"},
                            {"check.crcs", "true"},
                            {"fetch.wait.max.ms", "20"},
                            {"fetch.error.backoff.ms", "50"},
                            {"fetch.message.max.bytes", std::to_string(options.max_record_bytes)},
                            // Reaching this makes librdkafka leave the partition alone for ~1 s.
                            {"queued.min.messages", "1000000"},
                            {"queued.max.messages.kbytes", std::to_string(options.prefetch_kib)}});
  return all;
}

Result<ConfPtr> Build(const KafkaProperties& ours, const KafkaProperties& passed) {
  ConfPtr conf(rd_kafka_conf_new());
  EVENKEEL_RETURN_IF_ERROR(SetAll(conf.get(), ours));
  EVENKEEL_RETURN_IF_ERROR(SetAll(conf.get(), passed));
  return conf;
}

std::string GroupOf(const SessionOptions& session) {
  const std::string& group = session.membership ? session.membership->group : session.offsets_group;
  return group.empty() ? session.transactional_id + ".reader" : group;
}

}  // namespace

std::chrono::milliseconds SocketTimeout(const KafkaLogOptions& options,
                                        const SessionOptions& session) {
  const std::int64_t wanted = NumberOr(options.properties, "socket.timeout.ms", 6000);
  return std::chrono::milliseconds(
      std::min<std::int64_t>(wanted, session.transaction_timeout.count()));
}

Result<ConfPtr> ProducerConf(const KafkaLogOptions& options, const SessionOptions& session) {
  const std::int64_t timeout = session.transaction_timeout.count();
  KafkaProperties ours = Common();
  ours.merge(KafkaProperties{{"transactional.id", session.transactional_id},
                             {"transaction.timeout.ms", std::to_string(timeout)},
                             {"message.timeout.ms", std::to_string(timeout - timeout / 10)},
                             {"enable.idempotence", "true"},
                             {"acks", "all"},
                             {"linger.ms", "2"},
                             {"compression.type", "lz4"},
                             {"batch.num.messages", "10000"},
                             {"queue.buffering.max.messages", "500000"},
                             {"queue.buffering.max.kbytes", "262144"},
                             {"message.max.bytes", std::to_string(options.max_record_bytes)}});
  KafkaProperties passed = options.properties;
  passed["socket.timeout.ms"] = std::to_string(SocketTimeout(options, session).count());
  return Build(ours, passed);
}

Result<ConfPtr> MemberConf(const KafkaLogOptions& options, const SessionOptions& session) {
  const GroupMembership& member = *session.membership;
  const std::int64_t timeout = member.session_timeout.count();
  KafkaProperties ours = Consumer(options);
  ours.merge(KafkaProperties{
      {"group.id", member.group},
      {"group.instance.id", member.instance_id},
      {"partition.assignment.strategy", "range"},
      {"session.timeout.ms", std::to_string(timeout)},
      // How long a worker that hangs while its client's threads live may hold up the group.
      {"max.poll.interval.ms", std::to_string(2 * timeout)},
      {"heartbeat.interval.ms", std::to_string(std::min<std::int64_t>(300, timeout / 4))}});
  KafkaProperties passed = options.properties;
  if (!member.address.empty()) {
    const auto given = passed.find("client.id");
    passed["client.id"] = ClientIdWith(
        given == passed.end() ? std::string_view("evenkeel") : given->second, member.address);
  }
  return Build(ours, passed);
}

Result<ConfPtr> ReaderConf(const KafkaLogOptions& options, const SessionOptions& session) {
  KafkaProperties ours = Consumer(options);
  ours["group.id"] = GroupOf(session);
  return Build(ours, options.properties);
}

Result<ConfPtr> QueryConf(const KafkaLogOptions& options) {
  KafkaProperties ours = Common();
  ours["isolation.level"] = "read_uncommitted";
  return Build(ours, options.properties);
}

}  // namespace evenkeel::kafka

namespace evenkeel {

Status CheckKafkaProperties(const KafkaProperties& properties) {
  for (const auto& [key, value] : properties) {
    for (const kafka::Reserved& reserved : kafka::kReserved) {
      if (key == reserved.key) return kafka::Refuse(key, value, reserved.why);
    }
    if (key.ends_with("_cb")) return kafka::Refuse(key, value, kafka::kCallbacks);
  }
  if (!properties.contains("bootstrap.servers") && !properties.contains("metadata.broker.list")) {
    return InvalidArgument(
        "kafka property 'bootstrap.servers' is missing: give the brokers as host:port,...");
  }
  const kafka::ConfPtr conf(rd_kafka_conf_new());
  EVENKEEL_RETURN_IF_ERROR(kafka::SetAll(conf.get(), properties));
  if (kafka::NumberOr(properties, "retry.backoff.ms", 100) < 100) {
    return kafka::Refuse("retry.backoff.ms", properties.at("retry.backoff.ms"),
                         "below 100 a commit can hang while a coordinator moves");
  }
  return {};
}

}  // namespace evenkeel
