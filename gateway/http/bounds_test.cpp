// What a peer may take of us: time, connections, memory (RELIABILITY section 3, "HTTP edge").
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/log.hpp"
#include "gateway/http/edge.hpp"
#include "gateway/http/server.hpp"
#include "gateway/http/test_support.hpp"

namespace gerbang::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using test::RawSocket;
using testing::HasSubstr;
using testing::Not;

std::string get(const std::string& target, const std::string& fields = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: toko.example\r\n" + fields + "\r\n";
}
std::string post(std::size_t length) {
  return "POST / HTTP/1.1\r\nHost: toko.example\r\nContent-Length: " + std::to_string(length) +
         "\r\n\r\n";
}

class Bounds : public testing::Test {
 protected:
  void SetUp() override {
    log::set_level(log::Level::off);
    options.access_log = false;
    options.memory_use = [] { return 0.1; };
  }
  void start() {
    server.emplace(handler, options);
    ASSERT_TRUE(server->start());
  }
  RawSocket connect() { return RawSocket::connect_to(server->port()); }
  std::string ask(RawSocket& socket, const std::string& request) {
    socket.send(request);
    return test::read_answer(socket);
  }
  // A byte every few milliseconds until something comes back.
  std::string drip(RawSocket& socket, char byte) {
    for (int i = 0; i < 2000 && !socket.readable_within(5ms); ++i)
      socket.send(std::string_view(&byte, 1));
    return socket.read_all();
  }

  test::Remembering handler;
  ServerOptions options;
  std::optional<Server> server;
};

TEST_F(Bounds, a_silent_connection_is_closed_without_an_answer) {
  options.limits.head = 50ms;
  start();
  RawSocket socket = connect();
  EXPECT_EQ(socket.read_all(), "");
  EXPECT_EQ(socket.end(), RawSocket::End::closed);
}

TEST_F(Bounds, half_a_head_is_answered_with_408) {
  options.limits.head = 200ms;
  start();
  RawSocket socket = connect();
  socket.send("GET / HTTP/1.1\r\nHost: toko");
  const std::string answer = socket.read_all();
  EXPECT_EQ(test::status_of(answer), 408);
  EXPECT_THAT(answer, HasSubstr("\"code\":\"request_timeout\""));
  EXPECT_EQ(socket.end(), RawSocket::End::closed);
}

// The deadline is absolute: dripping does not move it.
TEST_F(Bounds, a_dripping_head_is_answered_with_408) {
  options.limits.head = 200ms;
  start();
  RawSocket socket = connect();
  socket.send("GET / HTTP/1.1\r\nHost: toko.example\r\nX: ");
  EXPECT_EQ(test::status_of(drip(socket, 'x')), 408);
  EXPECT_EQ(handler.take().size(), 0u);
}

TEST_F(Bounds, a_dripping_second_head_is_answered_with_408) {
  options.limits.head = 400ms;
  start();
  RawSocket socket = connect();
  EXPECT_EQ(test::status_of(ask(socket, get("/"))), 200);
  socket.send("GET / HTTP/1.1\r\nX: ");
  EXPECT_EQ(test::status_of(drip(socket, 'x')), 408);
}

TEST_F(Bounds, a_body_that_stops_is_answered_with_408) {
  options.limits.body_grace = 50ms;
  start();
  RawSocket socket = connect();
  socket.send(post(100) + "x");
  const std::string answer = socket.read_all();
  EXPECT_EQ(test::status_of(answer), 408);
  EXPECT_THAT(answer, HasSubstr("\"code\":\"body_timeout\""));
  EXPECT_EQ(socket.end(), RawSocket::End::closed);
  EXPECT_EQ(handler.take().size(), 0u);
}

TEST_F(Bounds, a_body_below_the_lowest_rate_is_answered_with_408) {
  options.limits.body_grace = 50ms;
  options.limits.body_bytes_per_second = 1024 * 1024;
  start();
  RawSocket socket = connect();
  socket.send(post(10000));
  EXPECT_THAT(drip(socket, 'x'), HasSubstr("\"code\":\"body_timeout\""));
}

TEST_F(Bounds, a_body_above_the_lowest_rate_still_ends_at_the_deadline) {
  options.limits.body = 100ms;
  options.limits.body_grace = 10min;
  options.limits.body_bytes_per_second = 1;
  start();
  RawSocket socket = connect();
  socket.send(post(10000));
  EXPECT_THAT(drip(socket, 'x'), HasSubstr("\"code\":\"body_timeout\""));
}

TEST_F(Bounds, dripping_chunk_extensions_count_as_body) {
  options.limits.body = 100ms;
  start();
  RawSocket socket = connect();
  socket.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;");
  EXPECT_THAT(drip(socket, 'x'), HasSubstr("\"code\":\"body_timeout\""));
}

TEST_F(Bounds, an_idle_connection_is_closed_without_a_word) {
  options.limits.idle = 50ms;
  start();
  RawSocket socket = connect();
  EXPECT_EQ(test::status_of(ask(socket, get("/"))), 200);
  EXPECT_EQ(socket.read_all(), "");
  EXPECT_EQ(socket.end(), RawSocket::End::closed);
}

TEST_F(Bounds, a_connection_carries_so_many_requests_and_no_more) {
  options.limits.requests_per_connection = 3;
  start();
  RawSocket socket = connect();
  EXPECT_THAT(ask(socket, get("/1")), Not(HasSubstr("Connection: close")));
  EXPECT_THAT(ask(socket, get("/2")), Not(HasSubstr("Connection: close")));
  socket.send(get("/3") + get("/4"));
  const std::string rest = socket.read_all();
  EXPECT_EQ(test::answers_in(rest), 1u);
  EXPECT_THAT(rest, HasSubstr("Connection: close"));
  EXPECT_EQ(handler.take().size(), 3u);
}

TEST_F(Bounds, the_last_connections_are_kept_for_health) {
  options.limits.connections = 3;
  options.limits.connections_kept_for_health = 1;
  start();
  RawSocket first = connect();
  EXPECT_EQ(test::status_of(ask(first, get("/"))), 200);
  RawSocket second = connect();
  EXPECT_EQ(test::status_of(ask(second, get("/"))), 200);
  {
    RawSocket third = connect();
    const std::string health = ask(third, get("/healthz"));
    EXPECT_EQ(test::status_of(health), 200);
    EXPECT_THAT(health, HasSubstr("Connection: close"));

    RawSocket fourth = connect();
    const std::string busy = fourth.read_all();
    EXPECT_EQ(test::status_of(busy), 503);
    EXPECT_THAT(busy, HasSubstr("Retry-After: "));
    EXPECT_EQ(fourth.end(), RawSocket::End::closed);
  }
  // Whoever leaves makes room.
  ASSERT_TRUE(test::eventually([&] { return server->connections() == 2; }));
  RawSocket third = connect();
  const std::string busy = ask(third, get("/"));
  EXPECT_EQ(test::status_of(busy), 503);
  EXPECT_THAT(busy, HasSubstr("\"code\":\"server_busy\""));
  first.close();
  third.close();
  ASSERT_TRUE(test::eventually([&] { return server->connections() == 1; }));
  RawSocket fifth = connect();
  EXPECT_EQ(test::status_of(ask(fifth, get("/"))), 200);
}

TEST(Admission, counts_addresses_that_are_neither_loopback_nor_trusted) {
  ServerLimits limits;
  limits.connections = 10;
  limits.connections_kept_for_health = 0;
  limits.connections_per_address = 2;
  Admission admission(limits);
  const auto at = [](const char* text) { return boost::asio::ip::make_address(text); };
  using Verdict = Admission::Verdict;
  EXPECT_EQ(admission.enter(at("198.51.100.1"), true), Verdict::welcome);
  EXPECT_EQ(admission.enter(at("198.51.100.1"), true), Verdict::welcome);
  EXPECT_EQ(admission.enter(at("198.51.100.1"), true), Verdict::address_full);
  EXPECT_EQ(admission.enter(at("198.51.100.2"), true), Verdict::welcome);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(admission.enter(at("127.0.0.1"), false), Verdict::welcome);
  // One subscriber of IPv6 has a whole /64.
  EXPECT_EQ(admission.enter(at("2001:db8:1:2::1"), true), Verdict::welcome);
  EXPECT_EQ(admission.enter(at("2001:db8:1:2::2"), true), Verdict::welcome);
  EXPECT_EQ(admission.open(), 9u);
  EXPECT_EQ(admission.enter(at("2001:db8:1:2:ffff::3"), true), Verdict::address_full);
  EXPECT_EQ(admission.enter(at("2001:db8:1:3::1"), true), Verdict::welcome);
  EXPECT_EQ(admission.enter(at("198.51.100.3"), true), Verdict::full);
  admission.leave(at("198.51.100.1"), true);
  EXPECT_EQ(admission.enter(at("198.51.100.1"), true), Verdict::welcome);
  EXPECT_EQ(admission.open(), 10u);
}

TEST_F(Bounds, short_of_memory_connections_are_not_kept) {
  options.memory_use = [] { return 0.93; };
  start();
  RawSocket socket = connect();
  socket.send(get("/1") + get("/2"));
  const std::string answers = socket.read_all();
  EXPECT_EQ(test::status_of(answers), 200);
  EXPECT_EQ(test::answers_in(answers), 1u);
  EXPECT_THAT(answers, HasSubstr("Connection: close"));
}

TEST_F(Bounds, out_of_memory_only_health_is_served) {
  options.memory_use = [] { return 0.96; };
  start();
  RawSocket socket = connect();
  socket.send(get("/"));
  const std::string answer = socket.read_all();
  EXPECT_EQ(test::status_of(answer), 503);
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_THAT(answer, HasSubstr("\"code\":\"server_busy\""));
  RawSocket probe = connect();
  EXPECT_EQ(test::status_of(ask(probe, get("/healthz"))), 200);
}

TEST(Memory, in_use_is_a_share) {
  EXPECT_GT(memory_in_use(), 0);
  EXPECT_LT(memory_in_use(), 1);
}

// ---- what a handler may do ----

class Scripted : public Handler {
 public:
  std::function<awaitable<ServerReply>(ServerRequest)> script;
  awaitable<ServerReply> handle(ServerRequest request) override {
    return script(std::move(request));
  }
};

class HandlerBounds : public testing::Test {
 protected:
  void SetUp() override {
    log::set_level(log::Level::off);
    options.access_log = false;
  }
  void start() {
    server.emplace(handler, options);
    ASSERT_TRUE(server->start());
  }
  std::string ask(const std::string& request) {
    RawSocket socket = RawSocket::connect_to(server->port());
    socket.send(request);
    socket.finish_writing();
    return socket.read_all();
  }

  Scripted handler;
  ServerOptions options;
  boost::asio::io_context context;  // a server started on it must end before it
  std::optional<Server> server;
};

TEST_F(HandlerBounds, an_exception_becomes_500_and_says_nothing_of_itself) {
  handler.script = [](ServerRequest) -> awaitable<ServerReply> {
    throw std::runtime_error("buyer 0812");
    co_return ServerReply();
  };
  start();
  const std::string answer = ask(get("/"));
  EXPECT_EQ(test::status_of(answer), 500);
  EXPECT_THAT(answer, HasSubstr("\"code\":\"internal_error\""));
  EXPECT_THAT(answer, Not(HasSubstr("0812")));
}

TEST_F(HandlerBounds, a_line_break_in_a_field_becomes_500) {
  handler.script = [](ServerRequest) -> awaitable<ServerReply> {
    ServerReply reply;
    reply.response.status = 200;
    reply.response.headers.set("X", "a\r\nSet-Cookie: b");
    co_return reply;
  };
  start();
  const std::string answer = ask(get("/"));
  EXPECT_EQ(test::status_of(answer), 500);
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
}

awaitable<ServerReply> wait_for_ever(std::shared_ptr<bool> ended) {
  struct Note {
    std::shared_ptr<bool> ended;
    ~Note() { *ended = true; }
  } note{std::move(ended)};
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 1h);
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return ServerReply();
}

TEST_F(HandlerBounds, one_that_takes_too_long_is_cancelled_and_its_connection_closed) {
  const auto ended = std::make_shared<bool>(false);
  handler.script = [ended](ServerRequest) { return wait_for_ever(ended); };
  options.limits.handler = 50ms;
  server.emplace(handler, options);
  ASSERT_TRUE(server->start_on(context));
  RawSocket socket = RawSocket::connect_to(server->port());
  socket.send(get("/"));
  ASSERT_TRUE(test::run_until(context, [&] { return *ended && server->connections() == 0; }));
  EXPECT_EQ(socket.read_all(), "");
}

TEST_F(HandlerBounds, a_client_that_does_not_read_is_dropped) {
  handler.script = [](ServerRequest) -> awaitable<ServerReply> {
    ServerReply reply;
    reply.response.status = 200;
    reply.response.body.assign(64 * 1024 * 1024, 'x');
    co_return reply;
  };
  options.limits.write = 50ms;
  server.emplace(handler, options);
  ASSERT_TRUE(server->start_on(context));
  RawSocket socket = RawSocket::connect_to(server->port());
  socket.send(get("/"));
  ASSERT_TRUE(test::run_until(context, [&] { return server->connections() == 1; }));
  EXPECT_TRUE(test::run_until(context, [&] { return server->connections() == 0; }));
}

}  // namespace
}  // namespace gerbang::http
