// Connections that are kept, limits on their number, and their end.
#include <boost/asio/cancellation_signal.hpp>
#include <future>

#include "gateway/http/client_for_test.hpp"

namespace gerbang::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

ScriptedServer::Script answers(int count) {
  return [count](RawSocket& peer) {
    for (int i = 0; i < count; ++i) {
      peer.read_head();
      peer.send(kHello);
    }
  };
}
// Answers so many, reads one more request, and ends without a byte.
ScriptedServer::Script answers_then_dies(int count, bool reset) {
  return [count, reset](RawSocket& peer) {
    answers(count)(peer);
    peer.read_head();
    if (reset) peer.reset();
  };
}

TEST_F(Client, uses_a_connection_again) {
  ScriptedServer server({answers(3)});
  for (int i = 0; i < 3; ++i) expect_hello(send(request(server.url(), Effect::set)));
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_EQ(transport().open_connections(), 1u);
}

TEST_F(Client, repeats_a_read_that_went_down_with_a_kept_connection) {
  for (const bool reset : {false, true}) {
    ScriptedServer server({answers_then_dies(1, reset), answers(1)});
    expect_hello(send(request(server.url())));
    expect_hello(send(request(server.url())));
    EXPECT_EQ(server.accepted(), 2);
  }
}

TEST_F(Client, repeats_a_read_once_only) {
  ScriptedServer server({answers_then_dies(1, false), answers_then_dies(0, false), answers(1)});
  expect_hello(send(request(server.url())));
  expect_error(send(request(server.url())), ErrorKind::indeterminate, "connection_lost");
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(Client, reports_a_write_that_went_down_with_a_kept_connection) {
  for (const bool reset : {false, true}) {
    for (const Effect effect : {Effect::set, Effect::create}) {
      ScriptedServer server({answers_then_dies(1, reset), answers(1)});
      expect_hello(send(request(server.url(), effect)));
      expect_error(send(request(server.url(), effect)), ErrorKind::indeterminate,
                   "connection_lost");
      EXPECT_EQ(server.accepted(), 1);
    }
  }
}

TEST_F(Client, does_not_repeat_a_read_of_which_a_byte_came_back) {
  ScriptedServer server({[](RawSocket& peer) {
                           answers(1)(peer);
                           peer.read_head();
                           peer.send("H");
                         },
                         answers(1)});
  expect_hello(send(request(server.url())));
  expect_error(send(request(server.url())), ErrorKind::indeterminate, "connection_lost");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(Client, does_not_repeat_a_read_that_ran_out_of_time) {
  ScriptedServer server({[](RawSocket& peer) {
                           answers(1)(peer);
                           peer.read_all();
                         },
                         answers(1)});
  expect_hello(send(request(server.url())));
  expect_error(send(request(server.url()), 50ms), ErrorKind::indeterminate, "timeout");
  EXPECT_EQ(server.accepted(), 1);
}

// Whether it was closed or something nobody asked for has come meanwhile.
TEST_F(Client, leaves_a_kept_connection_on_which_something_happened) {
  for (const std::string& late : {""s, "x"s, kHello}) {
    std::promise<void> kept, happened;
    ScriptedServer server({[&](RawSocket& peer) {
                             answers(1)(peer);
                             kept.get_future().wait();
                             if (late.empty()) peer.finish_writing();
                             peer.send(late);
                             happened.set_value();
                             peer.read_all();
                           },
                           answers(1)});
    expect_hello(send(request(server.url(), Effect::create)));
    EXPECT_EQ(transport().kept_connections(), 1u);
    kept.set_value();
    happened.get_future().wait();
    expect_hello(send(request(server.url(), Effect::create)));
    EXPECT_EQ(server.accepted(), 2);
    reset_transport();
  }
}

TEST_F(Client, drops_kept_connections_after_a_while) {
  options.idle = 30ms;
  ScriptedServer server({answers(2)});
  expect_hello(send(request(server.url())));
  EXPECT_EQ(transport().kept_connections(), 1u);
  EXPECT_TRUE(test::run_until(context, [&] { return transport().kept_connections() == 0; }));
}

TEST_F(Client, keeps_so_many_and_no_more) {
  options.idle_per_host = 0;
  ScriptedServer server({answers(1), answers(1)});
  expect_hello(send(request(server.url())));
  expect_hello(send(request(server.url())));
  EXPECT_EQ(server.accepted(), 2);
  EXPECT_EQ(transport().open_connections(), 0u);
}

TEST_F(Client, an_idle_connection_gives_way_to_a_needed_one) {
  options.connections = 1;
  ScriptedServer one({answers(2)});
  ScriptedServer other({answers(1)});
  expect_hello(send(request(one.url())));
  expect_hello(send(request(other.url())));
  EXPECT_EQ(transport().open_connections(), 1u);
}

TEST_F(Client, opens_so_many_connections_and_no_more) {
  options.connections = 1;
  ScriptedServer server({say_and_stay("")});
  const auto first = test::start_on(
      context, transport().send(request(server.url()), SystemClock().now() + test::kPatience));
  ASSERT_TRUE(test::run_until(context, [&] { return server.accepted() == 1; }));
  expect_error(send(request(server.url())), ErrorKind::transient, "connect_failed");
  transport().close();
  expect_error(test::outcome_on(context, first), ErrorKind::cancelled, "cancelled");
}

// ---- shutting down ----

TEST_F(Client, close_ends_what_is_open_and_what_comes_later) {
  ScriptedServer server({say_and_stay("HTTP/1.1 200 OK\r\n")});
  const auto open = test::start_on(
      context, transport().send(request(server.url()), SystemClock().now() + test::kPatience));
  ASSERT_TRUE(test::run_until(context, [&] { return server.accepted() == 1; }));
  transport().close();
  expect_error(test::outcome_on(context, open), ErrorKind::cancelled, "cancelled");
  expect_error(send(request(server.url())), ErrorKind::cancelled, "cancelled");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(Client, close_ends_a_wait_for_a_name) {
  auto release = std::make_shared<std::promise<void>>();
  options.lookup = [gate = release->get_future().share()](
                       const std::string&) -> Result<std::vector<std::string>> {
    gate.wait();
    return std::vector<std::string>{"127.0.0.1"};
  };
  const auto open = test::start_on(
      context,
      transport().send(request("http://toko.test/"), SystemClock().now() + test::kPatience));
  context.poll();
  EXPECT_FALSE(open->done);
  transport().close();
  expect_error(test::outcome_on(context, open), ErrorKind::cancelled, "cancelled");
  release->set_value();
}

TEST_F(Client, a_cancelled_caller_gets_cancelled_and_leaves_no_connection) {
  ScriptedServer server({say_and_stay("")});
  boost::asio::cancellation_signal signal;
  const auto outcome = test::start_on(
      context, transport().send(request(server.url()), SystemClock().now() + test::kPatience),
      signal.slot());
  ASSERT_TRUE(test::run_until(context, [&] { return server.accepted() == 1; }));
  EXPECT_EQ(transport().open_connections(), 1u);
  signal.emit(boost::asio::cancellation_type::terminal);
  ASSERT_TRUE(test::run_until(context, [&] { return outcome->done; }));
  EXPECT_EQ(transport().open_connections(), 0u);
}

// ---- timers ----

TEST(AsioTimersTest, sleep_until_the_time_has_come) {
  boost::asio::io_context context;
  AsioTimers timers(context);
  const SystemClock clock;
  const TimePoint until = clock.now() + 20ms;
  test::await_on(context, timers.sleep_until(until));
  EXPECT_GE(clock.now(), until);
  test::await_on(context, timers.sleep_until(until - 1h));  // at once
}

}  // namespace
}  // namespace gerbang::http
