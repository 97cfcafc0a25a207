#include "gateway/http/refusals.hpp"

#include <gtest/gtest.h>

#include "config/messages.hpp"
#include "core/base/json.hpp"
#include "gateway/http/server.hpp"

namespace gerbang::http {
namespace {

TEST(Refusals, stand_in_the_catalogue_with_the_same_title) {
  for (const RefusalKind& kind : refusal_kinds()) {
    const std::string code(kind.code);
    EXPECT_TRUE(messages::has_message(code)) << code;
    EXPECT_EQ(messages::message(code, messages::Language::en).title, kind.title) << code;
    EXPECT_NE(reason_phrase(kind.status), "") << code;
    EXPECT_EQ(refusal_kind(code).status, kind.status);
  }
}

TEST(Refusals, of_an_unknown_code_are_our_fault) {
  EXPECT_EQ(refusal_kind("no_such_code").code, "internal_error");
  EXPECT_EQ(refusal_kind("no_such_code").status, 500);
}

TEST(Refusals, what_start_up_and_the_transport_report_is_in_the_catalogue) {
  for (const char* code :
       {"listen_failed", "tls_configuration", "trusted_proxy_invalid", "header_unsafe", "cancelled",
        "connect_failed", "dns_failed", "tls_failed", "address_refused", "timeout",
        "connection_lost", "response_too_large", "response_malformed"})
    EXPECT_TRUE(messages::has_message(code)) << code;
}

TEST(Refusals, are_problem_documents) {
  struct Any final : Handler {
    boost::asio::awaitable<ServerReply> handle(ServerRequest) override { co_return ServerReply(); }
  } handler;
  Refusal refusal;
  refusal.status = 413;
  refusal.code = "body_too_large";
  refusal.detail = "why";
  refusal.request_id = "req-1";
  const HttpResponse response = handler.refuse(refusal);
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.headers.find("Content-Type"), "application/problem+json");
  const auto body = json::parse(response.body);
  ASSERT_TRUE(body);
  EXPECT_TRUE((*body)["type"].text().ends_with("/problems/body-too-large"));
  EXPECT_EQ((*body)["code"].text(), "body_too_large");
  EXPECT_EQ((*body)["title"].text(), "The request body is too large");
  EXPECT_EQ((*body)["detail"].text(), "why");
  EXPECT_EQ((*body)["request_id"].text(), "req-1");
}

}  // namespace
}  // namespace gerbang::http
