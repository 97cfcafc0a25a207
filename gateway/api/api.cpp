#include "gateway/api/api.hpp"

#include <algorithm>

#include "core/base/log.hpp"
#include "gateway/api/common.hpp"
#include "gateway/api/openapi.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxIdempotencyKey = 255;

// 1 to 255 visible ASCII characters, once.
Result<std::optional<std::string>> idempotency_key_of(const Headers& headers) {
  const auto key = headers.find("Idempotency-Key");
  if (!key) return std::optional<std::string>();
  const bool visible =
      std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c < 127; });
  if (key->empty() || key->size() > kMaxIdempotencyKey || !visible ||
      headers.count("Idempotency-Key") > 1) {
    return Error(ErrorKind::invalid, "idempotency_key_invalid",
                 "one Idempotency-Key of 1 to 255 visible ASCII characters");
  }
  return std::optional<std::string>(*key);
}

// A parameter that the route does not have is an error: a typing error in a filter would answer
// with everything.
Result<QueryItems> query_of(const http::ServerRequest& request, const Operation& operation) {
  auto items = parse_query(request.query);
  if (operation.free_query) return items.value_or(QueryItems());
  if (!items) return Error(ErrorKind::invalid, "query_invalid", "a broken escape");
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string& name = (*items)[i].first;
    const bool known = std::any_of(operation.query.begin(), operation.query.end(),
                                   [&](const QueryParameter& p) { return p.name == name; });
    const bool again = std::any_of(items->begin(), items->begin() + static_cast<std::ptrdiff_t>(i),
                                   [&](const auto& other) { return other.first == name; });
    if (!known || again) {
      Error error(ErrorKind::invalid, known ? "query_invalid" : "query_unknown",
                  known ? "given twice" : "there is no such parameter here");
      error.field = name.substr(0, 60);
      return error;
    }
  }
  return std::move(*items);
}

// Routes without a body take none, so that nobody believes a field was understood.
Result<void> no_body(const Call& call) {
  const Operation& operation = call.route->operation;
  if (!operation.request.type.empty() || operation.free_body || call.request.body.empty())
    return Result<void>();
  GERBANG_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields(body, "", errors).finish();
  if (auto refused = refusal(std::move(errors))) return std::move(*refused);
  return Result<void>();
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  if (!path.starts_with('/')) return out;
  for (const std::string_view segment : split_path(path)) out.emplace_back(segment);
  return out;
}

}  // namespace

Api::Api(const Dependencies& dependencies, ApiOptions options)
    : router_(all_routes()), services_(dependencies, std::move(options)) {
  services_.openapi_text = json::dump(openapi_document(router_.routes()));
  services_.docs_page = docs_page(router_.routes());
}

awaitable<Reply> Api::serve(Call& call) {
  const Route& route = *call.route;
  const auto credential = call.request.headers.find("Authorization");
  if (route.scope == Scope::admin) GERBANG_CO_CHECK(services_.authenticator.admin(credential));
  if (route.scope == Scope::read || route.scope == Scope::write) {
    auto who = co_await services_.authenticator.principal(credential);
    if (!who) co_return std::move(who).error();
    call.who = std::move(*who);
    if (!call.who.may(route.scope == Scope::write ? "write" : "read"))
      co_return Error(ErrorKind::forbidden, "scope_missing", "the key does not reach that far");
  }
  GERBANG_CO_TRY(query, query_of(call.request, route.operation));
  call.query = std::move(query);
  if (route.writes()) {
    GERBANG_CO_TRY(key, idempotency_key_of(call.request.headers));
    call.idempotency_key = std::move(key);
  }
  GERBANG_CO_CHECK(no_body(call));
  co_return co_await route.handle(services_, call);
}

awaitable<http::ServerReply> Api::handle(http::ServerRequest request) {
  Call call;
  call.request = std::move(request);
  call.language = messages::language_from(
      call.request.headers.find("Accept-Language").value_or(std::string_view()));
  Router::Match match = router_.match(call.request.method, call.request.segments);
  const std::string label(match.path.empty() ? std::string_view("none") : match.path);

  std::optional<Error> error;
  if (match.route) {
    call.route = match.route;
    call.parameters = std::move(match.parameters);
    try {
      auto reply = co_await serve(call);
      if (reply) {
        reply->route = label;
        co_return std::move(*reply);
      }
      error = std::move(reply).error();
    } catch (const std::exception& e) {
      error.emplace(ErrorKind::bug, "internal_error", e.what());
    }
  } else if (!match.path.empty()) {
    HttpResponse refused =
        problem_response(405, "method_not_offered", "this path takes " + match.allow, call.language,
                         call.request.request_id);
    refused.headers.set("Allow", match.allow);
    co_return http::ServerReply(std::move(refused), label);
  } else {
    error.emplace(ErrorKind::not_found, "route_unknown", "there is nothing at this path");
  }
  if (error->kind == ErrorKind::bug) {
    log::error("request.failed", {{"request_id", call.request.request_id},
                                  {"endpoint", label},
                                  {"error", error->describe()}});
  }
  co_return http::ServerReply(problem_response(*error, call.language, call.request.request_id),
                              label);
}

http::BodyPolicy Api::body_policy(Method method, std::string_view path) const {
  const Router::Match match = router_.match(method, segments_of(path));
  return match.route ? match.route->body : http::BodyPolicy();
}

HttpResponse Api::refuse(const http::Refusal& refusal) const {
  return problem_response(refusal.status, refusal.code, refusal.detail,
                          messages::language_from(refusal.accept_language), refusal.request_id);
}

}  // namespace gerbang::api
