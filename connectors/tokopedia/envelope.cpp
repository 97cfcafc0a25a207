#include "connectors/tokopedia/envelope.hpp"

#include <utility>

#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/units.hpp"
#include "core/base/log.hpp"
#include "core/connector/redact.hpp"

namespace gerbang::tokopedia {

namespace {

bool is_token_call(const Asked& asked) {
  return asked.operation.starts_with("token.");
}

CodeMeaning reading_of(const Asked& asked, std::int64_t code, std::string_view message,
                       std::string_view otherwise) {
  std::optional<CodeMeaning> out;
  const CodeMeaning* known = meaning_of(code);
  if (!known || is_vague(code)) out = meaning_of_text(message);
  if (!out && known) out = *known;
  if (!out) out = CodeMeaning{code, ErrorKind::rejected, otherwise};
  // On the calls that make tokens no refresh can help, and which code means "this refresh token is
  // used up" is not documented (facts 2.3): every plain refusal of a refresh is one.
  const bool plain = out->kind == ErrorKind::auth_expired || out->kind == ErrorKind::rejected ||
                     out->kind == ErrorKind::unauthenticated;
  if (asked.operation == "token.refresh" && plain)
    return {code, ErrorKind::unauthenticated, "refresh_refused"};
  if (asked.operation == "token.get" && plain)
    return {code, ErrorKind::unauthenticated, "authorisation_code_refused"};
  return *out;
}

Error make(const Asked& asked, const CodeMeaning& m, const Envelope& envelope,
           std::string_view said) {
  ErrorKind kind = m.kind;
  if (m.unclear && asked.effect == Effect::create) kind = ErrorKind::indeterminate;
  Error error(kind, m.ours, asked.operation + ": " + std::string(said));
  error.field = m.field;
  if (m.wait.count() > 0) error.retry_after = m.wait;
  error.remote = RemoteError{envelope.code >= 0 ? std::to_string(envelope.code) : std::string(),
                             envelope.message, envelope.request_id};
  return error;
}

Error by_status(const CallContext& ctx, const Asked& asked, const HttpResponse& response,
                const Envelope& envelope) {
  const int status = response.status;
  const std::string said = "HTTP " + std::to_string(status) + " without a readable answer";
  if (status == 401)
    return make(asked,
                is_token_call(asked) ? CodeMeaning{0, ErrorKind::unauthenticated, "refresh_refused"}
                                     : CodeMeaning{0, ErrorKind::auth_expired, "token_expired"},
                envelope, said);
  // An edge that refuses has done nothing.
  if (status == 403 || (status >= 300 && status < 400) || status < 200)
    return make(asked, {0, ErrorKind::transient, "channel_unavailable"}, envelope, said);
  if (status == 408 || status >= 500) {
    Error error =
        make(asked, {0, ErrorKind::transient, "channel_unavailable", "", Duration(0), true},
             envelope, said);
    if (const auto wait = retry_after(response, ctx.now)) error.retry_after = *wait;
    return error;
  }
  if (status >= 400)
    return make(asked, {0, ErrorKind::rejected, "channel_refused_request"}, envelope, said);
  return make(asked, {0, ErrorKind::transient, "channel_answer_unreadable", "", Duration(0), true},
              envelope, said);
}

}  // namespace

std::string redacted(const CallContext& ctx, std::string_view text) {
  return redacted_text(ctx, text);  // knows that token and cipher are one secret
}

Answer read_answer(const CallContext& ctx, const Asked& asked, const HttpResponse& response) {
  Answer answer;
  Envelope& e = answer.envelope;
  bool readable = false;
  if (auto body = json::parse(response.body, kReplyLimits); body && body->is_object()) {
    const auto code = (*body)["code"].to_integral();
    readable = code.has_value() && *code >= 0;
    e.body = std::move(*body);
    e.code = readable ? *code : -1;
    e.message = redacted(ctx, e.body["message"].text());
    e.request_id = e.body["request_id"].to_text();
  }

  if (response.status == 429 || e.code == 36009002) {
    Error error = make(asked, {0, ErrorKind::throttled, "channel_throttled", "", kThrottledWait}, e,
                       e.message.empty() ? "too many requests" : e.message);
    if (const auto wait = retry_after(response, ctx.now)) error.retry_after = *wait;
    answer.error = std::move(error);
    return answer;
  }
  // A code 0 under a failing status contradicts itself.
  if (!readable || (e.code == 0 && response.status >= 300)) {
    answer.error = by_status(ctx, asked, response, e);
    return answer;
  }
  if (e.code != 0) {
    if (!meaning_of(e.code) && response.status >= 500) {
      answer.error = by_status(ctx, asked, response, e);
    } else {
      answer.error = make(asked, reading_of(asked, e.code, e.message, "channel_refused_request"), e,
                          std::to_string(e.code) + " " + e.message);
    }
    return answer;
  }
  for (const json::Value& warning : answer.data()["warnings"].items()) {
    log::warning("channel.warning", {{"channel", "tokopedia"},
                                     {"shop", ctx.shop},
                                     {"operation", asked.operation},
                                     {"remote_request_id", e.request_id},
                                     {"detail", redacted(ctx, warning["message"].text())}});
  }
  return answer;
}

Error element_error(const CallContext& ctx, const Asked& asked, const Envelope& envelope,
                    const json::Value& entry, std::string_view otherwise) {
  const json::Value& extra = entry["detail"]["extra_errors"][0];
  const json::Value& told = extra["code"].to_integral() ? extra : entry;
  Envelope said;
  said.code = told["code"].to_integral().value_or(-1);
  said.message = redacted(ctx, told["message"].text());
  said.request_id = envelope.request_id;
  return make(asked, reading_of(asked, said.code, said.message, otherwise), said,
              std::to_string(said.code) + " " + said.message);
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
  co_return got->data();
}

Exchange<json::Value> ask_for(CallContext ctx, HttpRequest request) {
  const bool created = request.effect == Effect::create;
  Exchange<json::Value> asking = ask_ok(std::move(ctx), std::move(request));
  Result<json::Value> got = co_await std::move(asking);
  if (got && !got->is_object())
    co_return Error(created ? ErrorKind::indeterminate : ErrorKind::transient,
                    "channel_answer_unreadable", "a success without data");
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

}  // namespace gerbang::tokopedia
