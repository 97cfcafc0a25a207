#include "gateway/http/refusals.hpp"

#include <array>

#include "core/base/json.hpp"
#include "gateway/http/server.hpp"

namespace gerbang::http {

namespace {

constexpr std::array<RefusalKind, 16> kKinds = {{
    {"internal_error", 500, "Something broke inside the gateway"},
    {"request_malformed", 400, "The request is not well-formed HTTP"},
    {"framing_ambiguous", 400, "The length of the request body is not stated clearly"},
    {"host_invalid", 400, "The Host field is missing or malformed"},
    {"target_invalid", 400, "The address asked for is malformed"},
    {"method_not_allowed", 405, "This method is not allowed here"},
    {"request_timeout", 408, "The request did not arrive in time"},
    {"body_timeout", 408, "The request body arrived too slowly"},
    {"body_too_large", 413, "The request body is too large"},
    {"content_encoding_unsupported", 415, "The request body is compressed"},
    {"expectation_failed", 417, "The expectation cannot be met"},
    {"head_too_large", 431, "The request head is too large"},
    {"method_unknown", 501, "This method does not exist"},
    {"server_busy", 503, "The server has no room for this request now"},
    {"server_stopping", 503, "The server is stopping"},
    {"http_version_unsupported", 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here"},
}};

}  // namespace

std::span<const RefusalKind> refusal_kinds() {
  return kKinds;
}

const RefusalKind& refusal_kind(std::string_view code) {
  for (const RefusalKind& kind : kKinds) {
    if (kind.code == code) return kind;
  }
  return kKinds[0];
}

HttpResponse Handler::refuse(const Refusal& refusal) const {
  json::Object body;
  std::string slug = refusal.code;
  for (char& c : slug) {
    if (c == '_') c = '-';
  }
  body.append("type", "https://gerbang.example/problems/" + slug);
  body.append("code", refusal.code);
  body.append("status", refusal.status);
  body.append("title", refusal_kind(refusal.code).title);
  if (!refusal.detail.empty()) body.append("detail", refusal.detail);
  body.append("request_id", refusal.request_id);
  HttpResponse out;
  out.status = refusal.status;
  out.headers.set("Content-Type", "application/problem+json");
  out.body = json::dump(json::Value(std::move(body)));
  return out;
}

}  // namespace gerbang::http
