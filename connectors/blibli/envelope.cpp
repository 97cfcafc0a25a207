#include "connectors/blibli/envelope.hpp"

#include <algorithm>

#include "connectors/blibli/access.hpp"
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/units.hpp"
#include "core/base/crypto.hpp"
#include "core/base/log.hpp"

namespace gerbang::blibli {

namespace {

constexpr std::size_t kMessageBytes = 500;

void blot_out(std::string& text, std::string_view what) {
  if (what.size() < 6) return;  // too short to be a secret, and would blot out words
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 3))
    text.replace(at, what.size(), "***");
}

// Seller keys and hashes: any run of 32 and more hex digits.
void blot_out_hex(std::string& text) {
  const auto hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  for (std::size_t i = 0; i < text.size();) {
    std::size_t n = 0;
    while (i + n < text.size() && hex(text[i + n])) ++n;
    if (n >= 32) {
      text.replace(i, n, "***");
      i += 3;
    } else {
      i += n + 1;
    }
  }
}

Error make(const Asked& asked, Meaning meaning, RemoteError remote, std::string_view said) {
  ErrorKind kind = meaning.kind;
  if (kind == ErrorKind::transient && asked.effect == Effect::create)
    kind = ErrorKind::indeterminate;
  Error error(kind, meaning.ours, asked.operation + ": " + std::string(said));
  error.field = meaning.field;
  if (kind == ErrorKind::blocked)
    error.retry_after = meaning.ours == "promotion_locked" ? kPromotionWait : kReviewWait;
  if (!remote.code.empty() || !remote.message.empty()) error.remote = std::move(remote);
  return error;
}

// No envelope: an edge, a proxy, half an answer.
Error by_status(const CallContext& ctx, const Asked& asked, const HttpResponse& response) {
  const int status = response.status;
  const std::string said = "HTTP " + std::to_string(status) + " without a readable answer";
  if (status == 429) {
    Error error = make(asked, {ErrorKind::throttled, "channel_throttled"}, {}, said);
    error.retry_after = retry_after(response, ctx.now).value_or(kThrottledWait);
    return error;
  }
  if (status == 401) return make(asked, meaning_of(401, "", asked.operation), {}, said);
  // An edge that refuses answers HTML or nothing; nothing has happened.
  if (status == 403 || status < 200 || (status >= 300 && status < 400)) {
    Error error(ErrorKind::transient, "channel_unavailable", asked.operation + ": " + said);
    return error;
  }
  if (status == 408 || status >= 500)
    return make(asked, {ErrorKind::transient, "channel_unavailable"}, {}, said);
  if (status >= 400) return make(asked, {ErrorKind::rejected, "channel_refused_request"}, {}, said);
  return make(asked, {ErrorKind::transient, "channel_answer_unreadable"}, {}, said);
}

bool is_envelope(const json::Value& body) {
  if (!body.is_object()) return false;
  for (const char* name : {"requestId", "success", "content", "value", "errorCode"}) {
    if (body.members().find(name)) return true;
  }
  return false;
}

bool succeeded(const Asked& asked, const json::Value& body) {
  switch (asked.success) {
    case Success::value:
      return body["success"].as_bool() == true;
    case Success::content:
      return body["content"].is_array() || body["content"].is_object();
    case Success::nothing:
      return body["success"].as_bool().value_or(true);
    case Success::queued:
      return body["success"].as_bool().value_or(true) && !queue_of(body).empty();
  }
  return false;
}

}  // namespace

std::string redacted(const CallContext& ctx, std::string_view sent) {
  std::string text(sent.substr(0, 4 * kMessageBytes));
  const Access access = access_of(ctx);
  for (const Secret* s : {&access.seller_key, &access.signature_key, &ctx.app.secret,
                          &ctx.app.push_secret, &ctx.app.push_secret_before})
    blot_out(text, s->reveal());
  blot_out(text, to_base64(ctx.app.app_id + ":" + ctx.app.secret.reveal()));
  blot_out(text, access.username);
  blot_out_hex(text);
  if (text.size() > kMessageBytes) {
    std::size_t at = kMessageBytes;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    text.resize(at);
  }
  return text;
}

std::string queue_of(const json::Value& answer) {
  std::string id = answer["value"]["queueFeedId"].to_text();
  return id.empty() ? answer["requestId"].to_text() : id;
}

Result<json::Value> read_answer(const CallContext& ctx, const Asked& asked,
                                const HttpResponse& response) {
  if (response.status == 204 && asked.success == Success::nothing)
    return json::Value(json::Object());
  auto body = json::parse(response.body, kReplyLimits);
  if (!body || !is_envelope(*body)) return by_status(ctx, asked, response);

  RemoteError remote;
  remote.code = redacted(ctx, (*body)["errorCode"].to_text());
  remote.message = redacted(ctx, (*body)["errorMessage"].to_text());
  remote.request_id = (*body)["requestId"].to_text();
  const bool refused =
      response.status >= 400 || !remote.code.empty() || (*body)["success"].as_bool() == false;
  if (refused) {
    int status = response.status;
    if (status < 400) status = status_in(remote.code).value_or(400);
    Meaning meaning = meaning_of(status, remote.code, asked.operation);
    // The codes say little of a value that is refused, their texts say more.
    if (meaning.kind == ErrorKind::rejected && meaning.ours != "order_state_refused") {
      if (const auto by_text = meaning_of_text(remote.message)) meaning = *by_text;
    }
    const std::string said = remote.code + " " + remote.message;
    Error error = make(asked, meaning, std::move(remote), said);
    if (error.kind == ErrorKind::throttled)
      error.retry_after = retry_after(response, ctx.now).value_or(kThrottledWait);
    return error;
  }
  if (response.status >= 300 || !succeeded(asked, *body)) {
    return make(asked, {ErrorKind::transient, "channel_answer_unreadable"}, std::move(remote),
                "a success that is none");
  }
  // A success with a warning for some SKUs (facts 4).
  if (!remote.message.empty()) {
    log::warning("channel.warning", {{"channel", "blibli"},
                                     {"shop", ctx.shop},
                                     {"operation", asked.operation},
                                     {"remote_request_id", remote.request_id},
                                     {"detail", remote.message}});
  }
  return *std::move(body);
}

Error element_error(const CallContext& ctx, std::string_view operation, std::string_view text,
                    std::string_view otherwise) {
  Asked asked;
  asked.operation = operation;
  asked.effect = Effect::set;
  RemoteError remote;
  remote.message = redacted(ctx, text);
  remote.code = status_in(text.substr(0, 12)) ? std::string(text.substr(0, 12)) : std::string();
  const Meaning unknown{ErrorKind::rejected, otherwise};
  const std::string said = remote.message;
  return make(asked, meaning_of_text(text).value_or(unknown), std::move(remote), said);
}

Exchange<json::Value> ask(CallContext ctx, HttpRequest request, Success success) {
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  asked.success = success;
  HttpResponse response = co_await std::move(request);
  co_return read_answer(ctx, asked, response);
}

Error of_one_item(Error error) {
  if (error.kind != ErrorKind::throttled) return error;
  error.kind = ErrorKind::blocked;
  error.code = "blibli_item_limit";
  if (error.retry_after == kThrottledWait) error.retry_after = kItemLimitWait;
  return error;
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

}  // namespace gerbang::blibli
