#include "gateway/cli/remote.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/time.hpp"
#include "core/base/url.hpp"
#include "gateway/http/client.hpp"

namespace gerbang::cli {

namespace {
constexpr std::size_t kLargestAnswer = 64 * 1024 * 1024;

http::TransportOptions transport_options(const RemoteOptions& options) {
  http::TransportOptions out;
  out.ca_file = options.ca_file;
  out.total = std::chrono::seconds(120);
  return out;
}

// What a person should read of a problem document.
Error problem_of(const HttpResponse& response) {
  const auto body = json::parse(response.body);
  const std::string code = body ? std::string((*body)["code"].text()) : "";
  std::string text = body ? std::string((*body)["title"].text()) : "";
  if (body && !(*body)["detail"].text().empty())
    text += ": " + std::string((*body)["detail"].text());
  if (body && !(*body)["remedy"].text().empty())
    text += "\n" + std::string((*body)["remedy"].text());
  if (text.empty()) text = "HTTP " + std::to_string(response.status);
  ErrorKind kind = ErrorKind::invalid;
  if (response.status == 401) kind = ErrorKind::unauthenticated;
  if (response.status == 403) kind = ErrorKind::forbidden;
  if (response.status == 404) kind = ErrorKind::not_found;
  if (response.status == 409) kind = ErrorKind::conflict;
  if (response.status == 429 || response.status == 503) kind = ErrorKind::transient;
  Error error(kind, code.empty() ? "http_" + std::to_string(response.status) : code, text);
  if (body) error.field = std::string((*body)["field"].text());
  return error;
}
boost::asio::awaitable<void> send_into(http::HttpTransport& transport, HttpRequest request,
                                       std::optional<Result<HttpResponse>>& answer) {
  auto sending =
      transport.send(std::move(request), SystemClock().now() + std::chrono::seconds(110));
  Result<HttpResponse> response = co_await std::move(sending);
  answer.emplace(std::move(response));
}
}  // namespace

struct Remote::Impl {
  explicit Impl(RemoteOptions o)
      : options(std::move(o)), transport(context, transport_options(options)) {}
  RemoteOptions options;
  boost::asio::io_context context{1};
  http::HttpTransport transport;
};

Remote::Remote(RemoteOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Remote::~Remote() {
  impl_->transport.close();
  impl_->context.run();
}

Result<HttpResponse> Remote::send(HttpRequest request) {
  request.headers.set("Accept-Language", impl_->options.language);
  if (!impl_->options.key.empty())
    request.headers.set("Authorization", "Bearer " + impl_->options.key.reveal());
  request.max_response = kLargestAnswer;
  std::optional<Result<HttpResponse>> answer;
  boost::asio::co_spawn(impl_->context, send_into(impl_->transport, std::move(request), answer),
                        boost::asio::detached);
  while (!answer) {
    impl_->context.restart();
    impl_->context.run_one();
  }
  return std::move(*answer);
}

Result<json::Value> Remote::call(Method method, const std::string& path, const json::Value& body,
                                 const std::string& idempotency_key) {
  HttpRequest request;
  request.method = method;
  request.url = impl_->options.url + path;
  request.operation = "cli";
  request.effect = method == Method::get ? Effect::read : Effect::create;
  request.headers.set("Accept", "application/json");
  if (!body.is_null()) {
    request.headers.set("Content-Type", "application/json");
    request.body = json::dump(body);
  }
  if (!idempotency_key.empty()) request.headers.set("Idempotency-Key", idempotency_key);
  GERBANG_TRY(response, send(std::move(request)));
  if (response.status >= 300) return problem_of(response);
  if (response.body.empty()) return json::Value();
  json::Limits limits;
  limits.bytes = kLargestAnswer;
  limits.values = 5'000'000;
  return json::parse(response.body, limits);
}

Result<json::Value> Remote::all_pages(const std::string& path) {
  json::Array data;
  std::string cursor;
  do {
    const std::string joint = path.find('?') == std::string::npos ? "?" : "&";
    GERBANG_TRY(page,
                call(Method::get,
                     path + (cursor.empty() ? "" : joint + "cursor=" + percent_encode(cursor))));
    for (const json::Value& v : page["data"].items()) data.push_back(v);
    cursor = page["next"].to_text();
  } while (!cursor.empty());
  return json::object({{"data", std::move(data)}});
}

Result<HttpResponse> Remote::document(const std::string& path) {
  HttpRequest request;
  request.url = impl_->options.url + path;
  request.operation = "cli";
  GERBANG_TRY(response, send(std::move(request)));
  if (response.status < 300) return response;
  Error error = problem_of(response);
  error.retry_after = retry_after(response, SystemClock().now());
  return error;
}

Result<std::string> Remote::text(Method method, const std::string& path) {
  HttpRequest request;
  request.method = method;
  request.url = impl_->options.url + path;
  request.operation = "cli";
  GERBANG_TRY(response, send(std::move(request)));
  if (response.status >= 300) return problem_of(response);
  return std::move(response.body);
}

}  // namespace gerbang::cli
