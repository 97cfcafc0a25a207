#include "connectors/shopee/envelope.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/units.hpp"
#include "core/base/log.hpp"
#include "core/connector/redact.hpp"

namespace gerbang::shopee {

namespace {

// Until the daily quota of the app comes back: 00:00 UTC+8 (facts 1.6).
Duration until_quota_resets(TimePoint now) {
  const TimePoint local = now + std::chrono::hours(8);
  return std::chrono::ceil<std::chrono::days>(local + Duration(1)) - local;
}

bool is_auth_call(const Asked& asked) {
  return asked.operation.starts_with("auth.");
}

// In these the name error_limit is a business limit, not the quota (facts 1.6, 4.4).
bool limit_is_business(const Asked& asked) {
  return asked.operation == "order.cancel_order" || asked.operation.starts_with("logistics.");
}

CodeMeaning reading_of(const Asked& asked, std::string_view code, std::string_view message) {
  // On the calls that make tokens no refresh can help.
  const auto fixed = [&](CodeMeaning m) {
    if (is_auth_call(asked) && m.kind == ErrorKind::auth_expired)
      return CodeMeaning{"", ErrorKind::unauthenticated, "refresh_refused"};
    return m;
  };
  if (code == "error_limit" && limit_is_business(asked))
    return {"", ErrorKind::rejected, "order_action_refused"};

  // Listed for orders; on an item call it can only mean the item.
  if (code == "error_not_found" && asked.operation.starts_with("product."))
    return {"", ErrorKind::not_found, "listing_gone"};
  if (is_auth_call(asked)) {
    if (code == "shop_no_linked") return {"", ErrorKind::unauthenticated, "refresh_refused"};
    if (code == "error_auth") {
      if (message.find("permission") != std::string_view::npos)
        return {"", ErrorKind::forbidden, "app_not_permitted"};
      return {
          "", ErrorKind::unauthenticated,
          asked.operation == "auth.token.get" ? "authorisation_code_refused" : "refresh_refused"};
    }
  }

  // These names say little, their texts say more.
  const bool vague = code == "error_param" || code == "error.param" || code == "error_auth" ||
                     code == "error_busi" || code == "error_busi_update_stock_failed";
  if (vague) {
    if (const auto by_text = meaning_of_text(message)) return fixed(*by_text);
  }
  if (const CodeMeaning* m = meaning_of(code)) return fixed(*m);
  if (code.find("promotion") != std::string_view::npos)
    return {"", ErrorKind::blocked, "promotion_locked", "", kPromotionWait};
  return {"", ErrorKind::rejected, "channel_refused_request"};
}

Error make(const CallContext& ctx, const Asked& asked, const CodeMeaning& m,
           const Envelope& envelope, std::string_view said) {
  ErrorKind kind = m.kind;
  if (m.unclear && asked.effect == Effect::create) kind = ErrorKind::indeterminate;
  Error error(kind, m.ours, asked.operation + ": " + std::string(said));
  error.field = m.field;
  if (m.wait.count() > 0) error.retry_after = m.wait;
  if (m.ours == "channel_quota_used") error.retry_after = until_quota_resets(ctx.now);
  error.remote = RemoteError{envelope.sent_code, envelope.message, envelope.request_id};
  return error;
}

Error by_status(const CallContext& ctx, const Asked& asked, const HttpResponse& response,
                const Envelope& envelope) {
  const int status = response.status;
  const std::string said = "HTTP " + std::to_string(status) + " without a readable answer";
  if (status == 401)
    return make(ctx, asked,
                is_auth_call(asked) ? CodeMeaning{"", ErrorKind::unauthenticated, "refresh_refused"}
                                    : CodeMeaning{"", ErrorKind::auth_expired, "token_expired"},
                envelope, said);
  // An edge that refuses an address answers HTML or nothing (facts 1.5); nothing has happened.
  if (status == 403 || (status >= 300 && status < 400) || status < 200)
    return make(ctx, asked, {"", ErrorKind::transient, "channel_edge_refused"}, envelope, said);
  if (status == 408 || status >= 500)
    return make(ctx, asked,
                {"", ErrorKind::transient, "channel_unavailable", "", Duration(0), true}, envelope,
                said);
  if (status >= 400)
    return make(ctx, asked, {"", ErrorKind::rejected, "channel_refused_request"}, envelope, said);
  return make(ctx, asked,
              {"", ErrorKind::transient, "channel_answer_unreadable", "", Duration(0), true},
              envelope, said);
}

// "error" is the mark; pure commands and odd answers may only carry the others.
bool is_envelope(const json::Value& body) {
  return body.is_object() && (body.members().find("error") || body.members().find("request_id") ||
                              body.members().find("response"));
}

}  // namespace

std::string redacted(const CallContext& ctx, std::string_view sent) {
  return redacted_text(ctx, sent);
}

Answer read_answer(const CallContext& ctx, const Asked& asked, const HttpResponse& response) {
  Answer answer;
  Envelope& e = answer.envelope;
  bool readable = false;
  if (auto body = json::parse(response.body, kReplyLimits); body && is_envelope(*body)) {
    readable = true;
    e.body = std::move(*body);
    e.sent_code = redacted(ctx, e.body["error"].to_text());
    e.code = bare_code(e.sent_code);
    std::string_view message = e.body["message"].text();
    if (message.empty()) message = e.body["mesage"].text();  // so printed on one page (facts 4.5)
    e.message = redacted(ctx, message);
    e.request_id = e.body["request_id"].to_text();
  }

  if (response.status == 429 || e.code == "error_rate_limit") {
    Error error =
        make(ctx, asked, {"", ErrorKind::throttled, "channel_throttled", "", kThrottledWait}, e,
             e.message.empty() ? "too many requests" : e.message);
    if (const auto wait = retry_after(response, ctx.now)) error.retry_after = *wait;
    answer.error = std::move(error);
    return answer;
  }
  if (!readable || (e.code.empty() && response.status >= 300)) {
    answer.error = by_status(ctx, asked, response, e);
    return answer;
  }
  if (!e.code.empty()) {
    const CodeMeaning* known = meaning_of(e.code);
    if (!known && response.status >= 500) {
      answer.error = by_status(ctx, asked, response, e);
    } else {
      answer.error =
          make(ctx, asked, reading_of(asked, e.code, e.message), e, e.sent_code + " " + e.message);
    }
    return answer;
  }

  // Partial trouble is told here while `error` stays empty (facts 1.4). A string or a list.
  const json::Value& warning = e.body["warning"];
  const bool warned = warning.is_string()
                          ? !bare_code(warning.text()).empty() && warning.text() != "-"
                          : !warning.items().empty();
  if (warned) {
    log::warning("channel.warning",
                 {{"channel", "shopee"},
                  {"shop", ctx.shop},
                  {"operation", asked.operation},
                  {"remote_request_id", e.request_id},
                  {"detail", redacted(ctx, warning.is_string() ? std::string(warning.text())
                                                               : json::dump(warning))}});
  }
  return answer;
}

Error element_error(const CallContext& ctx, const Asked& asked, const Envelope& envelope,
                    std::string_view code, std::string_view reason, std::string_view otherwise) {
  Envelope said = envelope;
  said.body = {};
  said.message = redacted(ctx, reason);
  if (!code.empty()) said.sent_code = redacted(ctx, code);
  // The reason may itself be a code's name.
  std::string bare = bare_code(code);
  if (bare.empty() && meaning_of(bare_code(reason))) bare = bare_code(reason);
  if (!bare.empty())
    return make(ctx, asked, reading_of(asked, bare, said.message), said, said.message);
  const CodeMeaning unknown{"", ErrorKind::rejected, otherwise};
  return make(ctx, asked, meaning_of_text(said.message).value_or(unknown), said, said.message);
}

Exchange<Answer> ask(CallContext ctx, HttpRequest request) {
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  HttpResponse response = co_await std::move(request);
  co_return read_answer(ctx, asked, response);
}

Exchange<json::Value> ask_ok(CallContext ctx, HttpRequest request) {
  Exchange<Answer> asking = ask(std::move(ctx), std::move(request));
  Result<Answer> got = co_await std::move(asking);
  if (!got) co_return std::move(got).error();
  if (!got->ok()) co_return std::move(*got->error);
  co_return std::move(got->envelope.body);
}

Exchange<json::Value> ask_for(CallContext ctx, HttpRequest request) {
  const bool created = request.effect == Effect::create;
  Exchange<json::Value> asking = ask_ok(std::move(ctx), std::move(request));
  Result<json::Value> got = co_await std::move(asking);
  if (got && !(*got)["response"].is_object())
    co_return Error(created ? ErrorKind::indeterminate : ErrorKind::transient,
                    "channel_answer_unreadable", "a success without a response");
  co_return got;
}

bool concerns_the_call(const Error& error) {
  switch (error.kind) {
    case ErrorKind::rejected:
    case ErrorKind::blocked:
    case ErrorKind::not_found:
    case ErrorKind::conflict:
    case ErrorKind::unsupported:
    case ErrorKind::invalid:
      return false;
    default:
      return true;
  }
}

}  // namespace gerbang::shopee
