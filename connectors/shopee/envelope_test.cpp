#include "connectors/shopee/envelope.hpp"

#include <gtest/gtest.h>

#include "connectors/shopee/fixtures_for_test.hpp"
#include "tests/kit/script.hpp"

namespace gerbang::shopee {
namespace {

using testing::context;
using testing::fixture;
using testing::refusal;

Answer read(const HttpResponse& response, std::string operation = "product.get_item_list",
            Effect effect = Effect::read) {
  Asked asked;
  asked.operation = std::move(operation);
  asked.effect = effect;
  return read_answer(context(), asked, response);
}

TEST(Envelope, SuccessIsAnEmptyOrMissingOrBlankError) {
  EXPECT_TRUE(read(kit::reply(R"({"error":"","response":{}})")).ok());
  EXPECT_TRUE(read(kit::reply(R"({"error":" ","response":{}})")).ok());
  EXPECT_TRUE(read(kit::reply(R"({"request_id":"1"})")).ok());
  EXPECT_TRUE(read(kit::reply(R"({"error":null,"response":{}})")).ok());
}

TEST(Envelope, AnythingElseIsNone) {
  for (const char* body :
       {"", "null", "[]", "{}", "{\"a\":1}", "<html>", "{\"error\":\"\"", "\"x\""}) {
    const Answer a = read(kit::reply(body));
    ASSERT_FALSE(a.ok()) << body;
    EXPECT_EQ(a.error->kind, ErrorKind::transient) << body;
    EXPECT_EQ(a.error->code, "channel_answer_unreadable");
    const Answer created = read(kit::reply(body), "product.add_item", Effect::create);
    EXPECT_EQ(created.error->kind, ErrorKind::indeterminate) << body;
  }
}

TEST(Envelope, TheBodyDecidesBeforeTheStatus) {
  for (const int status : {200, 403}) {
    const Answer a =
        read(kit::reply(refusal("invalid_acceess_token", "Invalid access_token."), status));
    EXPECT_EQ(a.error->kind, ErrorKind::auth_expired) << status;
    EXPECT_EQ(a.error->remote->code, "invalid_acceess_token");
    EXPECT_EQ(a.error->remote->request_id, "5f0c2d9ab1e84c7f9e3d6a7b8c901234");
  }
}

TEST(Envelope, AnEmptyErrorUnderABadStatusIsNoSuccess) {
  EXPECT_EQ(read(kit::reply(R"({"error":"","response":{}})", 503)).error->code,
            "channel_unavailable");
  EXPECT_EQ(read(kit::reply(R"({"error":"","response":{}})", 401)).error->kind,
            ErrorKind::auth_expired);
  EXPECT_EQ(read(kit::reply(R"({"request_id":"1"})", 404)).error->kind, ErrorKind::rejected);
}

TEST(Envelope, StatusesWithoutABody) {
  const std::tuple<int, ErrorKind, ErrorKind> cases[] = {
      {401, ErrorKind::auth_expired, ErrorKind::auth_expired},
      {403, ErrorKind::transient, ErrorKind::transient},
      {302, ErrorKind::transient, ErrorKind::transient},
      {404, ErrorKind::rejected, ErrorKind::rejected},
      {408, ErrorKind::transient, ErrorKind::indeterminate},
      {500, ErrorKind::transient, ErrorKind::indeterminate},
      {502, ErrorKind::transient, ErrorKind::indeterminate},
  };
  for (const auto& [status, on_set, on_create] : cases) {
    EXPECT_EQ(read(kit::reply("x", status), "product.update_stock", Effect::set).error->kind,
              on_set)
        << status;
    EXPECT_EQ(read(kit::reply("x", status), "product.add_item", Effect::create).error->kind,
              on_create)
        << status;
  }
}

TEST(Envelope, TooManyRequestsWaitAsToldOrThirtySeconds) {
  HttpResponse r = kit::reply(refusal("error_rate_limit", "Too many requests"), 200);
  EXPECT_EQ(read(r).error->kind, ErrorKind::throttled);
  EXPECT_EQ(read(r).error->retry_after, std::chrono::seconds(30));
  r.status = 429;
  r.body = "<html>";
  r.headers.set("Retry-After", "120");
  EXPECT_EQ(read(r).error->retry_after, std::chrono::seconds(120));
}

TEST(Envelope, TheDailyQuotaReturnsAtMidnightInSingapore) {
  CallContext ctx = context();
  ctx.now = *from_rfc3339("2026-02-14T15:59:00Z");
  Asked asked;
  asked.operation = "product.get_item_list";
  EXPECT_EQ(read_answer(ctx, asked, kit::reply(refusal("error_limit"))).error->retry_after,
            std::chrono::minutes(1));
  ctx.now = *from_rfc3339("2026-02-14T16:00:00Z");
  EXPECT_EQ(read_answer(ctx, asked, kit::reply(refusal("error_limit"))).error->retry_after,
            std::chrono::hours(24));
}

TEST(Envelope, TheSameNameIsABusinessLimitWhenCancellingAndShipping) {
  const Answer a =
      read(kit::reply(fixture("cancel_order_refused")), "order.cancel_order", Effect::set);
  EXPECT_EQ(a.error->kind, ErrorKind::rejected);
  EXPECT_EQ(read(kit::reply(refusal("logistics.error_limit")), "logistics.ship_order").error->kind,
            ErrorKind::rejected);
}

TEST(Envelope, PlatformTroubleAfterACreateIsOpen) {
  for (const char* code : {"error_server", "error_inner", "product.error_busi_add_item_failed",
                           "error_system_busy", "error_network", "error_data"}) {
    EXPECT_EQ(read(kit::reply(refusal(code)), "product.add_item", Effect::create).error->kind,
              ErrorKind::indeterminate)
        << code;
    EXPECT_EQ(read(kit::reply(refusal(code)), "product.update_stock", Effect::set).error->kind,
              ErrorKind::transient)
        << code;
  }
}

TEST(Envelope, AuthErrorsReadByTheirText) {
  EXPECT_EQ(read(kit::reply(refusal("error_auth", "Invalid access_token."), 403)).error->kind,
            ErrorKind::auth_expired);
  EXPECT_EQ(read(kit::reply(refusal("error_auth", "Invalid partner_id or shopid."))).error->kind,
            ErrorKind::auth_expired);
  EXPECT_EQ(read(kit::reply(refusal("error_auth", "No permission to current api"))).error->code,
            "app_not_permitted");
  EXPECT_EQ(read(kit::reply(refusal("error_auth", "Total stock must be more than reserved stock.")),
                 "product.update_stock", Effect::set)
                .error->kind,
            ErrorKind::blocked);
  for (const char* call : {"auth.access_token.get", "auth.token.get"}) {
    EXPECT_EQ(
        read(kit::reply(refusal("error_auth", "Invalid refresh_token."), 403), call, Effect::create)
            .error->kind,
        ErrorKind::unauthenticated)
        << call;
  }
  EXPECT_EQ(read(kit::reply(refusal("error_param", "Timestamp is expired."), 403)).error->code,
            "clock_skewed");
}

TEST(Envelope, UnknownCodesAreRefusalsAndPromotionsBlock) {
  const Answer a = read(kit::reply(refusal("product.error_brand_new", "what")));
  EXPECT_EQ(a.error->kind, ErrorKind::rejected);
  EXPECT_EQ(a.error->remote->code, "product.error_brand_new");
  EXPECT_EQ(read(kit::reply(refusal("error_in_item_promotion_weight_lock"))).error->kind,
            ErrorKind::blocked);
  EXPECT_EQ(read(kit::reply(refusal("error_some_promotion_rule"))).error->kind, ErrorKind::blocked);
}

TEST(Envelope, SecretsNeverReachAnError) {
  const CallContext ctx = context();
  const std::string told =
      "bad token contoh-akses-0001-satu at /api/v2/x?partner_id=1&sign=" + std::string(64, 'a') +
      "&access_token=lain-lain sekali, kunci " + ctx.app.secret.reveal() + " " +
      std::string(600, 'x');
  const Answer a = read(kit::reply(refusal("error_auth", told)));
  for (const std::string& text : {a.error->remote->message, a.error->detail, a.error->describe()}) {
    EXPECT_EQ(text.find("contoh-akses"), std::string::npos) << text;
    EXPECT_EQ(text.find("lain-lain"), std::string::npos) << text;
    EXPECT_EQ(text.find(std::string(32, 'a')), std::string::npos) << text;
    EXPECT_EQ(text.find(ctx.app.secret.reveal()), std::string::npos) << text;
  }
  EXPECT_LE(a.error->remote->message.size(), 500u);
}

}  // namespace
}  // namespace gerbang::shopee
