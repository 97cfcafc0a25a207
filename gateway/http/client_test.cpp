// The transport against servers that say exactly the bytes of a script.
#include "gateway/http/client.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <future>

#include "core/base/log.hpp"
#include "gateway/http/test_support.hpp"

namespace gerbang::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::RawSocket;
using test::ScriptedServer;
using testing::HasSubstr;

// Reads one request (without a body) and says the bytes.
ScriptedServer::Script say(const std::string& bytes) {
  return [bytes](RawSocket& peer) {
    peer.read_head();
    peer.send(bytes);
  };
}
// Reads one request, says the bytes, and leaves the connection open until the client ends it.
ScriptedServer::Script say_and_stay(const std::string& bytes) {
  return [bytes](RawSocket& peer) {
    peer.read_head();
    peer.send(bytes);
    peer.read_all();
  };
}
const std::string kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

class Client : public testing::Test {
 protected:
  void SetUp() override { log::set_level(log::Level::off); }

  HttpTransport& transport() {
    if (!transport_) transport_.emplace(context, options);
    return *transport_;
  }
  void reset_transport() { transport_.reset(); }
  static HttpRequest request(const std::string& url, Effect effect = Effect::read) {
    HttpRequest out;
    out.method = effect == Effect::read ? Method::get : Method::post;
    out.url = url;
    out.operation = "test";
    out.effect = effect;
    return out;
  }
  Result<HttpResponse> send(HttpRequest what, Duration within = test::kPatience) {
    return test::await_on(context, transport().send(std::move(what), SystemClock().now() + within));
  }
  void expect_error(const Result<HttpResponse>& got, ErrorKind kind, const std::string& code) {
    ASSERT_FALSE(got) << got->status;
    EXPECT_EQ(got.error().code, code) << got.error().describe();
    EXPECT_EQ(got.error().kind, kind) << got.error().describe();
  }
  void expect_hello(const Result<HttpResponse>& got) {
    ASSERT_TRUE(got) << got.error().describe();
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, "hello");
  }

  boost::asio::io_context context;
  TransportOptions options;

 private:
  std::optional<HttpTransport> transport_;
};

// ---- requests and answers ----

TEST_F(Client, says_what_it_was_given_and_no_more) {
  std::string seen;
  ScriptedServer server({[&](RawSocket& peer) {
    seen = peer.read_until([](const std::string& s) { return s.ends_with("a=1"); });
    peer.send(kHello);
  }});
  HttpRequest what = request(server.url("/v2/update?sign=%2F"), Effect::set);
  what.headers = {{"X-Sign", "abc"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  what.body = "a=1";
  options.user_agent = "test/1";
  expect_hello(send(what));
  EXPECT_EQ(seen, "POST /v2/update?sign=%2F HTTP/1.1\r\nHost: 127.0.0.1:" +
                      std::to_string(server.port()) +
                      "\r\nX-Sign: abc\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                      "User-Agent: test/1\r\nContent-Length: 3\r\n\r\na=1");
}

TEST_F(Client, refuses_fields_that_would_split_the_request) {
  ScriptedServer server({});
  for (const std::string& bad : {"a\r\nX: b"s, "a\nb"s, "a\rb"s, "a\0b"s}) {
    HttpRequest what = request(server.url());
    what.headers.set("X", bad);
    expect_error(send(what), ErrorKind::bug, "header_unsafe");
  }
  expect_error(send(request("ftp://127.0.0.1/")), ErrorKind::invalid, "url_invalid");
  expect_error(send(request("http://127.0.0.1/\r\nX: y")), ErrorKind::invalid, "url_invalid");
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Client, understands_every_way_to_end_an_answer) {
  struct Row {
    std::string what, bytes, body;
    Method method = Method::get;
    bool keep = true;
  };
  const std::vector<Row> rows = {
      {"length", kHello, "hello"},
      {"chunks",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
       "2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: 1\r\n\r\n",
       "hello"},
      {"end of the connection", "HTTP/1.1 200 OK\r\n\r\nhello", "hello", Method::get, false},
      {"Connection: close",
       "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", "hello",
       Method::get, false},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", Method::get,
       false},
      {"no content", "HTTP/1.1 204 No Content\r\n\r\n", ""},
      {"not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", ""},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "", Method::head},
      {"HEAD, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "", Method::head},
      {"interim answers",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + kHello,
       "hello"},
      {"no reason", "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello", "hello"},
      {"bytes too many", kHello + "x", "hello", Method::get, false},
      {"an answer too many", kHello + kHello, "hello", Method::get, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    ScriptedServer server({row.keep ? say_and_stay(row.bytes) : say(row.bytes)});
    HttpRequest what = request(server.url());
    what.method = row.method;
    const std::size_t kept = transport().kept_connections();
    const auto got = send(what);
    ASSERT_TRUE(got) << got.error().describe();
    EXPECT_EQ(got->body, row.body);
    EXPECT_EQ(transport().kept_connections(), kept + (row.keep ? 1 : 0));
    reset_transport();  // lets the script go
  }
}

TEST_F(Client, follows_no_redirect) {
  ScriptedServer server(
      {say("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"), say(kHello)});
  const auto got = send(request(server.url("/a")));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 302);
  EXPECT_EQ(got->headers.find("Location"), "/b");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(Client, takes_no_nonsense_for_an_answer) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  std::string interim;
  for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"text", "hello, this is no HTTP at all\r\n\r\n"},
      {"SSH", "SSH-2.0-x\r\n"},
      {"status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"},
      {"status with letters", "HTTP/1.1 2xx OK\r\nContent-Length: 0\r\n\r\n"},
      {"HTTP/2", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"LF only", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"},
      {"NUL in a field", ok + "X: a\0b\r\nContent-Length: 0\r\n\r\n"s},
      {"blank before the colon", ok + "Content-Length : 0\r\n\r\n"},
      {"length is no number", ok + "Content-Length: five\r\n\r\nhello"},
      {"negative length", ok + "Content-Length: -5\r\n\r\nhello"},
      {"two lengths", ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"},
      {"chunk size", ok + "Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n"},
      {"chunk too long", ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n"},
      {"endless chunk line", ok + "Transfer-Encoding: chunked\r\n\r\n5;" + std::string(70000, 'a')},
      {"endless head", ok + "X: " + std::string(70000, 'a')},
      {"endless line", std::string(70000, 'a')},
      {"many interim answers", interim + kHello},
      {"other protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + kHello},
  };
  for (const auto& [what, bytes] : rows) {
    SCOPED_TRACE(what);
    ScriptedServer server({say_and_stay(bytes), say(kHello)});
    expect_error(send(request(server.url())), ErrorKind::indeterminate, "response_malformed");
    EXPECT_EQ(server.accepted(), 1);
    EXPECT_EQ(transport().open_connections(), 0u);
  }
}

TEST_F(Client, does_not_keep_a_connection_with_two_statements_of_length) {
  for (const char* fields : {"Content-Length: 5\r\nContent-Length: 5\r\n",
                             "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"}) {
    ScriptedServer server({say("HTTP/1.1 200 OK\r\n"s + fields + "\r\n5\r\nhello\r\n0\r\n\r\n")});
    static_cast<void>(send(request(server.url())));
    EXPECT_EQ(transport().kept_connections(), 0u) << fields;
  }
}

TEST_F(Client, takes_no_more_than_it_asked_for) {
  const std::string x(1001, 'x');
  for (const std::string& bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + x,
        "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + x + "\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n" + x}) {
    ScriptedServer server({say_and_stay(bytes)});
    HttpRequest what = request(server.url());
    what.max_response = 1000;
    expect_error(send(what), ErrorKind::indeterminate, "response_too_large");
    EXPECT_EQ(transport().open_connections(), 0u);
  }
  ScriptedServer server(
      {say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'))});
  HttpRequest what = request(server.url());
  what.max_response = 1000;
  EXPECT_TRUE(send(what));
}

TEST_F(Client, reads_an_early_refusal_of_a_long_body) {
  ScriptedServer server({[](RawSocket& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    peer.finish_writing();
    peer.read_all();
  }});
  HttpRequest what = request(server.url(), Effect::set);
  what.body.assign(8 * 1024 * 1024, 'x');
  const auto got = send(what);
  ASSERT_TRUE(got) << got.error().describe();
  EXPECT_EQ(got->status, 413);
}

// ---- what may have happened ----

TEST_F(Client, nothing_was_sent_when_there_is_no_connection) {
  std::uint16_t closed = 0;
  { closed = ScriptedServer({}).port(); }
  expect_error(send(request("http://127.0.0.1:" + std::to_string(closed) + "/", Effect::create)),
               ErrorKind::transient, "connect_failed");
  ScriptedServer server({});
  expect_error(send(request(server.url()), Duration(-1)), ErrorKind::transient, "connect_failed");
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Client, an_answer_that_breaks_off_is_indeterminate_and_not_repeated) {
  const std::vector<std::string> rows = {
      "",
      "HTTP/1.1 2",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
  };
  for (const std::string& bytes : rows) {
    for (const bool reset : {false, true}) {
      SCOPED_TRACE(bytes);
      ScriptedServer server({[&](RawSocket& peer) {
                               peer.read_head();
                               peer.send(bytes);
                               if (reset) peer.reset();
                             },
                             say(kHello)});
      expect_error(send(request(server.url())), ErrorKind::indeterminate, "connection_lost");
      EXPECT_EQ(server.accepted(), 1);
    }
  }
}

TEST_F(Client, no_answer_in_time_is_indeterminate) {
  for (const std::string& bytes :
       {""s, "HTTP/1.1 200"s, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"s}) {
    ScriptedServer server({say_and_stay(bytes)});
    expect_error(send(request(server.url(), Effect::set), 150ms), ErrorKind::indeterminate,
                 "timeout");
    EXPECT_EQ(transport().open_connections(), 0u);
  }
}

TEST_F(Client, dripping_does_not_move_the_deadline) {
  ScriptedServer server({[](RawSocket& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (peer.send("x") && !peer.readable_within(5ms)) {
    }
  }});
  expect_error(send(request(server.url()), 150ms), ErrorKind::indeterminate, "timeout");
}

TEST_F(Client, no_deadline_of_the_caller_goes_beyond_its_own) {
  options.total = 150ms;
  ScriptedServer server({say_and_stay("")});
  expect_error(send(request(server.url()), 1h), ErrorKind::indeterminate, "timeout");
}

// ---- kept connections ----

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

// ---- names ----

TEST_F(Client, tries_every_address_of_a_name) {
  ScriptedServer server({say(kHello)});
  options.lookup = [](const std::string& host) -> Result<std::vector<std::string>> {
    EXPECT_EQ(host, "toko.test");
    return std::vector<std::string>{"127.0.0.2", "nonsense", "127.0.0.1"};
  };
  expect_hello(send(request("http://toko.test:" + std::to_string(server.port()) + "/")));
}

TEST_F(Client, a_name_that_cannot_be_resolved_sent_nothing) {
  options.lookup = [](const std::string&) -> Result<std::vector<std::string>> {
    return Error(ErrorKind::transient, "dns_failed", "no such name");
  };
  expect_error(send(request("http://toko.test/")), ErrorKind::transient, "dns_failed");
  options.lookup = [](const std::string&) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{};
  };
  reset_transport();
  expect_error(send(request("http://toko.test/")), ErrorKind::transient, "dns_failed");
}

// A look-up cannot be interrupted; nobody waits for it longer than he wanted.
TEST_F(Client, does_not_wait_for_a_slow_name_server) {
  auto release = std::make_shared<std::promise<void>>();
  auto done = std::make_shared<std::promise<void>>();
  options.lookup = [gate = release->get_future().share(),
                    done](const std::string&) -> Result<std::vector<std::string>> {
    gate.wait();
    done->set_value();
    return std::vector<std::string>{"127.0.0.1"};
  };
  expect_error(send(request("http://toko.test/"), 50ms), ErrorKind::transient, "dns_failed");
  reset_transport();  // the answer comes when nobody is there any more
  release->set_value();
  done->get_future().wait();
}

// ---- tenants' addresses ----

class TenantClient : public Client {
 protected:
  Result<HttpResponse> ask(const std::string& url) {
    HttpRequest what = request(url);
    what.trust = Trust::tenant;
    return send(what);
  }
};

TEST_F(TenantClient, reaches_no_address_inside) {
  ScriptedServer server({say(kHello)});
  const std::string port = ":" + std::to_string(server.port());
  for (const std::string& host :
       {"127.0.0.1"s, "[::1]"s, "[::ffff:127.0.0.1]"s, "[::ffff:7f00:1]"s, "0.0.0.0"s, "[::]"s,
        "10.0.0.1"s, "192.168.1.1"s, "172.16.0.1"s, "169.254.169.254"s, "100.64.0.1"s, "[fd00::1]"s,
        "[fe80::1]"s, "[64:ff9b::7f00:1]"s, "[2002:7f00:1::]"s})
    expect_error(ask("https://" + host + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://127.0.0.1" + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://1.1.1.1/"), ErrorKind::invalid, "address_refused");
  EXPECT_EQ(server.accepted(), 0);
}

// Numbers that are no address for us may be one for the system's resolver; what counts is what it
// says.
TEST_F(TenantClient, is_judged_by_the_address_that_is_dialled) {
  ScriptedServer server({say(kHello)});
  const std::string port = ":" + std::to_string(server.port());
  options.lookup = [](const std::string&) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{"127.0.0.1", "::1", "10.0.0.1"};
  };
  for (const char* host : {"toko.test", "localhost", "2130706433", "0x7f000001", "127.1", "0177.1"})
    expect_error(ask(std::string("https://") + host + port + "/"), ErrorKind::invalid,
                 "address_refused");
  EXPECT_EQ(server.accepted(), 0);
}

// A web shop of the organisation's own is guarded as its pictures are.
class ShopClient : public Client {
 protected:
  Result<HttpResponse> ask(const std::string& url) {
    HttpRequest what = request(url);
    what.trust = Trust::shop;
    return send(what);
  }
};

TEST_F(ShopClient, reaches_no_address_inside) {
  ScriptedServer server({say(kHello)});
  const std::string port = ":" + std::to_string(server.port());
  for (const std::string& host :
       {"127.0.0.1"s, "[::1]"s, "[::ffff:127.0.0.1]"s, "[::ffff:7f00:1]"s, "0.0.0.0"s, "10.0.0.1"s,
        "169.254.169.254"s, "[64:ff9b::7f00:1]"s, "[2002:7f00:1::]"s})
    expect_error(ask("https://" + host + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://127.0.0.1" + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://toko.example/"), ErrorKind::invalid, "address_refused");
  EXPECT_EQ(server.accepted(), 0);
}

// The system's own resolver takes more spellings for an address than ours does.
TEST_F(ShopClient, reaches_nothing_inside_by_a_number_in_another_spelling) {
  ScriptedServer server({say(kHello)});
  const std::string port = ":" + std::to_string(server.port());
  for (const char* host : {"2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
                           "127.1", "127.0.1", "localhost"}) {
    const auto got = ask(std::string("https://") + host + port + "/");
    ASSERT_FALSE(got) << host;
    // Refused by us, or unknown to the resolver: never dialled.
    EXPECT_TRUE(got.error().code == "address_refused" || got.error().code == "dns_failed" ||
                got.error().code == "url_invalid")
        << host << ": " << got.error().describe();
  }
  EXPECT_EQ(server.accepted(), 0);
}

// A name that answers differently each time: what is judged is what is dialled, from one look-up.
TEST_F(ShopClient, is_not_led_inside_by_a_name_that_changes_its_mind) {
  ScriptedServer server({say(kHello)});
  auto asked = std::make_shared<std::atomic<int>>(0);
  options.lookup = [asked](const std::string&) -> Result<std::vector<std::string>> {
    static const std::vector<std::string> kAnswers[] = {
        {"10.0.0.1"}, {"127.0.0.1"}, {"::ffff:127.0.0.1", "fe80::1"}};
    return kAnswers[static_cast<std::size_t>((*asked)++) % 3];
  };
  const std::string url = "https://toko.test:" + std::to_string(server.port()) + "/";
  for (int turn = 1; turn <= 6; ++turn) {
    expect_error(ask(url), ErrorKind::invalid, "address_refused");
    EXPECT_EQ(asked->load(), turn) << "one look-up for one request";
  }
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(ShopClient, is_led_nowhere_by_a_redirect) {
  ScriptedServer inside({say(kHello)});
  ScriptedServer shop({say("HTTP/1.1 301 Moved Permanently\r\nLocation: " + inside.url("/") +
                           "\r\nContent-Length: 0\r\n\r\n")});
  options.tenant_exceptions = {"127.0.0.1:" + std::to_string(shop.port())};
  const auto got = ask(shop.url("/"));
  ASSERT_TRUE(got) << got.error().describe();
  EXPECT_EQ(got->status, 301);
  expect_error(ask(inside.url("/")), ErrorKind::invalid, "address_refused");
  EXPECT_EQ(inside.accepted(), 0);
}

TEST_F(ShopClient, may_reach_the_one_address_that_is_named) {
  ScriptedServer server({say(kHello), say(kHello)});
  ScriptedServer other({say(kHello)});
  const std::string port = std::to_string(server.port());
  options.tenant_exceptions = {"127.0.0.1:" + port};
  expect_hello(ask(server.url("/")));
  HttpRequest picture = request(server.url("/a.png"));
  picture.trust = Trust::tenant;
  expect_hello(send(picture));
  // Not another port, nor another name for the same place.
  expect_error(ask(other.url("/")), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://localhost:" + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("https://127.0.0.2:" + port + "/"), ErrorKind::invalid, "address_refused");
  EXPECT_EQ(server.accepted(), 2);
  EXPECT_EQ(other.accepted(), 0);
}

TEST_F(TenantClient, may_reach_inside_when_a_demonstration_says_so) {
  options.allow_private_tenant_addresses = true;
  ScriptedServer server({say(kHello)});
  expect_hello(ask(server.url()));
}

TEST_F(TenantClient, shares_no_connection_with_channels) {
  options.allow_private_tenant_addresses = true;
  ScriptedServer server({say_and_stay(kHello), say_and_stay(kHello)});
  expect_hello(send(request(server.url())));
  expect_hello(ask(server.url()));
  EXPECT_EQ(server.accepted(), 2);
  EXPECT_EQ(transport().kept_connections(), 2u);
  reset_transport();  // lets the scripts go
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
