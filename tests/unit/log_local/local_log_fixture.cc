#include "local_log_fixture.h"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace evenkeel::testing {

LogTime RealTime() {
  return {.elapsed =
              [] {
                return std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::steady_clock::now().time_since_epoch());
              },
          .idle = [] {}};
}

void LocalLogFixture::Reopen() {
  Close();
  auto log = LocalLog::Open(options_);
  ASSERT_TRUE(log.ok()) << log.status().ToString();
  log_ = std::move(log).value();
}

void LocalLogFixture::MakeTopic(const TopicSpec& spec) {
  const Status status = log_->CreateTopic(spec, kAdmin);
  ASSERT_TRUE(status.ok()) << status.ToString();
}

LogDriver& LocalLogFixture::Open(SessionOptions options) {
  auto session = log_->OpenSession(std::move(options));
  if (!session.ok()) throw std::runtime_error(session.status().ToString());
  drivers_.push_back(std::make_unique<LogDriver>(std::move(session).value(), RealTime()));
  return *drivers_.back();
}

LogDriver& LocalLogFixture::OpenWriter(const std::string& id) {
  LogDriver& writer =
      Open({.transactional_id = id, .inputs = {"in"}, .offsets_group = "group of " + id});
  const Status status = writer.Init();
  EXPECT_TRUE(status.ok()) << status.ToString();
  return writer;
}

TransactionDone LocalLogFixture::Write(LogDriver& writer, const OutRecord& record) {
  writer->Begin();
  EXPECT_EQ(writer.Produce(record), ProduceResult::kAccepted);
  return writer.Commit();
}

}  // namespace evenkeel::testing
