// The kit can fail: the sample connector with one bug at a time, and the row that has to see it.
#include <gtest/gtest.h>

#include <functional>

#include "connectors/conformance/conformance.hpp"
#include "connectors/list.hpp"

namespace gerbang::conformance {
namespace {

// Passes everything on to the sample.
class Through : public Connector {
 public:
  Through() : real_(make_connector("sample")), info_(real_->info()) {}
  const ConnectorInfo& info() const noexcept override { return info_; }
  Result<std::string> authorise_url(const App& a, std::string_view s, TimePoint n) const override {
    return real_->authorise_url(a, s, n);
  }
  Exchange<std::vector<TokenSet>> exchange_code(CallContext c,
                                                AuthorisationGrant g) const override {
    return real_->exchange_code(std::move(c), std::move(g));
  }
  Exchange<TokenSet> refresh_tokens(CallContext c) const override {
    return real_->refresh_tokens(std::move(c));
  }
  Exchange<json::Value> read_shop_facts(CallContext c) const override {
    return real_->read_shop_facts(std::move(c));
  }
  Result<std::string> category_of(const CallContext& c, const ListingDraft& d) const override {
    return real_->category_of(c, d);
  }
  Exchange<json::Value> read_category_facts(CallContext c, std::string id) const override {
    return real_->read_category_facts(std::move(c), std::move(id));
  }
  Exchange<ListingRef> publish_listing(CallContext c, ListingDraft d) const override {
    return real_->publish_listing(std::move(c), std::move(d));
  }
  Exchange<ListingRef> update_listing(CallContext c, ListingDraft d) const override {
    return real_->update_listing(std::move(c), std::move(d));
  }
  Exchange<ListingRef> find_listing(CallContext c, ListingDraft d) const override {
    return real_->find_listing(std::move(c), std::move(d));
  }
  Exchange<BatchAck> set_stock(CallContext c, StockBatch b) const override {
    return real_->set_stock(std::move(c), std::move(b));
  }
  Exchange<BatchAck> set_price(CallContext c, PriceBatch b) const override {
    return real_->set_price(std::move(c), std::move(b));
  }
  Exchange<BatchAck> set_state(CallContext c, StateBatch b) const override {
    return real_->set_state(std::move(c), std::move(b));
  }
  Exchange<ListingPage> read_listings(CallContext c, std::string cursor) const override {
    return real_->read_listings(std::move(c), std::move(cursor));
  }
  Exchange<OrderPage> list_orders(CallContext c, OrderWindow w) const override {
    return real_->list_orders(std::move(c), std::move(w));
  }
  Exchange<OrderBatch> fetch_orders(CallContext c, std::vector<std::string> ids) const override {
    return real_->fetch_orders(std::move(c), std::move(ids));
  }
  Exchange<Ack> accept_order(CallContext c, OrderAction a) const override {
    return real_->accept_order(std::move(c), std::move(a));
  }
  Exchange<Ack> ship_order(CallContext c, OrderAction a) const override {
    return real_->ship_order(std::move(c), std::move(a));
  }
  Exchange<Ack> cancel_order(CallContext c, OrderAction a) const override {
    return real_->cancel_order(std::move(c), std::move(a));
  }
  Exchange<Ack> answer_cancellation(CallContext c, OrderAction a, bool yes) const override {
    return real_->answer_cancellation(std::move(c), std::move(a), yes);
  }
  Exchange<ShippingLabel> fetch_label(CallContext c, OrderAction a,
                                      std::string parcel) const override {
    return real_->fetch_label(std::move(c), std::move(a), std::move(parcel));
  }
  Result<std::vector<HookEvent>> open_webhook(const InboundRequest& r, const App& a,
                                              TimePoint n) const override {
    return real_->open_webhook(r, a, n);
  }
  Exchange<LostEvents> read_lost_events(CallContext c) const override {
    return real_->read_lost_events(std::move(c));
  }
  Exchange<Ack> confirm_lost_events(CallContext c, std::string upto) const override {
    return real_->confirm_lost_events(std::move(c), std::move(upto));
  }
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override {
    return real_->read_event(body);
  }

 protected:
  std::unique_ptr<Connector> real_;
  ConnectorInfo info_;
};

// ---- the bugs

// Whoever can post is believed.
class Credulous final : public Through {
  Result<std::vector<HookEvent>> open_webhook(const InboundRequest& r, const App&,
                                              TimePoint) const override {
    return real_->read_event(r.body);
  }
};
// Time is signed, and not looked at in the future.
class Timeless final : public Through {
  Result<std::vector<HookEvent>> open_webhook(const InboundRequest& r, const App& a,
                                              TimePoint now) const override {
    auto opened = real_->open_webhook(r, a, now);
    if (opened || opened.error().code != "webhook_time") return opened;
    const auto sent = json::Value(r.headers.find("X-Time").value_or("")).to_integral().value_or(0);
    if (from_unix_seconds(sent) < now) return opened;
    return real_->open_webhook(r, a, from_unix_seconds(sent));
  }
};
// A refused item counts as done.
class Optimist final : public Through {
  Exchange<BatchAck> set_stock(CallContext c, StockBatch b) const override {
    Exchange<BatchAck> setting = real_->set_stock(std::move(c), std::move(b));
    Result<BatchAck> ack = co_await std::move(setting);
    if (!ack) co_return std::move(ack).error();
    for (ItemAck& item : ack->items) item.error.reset();
    co_return std::move(*ack);
  }
};
// The last of a full batch is left out.
class OneShort final : public Through {
  Exchange<BatchAck> set_price(CallContext c, PriceBatch b) const override {
    std::string last;
    if (b.items.size() >= 20) {
      last = b.items.back().sku;
      b.items.pop_back();
    }
    Exchange<BatchAck> setting = real_->set_price(std::move(c), std::move(b));
    Result<BatchAck> ack = co_await std::move(setting);
    if (!ack) co_return std::move(ack).error();
    if (!last.empty()) {
      ItemAck claimed;
      claimed.key = last;
      ack->items.push_back(std::move(claimed));
    }
    co_return std::move(*ack);
  }
};
class FirstPageOnly final : public Through {
  Exchange<ListingPage> read_listings(CallContext c, std::string cursor) const override {
    Exchange<ListingPage> reading = real_->read_listings(std::move(c), std::move(cursor));
    Result<ListingPage> page = co_await std::move(reading);
    if (!page) co_return std::move(page).error();
    page->next.clear();
    co_return std::move(*page);
  }
};
class FirstOrdersOnly final : public Through {
  Exchange<OrderPage> list_orders(CallContext c, OrderWindow w) const override {
    Exchange<OrderPage> reading = real_->list_orders(std::move(c), std::move(w));
    Result<OrderPage> page = co_await std::move(reading);
    if (!page) co_return std::move(page).error();
    page->next.clear();
    co_return std::move(*page);
  }
};
// The tokens that were there come back.
class Forgetful final : public Through {
  Exchange<TokenSet> refresh_tokens(CallContext c) const override {
    const Secret access = c.access_token, refresh = c.refresh_token;
    Exchange<TokenSet> refreshing = real_->refresh_tokens(std::move(c));
    Result<TokenSet> fresh = co_await std::move(refreshing);
    if (!fresh) co_return std::move(fresh).error();
    fresh->access = access;
    fresh->refresh = refresh;
    co_return std::move(*fresh);
  }
};
// An outage is taken for "there are none".
class Calm final : public Through {
  Exchange<OrderPage> list_orders(CallContext c, OrderWindow w) const override {
    Exchange<OrderPage> reading = real_->list_orders(std::move(c), std::move(w));
    Result<OrderPage> page = co_await std::move(reading);
    if (!page && page.error().kind == ErrorKind::transient) {
      OrderPage none;
      co_return none;
    }
    co_return page;
  }
};
// How long to wait is not told.
class Impatient final : public Through {
  Exchange<BatchAck> set_state(CallContext c, StateBatch b) const override {
    Exchange<BatchAck> setting = real_->set_state(std::move(c), std::move(b));
    Result<BatchAck> ack = co_await std::move(setting);
    if (!ack && ack.error().kind == ErrorKind::throttled) {
      Error error = std::move(ack).error();
      error.retry_after.reset();
      co_return error;
    }
    co_return ack;
  }
};
// A lost answer to a create is called harmless.
class Careless final : public Through {
  Exchange<ListingRef> publish_listing(CallContext c, ListingDraft d) const override {
    Exchange<ListingRef> publishing = real_->publish_listing(std::move(c), std::move(d));
    Result<ListingRef> done = co_await std::move(publishing);
    if (!done && done.error().kind == ErrorKind::indeterminate) {
      Error error = std::move(done).error();
      error.kind = ErrorKind::transient;
      co_return error;
    }
    co_return done;
  }
};
// Finds something, whatever is asked for.
class Guessing final : public Through {
  Exchange<ListingRef> find_listing(CallContext c, ListingDraft d) const override {
    Exchange<ListingRef> finding = real_->find_listing(std::move(c), std::move(d));
    Result<ListingRef> found = co_await std::move(finding);
    if (!found && found.error().kind == ErrorKind::not_found) {
      ListingRef any;
      any.remote_product = "1001";
      co_return any;
    }
    co_return found;
  }
};
// Prints whatever comes: an outage's page goes onto the parcel.
class Printing final : public Through {
  Exchange<ShippingLabel> fetch_label(CallContext c, OrderAction a, std::string p) const override {
    Exchange<ShippingLabel> fetching = real_->fetch_label(std::move(c), std::move(a), std::move(p));
    Result<ShippingLabel> label = co_await std::move(fetching);
    if (!label && label.error().code == "channel_answer_unreadable") {
      ShippingLabel page;
      page.document = Secret("<html>");
      co_return page;
    }
    co_return label;
  }
};
// A label that is being made is called refused for good.
class Curt final : public Through {
  Exchange<ShippingLabel> fetch_label(CallContext c, OrderAction a, std::string p) const override {
    Exchange<ShippingLabel> fetching = real_->fetch_label(std::move(c), std::move(a), std::move(p));
    Result<ShippingLabel> label = co_await std::move(fetching);
    if (!label && label.error().code == "label_not_ready") {
      Error error = std::move(label).error();
      error.kind = ErrorKind::rejected;
      co_return error;
    }
    co_return label;
  }
};
// Offers what it says it does not.
class Eager final : public Through {
 public:
  Eager() { info_.can.cancel_order = false; }
};
// Says that it may call ten times as often.
class Hasty final : public Through {
 public:
  Hasty() {
    for (RateLimit& rate : info_.limits.rates) {
      rate.calls *= 10;
      rate.burst *= 10;
    }
  }
};
// Something else than context and replies decides what it sends.
class Moody final : public Through {
  Exchange<OrderBatch> fetch_orders(CallContext c, std::vector<std::string> ids) const override {
    if (++calls_ % 2 == 0) std::reverse(ids.begin(), ids.end());
    return real_->fetch_orders(std::move(c), std::move(ids));
  }
  mutable int calls_ = 0;
};
// The bearer token goes along to whoever hosts the pictures.
class Talkative final : public Through {
  Exchange<ListingRef> publish_listing(CallContext c, ListingDraft d) const override {
    HttpRequest request;
    request.url = d.images.front();
    request.operation = "image";
    request.trust = Trust::tenant;
    request.headers.set("Authorization", "Bearer " + c.access_token.reveal());
    HttpResponse picture = co_await std::move(request);
    if (picture.status != 200) co_return Error(ErrorKind::transient, "image_unreachable");
    Exchange<ListingRef> publishing = real_->publish_listing(std::move(c), std::move(d));
    Result<ListingRef> done = co_await std::move(publishing);
    co_return done;
  }
};
// The second "yes" is an error.
class Strict final : public Through {
  Exchange<Ack> accept_order(CallContext c, OrderAction a) const override {
    if (a.status == OrderStatus::accepted)
      co_return Error(ErrorKind::rejected, "order_state_refused");
    Exchange<Ack> accepting = real_->accept_order(std::move(c), std::move(a));
    Result<Ack> done = co_await std::move(accepting);
    co_return done;
  }
};
// What is refused for now is given up.
class Despairing final : public Through {
  Exchange<BatchAck> set_price(CallContext c, PriceBatch b) const override {
    Exchange<BatchAck> setting = real_->set_price(std::move(c), std::move(b));
    Result<BatchAck> ack = co_await std::move(setting);
    if (!ack) co_return std::move(ack).error();
    for (ItemAck& item : ack->items) {
      if (item.error && item.error->kind == ErrorKind::blocked)
        item.error->kind = ErrorKind::rejected;
    }
    co_return std::move(*ack);
  }
};

Report with(std::function<std::unique_ptr<Connector>()> connector) {
  auto about = subject(
      "sample", std::move(connector),
      [](sandbox::Options o) { return make_sandbox("sample", std::move(o)); },
      GERBANG_SOURCE_DIR "/connectors/sample/sandbox/app.json");
  ensure(about.ok(), "the sample's app file cannot be read");
  return examine(*about);
}

struct Bug {
  const char* name;
  std::function<std::unique_ptr<Connector>()> connector;
  const char* row;  // the beginning of its name
};
template <class T>
Bug bug(const char* name, const char* row) {
  return {name, [] { return std::make_unique<T>(); }, row};
}

const std::vector<Bug>& bugs() {
  static const std::vector<Bug> all = {
      bug<Credulous>("Credulous", "one changed byte"),
      bug<Credulous>("CredulousOfStrangers", "other secrets"),
      bug<Timeless>("Timeless", "a signed time"),
      bug<Optimist>("Optimist", "partial success"),
      bug<OneShort>("OneShort", "prices, in a batch"),
      bug<FirstPageOnly>("FirstPageOnly", "listings are read back"),
      bug<FirstOrdersOnly>("FirstOrdersOnly", "orders are listed"),
      bug<Forgetful>("Forgetful", "tokens rotate"),
      bug<Calm>("Calm", "transient or indeterminate: 503"),
      bug<Calm>("CalmAboutPages", "transient or indeterminate: HTML"),
      bug<Impatient>("Impatient", "throttled"),
      bug<Careless>("Careless", "transient or indeterminate: 503"),
      bug<Guessing>("Guessing", "a listing is found"),
      bug<Printing>("Printing", "transient or indeterminate: HTML"),
      bug<Curt>("Curt", "a label: not ready yet"),
      bug<Eager>("Eager", "what is not declared"),
      bug<Hasty>("Hasty", "the declared pace"),
      bug<Moody>("Moody", "the same context"),
      bug<Talkative>("Talkative", "no request leaves"),
      bug<Strict>("Strict", "accepting"),
      bug<Despairing>("Despairing", "blocked"),
  };
  return all;
}

class PlantedBug : public testing::TestWithParam<Bug> {};
INSTANTIATE_TEST_SUITE_P(Kit, PlantedBug, testing::ValuesIn(bugs()),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(PlantedBug, IsReportedByItsRow) {
  const Report report = with(GetParam().connector);
  EXPECT_FALSE(report.passed());
  bool reported = false;
  for (const Row& row : report.rows)
    reported |= row.name.starts_with(GetParam().row) && row.verdict == Verdict::failed;
  EXPECT_TRUE(reported) << details(report);
}

TEST(Kit, PassesTheSampleWithoutBugs) {
  const Report report =
      with([]() -> std::unique_ptr<Connector> { return std::make_unique<Through>(); });
  EXPECT_TRUE(report.passed()) << details(report);
}

// What is not declared is shown as that, and not as passed.
TEST(Kit, ShowsWhatIsNotDeclared) {
  class Modest final : public Through {
   public:
    Modest() { info_.can.ship_order = false; }
    Exchange<Ack> ship_order(CallContext, OrderAction) const override {
      co_return unsupported("ship_order");
    }
  };
  const Report report =
      with([]() -> std::unique_ptr<Connector> { return std::make_unique<Modest>(); });
  for (const Row& row : report.rows) {
    if (row.name.starts_with("shipping")) {
      EXPECT_EQ(row.verdict, Verdict::not_declared);
    }
  }
  EXPECT_TRUE(report.passed()) << details(report);
}

}  // namespace
}  // namespace gerbang::conformance
