#pragma once

#include <memory>
#include <string>

#include "calls.h"

namespace simulator {

/// The HTTP end of Calls: POST to any path, on loopback.
class Listener {
 public:
  Listener(Calls& calls, int slow_ms);
  ~Listener();

  /// Port 0: any free one. Returns what is wrong, else an empty string.
  std::string Start(int port);
  std::string url() const;

 private:
  struct Server;
  std::unique_ptr<Server> server_;
};

/// Writes a file so that it is never seen half written. Returns what went wrong.
std::string WriteWhole(const std::string& path, const std::string& content);

}  // namespace simulator
