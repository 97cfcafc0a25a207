#include "connectors/tokopedia/envelope.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "connectors/tokopedia/fixtures_for_test.hpp"
#include "connectors/tokopedia/push.hpp"
#include "connectors/tokopedia/sign.hpp"
#include "connectors/tokopedia/units.hpp"
#include "core/base/text.hpp"
#include "tests/kit/script.hpp"

namespace gerbang::tokopedia {
namespace {

using testing::context;
using testing::refusal;

Answer read(const HttpResponse& response, std::string operation = "product.products",
            Effect effect = Effect::read) {
  Asked asked;
  asked.operation = std::move(operation);
  asked.effect = effect;
  return read_answer(context(), asked, response);
}

TEST(Envelope, SuccessIsACodeOfZeroHoweverItIsWritten) {
  for (const char* body :
       {R"({"code":0,"message":"Success","data":{}})", R"({"code":0,"message":"success"})",
        R"({"code":"0","data":null})", R"({"code":0.0})"})
    EXPECT_TRUE(read(kit::reply(body)).ok()) << body;
}

TEST(Envelope, AnythingElseIsNone) {
  for (const char* body :
       {"", "null", "[]", "{}", "{\"data\":{}}", "<html>", "{\"code\":0", "\"x\"",
        R"({"code":null})", R"({"code":"ok"})", R"({"code":-1})", R"({"code":0,"code":1})"}) {
    const Answer a = read(kit::reply(body));
    ASSERT_FALSE(a.ok()) << body;
    EXPECT_EQ(a.error->kind, ErrorKind::transient) << body;
    EXPECT_EQ(a.error->code, "channel_answer_unreadable");
    EXPECT_EQ(read(kit::reply(body), "product.products.create", Effect::create).error->kind,
              ErrorKind::indeterminate)
        << body;
  }
}

TEST(Envelope, TheBodyDecidesBeforeTheStatus) {
  for (const int status : {200, 400, 401, 403}) {
    const Answer a = read(kit::reply(refusal(105002, "The access token has expired"), status));
    EXPECT_EQ(a.error->kind, ErrorKind::auth_expired) << status;
    EXPECT_EQ(a.error->remote->code, "105002");
    EXPECT_EQ(a.error->remote->request_id, "2026112407030101018908102A1E8C70B8");
  }
}

TEST(Envelope, ACodeOfZeroUnderABadStatusIsNoSuccess) {
  const char* good = R"({"code":0,"message":"Success","data":{}})";
  EXPECT_EQ(read(kit::reply(good, 500)).error->code, "channel_unavailable");
  EXPECT_EQ(read(kit::reply(good, 401)).error->kind, ErrorKind::auth_expired);
  EXPECT_EQ(read(kit::reply(good, 404)).error->kind, ErrorKind::rejected);
}

TEST(Envelope, WaitsAsTold) {
  HttpResponse busy = kit::reply(refusal(36009002, "Too many requests"), 429);
  EXPECT_EQ(read(busy).error->retry_after, std::chrono::seconds(1));
  busy.headers.set("Retry-After", "17");
  EXPECT_EQ(read(busy).error->retry_after, std::chrono::seconds(17));
  HttpResponse down = kit::reply("", 503);
  down.headers.set("Retry-After", "5");
  EXPECT_EQ(read(down).error->kind, ErrorKind::transient);
  EXPECT_EQ(read(down).error->retry_after, std::chrono::seconds(5));
}

TEST(Envelope, TheBagOfMeaningsIsReadByItsText) {
  const std::tuple<const char*, ErrorKind, const char*> cases[] = {
      {"Invalid timestamp: older than 5 minutes", ErrorKind::transient, "clock_skewed"},
      {"x-tts-access-token is invalid", ErrorKind::auth_expired, "token_expired"},
      {"app_key is invalid", ErrorKind::forbidden, "app_refused"},
      {"The signature is missing", ErrorKind::forbidden, "app_refused"},
      {"shop_id invalid", ErrorKind::unauthenticated, "shop_not_granted"},
      {"Invalid API version", ErrorKind::rejected, "channel_refused_request"},
  };
  for (const auto& [text, kind, code] : cases) {
    const Answer a = read(kit::reply(refusal(36009004, text)));
    EXPECT_EQ(a.error->kind, kind) << text;
    EXPECT_EQ(a.error->code, code) << text;
  }
}

TEST(Envelope, ARefreshThatIsRefusedAsksTheSeller) {
  for (const int code : {36004004, 36009004, 105002, 99999999}) {
    const Answer a = read(kit::reply(refusal(code, "no")), "token.refresh", Effect::create);
    EXPECT_EQ(a.error->kind, ErrorKind::unauthenticated) << code;
    EXPECT_EQ(a.error->code, "refresh_refused") << code;
  }
  EXPECT_EQ(read(kit::reply(refusal(36009003)), "token.refresh", Effect::create).error->kind,
            ErrorKind::indeterminate);
  EXPECT_EQ(read(kit::reply(refusal(36004004)), "token.get").error->code,
            "authorisation_code_refused");
}

TEST(Envelope, AnUnknownCodeNeedsAPersonAndKeepsItsWords) {
  const Answer a = read(kit::reply(refusal(777, "Sesuatu yang baru")));
  EXPECT_EQ(a.error->kind, ErrorKind::rejected);
  EXPECT_EQ(a.error->code, "channel_refused_request");
  EXPECT_EQ(a.error->remote->code, "777");
  EXPECT_EQ(a.error->remote->message, "Sesuatu yang baru");
  EXPECT_EQ(read(kit::reply(refusal(777), 500)).error->kind, ErrorKind::transient);
}

TEST(Envelope, SecretsDoNotLeaveInTexts) {
  const CallContext ctx = context();
  const std::string text = redacted(
      ctx, "token contoh-akses-0001-satu cipher " + std::string(testing::kCipher) +
               " key kunci-contoh-bukan-rahasia &sign=abc&app_secret=zzz " + std::string(40, 'a'));
  for (const char* secret : {"contoh-akses", "GCP_", "kunci-contoh", "abc", "zzz", "aaaaaaaa"})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret << " in " << text;
  EXPECT_LE(redacted(ctx, std::string(4000, '.')).size(), 500u);
}

// ---- codes

std::set<std::string> catalogue() {
  std::set<std::string> out;
  for (const char* file : {"/../codes.tsv", "/../../codes.tsv", "/../../../config/codes.tsv",
                           "/../../../gateway/api/codes.tsv"}) {
    std::ifstream in(std::string(GERBANG_TOKOPEDIA_FIXTURES) + file);
    for (std::string line; std::getline(in, line);) out.insert(line.substr(0, line.find('\t')));
  }
  return out;
}

// All that the facts name: 3.6, 4.1 to 4.8, 5.2, 5.4, 6.
constexpr std::int64_t kNamedInFacts[] = {
    36009002, 36009003, 36009007, 36009009, 36009010, 36009014, 36009021, 36009022, 36009023,
    36009033, 36009043, 36009044, 36009004, 36004004, 101000,   105002,   105005,   106001,
    106013,   98001004, 11050001, 12001000, 12052881, 33001002, 12052109, 10002014, 10002015,
    10037002, 10037003, 10037004, 11001031, 21001003, 21001008, 21001011, 21022029, 21042001,
    21042076, 11034023, 11034037, 12019116, 12038002, 12038004, 12038005, 12038014, 12038015,
    12052023, 12052217, 12052230, 12052024, 12052025, 12052026, 12052028, 12052048, 12052050,
    12052051, 12052054, 12052055, 12052097, 12052073, 12052084, 12052093, 12052104, 12052115,
    12052181, 12052220, 12052223, 12052226, 12052241, 12052246, 12052248, 12052253, 12052254,
    12019013, 12019059, 12052332, 12052358, 12052382, 12052700, 12052931, 12052935, 12052990,
    12052994, 12052995, 12052996, 12019022, 12019024, 12019028, 12052032, 12052036, 12052037,
    12052094, 12052393, 12052533, 12052553, 12052556, 12052901, 12052902, 12052038, 12019045,
    12052012, 12052557, 12052570, 12019120, 12052180, 10006402, 21008111, 25001001, 25001011,
    25001014, 25001015, 25001020, 25001021, 25001028, 25001045, 25001046, 25001051, 25005010,
    25020005, 11006021, 21008099, 21011020, 21011040, 21011041, 21011028, 21011007, 21008044,
    21011053, 21011054, 21011022, 21011025, 11021009, 11021025, 21004024, 21008025, 21023035,
    21042104, 21042102, 11034002, 21023059};

TEST(Codes, EveryCodeOfTheFactsHasAMeaningAndATextForTheOperator) {
  const std::set<std::string> explained = catalogue();
  for (const std::int64_t code : kNamedInFacts) {
    const CodeMeaning* m = meaning_of(code);
    ASSERT_NE(m, nullptr) << code;
    EXPECT_TRUE(explained.contains(std::string(m->ours))) << m->ours;
    if (m->kind == ErrorKind::blocked || m->kind == ErrorKind::throttled) {
      EXPECT_GT(m->wait.count(), 0) << code;
    }
  }
}

// Every stable code that stands in a source of this connector has its texts.
TEST(Codes, EveryCodeOfOurSourcesHasATextForTheOperator) {
  const std::set<std::string> explained = catalogue();
  int seen = 0;
  for (const char* file :
       {"facts.cpp", "plan.cpp", "attributes.cpp", "products.cpp", "push.cpp", "envelope.cpp",
        "wire_publish.cpp", "wire_orders.cpp", "tokopedia.cpp", "tokopedia_access.cpp",
        "tokopedia_publish.cpp", "tokopedia_levels.cpp", "tokopedia_orders.cpp", "codes.cpp"}) {
    std::ifstream in(std::string(GERBANG_TOKOPEDIA_FIXTURES) + "/../" + file);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    ASSERT_FALSE(text.empty()) << file;
    // ErrorKind::x, "code"  and  K::x, "code": the code follows the kind.
    for (std::size_t at = text.find("K"); at != std::string::npos; at = text.find("K", at + 1)) {
      const bool ours = text.compare(at, 3, "K::") == 0 ||
                        (at >= 5 && text.compare(at - 5, 11, "ErrorKind::") == 0);
      if (!ours) continue;
      const auto comma = text.find_first_of(",;)", at);
      const auto quote = text.find_first_not_of(" \n", comma + 1);
      if (comma == std::string::npos || text[comma] != ',' || text[quote] != '"') continue;
      const std::string code = text.substr(quote + 1, text.find('"', quote + 1) - quote - 1);
      if (code.empty() || code == "publish_not_tried") continue;
      EXPECT_TRUE(explained.contains(code)) << code << " in " << file;
      ++seen;
    }
  }
  EXPECT_GT(seen, 150);
}

// The vendor's naming rule (facts 8): people in Indonesia do not read its parent's name from us.
TEST(Codes, TextsForPeopleKeepTheNamingRule) {
  std::ifstream in(std::string(GERBANG_TOKOPEDIA_FIXTURES) + "/../codes.tsv");
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines)
    EXPECT_EQ(folded(line).find("tiktok"), std::string::npos) << line;
  EXPECT_GT(lines, 50);
}

TEST(Codes, StandOnceInTheTable) {
  std::set<std::int64_t> seen;
  for (const CodeMeaning& m : code_table()) EXPECT_TRUE(seen.insert(m.remote).second) << m.remote;
}

// ---- units

TEST(Units, AnUnknownOrderStatusHoldsStockAndShipsNothing) {
  EXPECT_EQ(order_status("SOMETHING_NEW"), OrderStatus::pending);
  EXPECT_EQ(order_status(""), OrderStatus::pending);
  EXPECT_EQ(order_status("ON_HOLD"), OrderStatus::pending);
  EXPECT_EQ(order_status("AWAITING_COLLECTION"), OrderStatus::accepted);
  EXPECT_EQ(order_status("CANCEL"), OrderStatus::cancelled) << "the webhook's spelling";
  EXPECT_EQ(order_status("CANCELLED"), OrderStatus::cancelled);
}

TEST(Units, ALineKeepsTheIdsOfItsUnits) {
  const std::vector<std::string> ids = {"576486316948555010", "576486316948555002",
                                        "576486316948555001", "99"};
  const std::string joined = join_units(ids);
  EXPECT_EQ(joined, "99,576486316948555001,576486316948555002,576486316948555010");
  EXPECT_EQ(split_units(joined).size(), 4u);
  const std::vector<std::string> close = {"576486316948555010", "576486316948555002",
                                          "576486316948555001"};
  EXPECT_EQ(join_units(close), "576486316948555001,2,10");
  EXPECT_EQ(
      split_units("576486316948555001,2,10"),
      (std::vector<std::string>{"576486316948555001", "576486316948555002", "576486316948555010"}));
  std::vector<std::string> many;
  for (int i = 0; i < 80; ++i) many.push_back("576486316948" + std::to_string(555000 + i * 997));
  EXPECT_EQ(join_units(many), "576486316948555000*80");
  EXPECT_EQ(split_units(join_units(many)).front(), "576486316948555000");
}

TEST(Units, PlatformsAreToldApartAndNotNamedByTheWordWeMayNotUse) {
  const json::Value both = *json::parse(
      R"({"status":"ACTIVATE","integrated_platform_statuses":[{"platform":"TOKOPEDIA","status":"FAILED"}]})");
  EXPECT_TRUE(platform_states(both).on_offer());
  EXPECT_EQ(platform_states(both).text(), "shop ACTIVATE, tokopedia FAILED");
  const json::Value object = *json::parse(
      R"({"integrated_platform_statuses":{"platform":"TOKOPEDIA","status":"ACTIVATE"}})");
  EXPECT_EQ(platform_states(object).platforms(), std::vector<std::string>{"TOKOPEDIA"});
  EXPECT_TRUE(platform_states(json::Value()).platforms().empty());
  EXPECT_EQ(platform_named("Tokopedia"), kTokopediaPlatform);
  EXPECT_EQ(platform_named(" shop "), kShopPlatform);
  EXPECT_FALSE(platform_named("lazada"));
}

TEST(Units, RupiahComeAsIntegerFloatOrText) {
  EXPECT_EQ(rupiah(json::Value(25000)), 25000);
  EXPECT_EQ(rupiah(json::Value("25000")), 25000);
  EXPECT_EQ(rupiah(json::Value("25000.00")), 25000);
  EXPECT_EQ(rupiah(json::Decimal{"25000.75"}), 25000);
  EXPECT_FALSE(rupiah(json::Value()));
  EXPECT_FALSE(rupiah(json::Value("")));
  EXPECT_FALSE(rupiah(json::Value(-1)));
  EXPECT_FALSE(rupiah(json::Value("9223372036854775807"))) << "no price is that";
  EXPECT_EQ(quantity(json::Value("40")), 40);
  EXPECT_EQ(quantity(json::Value(-3)), 0);
  EXPECT_EQ(quantity(json::Value("9223372036854775807")), kMaxQuantity);
  EXPECT_FALSE(quantity(json::Value("banyak")));
}

TEST(Units, NamesFoldCaseDiacriticsAndPunctuation) {
  EXPECT_EQ(folded("minuman-herbal"), "minuman herbal");
  EXPECT_EQ(folded("Makanan & Minuman"), "makanan minuman");
  EXPECT_EQ(folded("CAFÉ Décor Łódź"), "cafe decor lodz");
  EXPECT_EQ(folded("茶 hijau"), "茶 hijau");
  EXPECT_EQ(folded("—"), "");
  EXPECT_EQ(characters("½ kg"), 4u);
}

// ---- webhooks

InboundRequest signed_by(const App& app, const Secret& secret, const std::string& body) {
  InboundRequest out;
  out.body = body;
  out.headers.set("Authorization", sign_webhook(app.app_id, body, secret));
  return out;
}

TEST(Push, FailsClosed) {
  App app = context().app;
  const std::string body = R"({"type":1,"data":{"order_id":"5"}})";
  const InboundRequest good = signed_by(app, app.secret, body);
  EXPECT_TRUE(open_push(good, app));
  InboundRequest bad = good;
  bad.body += " ";
  EXPECT_FALSE(open_push(bad, app)) << "one byte more";
  bad = good;
  bad.headers.erase("Authorization");
  EXPECT_FALSE(open_push(bad, app));
  bad = good;
  bad.headers.add("Authorization", *good.headers.find("Authorization"));
  EXPECT_FALSE(open_push(bad, app)) << "two signatures are none";
  bad = good;
  bad.method = Method::get;
  EXPECT_FALSE(open_push(bad, app));
  bad = good;
  bad.headers.set("Authorization", "");
  EXPECT_FALSE(open_push(bad, app));
  app.secret = Secret();
  EXPECT_FALSE(open_push(good, app)) << "without a secret nothing passes";
}

TEST(Push, ThePreviousSecretStillOpensDuringARotation) {
  App app = context().app;
  const Secret old("rahasia-yang-lama");
  const InboundRequest request = signed_by(app, old, R"({"type":6,"shop_id":"7"})");
  EXPECT_FALSE(open_push(request, app));
  app.push_secret_before = old;
  EXPECT_TRUE(open_push(request, app));
}

TEST(Push, HintsNameOrdersProductsAndShops) {
  const auto one = [](const std::string& body) { return events_in(body)->at(0); };
  const HookEvent order = one(
      R"({"type":1,"tts_notification_id":"73","shop_id":"749","data":{"order_id":"576","order_status":"CANCEL"}})");
  EXPECT_EQ(order.kind, HookKind::order_changed);
  EXPECT_EQ(order.key, "73");
  EXPECT_EQ(order.order, "576");
  EXPECT_EQ(order.remote_shop_id, "749");
  const HookEvent product =
      one(R"({"type":5,"shop_id":"749","data":{"product_id":1729382561353664373}})");
  EXPECT_EQ(product.kind, HookKind::listing_changed);
  EXPECT_EQ(product.remote_product, "1729382561353664373") << "beyond 2^53, to the last digit";
  EXPECT_EQ(product.key.size(), 64u) << "without an id its bytes are its name";
  EXPECT_EQ(one(R"({"type":6,"shop_id":"749","data":{}})").kind, HookKind::shop_deauthorised);
  EXPECT_EQ(one(R"({"type":7,"data":{}})").kind, HookKind::authorisation_expiring);
  EXPECT_EQ(one(R"({"type":999,"data":{}})").kind, HookKind::other);
  EXPECT_EQ(one(R"({"type":1,"data":{}})").kind, HookKind::other) << "names no order";
  const HookEvent mirror = one(R"({"type":35,"seller_open_id":"x","data":{"tts_shop_id":"749"}})");
  EXPECT_EQ(mirror.remote_shop_id, "749");
  const auto parcel = events_in(
      R"({"type":4,"tts_notification_id":"74","data":{"package_list":[{"order_id_list":["1","2"]}]}})");
  ASSERT_EQ(parcel->size(), 2u);
  EXPECT_NE(parcel->at(0).key, parcel->at(1).key);
  for (const char* bad : {"", "[]", "{}", R"({"type":"order"})"})
    EXPECT_EQ(events_in(bad).error().code, "webhook_malformed") << bad;
}

}  // namespace
}  // namespace gerbang::tokopedia
