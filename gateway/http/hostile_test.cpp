// What a hostile or broken peer sends, byte for byte (RELIABILITY T9). Each is refused with one
// answer, the connection ends, nothing behind it is answered or handled, and the server goes on.
#include <gmock/gmock.h>

#include "core/base/log.hpp"
#include "gateway/http/framing.hpp"
#include "gateway/http/message.hpp"
#include "gateway/http/server.hpp"
#include "gateway/http/test_support.hpp"

namespace gerbang::http {
namespace {

using namespace std::string_literals;
using test::RawSocket;
using testing::HasSubstr;

const std::string kHost = "Host: toko.example\r\n";
const std::string kSecond = "GET /second HTTP/1.1\r\nHost: toko.example\r\n\r\n";

struct Refused {
  std::string what;
  std::string bytes;
  int status;
  std::string code;
};

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + "\r\n";
}
std::string get_with(const std::string& fields) {
  return "GET / HTTP/1.1\r\n" + kHost + fields + "\r\n\r\n";
}
std::string host(const std::string& fields) {
  return "GET / HTTP/1.1\r\n" + fields + "\r\n";
}
std::string post_with(const std::string& fields, const std::string& body = "hello") {
  return "POST / HTTP/1.1\r\n" + kHost + fields + "\r\n\r\n" + body;
}
std::string chunked(const std::string& body) {
  return post_with("Transfer-Encoding: chunked", body);
}

std::string many_fields(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "X-" + std::to_string(i) + ": 1\r\n";
  return out;
}

// The chunk a proxy that ignores Content-Length would take for the whole body.
const std::string kChunks = "5\r\nhello\r\n0\r\n\r\n";

const std::vector<Refused>& ambiguous() {
  static const std::vector<Refused> rows = {
      {"gzip before chunked", post_with("Transfer-Encoding: gzip, chunked", kChunks), 400, ""},
      {"chunked twice", post_with("Transfer-Encoding: chunked, chunked", kChunks), 400, ""},
      {"chunked not last", post_with("Transfer-Encoding: chunked, identity", kChunks), 400, ""},
      {"identity", post_with("Transfer-Encoding: identity"), 400, ""},
      {"capital C", post_with("Transfer-Encoding: Chunked", kChunks), 400, ""},
      {"x before", post_with("Transfer-Encoding: xchunked", kChunks), 400, ""},
      {"quoted", post_with("Transfer-Encoding: \"chunked\"", kChunks), 400, ""},
      {"parameter", post_with("Transfer-Encoding: chunked;q=1", kChunks), 400, ""},
      {"comma behind", post_with("Transfer-Encoding: chunked,", kChunks), 400, ""},
      {"empty coding", post_with("Transfer-Encoding:", kChunks), 400, ""},
      {"coding unknown", post_with("Transfer-Encoding: cow", kChunks), 400, ""},
      {"two fields", post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", kChunks),
       400, ""},
      {"two fields, other case",
       post_with("Transfer-Encoding: chunked\r\ntransfer-ENCODING: identity", kChunks), 400, ""},
      {"in HTTP/1.0",
       "POST / HTTP/1.0\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n" + kChunks, 400, ""},
      {"CL then TE", post_with("Content-Length: 6\r\nTransfer-Encoding: chunked", kChunks), 400,
       ""},
      {"TE then CL", post_with("Transfer-Encoding: chunked\r\nContent-Length: 6", kChunks), 400,
       ""},
      {"TE then CL 0", post_with("Transfer-Encoding: chunked\r\nContent-Length: 0", kChunks), 400,
       ""},
      {"TE.CL with a request inside",
       post_with("Content-Length: 4\r\nTransfer-Encoding: chunked",
                 "2c\r\nGET /second HTTP/1.1\r\nHost: toko.example\r\n\r\n\r\n0\r\n\r\n"),
       400, ""},
      {"two lengths, equal", post_with("Content-Length: 5\r\nContent-Length: 5"), 400, ""},
      {"two lengths, different", post_with("Content-Length: 5\r\ncontent-length: 6"), 400, ""},
      {"list of lengths", post_with("Content-Length: 5, 5"), 400, ""},
      {"plus", post_with("Content-Length: +5"), 400, ""},
      {"minus", post_with("Content-Length: -5"), 400, ""},
      {"hexadecimal", post_with("Content-Length: 0x5"), 400, ""},
      {"blank inside", post_with("Content-Length: 5 5"), 400, ""},
      {"exponent", post_with("Content-Length: 1e1"), 400, ""},
      {"fraction", post_with("Content-Length: 5.0"), 400, ""},
      {"empty length", post_with("Content-Length:"), 400, ""},
      {"wraps round to 5", post_with("Content-Length: 18446744073709551621"), 400, ""},
      {"word", post_with("Content-Length: five"), 400, ""},
      {"folded coding", post_with("Transfer-Encoding:\r\n chunked", kChunks), 400, ""},
  };
  return rows;
}

const std::vector<Refused>& hosts() {
  static const std::vector<Refused> rows = {
      {"missing", host(""), 400, ""},
      {"two", host(kHost + kHost), 400, ""},
      {"two, other case", host("Host: a\r\nhOST: b\r\n"), 400, ""},
      {"empty", host("Host:\r\n"), 400, ""},
      {"blank inside", host("Host: a b\r\n"), 400, ""},
      {"user information", host("Host: a@b\r\n"), 400, ""},
      {"path", host("Host: a/b\r\n"), 400, ""},
      {"list", host("Host: a, b\r\n"), 400, ""},
      {"port too high", host("Host: a:65536\r\n"), 400, ""},
      {"port empty", host("Host: a:\r\n"), 400, ""},
      {"port with letters", host("Host: a:80x\r\n"), 400, ""},
      {"only a port", host("Host: :80\r\n"), 400, ""},
      {"two ports", host("Host: a:80:81\r\n"), 400, ""},
      {"bracket open", host("Host: [::1\r\n"), 400, ""},
      {"no address in brackets", host("Host: [toko]\r\n"), 400, ""},
      {"letters behind brackets", host("Host: [::1]x\r\n"), 400, ""},
      {"bytes above 127", host("Host: t\xc3\xb6ko\r\n"), 400, ""},
      {"percent", host("Host: a%2fb\r\n"), 400, ""},
      {"script", host("Host: <script>\r\n"), 400, ""},
      {"long", host("Host: " + std::string(254, 'a') + "\r\n"), 400, ""},
  };
  return rows;
}

const std::vector<Refused>& malformed() {
  static const std::vector<Refused> rows = {
      {"LF for CRLF", "GET / HTTP/1.1\nHost: a\n\n", 400, ""},
      {"LF behind the request line", "GET / HTTP/1.1\n" + kHost + "\r\n", 400, ""},
      {"LF behind a field", host("Host: a\nX: b\r\n"), 400, ""},
      {"LF for the blank line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400, ""},
      {"CR inside a value", host("Host: a\r\nX: b\rY: c\r\n"), 400, ""},
      {"CR before CRLF", host("Host: a\r\r\n"), 400, ""},
      {"CR alone as blank line", host("Host: a\r\n\rX"), 400, ""},
      {"NUL in a value", host("Host: a\r\nX: b\0c\r\n"s), 400, ""},
      {"NUL in a name", host("Host: a\r\nX\0: b\r\n"s), 400, ""},
      {"NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s, 400, ""},
      {"NUL in the coding", post_with("Transfer-Encoding: chunked\0"s, kChunks), 400, ""},
      {"vertical tab before the coding",
       post_with("Transfer-Encoding: \x0b"
                 "chunked",
                 kChunks),
       400, ""},
      {"form feed before the length",
       post_with("Content-Length: \x0c"
                 "5"),
       400, ""},
      {"DEL in a value", host("Host: a\r\nX: b\x7f\r\n"), 400, ""},
      {"escape in a value", host("Host: a\r\nX: \x1b[31m\r\n"), 400, ""},
      {"folded field", host("Host: a\r\nX: b\r\n c\r\n"), 400, ""},
      {"blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, ""},
      {"blank before the colon", post_with("Transfer-Encoding : chunked", kChunks), 400, ""},
      {"tab before the colon", post_with("Content-Length\t: 5"), 400, ""},
      {"no colon", host("Host: a\r\nX\r\n"), 400, ""},
      {"no name", host("Host: a\r\n: b\r\n"), 400, ""},
      {"blank in a name", host("Host: a\r\nX Y: b\r\n"), 400, ""},
      {"bytes above 127 in a name", host("Host: a\r\nX\xc3\xb6: b\r\n"), 400, ""},
      {"HTTP/0.9", "GET /\r\n\r\n", 400, ""},
      {"no version", "GET / \r\n" + kHost + "\r\n", 400, ""},
      {"two blanks", "GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400, ""},
      {"blank behind", "GET / HTTP/1.1 \r\n" + kHost + "\r\n", 400, ""},
      {"blank before", " GET / HTTP/1.1\r\n" + kHost + "\r\n", 400, ""},
      {"tab for a blank", "GET\t/\tHTTP/1.1\r\n" + kHost + "\r\n", 400, ""},
      {"blank in the target", "GET /a b HTTP/1.1\r\n" + kHost + "\r\n", 400, ""},
      {"version in small letters", "GET / http/1.1\r\n" + kHost + "\r\n", 400, ""},
      {"version with two digits", "GET / HTTP/1.10\r\n" + kHost + "\r\n", 400, ""},
      {"other protocol", "GET / RTSP/1.1\r\n" + kHost + "\r\n", 400, ""},
      {"method with a sign", "G@T / HTTP/1.1\r\n" + kHost + "\r\n", 400, ""},
      {"TLS where none is spoken", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400, ""},
      {"two blank lines first", "\r\n\r\n" + get("/"), 400, ""},
  };
  return rows;
}

const std::vector<Refused>& others() {
  static const std::vector<Refused> rows = {
      {"asterisk", get("*"), 400, "target_invalid"},
      {"absolute form", get("http://toko.example/"), 400, "target_invalid"},
      {"authority form", get("toko.example:80"), 400, "target_invalid"},
      {"no slash", get("a"), 400, "target_invalid"},
      {"fragment", get("/a#b"), 400, "target_invalid"},
      {"dot segments", get("/a/../b"), 400, "target_invalid"},
      {"dot segment at the end", get("/a/.."), 400, "target_invalid"},
      {"single dot", get("/./a"), 400, "target_invalid"},
      {"escaped dot segments", get("/a/%2e%2E/b"), 400, "target_invalid"},
      {"escaped NUL", get("/a%00b"), 400, "target_invalid"},
      {"escaped line end", get("/a%0d%0aX:y"), 400, "target_invalid"},
      {"half an escape", get("/a%2"), 400, "target_invalid"},
      {"no escape", get("/a%zz"), 400, "target_invalid"},
      {"backslash", get("/a\\b"), 400, "target_invalid"},
      {"angle brackets", get("/<a>"), 400, "target_invalid"},
      {"bytes above 127 in the path", get("/\xc3\xb6"), 400, "target_invalid"},
      {"bytes above 127 in the query", get("/?\xff"), 400, "target_invalid"},
      {"fragment in the query", get("/?a#b"), 400, "target_invalid"},

      {"CONNECT", "CONNECT toko.example:443 HTTP/1.1\r\n" + kHost + "\r\n", 405,
       "method_not_allowed"},
      {"TRACE", "TRACE / HTTP/1.1\r\n" + kHost + "\r\n", 405, "method_not_allowed"},
      {"OPTIONS", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n", 405, "method_not_allowed"},
      {"unknown method", "BREW / HTTP/1.1\r\n" + kHost + "\r\n", 501, "method_unknown"},
      {"small letters", "get / HTTP/1.1\r\n" + kHost + "\r\n", 501, "method_unknown"},
      {"stray bytes before the method", "helloGET / HTTP/1.1\r\n" + kHost + "\r\n", 501,
       "method_unknown"},

      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http_version_unsupported"},
      {"HTTP/1.2", "GET / HTTP/1.2\r\n" + kHost + "\r\n", 505, "http_version_unsupported"},
      {"HTTP/0.9 by name", "GET / HTTP/0.9\r\n" + kHost + "\r\n", 505, "http_version_unsupported"},

      {"other expectation", post_with("Expect: 200-ok\r\nContent-Length: 5"), 417,
       "expectation_failed"},
      {"two expectations", post_with("Expect: 100-continue, x\r\nContent-Length: 5"), 417,
       "expectation_failed"},
      {"expectation of a body that is too large",
       post_with("Expect: 100-continue\r\nContent-Length: 65537", ""), 413, "body_too_large"},
      {"gzip", post_with("Content-Encoding: gzip\r\nContent-Length: 5"), 415,
       "content_encoding_unsupported"},
      {"identity and br", post_with("Content-Encoding: identity, br\r\nContent-Length: 5"), 415,
       "content_encoding_unsupported"},

      {"long target", get("/" + std::string(8200, 'a')), 431, "head_too_large"},
      {"long field", get_with("X: " + std::string(8200, 'a')), 431, "head_too_large"},
      {"line without end", std::string(9000, 'a'), 431, "head_too_large"},
      {"many fields", host(kHost + many_fields(100)), 431, "head_too_large"},
      {"long body", post_with("Content-Length: 65537", std::string(65537, 'a')), 413,
       "body_too_large"},
      {"promise of a huge body", post_with("Content-Length: 999999999999999999", ""), 413,
       "body_too_large"},
      {"long chunk", chunked("10001\r\n" + std::string(65537, 'a') + "\r\n0\r\n\r\n"), 413,
       "body_too_large"},
      {"long chunks",
       chunked("8000\r\n" + std::string(32768, 'a') + "\r\n8001\r\n" + std::string(32769, 'a') +
               "\r\n0\r\n\r\n"),
       413, "body_too_large"},
      {"promise of a huge chunk", chunked("7fffffffffffffff\r\nabc"), 413, "body_too_large"},
  };
  return rows;
}

// After these heads the server cannot know where the body ends.
const std::vector<Refused>& bad_chunks() {
  static const std::vector<Refused> rows = {
      {"size wraps round", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"negative size", chunked("-5\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"plus", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"prefix", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"no number", chunked("five\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"no size", chunked("\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"blank first", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"longer than it says", chunked("3\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"shorter than it says", chunked("7\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"LF behind the size", chunked("5\nhello\r\n0\r\n\r\n"), 400, ""},
      {"LF behind the data", chunked("5\r\nhello\n0\r\n\r\n"), 400, ""},
      {"LF in the extension", chunked("5;a\nhello\r\n0\r\n\r\n"), 400, ""},
      {"CR in the extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), 400, ""},
      {"LF in the last chunk", chunked("5\r\nhello\r\n0\n\r\nxx"), 400, ""},
      {"NUL in the extension", chunked("5;a\0\r\nhello\r\n0\r\n\r\n"s), 400, ""},
      {"extension without end", chunked("5;" + std::string(20000, 'a')), 400, ""},
      {"extension too long", chunked("5;" + std::string(20000, 'a') + "\r\nhello\r\n0\r\n\r\n"),
       400, ""},
      {"trailers without end", chunked("5\r\nhello\r\n0\r\n" + many_fields(3000)), 400, ""},
      {"length in the trailers", chunked("5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n"), 400, ""},
      {"coding in the trailers", chunked("5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"),
       400, ""},
      {"trailer without colon", chunked("5\r\nhello\r\n0\r\nX\r\n\r\n"), 400, ""},
      {"LF in the trailers", chunked("5\r\nhello\r\n0\r\nX: a\nY: b\r\n\r\n"), 400, ""},
  };
  return rows;
}

class Hostile : public testing::Test {
 protected:
  void SetUp() override {
    log::set_level(log::Level::off);
    ServerOptions options;
    options.access_log = false;
    server.emplace(handler, options);
    ASSERT_TRUE(server->start());
  }

  RawSocket connect() { return RawSocket::connect_to(server->port()); }

  void expect_healthy() {
    RawSocket socket = connect();
    socket.send(get("/healthy"));
    const std::string answer = test::read_answer(socket);
    EXPECT_EQ(test::status_of(answer), 200) << answer;
    const auto seen = handler.take();
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].path, "/healthy");
  }

  void expect_refused(const std::vector<Refused>& rows, const std::string& code = {}) {
    for (const Refused& row : rows) {
      SCOPED_TRACE(row.what);
      handler.take();
      RawSocket socket = connect();
      socket.send(row.bytes + kSecond);
      const std::string answer = socket.read_all();
      EXPECT_EQ(socket.end(), RawSocket::End::closed);
      EXPECT_EQ(test::status_of(answer), row.status) << answer;
      EXPECT_EQ(test::answers_in(answer), 1u) << answer;
      EXPECT_THAT(answer, HasSubstr("\"code\":\"" + (code.empty() ? row.code : code) + "\""));
      EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
      EXPECT_EQ(handler.take().size(), 0u);
      expect_healthy();
    }
  }

  test::Remembering handler;
  std::optional<Server> server;
};

TEST_F(Hostile, length_of_the_body_in_doubt) {
  expect_refused(ambiguous(), "framing_ambiguous");
}

TEST_F(Hostile, host_missing_or_malformed) {
  expect_refused(hosts(), "host_invalid");
}

TEST_F(Hostile, lines_malformed) {
  expect_refused(malformed(), "request_malformed");
}

TEST_F(Hostile, chunks_malformed) {
  expect_refused(bad_chunks(), "request_malformed");
}

TEST_F(Hostile, targets_methods_versions_sizes) {
  expect_refused(others());
}

// However the bytes are cut into packets, the verdict on them is the same.
TEST_F(Hostile, verdict_does_not_depend_on_packets) {
  for (const auto* rows : {&ambiguous(), &hosts(), &malformed(), &others(), &bad_chunks()}) {
    for (const Refused& row : *rows) {
      const std::string bytes = row.bytes + kSecond;
      HeadScanner at_once(8192);
      const auto whole = at_once.look(bytes);
      HeadScanner bit_by_bit(8192);
      Result<std::optional<std::size_t>> last = std::optional<std::size_t>();
      for (std::size_t n = 1; n <= bytes.size() && last && !*last; ++n)
        last = bit_by_bit.look(std::string_view(bytes).substr(0, n));
      ASSERT_EQ(last.ok(), whole.ok()) << row.what;
      if (!whole) {
        EXPECT_EQ(last.error().code, whole.error().code) << row.what;
      } else {
        EXPECT_EQ(*last, *whole) << row.what;
      }
    }
  }
}

// The same for bodies: what the parser makes of one in pieces of any size.
TEST(ChunkedBody, is_read_alike_in_pieces_of_every_size) {
  const auto read = [](const std::string& bytes, std::size_t piece) -> std::string {
    const std::size_t head = bytes.find("\r\n\r\n") + 4;
    RequestParser parser(64 * 1024);
    if (!parser.head(bytes.substr(0, head))) return "bad head";
    std::string out, waiting;
    for (std::size_t at = head; at < bytes.size() && !parser.done(); at += piece) {
      waiting += bytes.substr(at, piece);
      if (waiting.size() > 16 * 1024) return "request_malformed";  // as the connection does
      const auto progress = parser.body(waiting, out);
      if (!progress) return progress.error().code;
      waiting.erase(0, progress->consumed);
    }
    return parser.done() ? "whole: " + out : "incomplete";
  };
  std::vector<Refused> rows = bad_chunks();
  rows.push_back({"good", chunked("5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n"), 0, ""});
  rows.push_back({"without trailers", chunked("5\r\nhello\r\n0\r\n\r\n"), 0, ""});
  for (const Refused& row : rows) {
    SCOPED_TRACE(row.what);
    if (row.bytes.size() > 4096) continue;  // quadratic
    const std::string bytes = row.bytes + kSecond;
    const std::string whole = read(bytes, bytes.size());
    EXPECT_EQ(whole.starts_with("whole: hello"), row.status == 0) << whole;
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) EXPECT_EQ(read(bytes, piece), whole);
  }
}

TEST_F(Hostile, every_prefix_of_a_request_that_breaks_off_is_dropped) {
  const std::string whole = chunked("5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    RawSocket socket = connect();
    socket.send(whole.substr(0, n));
    socket.finish_writing();
    EXPECT_EQ(socket.read_all(), "") << n;
    EXPECT_EQ(socket.end(), RawSocket::End::closed);
  }
  EXPECT_EQ(handler.take().size(), 0u);
  RawSocket socket = connect();
  socket.send(whole);
  socket.finish_writing();
  EXPECT_EQ(test::status_of(socket.read_all()), 200);
  EXPECT_EQ(handler.take().size(), 1u);
}

TEST_F(Hostile, a_good_request_before_a_bad_one_is_answered) {
  RawSocket socket = connect();
  socket.send(get("/first") + get("/a/../b") + kSecond);
  const std::string answers = socket.read_all();
  EXPECT_EQ(test::answers_in(answers), 2u) << answers;
  EXPECT_EQ(test::status_of(answers), 200);
  EXPECT_THAT(answers, HasSubstr("HTTP/1.1 400 Bad Request\r\n"));
  const auto seen = handler.take();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].path, "/first");
}

// What looks odd and has one meaning only is served.
TEST_F(Hostile, odd_but_unambiguous_requests_are_served) {
  struct Served {
    std::string what, bytes, body;
  };
  const std::vector<Served> rows = {
      {"one blank line first", "\r\n" + get("/"), ""},
      {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", ""},
      {"bytes above 127 in a value", get_with("X: \xc3\xb6"), ""},
      {"empty value", get_with("X:"), ""},
      {"blanks round the coding", post_with("Transfer-Encoding: \t chunked \t", kChunks), "hello"},
      {"blanks round the length", post_with("Content-Length: \t 5 \t"), "hello"},
      {"leading zeros", post_with("Content-Length: 005"), "hello"},
      {"chunk extension", chunked("5;a=\"b\";c\r\nhello\r\n0;d\r\n\r\n"), "hello"},
      {"capital digits", chunked("A\r\n0123456789\r\n0\r\n\r\n"), "0123456789"},
      {"one byte per chunk", chunked("1\r\na\r\n1\r\nb\r\n0\r\n\r\n"), "ab"},
      {"empty chunked body", chunked("0\r\n\r\n"), ""},
      {"trailers", chunked("5\r\nhello\r\n0\r\nX: y\r\nHost: b\r\n\r\n"), "hello"},
      {"identity", post_with("Content-Encoding: identity\r\nContent-Length: 5"), "hello"},
      {"GET with a body", get_with("Content-Length: 5") + "hello", "hello"},
      {"upgrade", get_with("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c"), ""},
      {"as many fields as allowed", host(kHost + many_fields(99)), ""},
      {"brackets in the query", get("/?a[]=b|c&d=\"e\""), ""},
      {"address as host", host("Host: [2001:db8::1]:8443\r\n"), ""},
      {"double slash", get("//a"), ""},
  };
  for (const Served& row : rows) {
    SCOPED_TRACE(row.what);
    handler.take();
    RawSocket socket = connect();
    socket.send(row.bytes);
    socket.finish_writing();
    const std::string answer = socket.read_all();
    EXPECT_EQ(test::status_of(answer), 200) << answer;
    EXPECT_EQ(test::answers_in(answer), 1u);
    const auto seen = handler.take();
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].body, row.body);
    EXPECT_LE(seen[0].headers.count("Host"), 1u);  // none comes out of a trailer
  }
}

// A body may look like a request; it stays a body.
TEST_F(Hostile, a_request_inside_a_body_is_not_served) {
  RawSocket socket = connect();
  socket.send(post_with("Content-Length: " + std::to_string(kSecond.size()), kSecond));
  socket.finish_writing();
  EXPECT_EQ(test::answers_in(socket.read_all()), 1u);
  const auto seen = handler.take();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].body, kSecond);
}

}  // namespace
}  // namespace gerbang::http
