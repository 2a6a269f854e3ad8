#include "evenkeel/runtime/people.h"

#include <filesystem>
#include <fstream>

#include "ledger/temp_directory.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class PeopleTest : public ::testing::Test {
 protected:
  void Write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(path_ + ".x") << text;
    ::chmod((path_ + ".x").c_str(), mode);
    std::filesystem::rename(path_ + ".x", path_);
  }
  static std::string Line(const std::string& name, const std::string& role,
                          const std::string& token) {
    return name + ":" + role + ":" + ToHex(Sha256(token)) + "\n";
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat info{};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 0777;
  }

  const testing::TempDirectory directory_;
  const std::string path_ = directory_.path() + "/people";
};

TEST_F(PeopleTest, KnowsPeopleByTheirTokens) {
  Write("# comment\n\n" + Line("ann", "approver", "secret") + Line("oz", "operator", "other"));
  const People people = People::Load(path_).value();
  const Person ann = people.Authenticate("secret").value();
  EXPECT_EQ(ann.name, "ann");
  EXPECT_EQ(ann.role, Role::kApprover);
  EXPECT_EQ(people.Authenticate("other")->role, Role::kOperator);
  for (const char* token : {"", "ann", "Secret", "secret "}) {
    EXPECT_EQ(people.Authenticate(token).status().code(), StatusCode::kUnauthenticated) << token;
  }
  const std::string digest = ToHex(Sha256("secret"));
  EXPECT_EQ(people.Authenticate(digest).status().code(), StatusCode::kUnauthenticated);
}

TEST_F(PeopleTest, MakesThreePeopleAtTheFirstStartAndKeepsThem) {
  const People people = People::LoadOrCreate(path_).value();
  EXPECT_EQ(ModeOf(path_), 0600U);
  EXPECT_EQ(ModeOf(path_ + ".tokens"), 0600U);
  std::ifstream tokens(path_ + ".tokens");
  std::vector<std::string> roles;
  for (std::string line; std::getline(tokens, line);) {
    const std::size_t colon = line.find(':');
    const Person person = people.Authenticate(line.substr(colon + 1)).value();
    EXPECT_EQ(person.name, line.substr(0, colon));
    roles.emplace_back(RoleName(person.role));
  }
  EXPECT_THAT(roles, ::testing::UnorderedElementsAre("operator", "approver", "auditor"));
  const auto made = std::filesystem::last_write_time(path_);
  EXPECT_TRUE(People::LoadOrCreate(path_).ok());
  EXPECT_EQ(std::filesystem::last_write_time(path_), made);
}

TEST_F(PeopleTest, ForgetsWhoIsTakenOutOfTheFile) {
  Write(Line("ann", "approver", "secret"));
  const People people = People::Load(path_).value();
  ASSERT_TRUE(people.Authenticate("secret").ok());
  Write(Line("bob", "approver", "his"));
  EXPECT_EQ(people.Authenticate("secret").status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(people.Authenticate("his")->name, "bob");
}

TEST_F(PeopleTest, LetsNobodyInWhileTheFileCannotBeUsed) {
  Write(Line("ann", "approver", "secret"));
  const People people = People::Load(path_).value();
  Write("nonsense\n");
  EXPECT_EQ(people.Authenticate("secret").status().code(), StatusCode::kUnavailable);
  std::filesystem::remove(path_);
  EXPECT_EQ(people.Authenticate("secret").status().code(), StatusCode::kUnavailable);
  Write(Line("ann", "approver", "secret"));
  EXPECT_TRUE(people.Authenticate("secret").ok());
}

TEST_F(PeopleTest, NamesTheLineThatIsWrong) {
  const std::string digest = ToHex(Sha256("x"));
  const std::pair<std::string, const char*> rows[] = {
      {"ann", "name:role:sha256"},
      {"ann:approver", "name:role:sha256"},
      {":approver:" + digest, "name"},
      {"an n:approver:" + digest, "name"},
      {"ann:boss:" + digest, "\"boss\""},
      {"ann:approver:secret", "sha256sum"},
      {"ann:approver:" + digest + "\nbob:operator:" + digest, "line 3"},
  };
  for (const auto& [text, what] : rows) {
    SCOPED_TRACE(text);
    Write("# people\n" + text + "\n");
    const Status status = People::Load(path_).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), AllOf(HasSubstr(path_), HasSubstr("line "), HasSubstr(what)));
    EXPECT_THAT(status.message(), ::testing::Not(HasSubstr("secret")));
  }
}

TEST_F(PeopleTest, RefusesAFileThatOthersCanRead) {
  Write(Line("ann", "approver", "secret"), 0644);
  EXPECT_THAT(People::Load(path_).status().message(), HasSubstr("chmod 600"));
}

TEST_F(PeopleTest, NobodyIsThereWithoutAFile) {
  EXPECT_EQ(People().Authenticate("x").status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(People::Load(path_).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace evenkeel
