#include "connect_door.h"

#include <memory>
#include <utility>

#include "connect_protocol.h"
#include <google/protobuf/descriptor.pb.h>

namespace evenkeel {
namespace {

using google::protobuf::MethodDescriptor;

bool HasNoSideEffects(const MethodDescriptor& method) {
  return method.options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
}

HttpResponse NeedsPost(const std::string& method) {
  HttpResponse response =
      HttpError(405, "unimplemented", method + " has side effects; call it with POST");
  response.headers.emplace_back("Allow", "POST");
  return response;
}

void Call(RpcDispatcher& dispatcher, connect::Request request, bool is_get,
          const HttpReply& reply) {
  const connect::Codec codec = request.codec;
  // Known methods answer 501 with where else to ask; what nobody knows is simply not there.
  const bool is_known = dispatcher.registry().Find(request.call.method) != nullptr;
  IncomingCall call = std::move(request.call);
  dispatcher.Dispatch(
      std::move(call),
      [&request](google::protobuf::Message& message) { return connect::Decode(request, message); },
      [reply, codec, is_known, is_get](const RpcAnswer& answer) {
        const auto* error = std::get_if<RpcError>(&answer);
        HttpResponse response = error == nullptr ? connect::Success(codec, *std::get<0>(answer))
                                                 : connect::Failure(*error);
        if (!is_known) response.status = 404;
        // What is asked for is how it stands now.
        if (is_get) response.headers.emplace_back("Cache-Control", "no-store");
        reply(std::move(response));
      });
}

void Serve(RpcDispatcher& dispatcher, const std::string& service, const HttpRequest& http,
           const HttpReply& reply) {
  const std::string name = service + "/" + http.rest;
  const RpcRegistry::Method* method = dispatcher.registry().Find(name);
  const bool is_get = http.method != "POST";
  if (is_get && method != nullptr && !HasNoSideEffects(*method->descriptor)) {
    return reply(NeedsPost(name));
  }
  auto read = is_get ? connect::ReadGet(http, name) : connect::ReadPost(http, name);
  if (auto* wrong = std::get_if<HttpResponse>(&read)) return reply(std::move(*wrong));
  Call(dispatcher, std::get<connect::Request>(std::move(read)), is_get, reply);
}

}  // namespace

void ServeConnectDoor(HttpListener& listener, RpcDispatcher& dispatcher) {
  for (const auto* service : dispatcher.registry().Services()) {
    const std::string& name = service->full_name();
    const auto serve = [&dispatcher, name](const HttpRequest& request, const HttpReply& reply) {
      Serve(dispatcher, name, request, reply);
    };
    for (const char* method : {"GET", "POST"}) {
      listener.HandleAsync(method, "/" + name + "/*", serve, dispatcher.limits().request_max_bytes);
    }
  }
}

}  // namespace evenkeel
