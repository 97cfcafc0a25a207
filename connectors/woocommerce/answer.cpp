#include "connectors/woocommerce/answer.hpp"

#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/sign.hpp"
#include "connectors/woocommerce/units.hpp"

namespace gerbang::woocommerce {

namespace {

constexpr std::size_t kMessageKept = 500;

// A cut that leaves whole characters.
std::string cut(std::string_view text) {
  if (text.size() <= kMessageKept) return std::string(text);
  std::size_t end = kMessageKept;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

bool is_html(const HttpResponse& response) {
  const std::string_view type = response.headers.find("Content-Type").value_or("");
  const auto start = response.body.find_first_not_of(" \t\r\n");
  return type.starts_with("text/html") ||
         (start != std::string::npos && response.body[start] == '<');
}

// Nothing that WooCommerce itself says: told by the status alone.
Error by_status(const HttpResponse& response, Effect effect, TimePoint now) {
  const int status = response.status;
  const std::string what = "status " + std::to_string(status);
  if (status == 429) {
    return Error(ErrorKind::throttled, "channel_throttled", what)
        .after(retry_after(response, now).value_or(kThrottledWait));
  }
  if (status >= 500) {
    Error out(effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
              "channel_unavailable", what);
    out.retry_after = retry_after(response, now);
    return out;
  }
  // Never followed: the keys would travel along.
  if (status == 301 || status == 308)
    return Error(ErrorKind::forbidden, "shop_address_moved", what);
  if (status >= 300 && status < 400) return Error(ErrorKind::transient, "shop_page_instead", what);
  if (status == 401) return Error(ErrorKind::auth_expired, "shop_keys_not_seen", what);
  if (status == 403) return Error(ErrorKind::transient, "shop_firewall", what);
  if (status == 404) return Error(ErrorKind::transient, "shop_api_missing", what);
  if (status == 413) return Error(ErrorKind::rejected, "shop_batch_too_large", what);
  if (status >= 400) return unreadable(effect, what);
  if (is_html(response)) {
    return Error(effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
                 "shop_page_instead", what);
  }
  return unreadable(effect, what);
}

}  // namespace

Error unreadable(Effect effect, std::string detail) {
  return Error(effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
               "channel_answer_unreadable", std::move(detail));
}

Error refusal_of(const json::Value& refusal) {
  RemoteError remote;
  remote.code = cut(refusal["code"].to_text());
  remote.message = cut(refusal["message"].text());
  const Meaning* meaning = meaning_of(remote.code);
  Error out(meaning ? meaning->kind : ErrorKind::rejected,
            meaning ? meaning->ours : "channel_refused_request");
  if (meaning) out.field = meaning->field;
  // One code for everything about keys (facts 3); the message tells our clock, our hurry, and a key
  // that may only read.
  if (remote.code == "woocommerce_rest_authentication_error") {
    const auto says = [&](std::string_view word) {
      return remote.message.find(word) != std::string::npos;
    };
    if (says("timestamp") || says("nonce")) {
      out.kind = ErrorKind::transient;
      out.code = "clock_skewed";
    } else if (says("permission")) {
      out.kind = ErrorKind::forbidden;
      out.code = "shop_keys_read_only";
    }
  }
  for (const auto& [field, why] : refusal["data"]["params"].members()) {
    if (out.field.empty()) out.field = our_field(field);
    out.fields.push_back(FieldError{std::string(our_field(field)), out.code, cut(why.text())});
  }
  if (!meaning) {
    const auto status = refusal["data"]["status"].to_integral().value_or(400);
    if (status == 401 || status == 403) {
      out.kind = ErrorKind::auth_expired;
      out.code = "shop_keys_refused";
    } else if (status == 429) {
      out.kind = ErrorKind::throttled;
      out.code = "channel_throttled";
      out.retry_after = kThrottledWait;
    } else if (status >= 500) {
      out.kind = ErrorKind::transient;
      out.code = "channel_unavailable";
    }
  }
  out.remote = std::move(remote);
  return out;
}

Answer read_answer(const HttpResponse& response, Effect effect, TimePoint now) {
  Answer out;
  const auto body = json::parse(response.body, kAnswerLimits);
  const bool success = response.status >= 200 && response.status < 300;
  const bool structured = body && (body->is_object() || body->is_array());
  if (structured) out.body = *body;
  if (const auto pages = response.headers.find("X-WP-TotalPages"))
    out.pages = json::Value(*pages).to_integral();
  const bool refused = structured && !out.body["code"].to_text().empty() &&
                       (!success || out.body["data"].is_object());
  if (refused && response.status < 500 && response.status != 429 &&
      !(response.status >= 300 && response.status < 400)) {
    out.error = refusal_of(out.body);
    if (out.error->kind == ErrorKind::transient && effect == Effect::create && success)
      out.error->kind = ErrorKind::indeterminate;
  } else if (!success || !structured) {
    out.error = by_status(response, effect, now);
    if (refused) {
      RemoteError remote;
      remote.code = cut(out.body["code"].to_text());
      remote.message = cut(out.body["message"].text());
      out.error->remote = std::move(remote);
    }
  }
  return out;
}

Exchange<Answer> ask(CallContext ctx, HttpRequest request) {
  const Result<Keys> keys = keys_of(ctx.access_token);
  if (!keys) co_return keys.error();
  const Effect effect = request.effect;
  HttpResponse response = co_await std::move(request);
  co_return read_answer(response, effect, ctx.now);
}

Exchange<json::Value> ask_object(CallContext ctx, HttpRequest request) {
  const Effect effect = request.effect;
  Exchange<Answer> asking = ask(std::move(ctx), std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error) co_return *std::move(answer->error);
  if (!answer->body.is_object()) co_return unreadable(effect, "no object");
  co_return std::move(answer->body);
}

bool concerns_the_call(const Error& error) {
  switch (error.kind) {
    case ErrorKind::transient:
    case ErrorKind::indeterminate:
    case ErrorKind::throttled:
    case ErrorKind::auth_expired:
    case ErrorKind::unauthenticated:
    case ErrorKind::forbidden:
    case ErrorKind::cancelled:
    case ErrorKind::bug:
      return true;
    default:
      return false;
  }
}

}  // namespace gerbang::woocommerce
