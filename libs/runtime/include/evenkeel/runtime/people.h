#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"

namespace evenkeel {

/// What a person may do.
enum class Role {
  kAuditor,   ///< Reads.
  kApprover,  ///< Answers requests for approval.
  kOperator,  ///< Sets switches and levels.
};

std::string_view RoleName(Role role);

struct Person {
  std::string name;  ///< As in the file; goes into audit records.
  Role role = Role::kAuditor;
};

/// The people who may call, each known by a token of their own: a file with one
/// "name:role:sha256-of-token" (64 hexadecimal digits) a line, readable by its owner only.
///
/// Thread-safety: any thread.
class People {
 public:
  /// Reads `path`. Errors: kInvalidArgument or kUnavailable naming file, line and remedy.
  static Result<People> Load(const std::string& path);

  /// The same; if there is no file, first makes one with three people ("operator", "approver" and
  /// "auditor"), and `<path>.tokens` with their tokens, "name:token" a line, to be handed out and
  /// deleted. Both with mode 0600.
  static Result<People> LoadOrCreate(const std::string& path);

  /// Nobody.
  People() = default;
  People(People&& other) noexcept;

  /// The person of `token`; a file that was changed since is read again first, so that whoever was
  /// taken out of it is refused. Errors: kUnauthenticated (nobody's token), kUnavailable (the
  /// changed file cannot be used: nobody is let in until it can).
  Result<Person> Authenticate(std::string_view token) const;

 private:
  struct Content {
    std::map<std::string, Person> by_digest;  ///< SHA-256 of the token in hexadecimal digits.
    std::string version;                      ///< Changes when the file does.
  };

  static Result<Content> Read(const std::string& path);
  People(std::string path, Content content);

  std::string path_;  ///< Empty: nobody.
  mutable std::mutex mutex_;
  mutable Content content_;  // Guarded by mutex_.
};

}  // namespace evenkeel
