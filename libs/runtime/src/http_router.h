#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/runtime/http_listener.h"

namespace evenkeel {

/// Which handler answers a request.
class HttpRouter {
 public:
  /// As HttpListener::Handle().
  void Add(std::string_view method, const std::string& path, HttpListener::Handler handler);

  /// Sets `request.rest` and answers: by its handler, or 404, or 405 with Allow. HEAD is GET.
  HttpResponse Answer(HttpRequest& request) const;

 private:
  using Methods = std::map<std::string, HttpListener::Handler, std::less<>>;

  const Methods* Find(HttpRequest& request) const;

  std::map<std::string, Methods, std::less<>> exact_;
  std::map<std::string, Methods, std::less<>> below_;  ///< By path with its last slash.
};

}  // namespace evenkeel
