// Labels on demand: the whole engine in virtual time, with the sandboxes of four channels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/village.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

// One shop with baskets and one order.
class Seller {
 public:
  explicit Seller(const std::string& name, json::Value settings = json::object({}))
      : channel(name), world(options(name, std::move(settings))) {
    world.put(basket());
    world.count("KERANJANG-M", 12);
    shop = world.connect(channel, "BUM Desa");
    sold = world.run_until([&] { return world.on_offer(channel, shop).contains("KERANJANG-M"); },
                           minutes(90)) &&
           quiet();
    remote = world.place_order(channel, shop, "KERANJANG-M", 1);
    sold = sold && reaches(OrderStatus::paid);
  }
  static World::Options options(const std::string& name, json::Value settings) {
    World::Options out;
    out.channels = {name};
    out.settings = json::object({{name, std::move(settings)}});
    return out;
  }
  bool quiet() {
    return world.run_until([this] { return world.waiting_work() == 0; }, minutes(60));
  }
  Order order() {
    store::ListOrders query;
    query.organisation = world.organisation();
    const auto page = world.store().read_now(query);
    return page->data.empty() ? Order() : page->data.front();
  }
  bool reaches(OrderStatus status) {
    return world.run_until([&] { return !order().id.empty() && order().status == status; },
                           minutes(60));
  }
  bool decide(Aspect action, OrderStatus status) {
    store::RequestOrderAction script;
    script.organisation = world.organisation();
    script.order = order().id;
    script.action = action;
    script.detail = json::object({{"courier", "JNE"}, {"tracking_number", ""}});
    return world.store().apply_now(script).ok() && reaches(status) && quiet();
  }
  bool ship() { return decide(Aspect::order_ship, OrderStatus::accepted); }
  // Asked again whenever the channel says so.
  Result<ShippingLabel> patiently() {
    Result<ShippingLabel> label = world.label(order().id);
    for (int i = 0; i < 10 && !label && label.error().code == "label_not_ready"; ++i) {
      world.run_for(*label.error().retry_after);
      label = world.label(order().id);
    }
    return label;
  }
  std::int64_t calls() {
    return world.control(channel, Method::get, "ledger")["last"].as_int64().value_or(-1);
  }
  void fault(const json::Value& one) {
    world.control(channel, Method::post, "faults", json::object({{"faults", json::array({one})}}));
  }

  const std::string channel;
  World world;
  Shop shop;
  std::string remote;
  bool sold = false;
};

class LabelsAt : public testing::TestWithParam<const char*> {};

TEST_P(LabelsAt, AnOrderGetsItsLabelOnceItsShipmentIsArranged) {
  Seller s(GetParam());
  ASSERT_TRUE(s.sold);
  const auto early = s.world.label(s.order().id);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().kind, ErrorKind::conflict) << early.error().describe();
  const bool at_lazada = s.channel == "lazada";
  ASSERT_TRUE(
      s.decide(at_lazada ? Aspect::order_accept : Aspect::order_ship, OrderStatus::accepted))
      << to_string(s.order().status);
  const auto label = s.patiently();
  ASSERT_TRUE(label) << label.error().describe();
  EXPECT_THAT(label->document.reveal(), StartsWith("%PDF-"));
  EXPECT_EQ(label->media_type, "application/pdf");
  EXPECT_THAT(label->file_name, StartsWith("label-" + s.remote));
  EXPECT_EQ(s.world.waiting_work(), 0) << "asking is no work";
}
INSTANTIATE_TEST_SUITE_P(Channels, LabelsAt, testing::Values("shopee", "tokopedia", "lazada"));

TEST(Labels, OfAPackageAtBlibliAreCountedPerDayAndHoldNothingElseUp) {
  Seller s("blibli", json::object({{"limit_scale", 1}}));
  ASSERT_TRUE(s.sold);
  ASSERT_TRUE(s.decide(Aspect::order_accept, OrderStatus::accepted)) << to_string(s.order().status);
  ASSERT_TRUE(s.world.run_until([&] { return !s.order().shipments.empty(); }, minutes(60)));
  for (int i = 0; i < 5; ++i) {
    const auto label = s.world.label(s.order().id);
    ASSERT_TRUE(label) << i << ": " << label.error().describe();
  }
  const auto sixth = s.world.label(s.order().id);
  ASSERT_FALSE(sixth);
  EXPECT_EQ(sixth.error().code, "blibli_item_limit");
  EXPECT_EQ(sixth.error().kind, ErrorKind::blocked);
  s.world.run_for(seconds(30));
  s.world.count("KERANJANG-M", 7);
  EXPECT_TRUE(s.world.run_until(
      [&] { return s.world.on_offer("blibli", s.shop)["KERANJANG-M"] == 6; }, minutes(5)))
      << "the shop goes on";
}

TEST(Labels, ATokenThatDiesMeanwhileIsRenewedOnce) {
  Seller s("shopee");
  ASSERT_TRUE(s.sold && s.ship());
  s.world.run_for(std::chrono::hours(1));  // a token that was made just now is not given up
  s.fault(json::object({{"operation", "logistics.get_shipping_document_parameter"},
                        {"kind", "auth_expired"},
                        {"times", 1}}));
  const std::int64_t before = s.calls();
  const auto label = s.patiently();
  ASSERT_TRUE(label) << label.error().describe();
  int refreshes = 0;
  const json::Value ledger =
      s.world.control("shopee", Method::get, "ledger?after=" + std::to_string(before));
  for (const json::Value& e : ledger["entries"].items())
    refreshes += e["operation"].text() == "auth.access_token.get";
  EXPECT_EQ(refreshes, 1);
}

TEST(Labels, AChannelThatWantsSilenceGetsIt) {
  Seller s("shopee");
  ASSERT_TRUE(s.sold && s.ship());
  s.world.run_for(minutes(1));
  s.fault(json::object({{"operation", "logistics.get_shipping_document_parameter"},
                        {"kind", "throttle"},
                        {"times", 1}}));
  const auto refused = s.world.label(s.order().id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::throttled);
  ASSERT_TRUE(refused.error().retry_after);
  const std::int64_t before = s.calls();
  const auto again = s.world.label(s.order().id);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "channel_paused");
  EXPECT_TRUE(again.error().retry_after);
  EXPECT_EQ(s.calls(), before) << "not a call while the channel wants silence";
}

TEST(Labels, WhatNeedsNoCallMakesNone) {
  Seller s("shopee");
  ASSERT_TRUE(s.sold && s.ship());
  s.world.run_for(minutes(1));
  const std::int64_t before = s.calls();
  EXPECT_EQ(s.world.label("ord_01ARZ3NDEKTSV4RRFFQ69G5FAV").error().kind, ErrorKind::not_found);
  EXPECT_EQ(s.world.label(s.order().id, "OFG-lain").error().code, "parcel_not_in_order");
  store::SetShopState pause;
  pause.shop = s.shop.id;
  pause.state = ShopState::paused;
  ASSERT_TRUE(s.world.store().apply_now(pause));
  EXPECT_EQ(s.world.label(s.order().id).error().code, "shop_not_sending");
  EXPECT_EQ(s.calls(), before);

  Seller closed("bukalapak");
  EXPECT_EQ(closed.world.label(closed.order().id).error().code, "operation_unsupported");
}

TEST(Labels, NobodyWaitsLongForAShopThatIsBusy) {
  Seller s("shopee");
  ASSERT_TRUE(s.sold && s.ship());
  s.world.run_for(minutes(1));
  // Each call takes 15 s: the label takes several, and the first half minute is not enough.
  s.world.network().transit = [](const HttpRequest&) { return Duration(seconds(15)); };
  const TimePoint began = s.world.clock.now();
  const auto busy = s.world.label(s.order().id);
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, "shop_busy");
  EXPECT_TRUE(busy.error().retry_after);
  EXPECT_LE(s.world.clock.now() - began, seconds(31));
  s.world.network().transit = nullptr;
  s.world.run_for(minutes(2));
  EXPECT_TRUE(s.patiently());
}

TEST(Labels, NothingOfTheShopTravelsToTheAddressOfTheDocument) {
  Seller s("tokopedia");
  ASSERT_TRUE(s.sold && s.ship());
  int fetched = 0;
  s.world.network().intercept = [&](const HttpRequest& r) -> std::optional<Error> {
    if (r.operation != "label.fetch") return std::nullopt;
    ++fetched;
    EXPECT_EQ(r.trust, Trust::tenant) << "public https only";
    EXPECT_EQ(r.headers.size(), 0u);
    EXPECT_THAT(r.url, HasSubstr("/label/"));
    EXPECT_EQ(r.url.find("sign="), std::string::npos);
    return Error(ErrorKind::invalid, "address_refused", "a private address");
  };
  const auto label = s.patiently();
  ASSERT_FALSE(label);
  EXPECT_EQ(label.error().code, "address_refused") << label.error().describe();
  EXPECT_EQ(fetched, 1);
}

}  // namespace
}  // namespace gerbang::kit
