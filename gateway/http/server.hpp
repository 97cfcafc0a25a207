#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/metrics.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/connector/http.hpp"

namespace boost::asio {
class io_context;
}

// The HTTP edge (RELIABILITY section 3): an HTTP/1.1 server that bounds everything a peer can make
// it hold, and refuses every request whose framing two readers could understand differently.
namespace gerbang::http {

// What a request may bring, decided from its head, before any of its body is read.
struct BodyPolicy {
  std::size_t max_bytes = 1024 * 1024;
  // false: the whole body stands in ServerRequest::body before the handler is called.
  // true: the handler pulls it through ServerRequest::stream.
  bool streamed = false;
};

// The body of a streamed request, read as far as the handler pulls.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The next piece; an empty piece is the end. Errors: body_too_large (too_large), body_timeout,
  // connection_lost (indeterminate), request_malformed (invalid). After an error: the same again.
  virtual boost::asio::awaitable<Result<std::string>> read_some() = 0;
};

// The body of a streamed answer, pulled as fast as the client takes it.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next piece; an empty piece is the end. An error cuts the connection, so that the client
  // sees a broken answer, never a short one that looks whole.
  virtual boost::asio::awaitable<Result<std::string>> next() = 0;
};

struct ServerRequest {
  Method method = Method::get;
  std::string target;                 // as sent: "/v1/prices/KOPI%2F250?x=1"
  std::string path;                   // decoded, without query: "/v1/prices/KOPI/250"
  std::vector<std::string> segments;  // decoded one by one: {"v1", "prices", "KOPI/250"}
  std::string query;                  // as sent, without '?'
  Headers headers;
  std::string body;                    // empty when streamed
  std::shared_ptr<BodyReader> stream;  // set when BodyPolicy said streamed; valid until the end of
                                       // the reply's own stream
  std::string peer;         // address of the client; behind a trusted proxy, what that proxy says
  bool secure = false;      // came over TLS to us
  TimePoint received;       // when its head was complete
  std::string request_id;   // X-Request-Id when it was sane, else made here
  std::string traceparent;  // W3C trace context, "" when absent or malformed
};

struct ServerReply {
  HttpResponse
      response;       // Content-Length, Date, Connection, X-Request-Id are written by the server
  std::string route;  // the label of metrics and access log: "/v1/products/{code}"; bounded set
  std::unique_ptr<BodySource> stream;  // set: sent chunked instead of response.body
  bool reset = false;                  // sandboxes only: reset the connection, send nothing

  ServerReply() = default;
  ServerReply(HttpResponse r, std::string label)
      : response(std::move(r)), route(std::move(label)) {}
};

// A request that the edge turned down itself.
struct Refusal {
  int status = 400;
  std::string code;    // host_invalid, framing_ambiguous … (codes.tsv)
  std::string detail;  // English, for developers
  std::string request_id;
  std::string accept_language;  // "" when the head was not read that far
};

// What serves the requests. Called on the edge threads, from several at once when there are
// several; one request of a connection at a time.
class Handler {
 public:
  virtual ~Handler() = default;

  // An exception becomes 500 internal_error. A handler bounds its own waits; one that takes longer
  // than ServerOptions::handler is cancelled (asio terminal cancellation) and its connection
  // closed.
  virtual boost::asio::awaitable<ServerReply> handle(ServerRequest request) = 0;

  virtual BodyPolicy body_policy(Method, std::string_view /*path, decoded*/) const { return {}; }

  // The body of a refusal: RFC 9457 in English unless overridden with the message catalogue.
  virtual HttpResponse refuse(const Refusal& refusal) const;
};

struct ServerLimits {
  std::size_t head_bytes = 8 * 1024;  // request line and header fields together
  std::size_t head_fields = 100;
  std::size_t buffer_bytes = 16 * 1024;  // bounds a chunk's header and the trailers
  std::size_t requests_per_connection = 1000;
  std::size_t connections = 4096;
  std::size_t connections_kept_for_health = 32;  // of those; they serve `health_paths` only
  std::size_t connections_per_address = 64;      // loopback and trusted proxies excepted
  std::size_t body_bytes_per_second = 1024;      // slower than this after `body_grace`: 408

  Duration head{std::chrono::seconds(10)};  // absolute, from the first byte (or the connection)
  Duration body{std::chrono::seconds(20)};  // absolute, for bodies that are not streamed
  Duration body_grace{std::chrono::seconds(5)};
  Duration idle{std::chrono::seconds(30)};
  Duration write{std::chrono::seconds(10)};    // per answer; per piece when streamed
  Duration handler{std::chrono::seconds(60)};  // last resort, see Handler::handle
  Duration linger{std::chrono::seconds(1)};    // reading on after a refusal, so that it arrives
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;        // 0: any
  unsigned threads = 1;          // each with its own io_context and acceptor (SO_REUSEPORT)
  std::string certificate_file;  // PEM chain and key: both set means TLS
  std::string key_file;
  std::vector<std::string> trusted_proxies;  // addresses or CIDR
  std::vector<std::string> health_paths{"/healthz", "/readyz"};
  ServerLimits limits;
  bool access_log = true;        // one "request.served" line per request
  Metrics* metrics = nullptr;    // borrowed
  const Clock* clock = nullptr;  // borrowed; the system's when null
  Random* random = nullptr;      // borrowed, thread-safe; the system's when null
  // Share of the memory limit in use, 0..1; asked once per second. From 0.92 connections close
  // after their answer, from 0.95 all but health paths get 503. Default: memory_in_use().
  std::function<double()> memory_use;
};

// Resident memory of this process over its limit (cgroup, else the machine's memory).
double memory_in_use();

class Server {
 public:
  // Neither binds nor starts anything. The handler is borrowed and outlives the server.
  Server(Handler& handler, ServerOptions options);
  ~Server();  // stop(0) when still running
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and serves on threads of its own. Errors: listen_failed, tls_configuration (invalid).
  Result<void> start();
  // Binds and serves on the caller's io_context, which one thread runs. For tests and sandboxes.
  Result<void> start_on(boost::asio::io_context& context);

  std::uint16_t port() const;  // the bound one

  // Stops accepting, closes idle connections, lets requests in flight finish, closes what is left
  // after `patience`. stop() blocks and joins the threads (never call it on one of them); drain()
  // is the same for start_on(), awaited on its context. Whatever handlers wait for (the store's
  // threads) is stopped only afterwards, and may post to a request's executor until the server is
  // destroyed: nothing of that runs any more.
  void stop(Duration patience = std::chrono::seconds(8));
  boost::asio::awaitable<void> drain(Duration patience);

  std::size_t connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gerbang::http
