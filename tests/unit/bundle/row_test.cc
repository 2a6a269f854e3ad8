#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/bundle/rows.h"

namespace evenkeel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Gives its bytes in pieces of `piece` bytes, so that every border is crossed.
class PiecewiseSource final : public ByteSource {
 public:
  PiecewiseSource(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
  Result<std::size_t> Read(std::span<char> buffer) override {
    const std::size_t count = std::min({buffer.size(), piece_, rest_.size()});
    std::copy_n(rest_.data(), count, buffer.data());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

/// All rows as "line: field|field" or "line! error"; an error that ends the file comes last.
std::vector<std::string> AllRows(RowReader& reader) {
  std::vector<std::string> rows;
  for (;;) {
    const Result<bool> more = reader.Next();
    if (!more.ok()) rows.push_back("end! " + more.status().message());
    if (!more.ok() || !*more) return rows;
    std::string row = std::to_string(reader.line());
    if (!reader.error().empty()) {
      rows.push_back(row + "! " + reader.error());
      continue;
    }
    row += ":";
    for (const RawValue& value : reader.values()) row += " " + std::string(value.text);
    rows.push_back(row);
  }
}

std::vector<std::string> Csv(std::string_view text, CsvOptions options = {},
                             std::vector<std::string> wanted = {"a", "b"}) {
  MemorySource source(text);
  const auto reader = ReadCsv(source, "f.csv", std::move(options), std::move(wanted));
  return AllRows(*reader);
}

std::vector<std::string> Json(std::string_view text, std::vector<std::string> wanted) {
  MemorySource source(text);
  const auto reader = ReadJsonLines(source, "f.jsonl", std::move(wanted));
  return AllRows(*reader);
}

TEST(CsvTest, ReadsWantedColumnsInAnyOrder) {
  EXPECT_THAT(Csv("b,x,a\n1,2,3\n4,5,6\n"), ElementsAre("2: 3 1", "3: 6 4"));
}

TEST(CsvTest, ReadsQuotedDelimitersQuotesAndLineEnds) {
  EXPECT_THAT(Csv("a,b\n\"x,y\",\"6\"\" disc\"\n\"two\nlines\",z\nlast,1"),
              ElementsAre("2: x,y 6\" disc", "3: two\nlines z", "5: last 1"));
}

TEST(CsvTest, TakesLineFeedsWithAndWithoutReturnAndAByteOrderMark) {
  EXPECT_THAT(Csv("\xEF\xBB\xBF"
                  "a,b\r\n1,2\r\n\r\n\"3\",\"4\"\r\n5,6\r"),
              ElementsAre("2: 1 2", "4: 3 4", "5: 5 6"));
}

TEST(CsvTest, TakesOtherDelimitersAndFilesWithoutAHeader) {
  EXPECT_THAT(Csv("1;2\n", {';', {"a", "b"}}), ElementsAre("1: 1 2"));
}

TEST(CsvTest, KeepsEmptyFields) {
  EXPECT_THAT(Csv("a,b\n,\n\"\",\"\"\n"), ElementsAre("2:  ", "3:  "));
}

TEST(CsvTest, SaysWhereARowIsWrongAndGoesOn) {
  EXPECT_THAT(
      Csv("a,b\n1\n2,\"x\" y\n3,x\"y\n4,a\rb\n5,\xff\n6,ok\n"),
      ElementsAre("2! f.csv:2:1: the row has 1 fields, the header 2",
                  "3! f.csv:3:6: text after a closing quote; double the quotes inside of a field",
                  "4! f.csv:4:4: a quote inside of an unquoted field; quote the field and double "
                  "the quote",
                  "5! f.csv:5:4: a carriage return without a line feed; end lines in LF or CRLF",
                  "6! f.csv:6:3: not UTF-8", "7: 6 ok"));
}

TEST(CsvTest, StopsWhereNoRowCanBeFound) {
  EXPECT_THAT(Csv(""), ElementsAre("end! f.csv: the file is empty; it needs a header line"));
  EXPECT_THAT(Csv("a,c\n"), ElementsAre("end! f.csv: there is no column 'b'; did you mean 'a'?"));
  EXPECT_THAT(Csv("a,b,a\n"),
              ElementsAre("end! f.csv:1: the column 'a' is there twice; rename one"));
  EXPECT_THAT(Csv("a,b\n1,2\n3,\"open\n4,5\n"),
              ElementsAre("2: 1 2", "end! f.csv:3:3: a quote opens here and is never closed"));
}

TEST(CsvTest, BoundsTheLengthOfARow) {
  const std::string long_text((1U << 20U) + 10, 'x');
  EXPECT_THAT(Csv("a,b\n" + long_text + ",1\n"),
              ElementsAre("end! f.csv:2:1: the row is longer than 1 MiB"));
  EXPECT_THAT(Csv("a,b\n1,\"" + long_text),
              ElementsAre("end! f.csv:2:3: a quote opens here and is not closed within 1 MiB"));
}

// Goal: borders between reads do not show. Method: random rows written by the rules of RFC 4180,
// read back in pieces of every small size.
TEST(CsvPropertyTest, ReadsBackWhatWasWritten) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "replay with --gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  const std::string alphabet = "ab,\"\n\r ;\t";
  for (int round = 0; round < 300; ++round) {
    std::string text = "a,b\n";
    std::vector<std::pair<std::string, std::string>> rows;
    for (std::size_t i = rng() % 6; i > 0; --i) {
      std::pair<std::string, std::string> row;
      for (std::string* field : {&row.first, &row.second}) {
        for (std::size_t n = rng() % 8; n > 0; --n) *field += alphabet[rng() % alphabet.size()];
        std::string quoted = "\"";
        for (const char c : *field) quoted += c == '"' ? "\"\"" : std::string(1, c);
        text += quoted + (field == &row.first ? "\"," : rng() % 2 == 0 ? "\"\n" : "\"\r\n");
      }
      rows.push_back(std::move(row));
    }
    PiecewiseSource source(text, 1 + rng() % 5);
    const auto reader = ReadCsv(source, "f.csv", {}, {"a", "b"});
    for (const auto& [a, b] : rows) {
      const Result<bool> more = reader->Next();
      ASSERT_TRUE(more.ok() && *more) << text;
      ASSERT_EQ(reader->error(), "") << text;
      ASSERT_EQ(reader->values()[0].text, a) << text;
      ASSERT_EQ(reader->values()[1].text, b) << text;
    }
    const Result<bool> more = reader->Next();
    ASSERT_TRUE(more.ok() && !*more) << text;
  }
}

TEST(JsonLinesTest, ReadsFieldsOfObjectsAndListsByPath) {
  EXPECT_THAT(Json("{\"a\": 1, \"b\": {\"c\": \"x\", \"d\": [true, {\"e\": null}]}, \"f\": 2}\n",
                   {"f", "b.c", "b.d.0", "b.d.1.e", "z"}),
              ElementsAre("1: 2 x true  "));
}

TEST(JsonLinesTest, KeepsTheDigitsOfNumbers) {
  EXPECT_THAT(Json("{\"a\": 0.10000000000000000001, \"b\": -1e-3}\n"
                   "{\"a\": 9223372036854775807, \"b\": 18446744073709551616}",
                   {"a", "b"}),
              ElementsAre("1: 0.10000000000000000001 -1e-3",
                          "2: 9223372036854775807 18446744073709551616"));
}

TEST(JsonLinesTest, TellsKindsApart) {
  MemorySource source("{\"a\": null, \"b\": \"1\", \"c\": 1, \"d\": false}");
  const auto reader = ReadJsonLines(source, "f", {"a", "b", "c", "d", "e"});
  ASSERT_TRUE(reader->Next().ok());
  std::vector<RawValue::Kind> kinds;
  for (const RawValue& value : reader->values()) kinds.push_back(value.kind);
  EXPECT_THAT(kinds,
              ElementsAre(RawValue::Kind::kNull, RawValue::Kind::kText, RawValue::Kind::kNumber,
                          RawValue::Kind::kFlag, RawValue::Kind::kMissing));
}

TEST(JsonLinesTest, SaysWhereALineIsWrongAndGoesOn) {
  const std::vector<std::string> rows = Json(
      "{\"a\": 1\n\n{\"a\": 1, \"a\": 2}\n[1]\n7\n{\"a\": \"\xff\"}\n{\"a.b\": 1, \"a\": {\"b\": "
      "2}}\n{\"a\": NaN}\n{\"x\": 1} {\"x\": 2}\n{\"a\": 3}\r\n",
      {"a", "a.b"});
  ASSERT_EQ(rows.size(), 9U);
  EXPECT_THAT(rows[0], HasSubstr("1! f.jsonl:1:8: syntax error"));
  EXPECT_EQ(rows[1], "3! f.jsonl:3:1: the key 'a' is there twice");
  EXPECT_EQ(rows[2], "4! f.jsonl:4:1: a list; every line must be an object {...}");
  EXPECT_EQ(rows[3], "5! f.jsonl:5:1: a single value; every line must be an object {...}");
  EXPECT_EQ(rows[4], "6! f.jsonl:6:8: not UTF-8");
  EXPECT_EQ(rows[5], "7! f.jsonl:7:1: the field 'a.b' is there twice, once with a dot in its key");
  EXPECT_THAT(rows[6], HasSubstr("8! f.jsonl:8:7: syntax error"));
  EXPECT_THAT(rows[7], HasSubstr("9! f.jsonl:9:10: syntax error"));
  EXPECT_EQ(rows[8], "10: 3 ");
}

TEST(JsonLinesTest, RefusesDeepNesting) {
  const std::string deep = std::string(1000, '[');
  EXPECT_THAT(Json("{\"a\": " + deep + "\n{\"a\": 1}", {"a"}),
              ElementsAre("1! f.jsonl:1:1: nested deeper than 16 levels", "2: 1"));
}

TEST(ByteSourceTest, SaysThatAFileIsNotThere) {
  EXPECT_EQ(OpenFile("/nowhere/at/all").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace evenkeel
