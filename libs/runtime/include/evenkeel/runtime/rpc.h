#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <google/protobuf/message.h>

#include "evenkeel/base/status.h"
#include "evenkeel/runtime/people.h"

namespace evenkeel {

/// What is wrong with one field of a request.
struct FieldViolation {
  std::string field;        ///< Path as in the contract: "customer_ids[3]".
  std::string description;  ///< What is wrong, and what would be right.
};

/// The error of a call. Both doors give all of it: gRPC as google.rpc.Status in
/// grpc-status-details-bin, Connect as its `details`.
struct RpcError {
  StatusCode code = StatusCode::kUnknown;  ///< Not kOk.
  std::string message;                     ///< For people: thing, value, remedy.
  /// ErrorInfo.reason in UPPER_SNAKE, for programs: "NOT_OWNER". Empty: the code's name.
  std::string reason;
  std::map<std::string, std::string> metadata;  ///< ErrorInfo.metadata: {"owner", "decider-2"}.
  std::vector<FieldViolation> violations;       ///< BadRequest.
  /// When to come again: RetryInfo, and Retry-After over HTTP.
  std::optional<std::chrono::milliseconds> retry_delay;

  /// An error of ours as the error of a call.
  static RpcError From(const Status& status);
  /// The error of a call to another process of ours, whole. `details` is the google.rpc.Status that
  /// gRPC carries beside the code. Nothing: it has none of ours, so it is the transport's.
  static std::optional<RpcError> FromDetails(StatusCode code, std::string message,
                                             const std::string& details);
  /// kInvalidArgument for one field of the request.
  static RpcError BadField(std::string field, std::string description);
};

/// ErrorInfo.domain of every error.
inline constexpr std::string_view kRpcErrorDomain = "evenkeel";

/// Who may call a method.
enum class RpcAccess {
  kAnyone,    ///< No token is asked for; one that is sent must be right all the same.
  kPerson,    ///< Any person with a token.
  kApprover,  ///< Role approver.
  kOperator,  ///< Role operator.
};

/// What is known of a call besides its request.
struct RpcContext {
  std::string method;  ///< "evenkeel.v1.ScoreService/GetScore".
  /// When the caller gets DEADLINE_EXCEEDED, whatever the handler does. Always there: calls without
  /// a deadline have the server's.
  std::chrono::steady_clock::time_point deadline;
  /// From the credential, never from the request. There for every access but kAnyone.
  std::optional<Person> person;
  /// Headers of the call, names in lower case; without `authorization`.
  std::multimap<std::string, std::string> metadata;

  /// The first value of a header, or empty.
  std::string_view Header(std::string_view name) const;
  std::chrono::milliseconds TimeLeft() const;
};

/// One call, from its door's side: it is finished once; what comes later is dropped.
///
/// Thread-safety: any thread.
class RpcCall {
 public:
  virtual ~RpcCall() = default;
  virtual void Finish(
      std::variant<std::unique_ptr<google::protobuf::Message>, RpcError> result) = 0;
};

/// Answers one call, once; later answers are dropped (the caller may have got DEADLINE_EXCEEDED
/// long ago). Copies answer the same call. When the last copy goes without an answer, the caller
/// gets INTERNAL.
///
/// Thread-safety: any thread.
template <typename Response>
class RpcReply {
 public:
  explicit RpcReply(std::shared_ptr<RpcCall> call) : call_(std::move(call)) {}

  void operator()(Response response) const {
    call_->Finish(std::make_unique<Response>(std::move(response)));
  }
  void operator()(RpcError error) const { call_->Finish(std::move(error)); }
  void operator()(const Status& error) const { call_->Finish(RpcError::From(error)); }

 private:
  std::shared_ptr<RpcCall> call_;
};

/// The methods of a process by full name, served alike by every door (rpc_server.h).
///
/// Thread-safety: registered by one thread, before the doors open; read by any thread after.
class RpcRegistry {
 public:
  template <typename Request, typename Response>
  using Handler = std::function<void(const RpcContext&, const Request&, const RpcReply<Response>&)>;

  /// A method of any type. `request` and context live as long as any copy of `call`.
  struct Method {
    const google::protobuf::MethodDescriptor* descriptor = nullptr;
    const google::protobuf::Message* request_prototype = nullptr;
    RpcAccess access = RpcAccess::kOperator;
    std::function<void(const RpcContext&, const google::protobuf::Message& request,
                       std::shared_ptr<RpcCall> call)>
        handle;             ///< Null: the method lives elsewhere.
    std::string elsewhere;  ///< Where, for the answer: "evenkeel-console".
  };

  /// Registers `name`, "evenkeel.v1.ScoreService/GetScore". The handler must not block: it answers
  /// at once, or keeps the reply and answers later, from any thread. Context and request live as
  /// long as any copy of the reply.
  ///
  /// REQUIRES: the method exists with these types, and is registered once.
  template <typename Request, typename Response>
  void Unary(std::string_view name, RpcAccess access, Handler<Request, Response> handler) {
    Add(name, Request::default_instance(), Response::descriptor(), access,
        [handler = std::move(handler)](const RpcContext& context,
                                       const google::protobuf::Message& request,
                                       std::shared_ptr<RpcCall> call) {
          handler(context, static_cast<const Request&>(request),
                  RpcReply<Response>(std::move(call)));
        });
  }

  /// Answers a method ("evenkeel.v1.DecisionService/GetDecision"), or all methods of a service that
  /// are not registered ("evenkeel.v1.ApprovalService"), with UNIMPLEMENTED that names `where`.
  ///
  /// REQUIRES: it exists.
  void Elsewhere(std::string_view name, std::string_view where);

  /// By "package.Service/Method"; null if it is not known at all.
  const Method* Find(std::string_view name) const;

  /// The services of which something is registered, sorted by name.
  std::vector<const google::protobuf::ServiceDescriptor*> Services() const;

 private:
  using Erased = decltype(Method::handle);
  void Add(std::string_view name, const google::protobuf::Message& request,
           const google::protobuf::Descriptor* response, RpcAccess access, Erased handle);

  std::map<std::string, Method, std::less<>> methods_;
};

}  // namespace evenkeel
