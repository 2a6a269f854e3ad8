#include "database.h"

namespace evenkeel::internal {

Status ToStatus(const rocksdb::Status& status, const std::string& what) {
  if (status.ok()) return {};
  const StatusCode code =
      status.IsNoSpace() ? StatusCode::kResourceExhausted : StatusCode::kDataLoss;
  return {code, what + ": " + status.ToString()};
}

Status Database::Close() {
  const std::lock_guard lock(mutex_);
  if (views_ > 0) return Unavailable("the store " + directory_ + " is being read; will try again");
  db_.reset();
  return {};
}

const rocksdb::Snapshot* Database::BeginView() {
  const std::lock_guard lock(mutex_);
  ++views_;
  return db_->GetSnapshot();
}

void Database::EndView(const rocksdb::Snapshot* snapshot) {
  const std::lock_guard lock(mutex_);
  db_->ReleaseSnapshot(snapshot);
  --views_;
}

}  // namespace evenkeel::internal
