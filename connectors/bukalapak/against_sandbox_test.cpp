// The connector against its sandbox: no sockets, virtual time.
#include <gmock/gmock.h>

#include "connectors/bukalapak/bukalapak.hpp"
#include "connectors/bukalapak/sandbox/bukalapak_sandbox.hpp"
#include "core/base/url.hpp"

namespace gerbang {
namespace {

using testing::HasSubstr;

constexpr std::string_view kBase = "http://bukalapak.test";

std::string png(std::uint8_t high, std::uint8_t low) {
  std::string out("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  for (int i = 0; i < 2; ++i) {
    out += std::string(2, '\0');
    out += static_cast<char>(high);
    out += static_cast<char>(low);
  }
  return out + "isi gambar";
}

class BukalapakAgainstSandbox : public testing::Test {
 protected:
  ManualClock clock{*from_rfc3339("2025-01-06T02:00:00Z")};
  SeededRandom random{7};
  std::unique_ptr<Connector> connector = make_bukalapak_connector();
  std::unique_ptr<sandbox::Sandbox> market;
  std::string seller;
  TokenSet tokens;
  std::shared_ptr<const json::Value> facts;
  std::string picture = png(1, 0x2C);  // 300 × 300

  void SetUp() override {
    sandbox::Options options;
    options.clock = &clock;
    options.random = &random;
    options.public_url = kBase;
    options.settings = json::object({{"calls_per_minute", 0}});
    market = make_bukalapak_sandbox(std::move(options));
    seller = control(Method::post, "shops", {{"name", "BUM Desa Contoh"}})["shop_id"].text();
    const json::Value consent = control(Method::post, "consent", {{"shop_id", seller}});
    AuthorisationGrant grant;
    for (const auto& [name, value] : consent["query"].members())
      grant.query.emplace_back(name, value.to_text());
    auto granted = drive(connector->exchange_code(ctx(), grant));
    ASSERT_TRUE(granted.ok()) << granted.error().describe();
    tokens = granted->at(0);
    auto read = drive(connector->read_shop_facts(ctx()));
    ASSERT_TRUE(read.ok()) << read.error().describe();
    facts = std::make_shared<const json::Value>(std::move(*read));
  }

  json::Value control(Method method, const std::string& what,
                      std::initializer_list<json::Member> body, int status = 0) {
    HttpRequest request;
    request.method = method;
    request.url = "/_sandbox/" + what;
    if (body.size() > 0) request.body = json::dump(json::object(body));
    const sandbox::Answer answer = market->handle(request);
    if (status != 0) {
      EXPECT_EQ(answer.response.status, status) << answer.response.body;
    }
    return *json::parse(answer.response.body);
  }

  CallContext ctx() const {
    CallContext out;
    out.app.app_id = "bukalapak-sandbox";
    out.app.secret = Secret("bukalapak-sandbox-secret");
    out.app.api_url = kBase;
    out.app.redirect_url = "https://gerbang.example/oauth/bukalapak/callback";
    out.access_token = tokens.access;
    out.refresh_token = tokens.refresh;
    out.remote_shop_id = seller;
    out.now = clock.now();
    out.shop_facts = facts;
    return out;
  }

  // Carries an exchange; pictures come from the organisation's own server.
  template <class T>
  Result<T> drive(Exchange<T> exchange) {
    std::optional<HttpRequest> request = exchange.start();
    while (request) {
      HttpResponse response;
      if (request->trust == Trust::tenant) {
        response.status = 200;
        response.body = picture;
      } else {
        EXPECT_TRUE(request->url.starts_with(kBase)) << request->url;
        request->url.erase(0, kBase.size());
        sandbox::Answer answer = market->handle(*request);
        if (answer.cut == sandbox::Answer::Cut::reset_instead)
          return Error(ErrorKind::indeterminate, "connection_lost");
        response = std::move(answer.response);
        if (answer.cut == sandbox::Answer::Cut::truncate_body)
          response.body.resize(response.body.size() / 2);
      }
      request = exchange.reply(std::move(response));
    }
    return exchange.take();
  }

  ListingDraft draft(const std::string& sku = "KOPI-250", Quantity stock = 12) {
    ListingDraft out;
    out.unit = "KOPI/" + sku;
    out.title = "Kopi Robusta";
    out.description = "Sangrai segar";
    out.category = "makanan-minuman/kopi";
    out.images = {"https://img.example/1.png", "https://img.example/2.png"};
    DraftVariant variant;
    variant.sku = sku;
    variant.price = Money{35000};
    variant.stock = stock;
    variant.weight_grams = 280;
    out.variants.push_back(std::move(variant));
    return out;
  }

  ListingRef publish(const ListingDraft& d) {
    auto published = drive(connector->publish_listing(ctx(), d));
    EXPECT_TRUE(published.ok()) << published.error().describe();
    return published.ok() ? *published : ListingRef{};
  }

  Error stock_error(const ListingRef& ref, Quantity quantity, bool listed = true) {
    StockBatch batch;
    batch.items.push_back(
        {"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), quantity, listed});
    auto set = drive(connector->set_stock(ctx(), batch));
    if (!set) return set.error();
    return set->items.at(0).error.value_or(Error(ErrorKind::bug, "none"));
  }

  json::Value listing(std::size_t index = 0) {
    return control(Method::get, "listings?shop_id=" + seller, {})["listings"][index];
  }

  std::string buy(const std::string& sku, int quantity, bool pay = true) {
    json::Value lines = json::array({json::object({{"sku", sku}, {"quantity", quantity}})});
    return std::string(control(Method::post, "orders",
                               {{"shop_id", seller}, {"lines", lines}, {"pay", pay}})["order_id"]
                           .text());
  }

  RemoteOrder fetched(const std::string& id) {
    auto batch = drive(connector->fetch_orders(ctx(), {id}));
    EXPECT_TRUE(batch.ok()) << batch.error().describe();
    return batch.ok() && !batch->orders.empty() ? batch->orders[0] : RemoteOrder{};
  }

  OrderAction action(const std::string& id) {
    OrderAction out;
    out.external_id = id;
    out.status = fetched(id).status;
    return out;
  }
};

TEST_F(BukalapakAgainstSandbox, tokens_rotate_and_the_old_pair_is_dead) {
  EXPECT_EQ(tokens.remote_shop_id, seller);
  EXPECT_EQ(tokens.remote_shop_name, "BUM Desa Contoh");
  EXPECT_EQ(tokens.access_expires_at, clock.now() + std::chrono::hours(2));
  const CallContext old = ctx();
  auto fresh = drive(connector->refresh_tokens(ctx()));
  ASSERT_TRUE(fresh.ok()) << fresh.error().describe();
  EXPECT_EQ(drive(connector->refresh_tokens(old)).error().code, "refresh_refused");
  EXPECT_EQ(drive(connector->read_listings(old, "")).error().kind, ErrorKind::auth_expired);
  tokens = *fresh;
  EXPECT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
  clock.advance(std::chrono::hours(2));
  EXPECT_EQ(drive(connector->read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
}

TEST_F(BukalapakAgainstSandbox, every_demo_category_finds_its_leaf) {
  for (const char* slug :
       {"makanan-minuman/kopi", "makanan-minuman/gula", "makanan-minuman/keripik",
        "makanan-minuman/madu", "makanan-minuman/rempah", "makanan-minuman/beras",
        "makanan-minuman/minuman-herbal", "makanan-minuman/hampers", "fesyen/batik", "fesyen/tas",
        "rumah-tangga/anyaman", "kecantikan/sabun"}) {
    ListingDraft d;
    d.category = slug;
    EXPECT_TRUE(connector->category_of(ctx(), d).ok()) << slug;
  }
}

TEST_F(BukalapakAgainstSandbox, a_product_lives_from_publishing_to_withdrawal) {
  ListingDraft d = draft();
  const ListingRef ref = publish(d);
  EXPECT_EQ(listing()["product"].text(), ref.remote_product);
  EXPECT_EQ(listing()["variant"].text(), ref.variants.at("KOPI-250"));
  EXPECT_EQ(listing()["sku"].text(), "KOPI-250");
  EXPECT_EQ(listing()["stock"].as_int64(), 12);
  EXPECT_EQ(listing()["listed"].as_bool(), true);

  d.remote_product = ref.remote_product;
  d.memo = ref.memo;
  d.title = "Kopi Robusta Baru";
  d.images = {"https://img.example/2.png", "https://img.example/3.png"};
  auto updated = drive(connector->update_listing(ctx(), d));
  ASSERT_TRUE(updated.ok()) << updated.error().describe();
  EXPECT_EQ(listing()["title"].text(), "Kopi Robusta Baru");
  EXPECT_EQ(listing()["stock"].as_int64(), 12);

  PriceBatch price;
  price.items.push_back(
      {"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), Money{37000}});
  ASSERT_TRUE(drive(connector->set_price(ctx(), price)).ok());
  EXPECT_EQ(listing()["price"].as_int64(), 37000);

  auto found = drive(connector->find_listing(ctx(), draft()));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->remote_product, ref.remote_product);

  StateBatch state;
  state.items.push_back(
      {"KOPI/KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), false, false});
  ASSERT_TRUE(drive(connector->set_state(ctx(), state)).ok());
  EXPECT_EQ(listing()["listed"].as_bool(), false);
  state.items[0].remove = true;
  for (int twice = 0; twice < 2; ++twice) {
    auto removed = drive(connector->set_state(ctx(), state));
    ASSERT_TRUE(removed.ok());
    EXPECT_FALSE(removed->items[0].error.has_value());
  }
  EXPECT_TRUE(listing().is_null());
  EXPECT_EQ(drive(connector->find_listing(ctx(), draft())).error().kind, ErrorKind::not_found);
  EXPECT_EQ(stock_error(ref, 3).kind, ErrorKind::not_found);
}

TEST_F(BukalapakAgainstSandbox, stock_that_ran_out_comes_back_on_sale) {
  const ListingRef ref = publish(draft());
  stock_error(ref, 0);
  EXPECT_EQ(listing()["listed"].as_bool(), false);
  stock_error(ref, 5);
  EXPECT_EQ(listing()["listed"].as_bool(), true);
  EXPECT_EQ(listing()["stock"].as_int64(), 5);
  // Taken off by a person: more stock leaves it there.
  StateBatch off;
  off.items.push_back(
      {"KOPI/KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), false, false});
  ASSERT_TRUE(drive(connector->set_state(ctx(), off)).ok());
  stock_error(ref, 9, false);
  EXPECT_EQ(listing()["listed"].as_bool(), false);
  EXPECT_EQ(listing()["stock"].as_int64(), 9);
}

TEST_F(BukalapakAgainstSandbox, an_image_that_is_too_small_is_refused_by_place) {
  picture = png(1, 0x2B);  // 299 × 299
  const auto published = drive(connector->publish_listing(ctx(), draft()));
  EXPECT_EQ(published.error().kind, ErrorKind::rejected);
  EXPECT_EQ(published.error().field, "/images/0");
  EXPECT_THAT(published.error().remote->message, HasSubstr("300 x 300"));
}

TEST_F(BukalapakAgainstSandbox, a_create_whose_answer_was_lost_is_found) {
  for (const char* fault : {"reset_after", "truncated"}) {
    const std::string sku = std::string("KOPI-") + fault;
    json::Value faults =
        json::array({json::object({{"operation", "product.create"}, {"kind", fault}})});
    control(Method::post, "faults", {{"faults", faults}}, 200);
    const auto lost = drive(connector->publish_listing(ctx(), draft(sku)));
    EXPECT_EQ(lost.error().kind, ErrorKind::indeterminate) << fault;
    const auto found = drive(connector->find_listing(ctx(), draft(sku)));
    ASSERT_TRUE(found.ok()) << fault;
    EXPECT_EQ(found->remote_product, listing()["product"].text());
  }
}

TEST_F(BukalapakAgainstSandbox, read_back_walks_all_pages) {
  for (int i = 0; i < 31; ++i) publish(draft("SKU-" + std::to_string(i)));
  std::set<std::string> seen;
  std::string cursor;
  int pages = 0;
  do {
    auto page = drive(connector->read_listings(ctx(), cursor));
    ASSERT_TRUE(page.ok());
    for (const RemoteListing& l : page->listings) seen.insert(l.remote_sku);
    cursor = page->next;
    ++pages;
  } while (!cursor.empty() && pages < 9);
  EXPECT_EQ(seen.size(), 31u);
  EXPECT_EQ(pages, 2);
}

TEST_F(BukalapakAgainstSandbox, an_order_goes_from_payment_to_payout) {
  publish(draft());
  const std::string id = buy("KOPI-250", 2, false);
  EXPECT_EQ(fetched(id).status, OrderStatus::pending);
  EXPECT_EQ(listing()["stock"].as_int64(), 10);
  EXPECT_EQ(drive(connector->accept_order(ctx(), action(id))).error().code, "order_state_refused");
  control(Method::post, "orders/" + id + "/pay", {}, 200);
  EXPECT_THAT(fetched(id).buyer.reveal(), Not(HasSubstr("phone")));

  OrderAction ship = action(id);
  ship.courier = "JNE REG";
  ship.tracking_number = "R123";
  auto shipped = drive(connector->ship_order(ctx(), ship));
  ASSERT_TRUE(shipped.ok()) << shipped.error().describe();
  EXPECT_EQ(shipped->shipments.at(0).tracking_number, "R123");
  // Both again, as after lost answers.
  EXPECT_TRUE(drive(connector->accept_order(ctx(), ship)).ok());
  EXPECT_TRUE(drive(connector->ship_order(ctx(), ship)).ok());
  const RemoteOrder sent = fetched(id);
  EXPECT_EQ(sent.status, OrderStatus::shipped);
  EXPECT_THAT(sent.buyer.reveal(), HasSubstr("phone"));  // unlocked by accepting
  EXPECT_EQ(sent.lines.at(0).remote_sku, "KOPI-250");
  EXPECT_EQ(sent.total, Money{79000});
  control(Method::post, "orders/" + id + "/deliver", {}, 200);
  EXPECT_EQ(fetched(id).status, OrderStatus::delivered);
  control(Method::post, "orders/" + id + "/complete", {}, 200);
  EXPECT_EQ(fetched(id).status, OrderStatus::completed);
}

TEST_F(BukalapakAgainstSandbox, a_returned_parcel_is_a_return) {
  publish(draft());
  const std::string id = buy("KOPI-250", 1);
  OrderAction ship = action(id);
  ship.courier = "JNE REG";
  ship.tracking_number = "R1";
  ASSERT_TRUE(drive(connector->ship_order(ctx(), ship)).ok());
  control(Method::post, "orders/" + id + "/return", {}, 200);
  EXPECT_EQ(fetched(id).status, OrderStatus::shipped);
  control(Method::post, "orders/" + id + "/return", {}, 200);
  EXPECT_EQ(fetched(id).status, OrderStatus::returned);
  EXPECT_EQ(listing()["stock"].as_int64(), 11);
}

TEST_F(BukalapakAgainstSandbox, cancelling_gives_the_goods_back_and_can_be_repeated) {
  publish(draft("KOPI-250", 1));
  const std::string id = buy("KOPI-250", 1);
  EXPECT_EQ(listing()["listed"].as_bool(), false);
  OrderAction cancel = action(id);
  cancel.reason = "out_of_stock";
  EXPECT_TRUE(drive(connector->cancel_order(ctx(), cancel)).ok());
  EXPECT_TRUE(drive(connector->cancel_order(ctx(), cancel)).ok());
  EXPECT_EQ(fetched(id).status, OrderStatus::cancelled);
  EXPECT_EQ(control(Method::get, "orders/" + id, {})["reject_reason"].text(), "Stok Habis");
  EXPECT_EQ(listing()["stock"].as_int64(), 1);
  EXPECT_EQ(listing()["listed"].as_bool(), true);
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(fetched(id).remote_status, "refunded");
  EXPECT_EQ(fetched(id).status, OrderStatus::cancelled);
}

TEST_F(BukalapakAgainstSandbox, polling_finds_new_and_changed_orders_once_per_window) {
  publish(draft("KOPI-250", 900));
  std::vector<std::string> ids;
  for (int i = 0; i < 51; ++i) ids.push_back(buy("KOPI-250", 1));
  const auto poll = [&](TimePoint from, TimePoint to) {
    std::set<std::string> seen;
    OrderWindow window;
    window.from = from;
    window.to = to;
    do {
      auto page = drive(connector->list_orders(ctx(), window));
      EXPECT_TRUE(page.ok());
      if (!page.ok()) break;
      for (const RemoteOrder& order : page->orders) seen.insert(order.external_id);
      window.cursor = page->next;
    } while (!window.cursor.empty());
    return seen;
  };
  const TimePoint start = clock.now();
  EXPECT_EQ(poll(start - std::chrono::minutes(15), start + std::chrono::seconds(1)).size(), 51u);
  clock.advance(std::chrono::hours(1));
  ASSERT_TRUE(drive(connector->accept_order(ctx(), action(ids[3]))).ok());
  EXPECT_EQ(poll(clock.now() - std::chrono::minutes(15), clock.now() + std::chrono::seconds(1)),
            std::set<std::string>{ids[3]});
}

TEST_F(BukalapakAgainstSandbox, sixty_first_call_of_a_minute_waits) {
  control(Method::put, "settings", {{"calls_per_minute", 60}}, 200);
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(drive(connector->read_listings(ctx(), "")).ok()) << i;
  clock.advance(std::chrono::seconds(20));
  const auto refused = drive(connector->read_listings(ctx(), ""));
  EXPECT_EQ(refused.error().kind, ErrorKind::throttled);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(40));
  control(Method::put, "settings", {{"retry_after", false}}, 200);
  EXPECT_EQ(drive(connector->read_listings(ctx(), "")).error().retry_after,
            std::chrono::minutes(1));
  clock.advance(std::chrono::seconds(40));
  EXPECT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
}

}  // namespace
}  // namespace gerbang
