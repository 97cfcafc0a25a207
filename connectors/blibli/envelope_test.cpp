#include "connectors/blibli/envelope.hpp"

#include <gmock/gmock.h>

#include "connectors/blibli/fixtures_for_test.hpp"
#include "connectors/blibli/hooks.hpp"
#include "tests/kit/script.hpp"

namespace gerbang::blibli {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

Result<json::Value> read(const std::string& body, int status, Success success,
                         Effect effect = Effect::read, std::string operation = "product.list") {
  Asked asked;
  asked.operation = std::move(operation);
  asked.effect = effect;
  asked.success = success;
  return read_answer(context(), asked, kit::reply(body, status));
}

TEST(BlibliEnvelope, only_the_success_of_its_call_is_one) {
  EXPECT_TRUE(read(R"({"requestId":"1","content":[]})", 200, Success::content));
  EXPECT_FALSE(read(R"({"requestId":"1","content":null})", 200, Success::content));
  EXPECT_FALSE(read(R"({"requestId":"1"})", 200, Success::content));
  EXPECT_TRUE(read(R"({"requestId":"1","success":true})", 200, Success::value));
  EXPECT_FALSE(read(R"({"requestId":"1","success":"true"})", 200, Success::value));
  EXPECT_FALSE(read(R"({"requestId":"1"})", 200, Success::value));
  EXPECT_TRUE(read("", 204, Success::nothing));
  EXPECT_FALSE(read("", 204, Success::value));
  EXPECT_FALSE(read("", 200, Success::nothing));
  EXPECT_TRUE(read(R"({"requestId":"1"})", 200, Success::nothing));
  EXPECT_TRUE(read(R"({"requestId":"01HQ"})", 200, Success::queued));
  EXPECT_FALSE(read(R"({"requestId":""})", 200, Success::queued));
}

TEST(BlibliEnvelope, the_queue_is_named_in_two_places) {
  EXPECT_EQ(queue_of(*json::parse(R"({"requestId":"A","value":{"queueFeedId":"B"}})")), "B");
  EXPECT_EQ(queue_of(*json::parse(R"({"requestId":"A","value":null})")), "A");
  EXPECT_EQ(queue_of(*json::parse(R"({"requestId":"A","value":{"queueFeedId":123}})")), "123");
}

TEST(BlibliEnvelope, a_warning_is_no_refusal_and_a_refusal_is_no_success) {
  EXPECT_TRUE(read(R"({"requestId":"1","success":true,"errorMessage":"Stock 0 is ignored"})", 200,
                   Success::value));
  const auto both =
      read(R"({"requestId":"1","success":true,"errorCode":"ERR-PA400001"})", 200, Success::value);
  EXPECT_EQ(both.error().kind, ErrorKind::rejected);
  const auto bare = read(R"({"requestId":"1","success":false})", 200, Success::value);
  EXPECT_EQ(bare.error().kind, ErrorKind::rejected);
  EXPECT_EQ(bare.error().code, "channel_refused_request");
}

TEST(BlibliEnvelope, a_refusal_keeps_their_words) {
  const auto e =
      read(refusal("ERR-PA400001", "Image is smaller than 600 x 600"), 400, Success::content)
          .error();
  EXPECT_EQ(e.kind, ErrorKind::rejected);
  EXPECT_EQ(e.code, "blibli_image_refused");
  EXPECT_EQ(e.field, "/images");
  EXPECT_EQ(e.remote->code, "ERR-PA400001");
  EXPECT_EQ(e.remote->request_id, "gerbang-1");
  EXPECT_EQ(read(refusal("ERR-XX418001", "?"), 418, Success::content).error().code,
            "channel_refused_request");
}

TEST(BlibliEnvelope, keys_never_come_back_out) {
  const auto e =
      read(refusal("ERR-PA401001", "Bad key " + kSellerKey +
                                       " of rahasia-desa-01, "
                                       "admin@bumdes.example mta-api-kunci-klien-contoh"),
           401, Success::content)
          .error();
  for (const std::string& text : {e.remote->message, e.detail}) {
    EXPECT_THAT(text, HasSubstr("***"));
    for (const char* secret : {"FABC0D185", "rahasia-desa-01", "admin@", "kunci-klien"})
      EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
  const auto longest = read(refusal("ERR-PA400001", std::string(5000, 'x')), 400, Success::content);
  EXPECT_LE(longest.error().remote->message.size(), 500u);
}

TEST(BlibliEnvelope, a_limit_of_one_item_blocks_that_item) {
  const auto e = read(refusal("ERR-PA429001", "limit"), 429, Success::content).error();
  EXPECT_EQ(e.kind, ErrorKind::throttled);
  const Error one = of_one_item(e);
  EXPECT_EQ(one.kind, ErrorKind::blocked);
  EXPECT_EQ(one.retry_after, std::chrono::minutes(5));
}

TEST(BlibliEnvelope, after_a_create_what_is_unclear_is_indeterminate) {
  for (const auto& [body, status] : {std::pair<std::string, int>{"<html>", 200},
                                     {"", 200},
                                     {"{", 200},
                                     {"", 502},
                                     {refusal("ERR-MA500007"), 500}}) {
    EXPECT_EQ(read(body, status, Success::queued, Effect::create).error().kind,
              ErrorKind::indeterminate)
        << body;
    EXPECT_EQ(read(body, status, Success::queued, Effect::set).error().kind, ErrorKind::transient);
  }
}

// ---- hints

TEST(BlibliHooks, a_body_is_read_for_what_it_names) {
  const auto event = [](std::string_view name, const std::string& body) {
    auto events = events_in(name, body);
    EXPECT_TRUE(events) << body;
    return events ? events->at(0) : HookEvent();
  };
  const std::string order = R"({"orderId":12104566234,"orderItemId":"1","orderStatus":"FP",)"
                            R"("storeCode":"DES-70001","timestamp":1})";
  EXPECT_EQ(event("new_order", order).order, "12104566234");
  EXPECT_EQ(event("new_order", order).kind, HookKind::order_changed);
  EXPECT_EQ(event("an_event_of_tomorrow", order).kind, HookKind::order_changed);
  EXPECT_EQ(event("waiting_for_payment_order", order).kind, HookKind::other);
  EXPECT_EQ(event("cancelled_payment_expired_order", order).kind, HookKind::other);
  EXPECT_EQ(event("", order).type, "FP");
  EXPECT_EQ(event("submission_rejected", R"({"productSku":"DES-70001-00012"})").kind,
            HookKind::listing_changed);
  EXPECT_EQ(event("store_info", R"({"storeCode":"DES-70001"})").kind, HookKind::other);
  EXPECT_EQ(event("new_order", order).key, event("new_order", order).key);
  EXPECT_NE(event("new_order", order).key, event("canceled_order", order).key);
  EXPECT_FALSE(event("store_info", "{}").key.empty());
}

TEST(BlibliHooks, malformed_bodies_are_told) {
  for (const char* bad : {"", "[]", "null", "{", R"({"orderId":{}})", "\"x\""})
    EXPECT_EQ(events_in("new_order", bad).error().code, "webhook_malformed") << bad;
}

}  // namespace
}  // namespace gerbang::blibli
