#include "view_records.h"

#include <map>

#include "evenkeel/base/check.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/codec/signal_encoder.h"
#include "evenkeel/v1/actions.pb.h"

namespace evenkeel::testing {
namespace {

std::size_t SourceOf(ViewTopic topic) {
  const std::vector<ViewSource> sources = ViewLog::Sources();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].kind == topic) return i;
  }
  EVENKEEL_CHECK(false);
  return 0;
}

}  // namespace

std::string IdOf(char kind, int number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 31 - digits.size(), '0');
  return kind + digits;
}

std::string CustomerOf(Partition row, int n) {
  for (int i = 0;; ++i) {
    std::string name = "customer-" + std::to_string(i);
    if (PartitionOf(name, kTestRows) == row && n-- == 0) return name;
  }
}

std::vector<ViewSource> ViewLog::Sources() {
  return {{"decisions", ViewTopic::kDecisions, kTestRows},
          {"actions", ViewTopic::kActions, kTestRows},
          {"actions.dlq", ViewTopic::kActionDeadLetters, kTestRows},
          {"requests", ViewTopic::kRequests, kTestRows},
          {"verdicts", ViewTopic::kVerdicts, kTestRows},
          {"receipts", ViewTopic::kReceipts, kTestRows},
          {"ticks", ViewTopic::kTicks, kTestRows},
          {"control", ViewTopic::kControl, 1}};
}

void ViewLog::AddTo(ViewTopic topic, Partition partition, const std::string& key, std::string value,
                    std::int64_t time_ms,
                    std::vector<std::pair<std::string, std::string>> headers) {
  const std::size_t source = SourceOf(topic);
  Offset offset = 0;
  for (const Stored& stored : records_) {
    if (stored.source == source && stored.partition == partition) offset = stored.offset + 1;
  }
  records_.push_back(
      {source, partition, offset, time_ms, key, std::move(value), std::move(headers)});
}

void ViewLog::Add(ViewTopic topic, const std::string& key, std::string value, std::int64_t time_ms,
                  std::vector<std::pair<std::string, std::string>> headers) {
  AddTo(topic, PartitionOf(key, kTestRows), key, std::move(value), time_ms, std::move(headers));
}

void ViewLog::AddDecision(const DecisionSpec& spec) {
  v1::DecisionRecord record;
  record.set_decision_id(IdOf('d', spec.number));
  record.set_customer_id(spec.customer);
  record.set_as_of_time_ms(spec.time_ms);
  record.set_rule("daily");
  record.set_verdict(spec.verdict);
  record.add_candidates()->set_action(spec.action);
  record.set_approval_id(spec.approval_id);
  record.mutable_action()->set_action_id(spec.action_id);
  v1::DecisionEnvelope envelope;
  envelope.set_sequence(static_cast<std::uint64_t>(spec.number) + 1);
  envelope.set_payload(record.SerializeAsString());
  Add(ViewTopic::kDecisions, spec.customer, envelope.SerializeAsString(), spec.time_ms);
}

void ViewLog::AddAction(int number, const std::string& customer, std::int64_t time_ms) {
  v1::ApprovedAction action;
  action.set_action_id(IdOf('a', number));
  action.set_customer_id(customer);
  action.set_issued_time_ms(time_ms);
  v1::SignedAction signed_action;
  signed_action.set_payload(action.SerializeAsString());
  Add(ViewTopic::kActions, customer, signed_action.SerializeAsString(), time_ms);
}

void ViewLog::AddActionDeadLetter(int number, const std::string& customer, std::int64_t time_ms) {
  v1::ApprovedAction action;
  action.set_action_id(IdOf('a', number));
  action.set_customer_id(customer);
  v1::SignedAction signed_action;
  signed_action.set_payload(action.SerializeAsString());
  Add(ViewTopic::kActionDeadLetters, customer, signed_action.SerializeAsString(), time_ms);
}

void ViewLog::AddReceipt(int number, const std::string& customer, ReceiptStatus status,
                         std::int64_t time_ms) {
  const Receipt receipt{.action_id = IdOf('a', number),
                        .decision_id = IdOf('d', number),
                        .status = status,
                        .occurred = TimeMs{time_ms},
                        .executor = "test",
                        .action_digest = Sha256("action")};
  const Signal signal{.id = receipt.action_id,
                      .source = "test",
                      .type = "receipt",
                      .family = SignalFamily::kReceipt,
                      .customer = CustomerId(customer),
                      .event_time = TimeMs{time_ms}};
  EncodedRecord encoded = EncodeSignal(signal, receipt).value();
  Add(ViewTopic::kReceipts, customer, encoded.value, time_ms, encoded.headers);
}

v1::ApprovalRequest ViewLog::Request(int number, const std::string& customer) {
  v1::ApprovedAction action;
  action.set_action_id(IdOf('a', number));
  action.set_customer_id(customer);
  v1::ApprovalRequest request;
  request.set_format(1);
  request.set_approval_id(IdOf('b', number));
  request.set_state(v1::APPROVAL_STATE_OPEN);
  request.set_customer_id(customer);
  request.set_action_id(action.action_id());
  request.set_action(action.SerializeAsString());
  request.set_action_digest(std::string(AsBytes(Sha256(request.action()))));
  request.set_proposer("retention/1");
  request.set_required_role("approver");
  request.set_requested_time_ms(kTestTime);
  request.set_expires_time_ms(kTestTime + 3'600'000);
  return request;
}

void ViewLog::AddRequest(const v1::ApprovalRequest& request) {
  Add(ViewTopic::kRequests, request.customer_id(), request.SerializeAsString(),
      request.requested_time_ms());
}

void ViewLog::AddVerdict(const Verdict& verdict, const std::string& customer) {
  const Signal signal{.id = verdict.verdict_id,
                      .source = "test",
                      .type = "verdict",
                      .family = SignalFamily::kVerdict,
                      .customer = CustomerId(customer),
                      .event_time = verdict.decided};
  EncodedRecord encoded = EncodeSignal(signal, verdict).value();
  Add(ViewTopic::kVerdicts, customer, encoded.value, verdict.decided.value, encoded.headers);
}

void ViewLog::AddControl(const std::string& key, const std::string& value) {
  AddTo(ViewTopic::kControl, 0, key, value, kTestTime, {});
}

void ViewLog::AddTick(Partition partition, std::int64_t time_ms) {
  AddTo(ViewTopic::kTicks, partition, "", "", time_ms, {});
}

void ViewLog::AddGarbage(ViewTopic topic) {
  AddTo(topic, 0, "garbage", "\xff\xff\xff\xff", kTestTime, {});
}

Status Feed(Views& views, const std::vector<ViewLog::Stored>& records, std::size_t batch) {
  for (std::size_t begin = 0; begin < records.size(); begin += batch) {
    std::deque<LogRecord> held;
    std::deque<std::vector<RecordHeader>> headers;
    std::vector<ViewInput> inputs;
    for (std::size_t i = begin; i < std::min(begin + batch, records.size()); ++i) {
      const ViewLog::Stored& stored = records[i];
      std::vector<RecordHeader>& views_of = headers.emplace_back();
      for (const auto& [name, value] : stored.headers) views_of.push_back({name, value});
      LogRecord& record = held.emplace_back();
      record.partition = stored.partition;
      record.offset = stored.offset;
      record.timestamp = TimeMs{stored.time_ms};
      record.key = stored.key;
      record.value = stored.value;
      record.headers = views_of;
      inputs.push_back({stored.source, &record, stored.partition, 0});
    }
    EVENKEEL_RETURN_IF_ERROR(views.Take(inputs));
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> RowsOf(const Views& views) {
  std::vector<std::pair<std::string, std::string>> rows;
  const Status scanned =
      views.store().Scan("A", "\xff", [&](std::string_view key, std::string_view value) {
        if (key.front() != 'P') rows.emplace_back(key, value);
        return true;
      });
  EVENKEEL_CHECK(scanned.ok());
  return rows;
}

}  // namespace evenkeel::testing
