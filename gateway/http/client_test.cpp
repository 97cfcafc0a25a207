// Requests and answers, and what may have happened.
#include "gateway/http/client_for_test.hpp"

namespace gerbang::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::HasSubstr;

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

}  // namespace
}  // namespace gerbang::http
