#include "connectors/sandbox/kit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gerbang::sandbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The smallest marketplace: POST /count raises a number, GET /count reads it.
class Counter final : public Kit {
 public:
  using Kit::Kit;
  std::string_view channel() const override { return "counter"; }

  int count = 0;
  std::vector<std::string> lost;
  int attempts = 0;

  void send(const std::string& body, Duration after = Duration(0)) {
    HttpRequest request;
    request.method = Method::post;
    request.url = "http://127.0.0.1:9/hook";
    request.body = body;
    push(std::move(request), after);
  }
  void forget() { clear_pushes(); }

 protected:
  std::string operation_of(const Call& call) const override {
    return std::string(call.request->method == Method::post ? "raise" : "read");
  }
  HttpResponse serve(const Call& call) override {
    if (call.request->method == Method::post) {
      ++count;
      note("shop-1", "", json::object({{"count", count}}));
    } else {
      note("shop-1", "");
    }
    return json_response(200, json::object({{"count", count}}));
  }
  HttpResponse token_expired_answer(const Call&) override {
    return json_response(401, json::object({{"error", "expired"}}));
  }
  json::Value add_shop(const json::Value& body) override { return body; }
  Result<json::Value> consent(const json::Value&) override {
    return Error(ErrorKind::not_found, "shop_unknown");
  }
  json::Value listings(std::string_view shop_id) const override {
    return json::array({json::Value(shop_id)});
  }
  Result<json::Value> place_order(const json::Value&) override {
    return Error(ErrorKind::conflict, "sold_out", "nothing left");
  }
  Result<json::Value> order(std::string_view id) const override {
    return json::object({{"order_id", id}});
  }
  Result<json::Value> order_verb(std::string_view id, std::string_view verb,
                                 const json::Value&) override {
    return json::object({{"order_id", id}, {"verb", verb}});
  }
  Result<void> settings_changing(const json::Value& patch) override {
    if (patch["forbidden"].is_null()) return {};
    return Error(ErrorKind::invalid, "setting_invalid", "forbidden");
  }
  std::vector<Duration> push_retries() const override {
    return {std::chrono::seconds(1), std::chrono::seconds(10)};
  }
  Duration push_deadline() const override { return std::chrono::seconds(3); }
  void push_attempted(const HttpRequest&, bool) override { ++attempts; }
  void push_lost(const HttpRequest& request) override { lost.push_back(request.body); }
};

class KitTest : public testing::Test {
 protected:
  Answer call(Method method, const std::string& target, const std::string& body = "") {
    HttpRequest request;
    request.method = method;
    request.url = target;
    request.body = body;
    return box_.handle(request);
  }
  json::Value control(Method method, const std::string& what, const std::string& body = "",
                      int status = 200) {
    const Answer answer = call(method, "/_sandbox/" + what, body);
    EXPECT_EQ(answer.response.status, status) << answer.response.body;
    return json::parse(answer.response.body).value_or(json::Value());
  }
  std::vector<std::string> due() {
    std::vector<std::string> out;
    ids_.clear();
    for (const Push& push : box_.due_pushes()) {
      out.push_back(push.request.body);
      ids_.push_back(push.id);
    }
    return out;
  }
  static HttpResponse status(int code) {
    HttpResponse response;
    response.status = code;
    return response;
  }

  ManualClock clock_;
  SeededRandom random_{1};
  Counter box_{Options{&clock_, &random_, "http://127.0.0.1:1", "http://127.0.0.1:9/hook",
                       json::object({{"keep", 1}})}};
  std::vector<std::uint64_t> ids_;
};

TEST_F(KitTest, ledger_holds_every_call_and_what_it_did) {
  call(Method::post, "/count");
  call(Method::get, "/count");
  const json::Value page = control(Method::get, "ledger");
  ASSERT_EQ(page["entries"].items().size(), 2u);
  EXPECT_EQ(page["entries"].items()[0]["operation"].text(), "raise");
  EXPECT_EQ(page["entries"].items()[0]["effect"]["count"].as_int64(), 1);
  EXPECT_TRUE(page["entries"].items()[1]["effect"].is_null());
  EXPECT_EQ(page["last"].as_int64(), 2);
  EXPECT_EQ(control(Method::get, "ledger?operation=read")["entries"].items().size(), 1u);
  EXPECT_EQ(control(Method::get, "ledger?after=2")["entries"].items().size(), 0u);
  control(Method::get, "ledger?after=x", "", 400);
}

TEST_F(KitTest, ledger_pages_lose_nothing) {
  for (int i = 0; i < 1500; ++i) call(Method::get, "/count");
  const json::Value first = control(Method::get, "ledger");
  EXPECT_EQ(first["entries"].items().size(), 1000u);
  EXPECT_EQ(first["more"].as_bool(), true);
  EXPECT_EQ(first["last"].as_int64(), 1000);
  const json::Value second = control(Method::get, "ledger?after=1000");
  EXPECT_EQ(second["entries"].items().size(), 500u);
  EXPECT_EQ(second["entries"].items()[0]["sequence"].as_int64(), 1001);
  EXPECT_EQ(second["more"].as_bool(), false);
}

struct FaultCase {
  const char* kind;
  int status;
  int count_after;  // 1: the call had its effect
  Answer::Cut cut;
};
class KitFaults : public KitTest, public testing::WithParamInterface<FaultCase> {};

TEST_P(KitFaults, strikes_once_with_or_without_the_effect) {
  const FaultCase& c = GetParam();
  control(Method::post, "faults",
          R"({"faults":[{"operation":"raise","kind":")" + std::string(c.kind) +
              R"(","delay_ms":1500,"code":"no_way","message":"not today"}]})");
  call(Method::get, "/count");  // another operation: untouched
  const Answer answer = call(Method::post, "/count");
  EXPECT_EQ(answer.response.status, c.status);
  EXPECT_EQ(answer.cut, c.cut);
  EXPECT_EQ(box_.count, c.count_after);
  call(Method::post, "/count");
  EXPECT_EQ(box_.count, c.count_after + 1);
  const std::string kind = c.kind;
  if (kind == "slow") {
    EXPECT_EQ(answer.delay, Duration(1500));
  }
  if (kind == "throttle") {
    EXPECT_EQ(answer.response.headers.find("Retry-After"), "2");
  }
  if (kind == "empty") {
    EXPECT_EQ(answer.response.body, "");
  }
  if (kind == "html" || kind == "bad_gateway") {
    EXPECT_THAT(answer.response.body, HasSubstr("<html"));
  }
  if (kind == "refuse") {
    EXPECT_THAT(answer.response.body, HasSubstr("no_way"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, KitFaults,
    testing::Values(FaultCase{"slow", 200, 1, Answer::Cut::none},
                    FaultCase{"reset_before", 0, 0, Answer::Cut::reset_instead},
                    FaultCase{"reset_after", 200, 1, Answer::Cut::reset_instead},
                    FaultCase{"throttle", 429, 0, Answer::Cut::none},
                    FaultCase{"server_error", 503, 0, Answer::Cut::none},
                    FaultCase{"html", 200, 0, Answer::Cut::none},
                    FaultCase{"empty", 200, 0, Answer::Cut::none},
                    FaultCase{"truncated", 200, 1, Answer::Cut::truncate_body},
                    FaultCase{"auth_expired", 401, 0, Answer::Cut::none},
                    FaultCase{"bad_gateway", 502, 0, Answer::Cut::none},
                    FaultCase{"refuse", 400, 0, Answer::Cut::none}),
    [](const auto& tested) { return std::string(tested.param.kind); });

TEST_F(KitTest, faults_last_as_long_as_they_should) {
  control(Method::post, "faults", R"({"faults":[{"kind":"server_error","times":2}]})");
  EXPECT_EQ(call(Method::get, "/count").response.status, 503);
  EXPECT_EQ(call(Method::get, "/count").response.status, 503);
  EXPECT_EQ(call(Method::get, "/count").response.status, 200);
  control(Method::post, "faults",
          R"({"faults":[{"operation":"/count","kind":"html","times":-1}]})");
  for (int i = 0; i < 20; ++i)
    EXPECT_THAT(call(Method::get, "/count").response.body, HasSubstr("html"));
  control(Method::del, "faults");
  EXPECT_EQ(call(Method::get, "/count").response.body, R"({"count":0})");
}

TEST_F(KitTest, a_fault_with_a_probability_strikes_about_that_often) {
  control(Method::post, "faults",
          R"({"faults":[{"kind":"server_error","times":-1,"probability":0.25}]})");
  int struck = 0;
  for (int i = 0; i < 1000; ++i) struck += call(Method::get, "/count").response.status == 503;
  EXPECT_GT(struck, 200);
  EXPECT_LT(struck, 300);
}

TEST_F(KitTest, wrong_faults_set_nothing) {
  for (const char* body :
       {R"({"faults":[{"kind":"html"},{"kind":"nonsense"}]})", R"({"faults":[{"kind":"refuse"}]})",
        R"({"faults":[{"kind":"slow","delay_ms":-1}]})",
        R"({"faults":[{"kind":"html","times":0}]})"})
    control(Method::post, "faults", body, 422);
  EXPECT_EQ(call(Method::get, "/count").response.status, 200);
}

TEST_F(KitTest, controls_answer_with_the_marketplace_and_refuse_what_they_do_not_know) {
  control(Method::post, "shops", R"({"shop_id":"7"})", 201);
  control(Method::post, "consent", R"({"shop_id":"7"})", 404);
  EXPECT_EQ(control(Method::get, "listings?shop_id=7")["listings"].items()[0].text(), "7");
  EXPECT_EQ(control(Method::post, "orders", "{}", 409)["error"].text(), "nothing left");
  EXPECT_EQ(control(Method::get, "orders/A1")["order_id"].text(), "A1");
  EXPECT_EQ(control(Method::post, "orders/A1/pay")["verb"].text(), "pay");
  control(Method::get, "nothing", "", 404);
  control(Method::post, "orders", "{", 400);
  EXPECT_EQ(call(Method::get, "/a%zz").response.status, 400);
}

TEST_F(KitTest, settings_are_merged_unless_refused) {
  control(Method::put, "settings", R"({"new":{"a":1}})");
  control(Method::put, "settings", R"({"new":{"b":2},"forbidden":true})", 422);
  control(Method::put, "settings", R"([1])", 422);
  EXPECT_EQ(json::dump(control(Method::get, "settings")), R"({"keep":1,"new":{"a":1}})");
  control(Method::put, "settings", R"({"keep":null})");
  EXPECT_EQ(json::dump(control(Method::get, "settings")), R"({"new":{"a":1}})");
}

TEST_F(KitTest, an_accepted_push_is_sent_once) {
  box_.send("a");
  EXPECT_EQ(box_.next_push(), clock_.now());
  EXPECT_THAT(due(), ElementsAre("a"));
  EXPECT_EQ(box_.next_push(), std::nullopt);
  EXPECT_THAT(due(), ElementsAre());
  const auto id = box_.due_pushes();
  EXPECT_TRUE(id.empty());
}

TEST_F(KitTest, a_failed_push_is_repeated_then_lost) {
  box_.send("a");
  due();
  box_.push_answered(ids_[0], status(500));
  EXPECT_EQ(box_.next_push(), clock_.now() + std::chrono::seconds(1));
  EXPECT_THAT(due(), ElementsAre());
  clock_.advance(std::chrono::seconds(1));
  EXPECT_THAT(due(), ElementsAre("a"));
  box_.push_answered(ids_[0], std::nullopt);
  clock_.advance(std::chrono::seconds(10));
  EXPECT_THAT(due(), ElementsAre("a"));
  EXPECT_THAT(box_.lost, ElementsAre());
  box_.push_answered(ids_[0], status(301));
  EXPECT_THAT(box_.lost, ElementsAre("a"));
  EXPECT_EQ(box_.next_push(), std::nullopt);
  EXPECT_EQ(box_.attempts, 3);
  const json::Value counts = control(Method::get, "pushes");
  EXPECT_EQ(counts["failed_attempts"].as_int64(), 3);
  EXPECT_EQ(counts["lost"].as_int64(), 1);
  EXPECT_EQ(counts["waiting"].as_int64(), 0);
}

TEST_F(KitTest, an_answer_after_the_deadline_counts_as_none) {
  box_.send("a");
  due();
  clock_.advance(Duration(3001));
  box_.push_answered(ids_[0], status(200));
  EXPECT_EQ(control(Method::get, "pushes")["failed_attempts"].as_int64(), 1);
  box_.push_answered(ids_[0], status(200));  // a second answer is ignored
  EXPECT_EQ(control(Method::get, "pushes")["accepted"].as_int64(), 0);
}

TEST_F(KitTest, push_faults_drop_double_swap_delay_and_silence) {
  control(Method::post, "faults", R"({"pushes":{"drop_every":2}})");
  for (const char* body : {"1", "2", "3", "4"}) box_.send(body);
  EXPECT_THAT(due(), ElementsAre("1", "3"));
  EXPECT_EQ(control(Method::get, "pushes")["dropped"].as_int64(), 2);

  control(Method::post, "faults", R"({"pushes":{"duplicate_every":3}})");
  for (const char* body : {"5", "6"}) box_.send(body);
  clock_.advance(Duration(50));
  EXPECT_THAT(due(), ElementsAre("5", "6", "6"));

  control(Method::post, "faults", R"({"pushes":{"reorder":true}})");
  for (const char* body : {"7", "8"}) box_.send(body);
  clock_.advance(Duration(200));
  EXPECT_THAT(due(), ElementsAre("8", "7"));

  control(Method::post, "faults", R"({"pushes":{"late_ms":5000}})");
  box_.send("9", Duration(1000));
  EXPECT_EQ(box_.next_push(), clock_.now() + Duration(6000));
  clock_.advance(Duration(6000));
  EXPECT_THAT(due(), ElementsAre("9"));

  control(Method::post, "faults", R"({"pushes":{"silent":true}})");
  box_.send("10");
  EXPECT_EQ(box_.next_push(), std::nullopt);
}

TEST_F(KitTest, cleared_pushes_do_not_come_back) {
  box_.send("a");
  box_.send("b", std::chrono::seconds(1));
  due();
  box_.forget();
  box_.push_answered(ids_[0], std::nullopt);
  clock_.advance(std::chrono::minutes(1));
  EXPECT_THAT(due(), ElementsAre());
}

TEST_F(KitTest, no_hook_address_no_pushes) {
  Counter mute{Options{&clock_, &random_, "http://127.0.0.1:1", "", {}}};
  mute.send("a");
  EXPECT_EQ(mute.next_push(), std::nullopt);
}

}  // namespace
}  // namespace gerbang::sandbox
