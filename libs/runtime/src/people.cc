#include "evenkeel/runtime/people.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

constexpr std::array kRoles = {Role::kOperator, Role::kApprover, Role::kAuditor};
constexpr std::size_t kFileMaxBytes = 1U << 20;
constexpr std::size_t kTokenMaxBytes = 8U << 10;
constexpr std::size_t kNameMaxBytes = 128;
constexpr std::size_t kTokenBytes = 24;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  const int value_;
};

Status Failed(const std::string& path, const char* what) {
  return Unavailable("people file " + path + " cannot be " + what + ": " + std::strerror(errno));
}

Result<std::string> ReadAll(const std::string& path, const Descriptor& file) {
  std::string text;
  std::array<char, 4096> piece;
  for (;;) {
    // A small file; whoever calls meanwhile waits for what it says now.
    // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection)
    const ssize_t got = ::read(file.value(), piece.data(), piece.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(path, "read");
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > kFileMaxBytes) {
      return InvalidArgument("people file " + path + " is larger than " +
                             std::to_string(kFileMaxBytes) + " bytes");
    }
  }
}

/// Whole or not at all, never over a file that is there, and never readable by others.
Status WriteNew(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.value() < 0) return Failed(path, "made");
    std::size_t written = 0;
    while (written < text.size()) {
      const ssize_t done = ::write(file.value(), text.data() + written, text.size() - written);
      if (done < 0 && errno != EINTR) return Failed(path, "written");
      if (done > 0) written += static_cast<std::size_t>(done);
    }
    if (::fsync(file.value()) != 0) return Failed(path, "written");
  }
  // Unlike rename(), link() fails where another process was faster.
  const bool is_linked = ::link(temporary.c_str(), path.c_str()) == 0;
  const Status status = is_linked ? Status() : Failed(path, "made");
  ::unlink(temporary.c_str());
  return status;
}

std::string VersionOf(const struct stat& info) {
  return std::to_string(info.st_ino) + ":" + std::to_string(info.st_size) + ":" +
         std::to_string(info.st_mtim.tv_sec) + ":" + std::to_string(info.st_mtim.tv_nsec) + ":" +
         std::to_string(info.st_ctim.tv_sec) + ":" + std::to_string(info.st_ctim.tv_nsec) + ":" +
         std::to_string(info.st_mode);
}

std::optional<Role> ParseRole(std::string_view name) {
  const auto* found =
      std::find_if(kRoles.begin(), kRoles.end(), [&](Role role) { return RoleName(role) == name; });
  return found == kRoles.end() ? std::nullopt : std::optional(*found);
}

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kNameMaxBytes &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; });
}

bool IsDigest(std::string_view digits) {
  return digits.size() == 64 && std::all_of(digits.begin(), digits.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// Adds the person of one line, "name:role:digest". Says what is wrong with it, or nothing.
std::string AddLine(std::string_view line, std::map<std::string, Person>& people) {
  const std::size_t first = line.find(':');
  const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
  if (second == std::string_view::npos) return "is not \"name:role:sha256-of-token\"";
  const std::string_view name = line.substr(0, first);
  const std::string_view role_name = line.substr(first + 1, second - first - 1);
  const std::string_view digest = line.substr(second + 1);
  if (!IsName(name)) return "has no usable name (1 to 128 bytes, no spaces)";
  const std::optional<Role> role = ParseRole(role_name);
  if (!role) {
    return "has the role \"" + std::string(role_name) +
           "\"; there are operator, approver and auditor";
  }
  // The line itself is not repeated: somebody may have put a token there.
  if (!IsDigest(digest)) {
    return "does not end in 64 lower-case hexadecimal digits: printf %s TOKEN | sha256sum";
  }
  const bool is_new = people.emplace(std::string(digest), Person{std::string(name), *role}).second;
  return is_new ? "" : "has the token of a line before it; each person needs their own";
}

std::string NewToken() {
  std::array<char, kTokenBytes> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  return ToHex({bytes.data(), bytes.size()});
}

Status MakeFiles(const std::string& path) {
  std::string tokens;
  std::string people =
      "# name:role:sha256-of-token, one person a line; roles: operator, approver, auditor\n";
  for (const Role role : kRoles) {
    const std::string name(RoleName(role));
    const std::string token = NewToken();
    tokens.append(name).append(":").append(token).append("\n");
    people.append(name).append(":").append(name).append(":");
    people.append(ToHex(Sha256(token))).append("\n");
  }
  const std::string tokens_path = path + ".tokens";
  // A leftover of a first start that did not get as far as the file of people.
  ::unlink(tokens_path.c_str());
  EVENKEEL_RETURN_IF_ERROR(WriteNew(tokens_path, tokens));
  return WriteNew(path, people);
}

}  // namespace

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kAuditor:
      return "auditor";
    case Role::kApprover:
      return "approver";
    case Role::kOperator:
      return "operator";
  }
  return "";
}

Result<People::Content> People::Read(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (file.value() < 0 || ::fstat(file.value(), &info) != 0) return Failed(path, "read");
  if ((info.st_mode & 077) != 0) {
    return InvalidArgument("people file " + path +
                           " can be read by others than its owner; do: chmod 600 " + path);
  }
  Content content{.version = VersionOf(info)};
  EVENKEEL_ASSIGN_OR_RETURN(const std::string text, ReadAll(path, file));
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::string wrong = AddLine(line, content.by_digest);
    if (!wrong.empty()) {
      std::string message = "people file " + path;
      message.append(" line ").append(std::to_string(number)).append(" ").append(wrong);
      return InvalidArgument(std::move(message));
    }
  }
  return content;
}

People::People(std::string path, Content content)
    : path_(std::move(path)), content_(std::move(content)) {}

People::People(People&& other) noexcept
    : path_(std::move(other.path_)), content_(std::move(other.content_)) {}

Result<People> People::Load(const std::string& path) {
  EVENKEEL_ASSIGN_OR_RETURN(Content content, Read(path));
  return People(path, std::move(content));
}

Result<People> People::LoadOrCreate(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 && errno == ENOENT) {
    EVENKEEL_RETURN_IF_ERROR(MakeFiles(path));
  }
  return Load(path);
}

Result<Person> People::Authenticate(std::string_view token) const {
  const std::lock_guard lock(mutex_);
  if (!path_.empty()) {
    struct stat info{};
    if (::stat(path_.c_str(), &info) != 0 || VersionOf(info) != content_.version) {
      Result<Content> changed = Read(path_);
      if (!changed.ok()) return Unavailable(changed.status().message());
      content_ = std::move(changed).value();
    }
  }
  // Found by a hash of the token: how long it takes says nothing about tokens.
  const auto found = token.empty() || token.size() > kTokenMaxBytes
                         ? content_.by_digest.end()
                         : content_.by_digest.find(ToHex(Sha256(token)));
  if (found != content_.by_digest.end()) return found->second;
  return Status(StatusCode::kUnauthenticated, "nobody has this token");
}

}  // namespace evenkeel
