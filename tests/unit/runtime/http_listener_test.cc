#include "evenkeel/runtime/http_listener.h"

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace evenkeel {
namespace {

using ::testing::HasSubstr;

TEST(HttpListenerTest, AnswersWhatItsHandlersSay) {
  auto listener = HttpListener::Create({}).value();
  listener->Handle("POST", "/echo", [](const HttpRequest& request) {
    return HttpResponse{.status = 202, .body = request.query + ":" + request.body};
  });
  listener->Start();
  httplib::Client client("127.0.0.1", listener->port());
  const auto answer = client.Post("/echo?a=b", "body", "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->body, "a=b:body");
  const auto missing = client.Get("/nothing");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->status, 404);
}

TEST(HttpListenerTest, RefusesABodyOverItsLimit) {
  auto listener = HttpListener::Create({.max_body_bytes = 8}).value();
  listener->Handle("POST", "/echo", [](const HttpRequest&) { return HttpResponse{}; });
  listener->Start();
  httplib::Client client("127.0.0.1", listener->port());
  const auto answer = client.Post("/echo", "123456789", "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
}

TEST(HttpListenerTest, RefusesToListenBeyondLoopback) {
  const auto listener = HttpListener::Create({.address = "0.0.0.0"});
  EXPECT_EQ(listener.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(listener.status().message(), HasSubstr("0.0.0.0"));
}

TEST(HttpListenerTest, SaysThatAPortIsTaken) {
  const auto first = HttpListener::Create({}).value();
  const auto second = HttpListener::Create({.port = first->port()});
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(second.status().message(), HasSubstr(std::to_string(first->port())));
}

TEST(HttpListenerTest, HandlesDoubleStopsAndStopsBeforeStart) {
  auto listener = HttpListener::Create({}).value();
  listener->Stop();
  listener->Start();
  listener->Stop();
  listener->Stop();
}

using namespace std::chrono_literals;

/// A client that says what it is told, byte by byte.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Wire() { close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void Send(std::string_view bytes) {
    EXPECT_EQ(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// Waits for the next bytes, and takes at most 256 KiB of them.
  std::string ReadSome() {
    std::string part(std::size_t{256} << 10, '\0');
    const ssize_t got = recv(socket_, part.data(), part.size(), 0);
    part.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return part;
  }
  void EndSending() { shutdown(socket_, SHUT_WR); }
  /// Everything until the other side closes.
  std::string ReadAll() {
    std::string all;
    char part[4096];
    for (ssize_t got = 0; (got = recv(socket_, part, sizeof part, 0)) > 0;) {
      all.append(part, static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  const int socket_;
};

HttpListener::Handler Echo() {
  return [](const HttpRequest& request) { return HttpResponse{.body = "<" + request.body + ">"}; };
}

struct WireCase {
  const char* name;
  std::string request;
  bool ends_sending;
  const char* status;  ///< Empty: closed without an answer.
  const char* text;    ///< Somewhere in the answer.
};

class HttpWireTest : public ::testing::TestWithParam<WireCase> {};

TEST_P(HttpWireTest, IsAnsweredAndEnded) {
  auto listener = HttpListener::Create({.max_body_bytes = 8, .read_timeout = 300ms}).value();
  listener->Handle("POST", "/echo", Echo());
  listener->Start();
  Wire wire(listener->port());
  wire.Send(GetParam().request);
  if (GetParam().ends_sending) wire.EndSending();
  const std::string answer = wire.ReadAll();
  EXPECT_EQ(answer.substr(0, answer.find("\r\n")), GetParam().status);
  EXPECT_THAT(answer, HasSubstr(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Requests, HttpWireTest,
    ::testing::Values(
        WireCase{"HalfAHeader", "POST /echo HTTP/1.1\r\nHo", false, "HTTP/1.1 408 Request Timeout",
                 "not complete after"},
        WireCase{"HalfABody", "POST /echo HTTP/1.1\r\nContent-Length: 8\r\n\r\nabc", false,
                 "HTTP/1.1 408 Request Timeout", "deadline_exceeded"},
        WireCase{"ABodyThatEndsEarly", "POST /echo HTTP/1.1\r\nContent-Length: 8\r\n\r\nabc", true,
                 "HTTP/1.1 400 Bad Request", "before its last byte"},
        WireCase{"ATooLongBodyBeforeItIsSent", "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
                 false, "HTTP/1.1 413 Payload Too Large", "more than 8 bytes"},
        WireCase{"ATooLongBodyInChunks",
                 "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n",
                 false, "HTTP/1.1 413 Payload Too Large", "more than 8 bytes"},
        WireCase{"Chunks",
                 "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                 "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                 false, "HTTP/1.1 200 OK", "<abcde>"},
        WireCase{"AnotherTransferEncoding",
                 "POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", false,
                 "HTTP/1.1 400 Bad Request", "chunked"},
        WireCase{"TwoLengths",
                 "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", false,
                 "HTTP/1.1 400 Bad Request", "invalid_argument"},
        WireCase{
            "ALengthAndChunks",
            "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
            false, "HTTP/1.1 400 Bad Request", "invalid_argument"},
        WireCase{"AWrongMethod", "PUT /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\n", false,
                 "HTTP/1.1 405 Method Not Allowed", "Allow: POST"},
        WireCase{"AnUnknownPath", "GET /other HTTP/1.1\r\n\r\n", false, "HTTP/1.1 404 Not Found",
                 "nothing is served at /other"},
        WireCase{"LongHeaders", "GET /echo HTTP/1.1\r\nA: " + std::string(40000, 'a'), false,
                 "HTTP/1.1 431 Request Header Fields Too Large", "32 KiB"},
        WireCase{"AZippedBody",
                 "POST /echo HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
                 false, "HTTP/1.1 415 Unsupported Media Type", "Accept-Encoding: identity"},
        WireCase{"NoHttp", "hello\r\n\r\n", false, "HTTP/1.1 400 Bad Request", "HTTP/1.1"},
        WireCase{"NothingAtAll", "", true, "", ""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(HttpListenerTest, ASlowClientIsEndedHoweverOftenItSendsAByte) {
  auto listener = HttpListener::Create({.read_timeout = 200ms}).value();
  listener->Handle("POST", "/echo", Echo());
  listener->Start();
  Wire wire(listener->port());
  wire.Send("POST /echo HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
  std::string answer;
  std::jthread reader([&] { answer = wire.ReadAll(); });
  // Faster than the limit on the whole, so that each byte would begin it anew.
  std::jthread dripper([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      wire.Send(".");
      std::this_thread::sleep_for(20ms);
    }
  });
  reader.join();
  EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 408"));
}

TEST(HttpListenerTest, AClientThatTakesItsAnswerSlowlyOrNotAtAllIsEnded) {
  constexpr std::size_t kMoreThanSocketsHold = std::size_t{32} << 20;
  for (const bool is_slow : {false, true}) {
    SCOPED_TRACE(is_slow);
    auto listener = HttpListener::Create({.read_timeout = 300ms, .max_bytes_under_way = 4}).value();
    listener->Handle("POST", "/large", [&](const HttpRequest&) {
      return HttpResponse{.body = std::string(kMoreThanSocketsHold, 'x')};
    });
    listener->Handle("POST", "/echo", Echo());
    listener->Start();
    Wire wire(listener->port());
    wire.Send("POST /large HTTP/1.1\r\nContent-Length: 4\r\n\r\n1234");
    std::string answer = wire.ReadSome();  // From now on its four bytes are all there may be.
    httplib::Client other("127.0.0.1", listener->port());
    int status = 0;
    const auto give_up = std::chrono::steady_clock::now() + 30s;
    while (status != 200 && std::chrono::steady_clock::now() < give_up) {
      if (is_slow) answer += wire.ReadSome();  // 13 MB in a second.
      std::this_thread::sleep_for(20ms);
      const auto echoed = other.Post("/echo", "1234", "text/plain");
      status = echoed ? echoed->status : 0;
    }
    EXPECT_EQ(status, 200) << "what it holds is not given back";
    answer += wire.ReadAll();
    EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 200"));
    EXPECT_LT(answer.size(), kMoreThanSocketsHold);
  }
}

TEST(HttpListenerTest, PipelinedRequestsAreAnsweredInOrder) {
  auto listener = HttpListener::Create({}).value();
  listener->Handle("POST", "/echo", Echo());
  listener->Start();
  Wire wire(listener->port());
  wire.Send(
      "POST /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\n1"
      "POST /echo HTTP/1.1\r\nContent-Length: 1\r\nConnection: close\r\n\r\n2");
  const std::string answer = wire.ReadAll();
  EXPECT_LT(answer.find("<1>"), answer.find("<2>"));
  EXPECT_NE(answer.find("<2>"), std::string::npos);
}

TEST(HttpListenerTest, AClientIsToldToGoOnBeforeItSendsItsBody) {
  auto listener = HttpListener::Create({}).value();
  listener->Handle("POST", "/echo", Echo());
  listener->Start();
  Wire wire(listener->port());
  wire.Send(
      "POST /echo HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\nConnection: "
      "close\r\n\r\n");
  wire.Send("1");
  const std::string answer = wire.ReadAll();
  EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"));
}

TEST(HttpListenerTest, FindsHandlersByPathAndGivesThemWhatStandsBelow) {
  auto listener = HttpListener::Create({}).value();
  const auto tell = [](const std::string& who) {
    return [who](const HttpRequest& request) {
      return HttpResponse{
          .body = who + ":" + request.rest + ":" + std::string(request.Header("x-a")),
          .headers = {{"X-Who", who}}};
    };
  };
  listener->Handle("GET", "/v1/events", tell("exact"));
  listener->Handle("GET", "/v1/events/*", tell("below"));
  listener->Handle("GET", "/v1/*", tell("above"));
  listener->Start();
  httplib::Client client("127.0.0.1", listener->port());
  struct Case {
    const char* path;
    const char* body;
  };
  for (const Case& each :
       {Case{"/v1/events", "exact::7"}, Case{"/v1/events/my%20shop", "below:my shop:7"},
        Case{"/v1/events/a/b", "below:a/b:7"}, Case{"/v1/other?x=1", "above:other:7"}}) {
    const auto answer = client.Get(each.path, {{"X-A", "7"}});
    ASSERT_TRUE(answer) << each.path;
    EXPECT_EQ(answer->body, each.body) << each.path;
    EXPECT_NE(answer->get_header_value("X-Who"), "");
  }
  EXPECT_EQ(client.Get("/v1/")->status, 404);
  const auto head = client.Head("/v1/events");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
}

TEST(HttpListenerTest, AnswersThatComeLaterKeepNoThread) {
  auto listener = HttpListener::Create({.threads = 1}).value();
  std::promise<HttpReply> first;
  std::promise<HttpReply> second;
  listener->HandleAsync("POST", "/1", [&](const HttpRequest&, HttpReply reply) {
    first.set_value(std::move(reply));
  });
  listener->HandleAsync("POST", "/2", [&](const HttpRequest&, HttpReply reply) {
    second.set_value(std::move(reply));
  });
  listener->Start();
  const auto post = [&](const char* path) {
    return std::async(std::launch::async, [&listener, path] {
      httplib::Client client("127.0.0.1", listener->port());
      const auto answer = client.Post(path, "x", "text/plain");
      return answer ? answer->body : "no answer";
    });
  };
  auto one = post("/1");
  const HttpReply reply_one = first.get_future().get();
  auto two = post("/2");
  second.get_future().get()({.body = "two"});
  EXPECT_EQ(two.get(), "two");
  reply_one({.body = "one"});
  reply_one({.body = "again"});
  EXPECT_EQ(one.get(), "one");
}

TEST(HttpListenerTest, AReplyThatNobodyGivesIsAnError) {
  auto listener = HttpListener::Create({}).value();
  listener->HandleAsync("GET", "/", [](const HttpRequest&, const HttpReply&) {});
  listener->Start();
  httplib::Client client("127.0.0.1", listener->port());
  const auto answer = client.Get("/");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
}

TEST(HttpListenerTest, StopWaitsForAnswersThatAreOnTheirWay) {
  auto listener = HttpListener::Create({}).value();
  std::promise<HttpReply> asked;
  listener->HandleAsync(
      "GET", "/", [&](const HttpRequest&, HttpReply reply) { asked.set_value(std::move(reply)); });
  listener->Start();
  auto answered = std::async(std::launch::async, [&listener] {
    httplib::Client client("127.0.0.1", listener->port());
    const auto answer = client.Get("/");
    return answer ? answer->body : "no answer";
  });
  const HttpReply reply = asked.get_future().get();
  std::jthread stopper([&] { listener->Stop(); });
  reply({.body = "in the end"});
  EXPECT_EQ(answered.get(), "in the end");
}

TEST(HttpListenerTest, AReplyAfterTheListenerIsGoneHurtsNobody) {
  std::vector<HttpReply> kept;
  {
    std::promise<void> asked;
    auto listener = HttpListener::Create({}).value();
    listener->HandleAsync("GET", "/", [&](const HttpRequest&, HttpReply reply) {
      kept.push_back(std::move(reply));
      asked.set_value();
    });
    listener->Start();
    {
      Wire wire(listener->port());
      wire.Send("GET / HTTP/1.1\r\n\r\n");
      asked.get_future().get();
    }
    kept[0]({});
  }
  kept[0]({});
  kept.clear();
}

TEST(HttpListenerTest, AnIdleConnectionMakesRoomForANewOne) {
  auto listener = HttpListener::Create({.max_connections = 1}).value();
  listener->Handle("POST", "/echo", Echo());
  listener->Start();
  Wire idle(listener->port());
  httplib::Client client("127.0.0.1", listener->port());
  const auto answer = client.Post("/echo", "x", "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "<x>");
  EXPECT_EQ(idle.ReadAll(), "");
}

TEST(HttpListenerTest, TooManyBytesUnderWayAreTurnedAway) {
  auto listener = HttpListener::Create({.max_bytes_under_way = 4}).value();
  listener->Handle("POST", "/echo", Echo());
  listener->Start();
  httplib::Client client("127.0.0.1", listener->port());
  EXPECT_EQ(client.Post("/echo", "1234", "text/plain")->status, 200);
  const auto answer = client.Post("/echo", "12345", "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->get_header_value("Retry-After"), "1");
  EXPECT_EQ(client.Post("/echo", "1234", "text/plain")->status, 200);
}

}  // namespace
}  // namespace evenkeel
