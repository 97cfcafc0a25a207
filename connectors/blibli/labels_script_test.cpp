// Labels, request by request, and with every fault at every step. Answers constructed: the facts
// (blibli.md 9) have the call, not what comes back.
#include "connectors/blibli/script_for_test.hpp"
#include "tests/kit/labels.hpp"

namespace gerbang::blibli {
namespace {

using namespace testing;

class BlibliLabels : public ::testing::Test {
 protected:
  Blibli blibli;
  CallContext ctx = context();

  static kit::Step label(HttpResponse r) {
    return get("/seller/v1/orders/10025702/shippingLabel", "", std::move(r));
  }
  static HttpResponse told(const std::string& member) {
    return kit::reply(R"({"requestId":"gerbang-1",)" + member + "}");
  }
  static OrderAction action() {
    OrderAction a;
    a.external_id = "12104566234";
    a.shipments.push_back({"10025702", "JNE", ""});
    return a;
  }
  Error refused(HttpResponse r) {
    const auto out = kit::play(blibli.fetch_label(ctx, action(), ""), {label(std::move(r))});
    EXPECT_FALSE(out);
    return out ? Error(ErrorKind::bug, "a_success") : out.error();
  }
};

TEST_F(BlibliLabels, a_label_comes_in_an_envelope_of_either_family_or_as_it_is) {
  const std::string text = to_base64(kit::kLabel);
  const HttpResponse forms[] = {
      told(R"("content":{"shippingLabel":")" + text + "\"}"),
      told(R"("content":")" + text + "\""),
      told(R"("success":true,"errorCode":null,"value":{"document":")" + text + "\"}"),
      kit::file(),
  };
  for (const HttpResponse& form : forms) {
    const auto got = play_all([&] { return blibli.fetch_label(ctx, action(), ""); }, {label(form)});
    ASSERT_TRUE(got) << form.body.substr(0, 60);
    EXPECT_EQ(got->document.reveal(), kit::kLabel);
    EXPECT_EQ(got->file_name, "label-12104566234-10025702.pdf");
  }
}

TEST_F(BlibliLabels, in_a_status_of_the_end_there_is_none) {
  const Error error = refused(kit::reply(refusal("ERR-PA409001", "There is no label"), 409));
  EXPECT_EQ(error.code, "label_after_end");
  EXPECT_EQ(error.kind, ErrorKind::conflict);
  EXPECT_EQ(error.remote->code, "ERR-PA409001");
}

TEST_F(BlibliLabels, five_a_day_are_the_packages_own_limit) {
  const Error error = refused(kit::reply(refusal("ERR-PA429001", "You have reached it"), 429));
  EXPECT_EQ(error.kind, ErrorKind::blocked) << "the shop's other work goes on";
  EXPECT_EQ(error.code, "blibli_item_limit");
  EXPECT_TRUE(error.retry_after);
}

TEST_F(BlibliLabels, what_is_no_document_is_no_label) {
  EXPECT_EQ(refused(told(R"("content":{})")).code, "channel_answer_unreadable");
  EXPECT_EQ(refused(told(R"("content":{"shippingLabel":"@@"})")).code, "channel_answer_unreadable");
  EXPECT_EQ(refused(told(R"("content":{"shippingLabel":")" + to_base64("<html>") + "\"}")).code,
            "channel_answer_unreadable");
  EXPECT_EQ(refused(kit::file("<html>", "text/html")).code, "channel_answer_unreadable");
  EXPECT_EQ(refused(kit::file(kit::kLabel.substr(0, 30))).code, "channel_answer_unreadable");
}

}  // namespace
}  // namespace gerbang::blibli
