#include "gateway/http/message.hpp"

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <optional>

#include "gateway/http/refusals.hpp"

namespace gerbang::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

// Like beast's string_body, but it does not reserve what a Content-Length merely promises.
struct PlainBody {
  using value_type = std::string;
  class reader {
   public:
    template <bool isRequest, class Fields>
    reader(beast::http::header<isRequest, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>&, beast::error_code& ec) { ec = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, beast::error_code& ec) {
      std::size_t total = 0;
      for (const auto b : beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(b.data()), b.size());
        total += b.size();
      }
      ec = {};
      return total;
    }
    void finish(beast::error_code& ec) { ec = {}; }

   private:
    value_type& body_;
  };
};

// The shortest possible rest of a chunked body is "0\r\n\r\n". With fewer bytes at hand there is
// nothing to decide, and Beast 1.81 asserts that it sees five when the last chunk's line is in.
constexpr std::size_t kShortestChunkedRest = 5;

template <class Parser>
Progress pump(Parser& parser, std::string_view bytes, beast::error_code& ec) {
  Progress out;
  ec = {};
  while (!parser.is_done()) {
    const std::string_view rest = bytes.substr(out.consumed);
    if (rest.empty()) break;
    if (parser.is_header_done() && parser.chunked() && rest.size() < kShortestChunkedRest) break;
    out.consumed += parser.put(asio::const_buffer(rest.data(), rest.size()), ec);
    if (ec == beast::http::error::need_more) {
      ec = {};
      break;
    }
    if (ec) break;
  }
  out.done = parser.is_done();
  return out;
}

template <class Message>
Headers headers_of(const Message& message) {
  Headers out;
  for (const auto& f : message)
    out.add({f.name_string().data(), f.name_string().size()}, {f.value().data(), f.value().size()});
  return out;
}

}  // namespace

std::string_view reason_phrase(int status) {
  const auto known = beast::http::int_to_status(static_cast<unsigned>(status));
  if (known == beast::http::status::unknown) return {};
  const auto text = beast::http::obsolete_reason(known);
  return {text.data(), text.size()};
}

struct RequestParser::Impl {
  beast::http::request_parser<PlainBody> parser;
};

RequestParser::RequestParser(std::uint64_t max_body) : impl_(std::make_unique<Impl>()) {
  impl_->parser.header_limit(1024 * 1024);  // check_head() keeps the real one
  impl_->parser.body_limit(max_body);
}
RequestParser::~RequestParser() = default;

Result<Headers> RequestParser::head(std::string_view block) {
  beast::error_code ec;
  const std::size_t used = impl_->parser.put(asio::const_buffer(block.data(), block.size()), ec);
  if (ec || used != block.size() || !impl_->parser.is_header_done())
    return Error(ErrorKind::invalid, "request_malformed", ec.message());
  return headers_of(impl_->parser.get());
}

void RequestParser::set_max_body(std::uint64_t bytes) {
  impl_->parser.body_limit(bytes);
}

bool RequestParser::done() const {
  return impl_->parser.is_done();
}

Result<Progress> RequestParser::body(std::string_view bytes, std::string& out) {
  beast::error_code ec;
  const Progress progress = pump(impl_->parser, bytes, ec);
  std::string& got = impl_->parser.get().body();
  if (out.empty()) {
    out.swap(got);
  } else {
    out += got;
  }
  got.clear();
  if (ec == beast::http::error::body_limit) return Error(ErrorKind::too_large, "body_too_large");
  if (ec) return Error(ErrorKind::invalid, "request_malformed", ec.message());
  return progress;
}

struct ResponseParser::Impl {
  using Parser = beast::http::response_parser<PlainBody>;
  std::size_t max_head;
  std::uint64_t max_body;
  bool to_head;
  int interim = 0;
  std::optional<Parser> parser;

  Impl(std::size_t head, std::uint64_t body, bool h) : max_head(head), max_body(body), to_head(h) {
    renew();
  }
  void renew() {
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(max_head));
    parser->body_limit(max_body);
    if (to_head) parser->skip(true);
  }
};

ResponseParser::ResponseParser(std::size_t max_head, std::uint64_t max_body, bool to_head)
    : impl_(std::make_unique<Impl>(max_head, max_body, to_head)) {}
ResponseParser::~ResponseParser() = default;

Result<Progress> ResponseParser::put(std::string_view bytes) {
  constexpr int kMostInterim = 8;
  std::size_t before = 0;
  for (;;) {
    beast::error_code ec;
    Progress progress = pump(*impl_->parser, bytes.substr(before), ec);
    progress.consumed += before;
    if (ec == beast::http::error::body_limit)
      return Error(ErrorKind::indeterminate, "response_too_large");
    if (ec) return Error(ErrorKind::indeterminate, "response_malformed", ec.message());
    if (!progress.done || impl_->parser->get().result_int() / 100 != 1) return progress;
    // 101 would hand the connection to another protocol, which nobody asked for.
    if (impl_->parser->get().result_int() == 101 || ++impl_->interim > kMostInterim)
      return Error(ErrorKind::indeterminate, "response_malformed", "interim answers");
    impl_->renew();
    before = progress.consumed;
  }
}

bool ResponseParser::finish() {
  if (!impl_->parser->is_header_done() || impl_->parser->is_done()) return false;
  beast::error_code ec;
  impl_->parser->put_eof(ec);
  return !ec && impl_->parser->is_done();
}

HttpResponse ResponseParser::take() {
  auto message = impl_->parser->release();
  HttpResponse out;
  out.status = static_cast<int>(message.result_int());
  out.headers = headers_of(message);
  out.body = std::move(message.body());
  return out;
}

bool ResponseParser::keep_alive() const {
  const auto& message = impl_->parser->get();
  // Two statements of length are two readings of where the answer ends.
  const bool two_lengths = message.count("Content-Length") + message.count("Transfer-Encoding") > 1;
  return impl_->parser->is_done() && impl_->parser->keep_alive() && !two_lengths;
}

}  // namespace gerbang::http
