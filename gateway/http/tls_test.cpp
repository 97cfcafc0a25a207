// TLS, both ways, with a certificate made for the occasion.
#include "gateway/http/tls.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <filesystem>

#include "core/base/log.hpp"
#include "gateway/http/client.hpp"
#include "gateway/http/server.hpp"
#include "gateway/http/stream.hpp"
#include "gateway/http/test_support.hpp"

namespace gerbang::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using boost::asio::ip::tcp;
using test::RawSocket;
using testing::HasSubstr;
using testing::Not;

class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    log::set_level(log::Level::off);
    std::string name = (std::filesystem::temp_directory_path() / "gerbang-tls-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory = name;
    make_certificate("toko");
    make_certificate("stranger");
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(directory); }

  static void make_certificate(const std::string& name) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 "
        "-subj /CN=common.test -addext subjectAltName=DNS:toko.test,DNS:*.pasar.test,IP:127.0.0.1 "
        "-keyout " +
        key(name) + " -out " + certificate(name) + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  static std::string key(const std::string& name) { return directory + "/" + name + ".key"; }
  static std::string certificate(const std::string& name) {
    return directory + "/" + name + ".pem";
  }

  void SetUp() override {
    client.lookup = [](const std::string&) -> Result<std::vector<std::string>> {
      return std::vector<std::string>{"127.0.0.1"};
    };
    client.ca_file = certificate("toko");
  }
  void start() {
    ServerOptions options;
    options.access_log = false;
    options.certificate_file = certificate("toko");
    options.key_file = key("toko");
    server.emplace(handler, options);
    ASSERT_TRUE(server->start_on(context));
  }
  Result<HttpResponse> ask(HttpTransport& transport, const std::string& host, std::uint16_t port) {
    HttpRequest request;
    request.url = "https://" + host + ":" + std::to_string(port) + "/";
    return test::await_on(context, transport.send(request, SystemClock().now() + test::kPatience));
  }
  Result<HttpResponse> ask(const std::string& host, std::uint16_t port) {
    HttpTransport transport(context, client);
    return ask(transport, host, port);
  }
  void expect_refused(const Result<HttpResponse>& got) {
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, "tls_failed") << got.error().describe();
    EXPECT_EQ(got.error().kind, ErrorKind::transient);
  }

  static std::string directory;
  boost::asio::io_context context;
  test::Remembering handler;
  TransportOptions client;
  std::optional<Server> server;
};
std::string Tls::directory;

TEST_F(Tls, carries_requests_and_keeps_the_connection) {
  start();
  HttpTransport transport(context, client);
  for (int i = 0; i < 3; ++i) {
    const auto got = ask(transport, "toko.test", server->port());
    ASSERT_TRUE(got) << got.error().describe();
    EXPECT_EQ(got->status, 200);
  }
  EXPECT_EQ(transport.kept_connections(), 1u);
  EXPECT_EQ(server->connections(), 1u);
  for (const ServerRequest& request : handler.take()) EXPECT_TRUE(request.secure);
}

TEST_F(Tls, long_bodies_arrive_whole) {
  start();
  handler.max_body = 1024 * 1024;
  HttpTransport transport(context, client);
  HttpRequest request;
  request.method = Method::post;
  request.url = "https://toko.test:" + std::to_string(server->port()) + "/";
  for (int i = 0; i < 300000; ++i) request.body += static_cast<char>('a' + i % 26);
  const auto got =
      test::await_on(context, transport.send(request, SystemClock().now() + test::kPatience));
  ASSERT_TRUE(got) << got.error().describe();
  EXPECT_EQ(got->body, request.body);
}

TEST_F(Tls, accepts_the_names_of_the_certificate_only) {
  start();
  for (const char* host : {"toko.test", "TOKO.test", "kopi.pasar.test", "127.0.0.1"}) {
    const auto got = ask(host, server->port());
    EXPECT_TRUE(got) << host << ": " << (got ? "" : got.error().describe());
  }
  // The common name counts for nothing where there are alternative names.
  for (const char* host :
       {"lain.test", "toko.test.lain.test", "common.test", "pasar.test", "a.b.pasar.test"})
    expect_refused(ask(host, server->port()));
  EXPECT_EQ(handler.take().size(), 4u);
}

TEST_F(Tls, accepts_the_authorities_it_was_given_only) {
  start();
  client.ca_file = certificate("stranger");
  expect_refused(ask("toko.test", server->port()));
  client.ca_file.clear();  // the system's
  expect_refused(ask("toko.test", server->port()));
  EXPECT_EQ(handler.take().size(), 0u);
}

TEST_F(Tls, needs_authorities_it_can_read) {
  client.ca_file = directory + "/absent.pem";
  EXPECT_THROW(HttpTransport(context, client), std::runtime_error);
}

TEST_F(Tls, a_server_without_it_gets_no_request) {
  std::string seen;
  {
    test::ScriptedServer plain({[&](RawSocket& peer) {
      seen = peer.read_until([](const std::string& s) { return s.size() > 100; });
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      seen += peer.read_all();
    }});
    expect_refused(ask("toko.test", plain.port()));
  }
  EXPECT_THAT(seen, Not(HasSubstr("GET")));
  EXPECT_THAT(seen, HasSubstr("toko.test"));  // SNI
}

TEST_F(Tls, a_handshake_that_hangs_is_given_up) {
  client.tls = 50ms;
  test::ScriptedServer silent({[](RawSocket& peer) { peer.read_all(); }});
  expect_refused(ask("toko.test", silent.port()));
}

TEST_F(Tls, a_plain_request_to_it_is_not_served) {
  start();
  RawSocket socket = RawSocket::connect_to(server->port());
  socket.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answer = test::read_all_on(context, socket);
  EXPECT_EQ(test::answers_in(answer), 0u);
  EXPECT_EQ(handler.take().size(), 0u);
  EXPECT_TRUE(ask("toko.test", server->port()));
}

TEST_F(Tls, certificate_and_key_belong_together) {
  const auto made = server_tls(certificate("toko"), key("stranger"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "tls_configuration");
  EXPECT_FALSE(server_tls(certificate("toko"), directory + "/absent.key"));
  EXPECT_FALSE(server_tls(key("toko"), certificate("toko")));
}

// Says an answer without a length over TLS, and then goodbye, or not.
awaitable<void> answer_without_length(tcp::acceptor& acceptor, boost::asio::ssl::context& tls,
                                      bool says_goodbye) {
  tcp::socket socket = co_await acceptor.async_accept(boost::asio::use_awaitable);
  Stream stream(std::move(socket));
  stream.set_deadline_in(test::kPatience);
  auto shaking = stream.accept_tls(tls);
  EXPECT_FALSE(co_await std::move(shaking));
  char buffer[4096];
  auto reading = stream.read_some(buffer, sizeof buffer);
  co_await std::move(reading);
  static constexpr std::string_view kText = "HTTP/1.1 200 OK\r\n\r\nhello";
  const std::array<boost::asio::const_buffer, 3> buffers = {
      boost::asio::const_buffer(kText.data(), kText.size())};
  auto writing = stream.write(buffers);
  EXPECT_FALSE(co_await std::move(writing));
  if (says_goodbye) {
    auto finishing = stream.finish_writing();
    co_await std::move(finishing);
  }
  stream.close();
}

// Whoever sits on the line can cut it; only close_notify proves the end.
TEST_F(Tls, an_answer_without_length_ends_by_close_notify_only) {
  auto tls = server_tls(certificate("toko"), key("toko"));
  ASSERT_TRUE(tls);
  for (const bool says_goodbye : {true, false}) {
    tcp::acceptor acceptor(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    const auto serving = test::start_on(
        context, test::then_true(answer_without_length(acceptor, **tls, says_goodbye)));
    const auto got = ask("toko.test", acceptor.local_endpoint().port());
    if (says_goodbye) {
      ASSERT_TRUE(got) << got.error().describe();
      EXPECT_EQ(got->body, "hello");
    } else {
      ASSERT_FALSE(got);
      EXPECT_EQ(got.error().code, "connection_lost");
    }
    EXPECT_TRUE(test::outcome_on(context, serving));
  }
}

}  // namespace
}  // namespace gerbang::http
