#include "gateway/api/common.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/crypto.hpp"

namespace gerbang::api {

namespace {

constexpr std::size_t kMaxCursor = 512;

// The media type without its parameters, in lower case.
std::string media_type(std::string_view header) {
  std::string type(header.substr(0, header.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

http::ServerReply text_reply(int status, std::string_view content_type, std::string body) {
  http::ServerReply reply;
  reply.response.status = status;
  reply.response.headers.set("Content-Type", content_type);
  reply.response.headers.set("Cache-Control", "no-store");
  reply.response.body = std::move(body);
  return reply;
}

http::ServerReply json_reply(int status, const json::Value& body) {
  return text_reply(status, "application/json", json::dump(body));
}

store::StoredReply stored_reply(int status, const json::Value& body) {
  store::StoredReply reply;
  reply.status = status;
  reply.headers.emplace_back("Content-Type", "application/json");
  reply.body = json::dump(body);
  return reply;
}

http::ServerReply to_reply(store::StoredReply stored) {
  http::ServerReply reply;
  reply.response.status = stored.status;
  for (const auto& [name, value] : stored.headers) reply.response.headers.set(name, value);
  reply.response.headers.set("Cache-Control", "no-store");
  if (stored.replayed) reply.response.headers.set("Idempotency-Replayed", "true");
  reply.response.body = std::move(stored.body);
  return reply;
}

std::string etag_of(std::int64_t revision) {
  return "\"" + std::to_string(revision) + "\"";
}

Result<json::Value> json_body(const Call& call, const BodyRule& rule) {
  const http::ServerRequest& request = call.request;
  if (request.body.empty()) {
    if (rule.empty_is_object) return json::Value(json::Object());
    return Error(ErrorKind::invalid, "body_missing", "a JSON body is expected");
  }
  if (const auto header = request.headers.find("Content-Type")) {
    const std::string type = media_type(*header);
    const bool merge = request.method == Method::patch && type == "application/merge-patch+json";
    if (type != "application/json" && !merge) {
      return Error(ErrorKind::unsupported, "media_type_unsupported",
                   "the body must be application/json");
    }
  }
  json::Limits limits;
  limits.values = rule.values;
  return json::parse(request.body, limits);
}

Error bad_query(std::string_view name, std::string_view why) {
  Error error(ErrorKind::invalid, "query_invalid", std::string(why));
  error.field = std::string(name);
  return error;
}

Result<std::int64_t> number_query(const Call& call, std::string_view name, std::int64_t otherwise,
                                  std::int64_t min, std::int64_t max) {
  const auto text = call.query_text(name);
  if (!text) return otherwise;
  const auto n = whole_number(*text);
  if (!n || *n < min || *n > max) {
    return bad_query(
        name, "a whole number between " + std::to_string(min) + " and " + std::to_string(max));
  }
  return *n;
}

Result<Paging> paging_of(const Call& call) {
  Paging out;
  GERBANG_TRY(limit, number_query(call, "limit", static_cast<std::int64_t>(out.limit), 1,
                                  static_cast<std::int64_t>(kMaxPage)));
  out.limit = static_cast<std::size_t>(limit);
  if (auto cursor = call.query_text("cursor")) {
    if (cursor->size() > kMaxCursor) return bad_query("cursor", "not a cursor of ours");
    out.cursor = std::move(*cursor);
  }
  return out;
}

std::vector<QueryParameter> with_paging(std::vector<QueryParameter> own) {
  own.push_back({"cursor", "`next` of the page before", R"({"type":"string","maxLength":512})"});
  own.push_back({"limit", "Entries of a page",
                 R"({"type":"integer","minimum":1,"maximum":200,"default":100})"});
  return own;
}

Result<std::optional<TimePoint>> time_query(const Call& call, std::string_view name) {
  const auto text = call.query_text(name);
  if (!text) return std::optional<TimePoint>();
  const auto time = from_rfc3339(*text);
  if (!time) return bad_query(name, "RFC 3339 with an offset, as 2026-11-24T01:00:00Z");
  return time;
}

Result<bool> flag_query(const Call& call, std::string_view name) {
  const auto text = call.query_text(name);
  if (!text) return false;
  if (*text != "true" && *text != "false") return bad_query(name, "true or false");
  return *text == "true";
}

Result<Precondition> precondition_of(const Call& call) {
  const Headers& headers = call.request.headers;
  const auto wanted = headers.find("If-Match");
  const auto unwanted = headers.find("If-None-Match");
  Precondition out;
  if (!wanted && !unwanted) return out;
  const Error bad(ErrorKind::invalid, "if_match_invalid",
                  "If-Match takes one ETag as we gave it, or *; If-None-Match takes *");
  if ((wanted && unwanted) || headers.count("If-Match") > 1) return bad;
  if (unwanted) {
    if (*unwanted != "*") return bad;
    out.is = Precondition::Is::absent;
    return out;
  }
  if (*wanted == "*") {
    out.is = Precondition::Is::exists;
    return out;
  }
  std::string_view tag = *wanted;
  if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') return bad;
  const auto revision = whole_number(tag.substr(1, tag.size() - 2));
  if (!revision || *revision < 1) return bad;
  out.is = Precondition::Is::revision;
  out.revision = *revision;
  return out;
}

std::string fingerprint_of(const http::ServerRequest& request) {
  std::string text(to_string(request.method));
  text += '\n';
  text += request.path;
  text += '\n';
  text += request.body;
  return to_hex(sha256(text));
}

json::Object item_problem(std::string_view key_name, const json::Value& key, const Error& error,
                          messages::Language language, std::string_view request_id) {
  json::Object out;
  out.append(std::string(key_name), key);
  out.append("status", status_of(error));
  out.append("problem", problem_body(error, language, request_id));
  return out;
}

}  // namespace gerbang::api
