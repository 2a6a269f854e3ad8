#include "evenkeel/runtime/log_api.h"

#include <mutex>

#include <httplib.h>

#include "evenkeel/base/bytes.h"

namespace evenkeel {
namespace {

// Both ends are of one build and one machine, so the format carries no version.
constexpr const char* kBinary = "application/octet-stream";

void WriteOptional(ByteWriter& out, const std::optional<std::string>& bytes) {
  out.Byte(bytes ? 1 : 0);
  if (bytes) out.Bytes(*bytes);
}

std::optional<std::string> ReadOptional(ByteReader& in) {
  if (in.Byte() == 0) return std::nullopt;
  return std::string(in.Bytes());
}

void WriteRecord(ByteWriter& out, const OwnedRecord& record) {
  out.Bytes(record.topic);
  out.Signed(record.partition);
  out.Signed(record.offset);
  out.Byte(record.timestamp ? 1 : 0);
  if (record.timestamp) out.Signed(record.timestamp->value);
  WriteOptional(out, record.key);
  WriteOptional(out, record.value);
  out.Varint(record.headers.size());
  for (const auto& [name, value] : record.headers) {
    out.Bytes(name);
    out.Bytes(value);
  }
}

OwnedRecord ReadRecord(ByteReader& in) {
  OwnedRecord record;
  record.topic = in.Bytes();
  record.partition = static_cast<Partition>(in.Signed());
  record.offset = in.Signed();
  if (in.Byte() != 0) record.timestamp = TimeMs{in.Signed()};
  record.key = ReadOptional(in);
  record.value = ReadOptional(in);
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    std::string name(in.Bytes());
    record.headers.emplace_back(std::move(name), std::string(in.Bytes()));
  }
  return record;
}

void WriteRecords(ByteWriter& out, const std::vector<OwnedRecord>& records) {
  out.Varint(records.size());
  for (const OwnedRecord& record : records) WriteRecord(out, record);
}

std::vector<OwnedRecord> ReadRecords(ByteReader& in) {
  std::vector<OwnedRecord> records;
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    records.push_back(ReadRecord(in));
  }
  return records;
}

void WriteTopic(ByteWriter& out, const TopicDescription& topic) {
  out.Bytes(topic.name);
  out.Signed(topic.partitions);
  out.Signed(topic.replication_factor);
  out.Byte(topic.settings ? 1 : 0);
  if (!topic.settings) return;
  out.Varint(topic.settings->size());
  for (const auto& [name, value] : *topic.settings) {
    out.Bytes(name);
    out.Bytes(value);
  }
}

TopicDescription ReadTopic(ByteReader& in) {
  TopicDescription topic;
  topic.name = in.Bytes();
  topic.partitions = static_cast<Partition>(in.Signed());
  topic.replication_factor = static_cast<std::int16_t>(in.Signed());
  if (in.Byte() == 0) return topic;
  topic.settings.emplace();
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    std::string name(in.Bytes());
    (*topic.settings)[std::move(name)] = in.Bytes();
  }
  return topic;
}

// An answer begins with the status; what was asked for follows if that is OK.
HttpResponse Answer(const Status& status, const std::string& content = {}) {
  HttpResponse response{.content_type = kBinary};
  ByteWriter out(response.body);
  out.Byte(static_cast<std::uint8_t>(status.code()));
  out.Bytes(status.message());
  response.body += content;
  return response;
}

class Server {
 public:
  explicit Server(LogAccess& access) : access_(access) {}

  HttpResponse Describe(const HttpRequest& request) {
    ByteReader in(request.body);
    std::vector<std::string> names;
    for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
      names.emplace_back(in.Bytes());
    }
    if (!in.done()) return Malformed();
    const auto topics = access_.DescribeTopics(names);
    std::string content;
    ByteWriter out(content);
    if (topics.ok()) {
      out.Varint(topics->size());
      for (const TopicDescription& topic : *topics) WriteTopic(out, topic);
    }
    return Answer(topics.status(), content);
  }

  HttpResponse Position(const HttpRequest& request) {
    ByteReader in(request.body);
    const std::string loader(in.Bytes());
    if (!in.done()) return Malformed();
    const auto position = access_.LoadPosition(loader);
    std::string content;
    if (position.ok()) ByteWriter(content).Signed(*position);
    return Answer(position.status(), content);
  }

  HttpResponse Load(const HttpRequest& request) {
    ByteReader in(request.body);
    const std::string loader(in.Bytes());
    const std::int64_t position = in.Signed();
    std::optional<std::int64_t> expected;
    if (in.Byte() != 0) expected = in.Signed();
    const std::vector<OwnedRecord> records = ReadRecords(in);
    if (!in.done()) return Malformed();
    return Answer(access_.Load(loader, records, position, expected));
  }

  HttpResponse Read(const HttpRequest& request) {
    ByteReader in(request.body);
    TopicPartition where{.topic = std::string(in.Bytes())};
    where.partition = static_cast<Partition>(in.Signed());
    const Offset from = in.Signed();
    const std::uint64_t records_max = in.Varint();
    if (!in.done()) return Malformed();
    const auto page = access_.Read(where, from, records_max);
    std::string content;
    ByteWriter out(content);
    if (page.ok()) {
      WriteRecords(out, page->records);
      out.Signed(page->next);
      out.Byte(page->at_end ? 1 : 0);
    }
    return Answer(page.status(), content);
  }

 private:
  static HttpResponse Malformed() {
    return {.status = 400, .body = "malformed request; is the command line of this build?\n"};
  }

  LogAccess& access_;
};

class RemoteLogAccess final : public LogAccess {
 public:
  RemoteLogAccess(std::uint16_t port, std::chrono::milliseconds timeout)
      : port_(port), client_("127.0.0.1", port) {
    client_.set_read_timeout(timeout);
    client_.set_write_timeout(timeout);
    client_.set_keep_alive(true);
  }

  Result<std::vector<TopicDescription>> DescribeTopics(
      const std::vector<std::string>& names) override {
    std::string body;
    ByteWriter out(body);
    out.Varint(names.size());
    for (const std::string& name : names) out.Bytes(name);
    return Ask<std::vector<TopicDescription>>("describe", body, [](ByteReader& in) {
      std::vector<TopicDescription> topics;
      for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
        topics.push_back(ReadTopic(in));
      }
      return topics;
    });
  }

  Result<std::int64_t> LoadPosition(const std::string& loader) override {
    std::string body;
    ByteWriter(body).Bytes(loader);
    return Ask<std::int64_t>("position", body, [](ByteReader& in) { return in.Signed(); });
  }

  Status Load(const std::string& loader, const std::vector<OwnedRecord>& records,
              std::int64_t position, std::optional<std::int64_t> expected) override {
    std::string body;
    ByteWriter out(body);
    out.Bytes(loader);
    out.Signed(position);
    out.Byte(expected ? 1 : 0);
    if (expected) out.Signed(*expected);
    WriteRecords(out, records);
    return Ask<int>("load", body, [](ByteReader&) { return 0; }).status();
  }

  Result<ReadPage> Read(const TopicPartition& where, Offset from,
                        std::size_t records_max) override {
    std::string body;
    ByteWriter out(body);
    out.Bytes(where.topic);
    out.Signed(where.partition);
    out.Signed(from);
    out.Varint(records_max);
    return Ask<ReadPage>("read", body, [](ByteReader& in) {
      ReadPage page{.records = ReadRecords(in)};
      page.next = in.Signed();
      page.at_end = in.Byte() != 0;
      return page;
    });
  }

 private:
  template <typename T, typename Take>
  Result<T> Ask(const std::string& method, const std::string& body, const Take& take) {
    const std::lock_guard lock(mutex_);
    const auto answer = client_.Post("/local/v1/" + method, body, kBinary);
    if (!answer) {
      return Unavailable("no answer from 127.0.0.1:" + std::to_string(port_) + " (" +
                         httplib::to_string(answer.error()) + "); is the process running?");
    }
    if (answer->status != 200) return Internal("local door: " + answer->body);
    ByteReader in(answer->body);
    const auto code = static_cast<StatusCode>(in.Byte());
    std::string message(in.Bytes());
    if (code != StatusCode::kOk) return Status(code, std::move(message));
    T value = take(in);
    if (!in.done()) return DataLoss("local door: malformed answer");
    return value;
  }

  const std::uint16_t port_;
  std::mutex mutex_;  // One call at a time.
  httplib::Client client_;
};

}  // namespace

void ServeLogAccess(HttpListener& listener, LogAccess& access) {
  const auto server = std::make_shared<Server>(access);
  const auto handle = [&](const char* path, HttpResponse (Server::*method)(const HttpRequest&)) {
    listener.Handle(
        "POST", std::string("/local/v1/") + path,
        [server, method](const HttpRequest& request) { return (server.get()->*method)(request); });
  };
  handle("describe", &Server::Describe);
  handle("position", &Server::Position);
  handle("load", &Server::Load);
  handle("read", &Server::Read);
}

std::unique_ptr<LogAccess> OpenRemoteLogAccess(std::uint16_t port,
                                               std::chrono::milliseconds timeout) {
  return std::make_unique<RemoteLogAccess>(port, timeout);
}

}  // namespace evenkeel
