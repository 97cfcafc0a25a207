#include "connectors/lazada/envelope.hpp"

#include <regex>
#include <set>

#include "connectors/lazada/lazada_for_test.hpp"

namespace gerbang::lazada {
namespace {

using testing::refusal;

Answer read(const std::string& body, int status = 200, Effect effect = Effect::set,
            const std::string& operation = "product.update") {
  Asked asked;
  asked.operation = operation;
  asked.effect = effect;
  return read_answer(testing::context(), asked, kit::reply(body, status));
}

TEST(LazadaEnvelope, OnlyTheCodeZeroIsYes) {
  EXPECT_FALSE(read(R"({"code":"0","data":{}})").error);
  EXPECT_FALSE(read(R"({"code":0,"data":{}})").error) << "a number as text, or not";
  for (const char* body :
       {"", "null", "[]", "{}", R"({"code":""})", R"({"code":null,"data":{}})", R"({"data":{}})",
        "<html></html>", R"({"code":"0")", R"({"code":"0","code":"1"})"}) {
    const Answer a = read(body);
    ASSERT_TRUE(a.error) << body;
    EXPECT_EQ(a.error->code, "channel_answer_unreadable") << body;
    EXPECT_EQ(a.error->kind, ErrorKind::transient) << body;
    EXPECT_EQ(read(body, 200, Effect::create).error->kind, ErrorKind::indeterminate) << body;
  }
  EXPECT_TRUE(read(R"({"code":"0","data":{}})", 500).error) << "a yes that contradicts its status";
  const Answer torn = read(R"({"code":"0","success":false,"error_code":"901","data":{}})");
  ASSERT_TRUE(torn.error);
  EXPECT_EQ(torn.error->kind, ErrorKind::throttled);
}

TEST(LazadaEnvelope, AContainerIsReadInItsDetails) {
  const Answer by_code = read(refusal(
      "501", "E501: Update product failed",
      R"([{"field":"SkuId","message":"x","seller_sku":"A"},{"field":"price","code":"4118"}])"));
  EXPECT_EQ(by_code.error->code, "price_out_of_range");
  ASSERT_EQ(by_code.error->fields.size(), 2u);
  EXPECT_EQ(by_code.error->fields[0].code, "channel_refused_request");
  const Answer by_text =
      read(refusal("500", "", R"([{"field":"Product","message":"Category is inactive"}])"), 200,
           Effect::create);
  EXPECT_EQ(by_text.error->code, "lazada_category_refused");
  EXPECT_EQ(by_text.error->kind, ErrorKind::rejected);
  EXPECT_EQ(by_text.error->remote->code, "500");
  EXPECT_NE(by_text.error->remote->message.find("Category is inactive"), std::string::npos);
  // What a person must mend is not hidden by what passes.
  const Answer both = read(refusal("501", "",
                                   R"([{"message":"negative sellable on channel inventory"},)"
                                   R"({"message":"BIZ_CHECK_PRICE_IS_ZERO"}])"));
  EXPECT_EQ(both.error->kind, ErrorKind::rejected);
  EXPECT_EQ(read(refusal("501")).error->code, "channel_refused_request");
  EXPECT_EQ(read(refusal("501", "", "[{}]")).error->code, "channel_refused_request");
}

TEST(LazadaEnvelope, CodesDecideNotTypes) {
  const Answer unknown = read(refusal("77777", "Suasana hati"));
  EXPECT_EQ(unknown.error->kind, ErrorKind::rejected);
  EXPECT_EQ(unknown.error->code, "channel_refused_request");
  EXPECT_EQ(unknown.error->remote->code, "77777");
  EXPECT_EQ(unknown.error->remote->request_id, "2101aa");
  EXPECT_EQ(read(refusal("998")).error->kind, ErrorKind::blocked);
  EXPECT_EQ(read(refusal("4147")).error->kind, ErrorKind::transient);
  EXPECT_EQ(read(refusal("6"), 200, Effect::create).error->kind, ErrorKind::indeterminate);
  EXPECT_EQ(read(refusal("77777"), 503, Effect::create).error->kind, ErrorKind::indeterminate);
  EXPECT_EQ(read(refusal("IllegalAccessToken")).error->kind, ErrorKind::auth_expired);
}

TEST(LazadaEnvelope, NoRefreshHelpsACallThatMakesTokens) {
  for (const char* code : {"IllegalAccessToken", "IllegalRefreshToken"}) {
    const Answer a = read(refusal(code), 200, Effect::create, "auth.token.refresh");
    EXPECT_EQ(a.error->kind, ErrorKind::unauthenticated) << code;
    EXPECT_EQ(a.error->code, "refresh_refused") << code;
  }
  EXPECT_EQ(read("", 401, Effect::create, "auth.token.refresh").error->kind,
            ErrorKind::unauthenticated);
  EXPECT_EQ(read("", 401).error->kind, ErrorKind::auth_expired);
}

TEST(LazadaEnvelope, AnAbsurdBanIsBounded) {
  const Answer a = read(refusal("ApiCallLimit", "this ban will last 9223372036854775807 seconds"));
  EXPECT_EQ(a.error->kind, ErrorKind::throttled);
  EXPECT_GT(*a.error->retry_after, Duration(0));
}

TEST(LazadaEnvelope, SecretsAreBlottedOut) {
  CallContext ctx = testing::context();
  const std::string said =
      redacted(ctx,
               "token 50000contoh-akses-1 of sign=ABCDEF&x and "
               "3BD89D99758B85169CABF32769317F12C87414F18455C623776031FF3497E4F1");
  EXPECT_EQ(said, "token *** of sign=***&x and ***");
  EXPECT_LE(redacted(ctx, std::string(2000, 'z')).size(), 500u);
}

// Whatever its sandbox can refuse has a title and a remedy.
TEST(LazadaEnvelope, EveryErrorOfTheSandboxHasAMessage) {
  std::set<std::string> known;
  for (const char* file :
       {"/config/codes.tsv", "/connectors/codes.tsv", "/connectors/lazada/codes.tsv"}) {
    std::ifstream in(std::string(GERBANG_SOURCE_DIR) + file);
    for (std::string line; std::getline(in, line);) known.insert(line.substr(0, line.find('\t')));
  }
  const std::regex code("\"(E?[0-9]{1,6}|[A-Z][A-Za-z]+|[A-Z_]{8,})\"");
  std::set<std::string> codes;
  for (const char* file :
       {"gateway.cpp", "auth.cpp", "catalogue.cpp", "images.cpp", "item_rules.cpp", "items.cpp",
        "levels.cpp", "orders.cpp", "fulfilment.cpp", "reverse.cpp"}) {
    std::ifstream in(std::string(GERBANG_SOURCE_DIR) + "/connectors/lazada/sandbox/" + file);
    std::stringstream text;
    text << in.rdbuf();
    const std::string source = text.str();
    ASSERT_FALSE(source.empty()) << file;
    for (auto it = std::sregex_iterator(source.begin(), source.end(), code);
         it != std::sregex_iterator(); ++it)
      codes.insert((*it)[1]);
  }
  codes.erase("0");
  EXPECT_TRUE(codes.contains("4105") && codes.contains("E0004") && codes.contains("700026"));
  EXPECT_GT(codes.size(), 70u);
  const CallContext ctx = testing::context();
  for (const std::string& c : codes) {
    const Answer a = read(refusal(c));
    ASSERT_TRUE(a.error) << c;
    EXPECT_TRUE(known.contains(a.error->code)) << c << ": " << a.error->code;
    const Answer inside = read(refusal("501", "", R"([{"code":")" + c + "\"}]"));
    EXPECT_TRUE(known.contains(inside.error->code)) << c;
    const Error element = element_error(ctx, Asked{"order.package.rts", Effect::set}, {}, c, "",
                                        false, "lazada_order_refused");
    EXPECT_TRUE(known.contains(element.code)) << c;
  }
}

TEST(LazadaEnvelope, AnElementsOwnAdviceGoesFirst) {
  const CallContext ctx = testing::context();
  const Asked asked{"order.fulfill.pack", Effect::set};
  const auto kind = [&](const char* code, bool retry) {
    return element_error(ctx, asked, {}, code, "", retry, "lazada_order_refused").kind;
  };
  EXPECT_EQ(kind("700026", false), ErrorKind::rejected);
  EXPECT_EQ(kind("700026", true), ErrorKind::transient);
  EXPECT_EQ(kind("123456", true), ErrorKind::transient);
  EXPECT_EQ(kind("600002", true), ErrorKind::conflict);
  EXPECT_EQ(element_error(ctx, asked, {}, "123456", "", false, "lazada_order_refused").code,
            "lazada_order_refused");
}

}  // namespace
}  // namespace gerbang::lazada
