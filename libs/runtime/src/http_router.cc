#include "http_router.h"

#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

std::string AllowedOf(const std::map<std::string, HttpListener::Handler, std::less<>>& methods) {
  std::string allowed;
  for (const auto& [method, handler] : methods) allowed += (allowed.empty() ? "" : ", ") + method;
  return allowed;
}

}  // namespace

void HttpRouter::Add(std::string_view method, const std::string& path,
                     HttpListener::Handler handler) {
  EVENKEEL_CHECK(method == "GET" || method == "POST" || method == "PUT" || method == "DELETE");
  EVENKEEL_CHECK(!path.empty() && path.front() == '/');
  const bool is_below = path.ends_with("/*");
  auto& methods = is_below ? below_[path.substr(0, path.size() - 1)] : exact_[path];
  const bool is_new = methods.emplace(method, std::move(handler)).second;
  EVENKEEL_CHECK(is_new);
}

const HttpRouter::Methods* HttpRouter::Find(HttpRequest& request) const {
  if (const auto found = exact_.find(request.path); found != exact_.end()) return &found->second;
  for (std::size_t slash = request.path.rfind('/'); slash != std::string::npos;
       slash = slash == 0 ? std::string::npos : request.path.rfind('/', slash - 1)) {
    const std::string_view head = std::string_view(request.path).substr(0, slash + 1);
    const auto found = below_.find(head);
    if (found == below_.end() || head.size() == request.path.size()) continue;
    request.rest = request.path.substr(slash + 1);
    return &found->second;
  }
  return nullptr;
}

HttpResponse HttpRouter::Answer(HttpRequest& request) const {
  const Methods* methods = Find(request);
  if (methods == nullptr) {
    return {.status = 404, .body = "nothing is served at " + request.path + "\n"};
  }
  const auto handler = methods->find(request.method == "HEAD" ? "GET" : request.method);
  if (handler != methods->end()) return handler->second(request);
  const std::string allowed = AllowedOf(*methods);
  return {.status = 405,
          .body = request.method + " is not allowed at " + request.path + "; allowed: " + allowed +
                  "\n",
          .headers = {{"Allow", allowed}}};
}

}  // namespace evenkeel
