#include "core/connector/redact.hpp"

#include <algorithm>
#include <array>

#include "core/base/url.hpp"

namespace gerbang {

namespace {

constexpr std::size_t kDetailBytes = 4096;

void blot_out(std::string& text, std::string_view what) {
  if (what.size() < 6) return;  // too short to be a secret, and would blot out words
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 3))
    text.replace(at, what.size(), "***");
}

// The whole, and the parts of one that holds several, divided by blanks.
void blot_out_secret(std::string& text, std::string_view secret) {
  blot_out(text, secret);
  if (secret.find(' ') == std::string_view::npos) return;
  while (!secret.empty()) {
    const auto blank = secret.find(' ');
    const std::string_view part = secret.substr(0, blank);
    blot_out(text, part);
    blot_out(text, percent_encode(part));
    secret = blank == std::string_view::npos ? std::string_view() : secret.substr(blank + 1);
  }
}

void blot_out_parameters(std::string& text) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "access_token=",  "refresh_token=",   "sign=",      "code=",
      "client_secret=", "consumer_secret=", "app_secret="};
  for (const std::string_view name : kNames) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
      at += name.size();
      const auto end = std::min(text.find_first_of("&\"' ,;)", at), text.size());
      text.replace(at, end - at, "***");
    }
  }
}

void blot_out_digests(std::string& text) {
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

void cut(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  text.resize(most);
}

}  // namespace

std::string redacted_text(const CallContext& ctx, std::string_view sent, std::size_t most) {
  // Twice as much is looked at, so that a secret across the end is still recognised.
  std::string text(sent.substr(0, 2 * most + 4096));
  for (const Secret* s : {&ctx.access_token, &ctx.refresh_token, &ctx.app.secret,
                          &ctx.app.push_secret, &ctx.app.push_secret_before}) {
    blot_out_secret(text, s->reveal());
    blot_out(text, percent_encode(s->reveal()));
  }
  blot_out_parameters(text);
  blot_out_digests(text);
  cut(text, most);
  return text;
}

void redact(Error& error, const CallContext& ctx) {
  error.detail = redacted_text(ctx, error.detail, kDetailBytes);
  error.field = redacted_text(ctx, error.field);
  for (FieldError& f : error.fields) {
    f.field = redacted_text(ctx, f.field);
    f.detail = redacted_text(ctx, f.detail);
  }
  if (error.remote) {
    error.remote->code = redacted_text(ctx, error.remote->code, 100);
    error.remote->message = redacted_text(ctx, error.remote->message);
    cut(error.remote->request_id, 100);
    // An id is often a run of hex digits, and is what their support asks for.
    for (const Secret* s : {&ctx.access_token, &ctx.refresh_token, &ctx.app.secret})
      blot_out_secret(error.remote->request_id, s->reveal());
  }
}

void redact(Result<BatchAck>& outcome, const CallContext& ctx) {
  if (!outcome) {
    redact<BatchAck>(outcome, ctx);
    return;
  }
  for (ItemAck& item : outcome->items) {
    if (item.error) redact(*item.error, ctx);
  }
}

}  // namespace gerbang
