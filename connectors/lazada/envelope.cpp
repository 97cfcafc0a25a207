#include "connectors/lazada/envelope.hpp"

#include <algorithm>
#include <utility>

#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/units.hpp"
#include "core/base/foreign_time.hpp"
#include "core/connector/redact.hpp"

namespace gerbang::lazada {

namespace {

bool is_token_call(const Asked& asked) {
  return asked.operation.starts_with("auth.token.");
}

Error make(const Asked& asked, const CodeMeaning& m, const Envelope& envelope,
           std::string_view said) {
  ErrorKind kind = m.kind;
  if (m.unclear && asked.effect == Effect::create) kind = ErrorKind::indeterminate;
  // On the calls that make tokens no refresh can help.
  if (is_token_call(asked) && kind == ErrorKind::auth_expired) {
    Error refused(ErrorKind::unauthenticated, "refresh_refused", std::string(said));
    refused.remote = RemoteError{envelope.code, envelope.message, envelope.request_id};
    return refused;
  }
  Error error(kind, m.ours, asked.operation + ": " + std::string(said));
  error.field = m.field;
  if (m.wait.count() > 0) error.retry_after = m.wait;
  error.remote = RemoteError{envelope.code, envelope.message, envelope.request_id};
  return error;
}

Error by_status(const Asked& asked, const HttpResponse& response, const Envelope& envelope) {
  const int status = response.status;
  const std::string said = "HTTP " + std::to_string(status) + " without a readable answer";
  if (status == 401)
    return make(asked, {"", "", ErrorKind::auth_expired, "token_expired"}, envelope, said);
  // An edge that refuses has done nothing.
  if (status == 403 || (status >= 300 && status < 400) || status < 200)
    return make(asked, {"", "", ErrorKind::transient, "channel_unavailable"}, envelope, said);
  if (status == 408 || status >= 500)
    return make(asked, {"", "", ErrorKind::transient, "channel_unavailable", "", Duration(0), true},
                envelope, said);
  if (status >= 400)
    return make(asked, {"", "", ErrorKind::rejected, "channel_refused_request"}, envelope, said);
  return make(asked,
              {"", "", ErrorKind::transient, "channel_answer_unreadable", "", Duration(0), true},
              envelope, said);
}

// The business code of a detail entry, under whatever name it comes.
const CodeMeaning* meaning_of_detail(const json::Value& entry) {
  for (const char* key : {"code", "biz_code", "bizCode", "error_code", "errorCode"}) {
    if (const CodeMeaning* m = meaning_of(entry[key].to_text())) return m;
  }
  return meaning_of_text(entry["message"].text());
}

// The reasons of a container code. The first that is known decides; all are told as fields.
Error by_detail(const CallContext& ctx, const Asked& asked, const Envelope& envelope) {
  static constexpr CodeMeaning kUnknown{"", "", ErrorKind::rejected, "channel_refused_request"};
  const CodeMeaning* decisive = nullptr;
  std::string said = envelope.code + " " + envelope.message;
  std::vector<FieldError> fields;
  for (const json::Value& entry : envelope.body["detail"].items()) {
    const CodeMeaning* m = meaning_of_detail(entry);
    const std::string text = redacted(ctx, entry["message"].text());
    said += "; " + text;
    // What may pass by itself does not hide what a person must mend.
    if (m &&
        (!decisive || (decisive->kind != ErrorKind::rejected && m->kind == ErrorKind::rejected)))
      decisive = m;
    if (fields.size() < 20) {
      const std::string field =
          m && !m->field.empty() ? std::string(m->field) : "/" + entry["field"].to_text();
      fields.push_back({field, std::string((m ? m : &kUnknown)->ours), text});
    }
  }
  if (!decisive) decisive = meaning_of_text(envelope.message);
  Envelope told = envelope;
  if (said.size() > kForeignTextBytes) said = redacted(ctx, said);
  told.message = said;
  Error error = make(asked, decisive ? *decisive : kUnknown, told, said);
  if (fields.size() > 1) error.fields = std::move(fields);
  return error;
}

Error refusal(const CallContext& ctx, const Asked& asked, const HttpResponse& response,
              const Envelope& envelope) {
  if (is_container(envelope.code)) return by_detail(ctx, asked, envelope);
  const std::string said = envelope.code + " " + envelope.message;
  const CodeMeaning* m = meaning_of(envelope.code);
  if (!m && response.status >= 500) return by_status(asked, response, envelope);
  if (!m) m = meaning_of_text(envelope.message);
  if (!m)
    return make(asked, {"", "", ErrorKind::rejected, "channel_refused_request"}, envelope, said);
  Error error = make(asked, *m, envelope, said);
  if (error.kind == ErrorKind::throttled) {
    // The message names the ban, 0 and 1 were seen (facts 5).
    if (const auto ban = ban_seconds(envelope.message))
      error.retry_after = foreign_seconds(std::max<std::int64_t>(1, *ban));
    if (const auto wait = retry_after(response, ctx.now)) error.retry_after = *wait;
  }
  return error;
}

Exchange<json::Value> ask_data(CallContext ctx, HttpRequest request, bool array) {
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  Exchange<json::Value> asking = ask_ok(std::move(ctx), std::move(request));
  Result<json::Value> body = co_await std::move(asking);
  if (!body) co_return std::move(body).error();
  const json::Value& data = (*body)["data"];
  if (array ? !data.is_array() : !data.is_object())
    co_return unreadable(asked, "a success without data");
  co_return data;
}

}  // namespace

std::string redacted(const CallContext& ctx, std::string_view sent) {
  return redacted_text(ctx, sent);
}

Answer read_answer(const CallContext& ctx, const Asked& asked, const HttpResponse& response) {
  Answer answer;
  Envelope& e = answer.envelope;
  auto body = json::parse(response.body, kReplyLimits);
  const bool readable = body && body->is_object() && !(*body)["code"].to_text().empty();
  if (readable) {
    e.body = std::move(*body);
    e.code = redacted(ctx, e.body["code"].to_text());
    e.message = redacted(ctx, e.body["message"].text());
    e.request_id = e.body["request_id"].to_text();
  }
  if (response.status == 429) {
    Error error = make(asked, {"", "", ErrorKind::throttled, "channel_throttled", "", kTooFastWait},
                       e, "too many requests");
    if (const auto wait = retry_after(response, ctx.now)) error.retry_after = *wait;
    answer.error = std::move(error);
  } else if (!readable || (e.code == "0" && response.status >= 300)) {
    answer.error = by_status(asked, response, e);
  } else if (e.code != "0") {
    answer.error = refusal(ctx, asked, response, e);
  } else if (e.body["success"].as_bool() == false) {
    // "code":"0" beside "success":false contradicts itself: their own code decides.
    Envelope said = e;
    said.code = e.body["error_code"].to_text();
    said.message = redacted(ctx, e.body["error_msg"].text());
    answer.error = refusal(ctx, asked, response, said);
  }
  return answer;
}

Error element_error(const CallContext& ctx, const Asked& asked, const Envelope& envelope,
                    std::string_view code, std::string_view text, bool retry,
                    std::string_view otherwise) {
  Envelope said = envelope;
  said.body = {};
  said.code = redacted(ctx, code);
  said.message = redacted(ctx, text);
  const CodeMeaning* known = meaning_of(said.code);
  if (!known) known = meaning_of_text(said.message);
  CodeMeaning m = known ? *known : CodeMeaning{"", "", ErrorKind::rejected, otherwise};
  // Their own advice goes first (facts 12).
  if (retry && m.kind == ErrorKind::rejected)
    m = CodeMeaning{"", "", ErrorKind::transient, "channel_unavailable"};
  return make(asked, m, said, said.code + " " + said.message);
}

Error unreadable(const Asked& asked, std::string detail) {
  return Error(asked.effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
               "channel_answer_unreadable", asked.operation + ": " + std::move(detail));
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
  if (got->error) co_return std::move(*got->error);
  co_return std::move(got->envelope.body);
}

Exchange<json::Value> ask_object(CallContext ctx, HttpRequest request) {
  return ask_data(std::move(ctx), std::move(request), false);
}
Exchange<json::Value> ask_array(CallContext ctx, HttpRequest request) {
  return ask_data(std::move(ctx), std::move(request), true);
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

}  // namespace gerbang::lazada
