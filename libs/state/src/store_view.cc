#include "evenkeel/state/store_view.h"

#include "database.h"

#include "evenkeel/state/task_store.h"

namespace evenkeel {
namespace {

class SnapshotView final : public StoreView {
 public:
  SnapshotView(std::shared_ptr<internal::Database> database, const StorePosition& position)
      : database_(std::move(database)), position_(position), snapshot_(database_->BeginView()) {}
  ~SnapshotView() override { database_->EndView(snapshot_); }

  const StorePosition& position() const override { return position_; }

  Result<std::optional<std::string>> Get(std::string_view key) const override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    std::string value;
    const rocksdb::Status status = database_->get()->Get(options, internal::ToSlice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    EVENKEEL_RETURN_IF_ERROR(
        internal::ToStatus(status, "cannot read the store " + database_->directory()));
    return std::optional<std::string>(std::move(value));
  }

 private:
  const std::shared_ptr<internal::Database> database_;
  const StorePosition position_;
  const rocksdb::Snapshot* const snapshot_;
};

}  // namespace

std::shared_ptr<const StoreView> TaskStore::View(const StorePosition& position) const {
  return std::make_shared<const SnapshotView>(database_, position);
}

}  // namespace evenkeel
