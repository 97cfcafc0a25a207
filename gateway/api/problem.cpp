#include "gateway/api/problem.hpp"

#include <algorithm>
#include <array>

namespace gerbang::api {

namespace {

constexpr std::array<std::string_view, 10> kBadRequests = {
    "body_missing",      "cursor_invalid",          "idempotency_key_invalid",
    "if_match_invalid",  "idempotency_key_missing", "json_invalid",
    "query_invalid",     "query_unknown",           "request_malformed",
    "webhook_malformed",
};

bool tells_inside(ErrorKind kind) {
  return kind == ErrorKind::bug || kind == ErrorKind::transient ||
         kind == ErrorKind::indeterminate || kind == ErrorKind::cancelled;
}

// A broken assumption has no code that a client could act on.
std::string_view public_code(const Error& error) {
  return error.kind == ErrorKind::bug ? std::string_view("internal_error") : error.code;
}

std::string type_of(std::string_view code) {
  std::string name(code);
  std::replace(name.begin(), name.end(), '_', '-');
  return "https://gerbang.example/problems/" + name;
}

json::Object document(int status, std::string_view code, std::string_view detail,
                      messages::Language language, std::string_view request_id) {
  const messages::Message& words = messages::message(code, language);
  json::Object out;
  out.append("type", type_of(code));
  out.append("code", code);
  out.append("status", status);
  out.append("title", words.title);
  if (!detail.empty()) out.append("detail", detail);
  out.append("remedy", words.remedy);
  out.append("request_id", request_id);
  return out;
}

HttpResponse response(int status, json::Object body, messages::Language language) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", kProblemType);
  out.headers.set("Content-Language", messages::to_string(language));
  out.headers.set("Cache-Control", "no-store");
  out.headers.set("Vary", "Accept-Language");
  if (status == 401) out.headers.set("WWW-Authenticate", "Bearer");
  out.body = json::dump(json::Value(std::move(body)));
  return out;
}

}  // namespace

int status_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::invalid:
      return std::find(kBadRequests.begin(), kBadRequests.end(), error.code) != kBadRequests.end()
                 ? 400
                 : 422;
    case ErrorKind::unauthenticated:
      return 401;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::precondition_failed:
      return 412;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::unsupported:
      return error.code == "media_type_unsupported" ? 415 : 422;
    case ErrorKind::rejected:
      return 422;
    case ErrorKind::blocked:
      return 409;
    case ErrorKind::throttled:
      return 429;
    case ErrorKind::transient:
    case ErrorKind::auth_expired:
    case ErrorKind::indeterminate:
    case ErrorKind::cancelled:
      return 503;
    case ErrorKind::bug:
      return 500;
  }
  return 500;
}

json::Value problem_body(const Error& error, messages::Language language,
                         std::string_view request_id) {
  const std::string_view detail = tells_inside(error.kind) ? std::string_view() : error.detail;
  json::Object out = document(status_of(error), public_code(error), detail, language, request_id);
  if (!error.field.empty()) out.append("field", error.field);
  if (!error.fields.empty()) {
    json::Array fields;
    for (const FieldError& f : error.fields) {
      json::Object one;
      one.append("field", f.field);
      one.append("code", f.code);
      one.append("title", messages::message(f.code, language).title);
      one.append("detail", f.detail);
      fields.push_back(std::move(one));
    }
    out.append("errors", std::move(fields));
  }
  if (error.remote) {
    out.append("remote_code", error.remote->code);
    out.append("remote_message", error.remote->message);
  }
  return out;
}

HttpResponse problem_response(const Error& error, messages::Language language,
                              std::string_view request_id) {
  const int status = status_of(error);
  json::Value body = problem_body(error, language, request_id);
  HttpResponse out = response(status, std::move(*body.as_object()), language);
  if (error.retry_after || status == 429 || status == 503) {
    const Duration wait = error.retry_after.value_or(Duration(std::chrono::seconds(2)));
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    out.headers.set("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
  }
  return out;
}

HttpResponse problem_response(int status, std::string_view code, std::string_view detail,
                              messages::Language language, std::string_view request_id) {
  HttpResponse out =
      response(status, document(status, code, detail, language, request_id), language);
  if (status == 429 || status == 503) out.headers.set("Retry-After", "2");
  return out;
}

}  // namespace gerbang::api
