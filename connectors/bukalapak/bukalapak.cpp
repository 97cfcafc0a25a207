#include "connectors/bukalapak/bukalapak.hpp"

#include <charconv>

#include "connectors/bukalapak/connector.hpp"
#include "connectors/bukalapak/sign.hpp"
#include "connectors/bukalapak/units.hpp"
#include "connectors/bukalapak/wire.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_bukalapak_connector() {
  return std::make_unique<bukalapak::BukalapakConnector>();
}

namespace bukalapak {

Result<std::int64_t> offset_of(std::string_view cursor) {
  if (cursor.empty()) return std::int64_t{0};
  std::int64_t offset = 0;
  const auto [end, failed] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), offset);
  if (failed != std::errc{} || end != cursor.data() + cursor.size() || offset < 0)
    return Error(ErrorKind::invalid, "cursor_invalid", "not an offset");
  return offset;
}

Result<std::string> BukalapakConnector::authorise_url(const App& app, std::string_view state,
                                                      TimePoint) const {
  return bukalapak::authorise_url(app, state);
}

Exchange<std::vector<TokenSet>> BukalapakConnector::exchange_code(CallContext ctx,
                                                                  AuthorisationGrant grant) const {
  const auto code = query_value(grant.query, "code");
  if (!code || code->empty()) {
    co_return Error(ErrorKind::rejected, "authorisation_denied",
                    query_value(grant.query, "error").value_or("the redirect carries no code"));
  }
  QueryItems form;
  form.emplace_back("grant_type", "authorization_code");
  form.emplace_back("code", *code);
  form.emplace_back("redirect_uri", ctx.app.redirect_url);
  GERBANG_CO_TRY(request, token_request(ctx.app, std::move(form)));
  HttpResponse response = co_await std::move(request);
  GERBANG_CO_TRY(tokens, read_tokens(response, ctx.now, "authorisation_code_refused"));

  // Whose tokens they are. The code is spent, so whatever goes wrong here must not lose them; no
  // other call needs the name.
  ctx.access_token = tokens.access;
  HttpRequest question = me(ctx);
  const Asked about = asked(ctx, question);
  HttpResponse answer = co_await std::move(question);
  if (const Result<json::Value> seller = read_answer(answer, about)) {
    tokens.remote_shop_id = (*seller)["id"].to_text();
    tokens.remote_shop_name = (*seller)["name"].text();
  }
  std::vector<TokenSet> out;
  out.push_back(std::move(tokens));
  co_return out;
}

Exchange<TokenSet> BukalapakConnector::refresh_tokens(CallContext ctx) const {
  QueryItems form;
  form.emplace_back("grant_type", "refresh_token");
  form.emplace_back("refresh_token", ctx.refresh_token.reveal());
  GERBANG_CO_TRY(request, token_request(ctx.app, std::move(form)));
  HttpResponse response = co_await std::move(request);
  GERBANG_CO_TRY(tokens, read_tokens(response, ctx.now, "refresh_refused"));
  tokens.remote_shop_id = ctx.remote_shop_id;
  co_return tokens;
}

Exchange<json::Value> BukalapakConnector::read_shop_facts(CallContext ctx) const {
  HttpRequest request = categories(ctx);
  const Asked about = asked(ctx, request);
  HttpResponse response = co_await std::move(request);
  GERBANG_CO_TRY(tree, read_answer(response, about));
  co_return leaf_categories(tree);
}

Result<std::string> BukalapakConnector::category_of(const CallContext& ctx,
                                                    const ListingDraft& draft) const {
  static const json::Value kNone;
  return bukalapak::category_of(ctx.shop_facts ? *ctx.shop_facts : kNone, draft);
}

Exchange<json::Value> BukalapakConnector::read_category_facts(CallContext, std::string) const {
  co_return unsupported("read_category_facts");
}

// No webhooks: the only push was to the seller's telephone (facts 8). Orders come by polling.
Result<std::vector<HookEvent>> BukalapakConnector::open_webhook(const InboundRequest&, const App&,
                                                                TimePoint) const {
  return unsupported("open_webhook");
}
Exchange<LostEvents> BukalapakConnector::read_lost_events(CallContext) const {
  co_return unsupported("read_lost_events");
}
Exchange<Ack> BukalapakConnector::confirm_lost_events(CallContext, std::string) const {
  co_return unsupported("confirm_lost_events");
}
Result<std::vector<HookEvent>> BukalapakConnector::read_event(std::string_view) const {
  return unsupported("read_event");
}

}  // namespace bukalapak
}  // namespace gerbang
