#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace httplib {
class Client;
}

namespace simulator {

/// One URL of the company's signal door. Whatever can be tried again is, as long as patience lasts.
class Door {
 public:
  struct Options {
    std::string url;        ///< http://host[:port]/path
    std::string port_file;  ///< Set: the port is what this file says, asked before each try.
    std::chrono::milliseconds patience{120'000};
    std::function<std::string()> bearer;  ///< Set: the token to show, asked before each try.
  };
  struct Reply {
    std::string error;  ///< Empty: the answer was 2xx.
    int status = 0;     ///< Of the last answer; 0: there was none.
    std::string body;
  };

  explicit Door(Options options);
  ~Door();

  /// What is wrong with the URL, or an empty string.
  std::string Check() const { return wrong_; }

  /// 429, 408, 5xx and a lost connection are tried again; a Retry-After is honoured.
  Reply Post(const std::string& body, const std::string& content_type);
  Reply Get();

  std::int64_t retries() const { return retries_; }

 private:
  struct Try;
  template <typename Call>
  Reply Insist(Call call);
  std::string Connect();

  Options options_;
  std::string wrong_;
  std::string host_;
  std::string path_;
  int port_ = 80;
  std::unique_ptr<httplib::Client> client_;
  std::int64_t retries_ = 0;
};

}  // namespace simulator
