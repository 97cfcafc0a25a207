// What came of wrong replies: every conversation of the checks before, with every fault at every
// step (market.hpp). And the outcomes that only the channel itself can make.
#include "connectors/conformance/checks.hpp"

namespace gerbang::conformance {

namespace {

void tell(Bench& b, Findings& f, const char* sort) {
  const Outcomes::Tally& tally = b.outcomes.by_sort[sort];
  f.expect(tally.trials > 0, "no conversation was played");
  f.trials += tally.trials;
  for (const std::string& finding : tally.findings) f.expect(false, finding);
}

// Each operation that is declared was a success at least once: what was never tried shows nothing.
void all_tried(Bench& b, Findings& f) {
  const Capabilities& can = b.market.info().can;
  const auto tried = [&](bool declared, const char* operation) {
    if (declared)
      f.expect(b.outcomes.succeeded[operation] > 0, std::string(operation) + " never succeeded");
  };
  for (const char* operation :
       {"exchange_code", "refresh_tokens", "publish_listing", "update_listing", "set_stock",
        "set_price", "set_state", "read_listings", "list_orders", "fetch_orders"})
    tried(true, operation);
  tried(can.needs_shop_facts, "read_shop_facts");
  tried(can.needs_category_facts, "read_category_facts");
  tried(can.find_listing, "find_listing");
  tried(can.accept_order, "accept_order");
  tried(can.ship_order, "ship_order");
  tried(can.cancel_order, "cancel_order");
  tried(can.answer_cancellation, "answer_cancellation");
  tried(can.fetch_label, "fetch_label");
  tried(can.shop_webhooks, "ensure_webhooks");
  tried(can.lost_events, "read_lost_events");
  tried(can.lost_events, "confirm_lost_events");
}

bool has_holds(const Bench& b) {
  return b.market.fixture("holds_price").is_object();
}
// A promotion holds the price: it waits, and is not lost.
void blocked(Bench& b, Findings& f) {
  Market& m = b.market;
  const Goods& goods = b.first();
  const DraftVariant& v = goods.draft.variants.front();
  const json::Value& hold = m.fixture("holds_price");
  if (hold["settings"].is_object()) {
    std::string text = json::dump(hold["settings"]);
    for (std::size_t at; (at = text.find("$sku")) != std::string::npos;) text.replace(at, 4, v.sku);
    const auto patch = json::parse(text);
    if (!patch) throw Stop("holds_price: " + patch.error().describe());
    m.settings(*patch);
  } else {
    m.fault("refuse", -1, hold["code"].to_text());
  }
  PriceBatch batch;
  batch.items = {m.price_item(goods, 0, 92'000)};
  Result<BatchAck> outcome = Error(ErrorKind::bug, "not_tried");
  for (int round = 0; round < 10; ++round) {
    const CallContext c = m.ctx();
    outcome = m.perform("set_price", [&] { return m.connector->set_price(c, batch); });
    if (!outcome || !outcome->items.front().deferred) break;
    m.clock.advance(outcome->items.front().deferred->after);
    batch.items.front().ticket = Ticket{outcome->items.front().deferred->ticket, false};
  }
  m.clear_faults();
  const Told what = told(outcome);
  f.expect(!what.done, "a price that is held is set");
  for (const Error& e : what.errors)
    f.expect(e.kind == ErrorKind::blocked, "a price that is held: " + e.describe());
}

void not_found(Bench& b, Findings& f) {
  f.expect(b.outcomes.refused["not_found"] > 0, "nothing was ever `not_found`");
}

void stays_home(Bench& b, Findings& f) {
  f.expect(true, "");
  for (const std::string& finding : b.market.misdirected) f.expect(false, finding);
}

const Check kChecks[] = {
    {"Outcomes", "done: every declared operation", always, all_tried},
    {"Outcomes", "throttled: 429 with and without Retry-After, and in its own words", always,
     [](Bench& b, Findings& f) { tell(b, f, "throttled"); }},
    {"Outcomes", "transient or indeterminate: 503", always,
     [](Bench& b, Findings& f) { tell(b, f, "unavailable"); }},
    {"Outcomes", "transient or indeterminate: HTML with 200, empty, `null`, half an answer", always,
     [](Bench& b, Findings& f) { tell(b, f, "unreadable"); }},
    {"Outcomes", "auth expired, in its own words", always,
     [](Bench& b, Findings& f) { tell(b, f, "expired"); }},
    {"Outcomes", "rejected: a code nobody knows, kept", always,
     [](Bench& b, Findings& f) { tell(b, f, "refused"); }},
    {"Outcomes", "blocked: a price that a promotion holds", has_holds, blocked},
    {"Outcomes", "not found", always, not_found},
    {"Outcomes", "broken off at every step", always,
     [](Bench& b, Findings& f) { tell(b, f, "dropped"); }},
    {"Outcomes", "the same context and replies, the same requests", always,
     [](Bench& b, Findings& f) { tell(b, f, "pure"); }},
    {"Outcomes", "no request leaves the channel, no secret goes elsewhere", always, stays_home},
};

}  // namespace

std::span<const Check> outcome_checks() {
  return kChecks;
}

}  // namespace gerbang::conformance
