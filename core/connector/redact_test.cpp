#include "core/connector/redact.hpp"

#include <gtest/gtest.h>

namespace gerbang {
namespace {

CallContext context() {
  CallContext out;
  out.app.secret = Secret("rahasia-mitra/+=");
  out.app.push_secret = Secret("x");  // too short to be one
  out.access_token = Secret("token-akses-4711");
  out.refresh_token = Secret("token-segar-4711");
  return out;
}

TEST(Redacted, what_we_sent_does_not_come_back) {
  const CallContext ctx = context();
  EXPECT_EQ(redacted_text(ctx, "invalid token-akses-4711, token-akses-4711."), "invalid ***, ***.");
  EXPECT_EQ(redacted_text(ctx, "secret rahasia-mitra%2F%2B%3D"), "secret ***");
  EXPECT_EQ(redacted_text(ctx, "GET /x?access_token=abc&sign=0f&shop=1"),
            "GET /x?access_token=***&sign=***&shop=1");
  EXPECT_EQ(redacted_text(ctx, "digest 00112233445566778899aabbccddeeff!"), "digest ***!");
  EXPECT_EQ(redacted_text(ctx, "extra words stay"), "extra words stay");
}

TEST(Redacted, is_cut_between_characters_and_after_blotting) {
  const CallContext ctx = context();
  std::string text(499, 'z');
  text += "é";
  EXPECT_EQ(redacted_text(ctx, text).size(), 499u);
  const std::string across = std::string(495, 'z') + "token-akses-4711";
  EXPECT_EQ(redacted_text(ctx, across).find("token"), std::string::npos);
}

TEST(Redacted, every_text_of_a_failure_and_of_every_item) {
  const CallContext ctx = context();
  Error error(ErrorKind::rejected, "channel_refused_request", "token-akses-4711");
  error.field = "/token-akses-4711";
  error.fields.push_back({"/token-segar-4711", "x", "token-segar-4711"});
  error.remote =
      RemoteError{"token-akses-4711", "said token-segar-4711", "00112233445566778899aabbccddeeff"};
  BatchAck ack;
  ack.items.push_back({"KOPI-250", error});
  ack.items.push_back({"KOPI-500", std::nullopt});
  Result<BatchAck> batch(ack);
  redact(batch, ctx);
  const Error& kept = *batch->items[0].error;
  for (const std::string& text : {kept.detail, kept.field, kept.fields[0].field,
                                  kept.fields[0].detail, kept.remote->code, kept.remote->message})
    EXPECT_TRUE(text.find("4711") == std::string::npos && text.find("***") != std::string::npos)
        << text;
  EXPECT_EQ(kept.remote->request_id, "00112233445566778899aabbccddeeff");
  EXPECT_EQ(kept.code, "channel_refused_request");

  Result<Ack> failed(error);
  redact(failed, ctx);
  EXPECT_EQ(failed.error().remote->message, "said ***");
}

}  // namespace
}  // namespace gerbang
