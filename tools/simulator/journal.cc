#include "journal.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "json_line.h"
#include <nlohmann/json.hpp>

namespace simulator {
namespace {

using Json = nlohmann::json;

void Read(const Json& line, JournalContent* content) {
  const std::string kind = line.at("kind");
  if (kind == "run") {
    content->run = {line.at("seed"), line.at("customers"), line.at("days"), line.at("start"),
                    line.at("ticks_per_day")};
  } else if (kind == "call" && line.at("outcome") == "applied") {
    content->calls.push_back({line.at("day"), line.at("id"), line.at("body")});
  } else if (kind == "verdict") {
    content->verdicts.push_back(
        {line.at("day"), line.at("id"), line.at("answer") == "yes", line.at("outcome") == "taken"});
  } else if (kind == "day") {
    content->finished_days = line.at("day").get<int>() + 1;
  }
}

}  // namespace

std::string RunId::Json() const {
  JsonFields fields;
  fields.Text("kind", "run")
      .Raw("seed", std::to_string(seed))
      .Integer("customers", customers)
      .Integer("days", days)
      .Text("start", start)
      .Integer("ticks_per_day", ticks_per_day);
  return fields.Object();
}

std::string ReadJournal(const std::string& path, JournalContent* content) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return "cannot read the journal " + path;
  std::string text;
  std::uint64_t number = 0;
  while (std::getline(in, text) && !in.eof()) {  // A line without its end was not finished.
    ++number;
    try {
      Read(Json::parse(text), content);
    } catch (const nlohmann::json::exception& error) {
      return path + ":" + std::to_string(number) + ": not a line of a journal: " + error.what();
    }
    content->whole_bytes += text.size() + 1;
  }
  return number == 0 ? path + " has no line in it; remove it" : "";
}

Journal::~Journal() {
  if (file_ != nullptr) std::fclose(file_);
}

std::string Journal::Open(const std::string& path, std::uint64_t keep) {
  std::error_code error;
  if (keep > 0) std::filesystem::resize_file(path, keep, error);
  file_ = error ? nullptr : std::fopen(path.c_str(), keep > 0 ? "ab" : "wb");
  if (file_ == nullptr) return "cannot write the journal " + path + ": " + std::strerror(errno);
  return "";
}

void Journal::Append(const std::string& line) {
  const std::scoped_lock lock(mutex_);
  const std::string text = line + "\n";
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0) {
    std::fprintf(stderr, "evenkeel-simulator: cannot write the journal: %s\n",
                 std::strerror(errno));
    std::_Exit(1);  // Nothing may be answered that is not in it.
  }
}

}  // namespace simulator
