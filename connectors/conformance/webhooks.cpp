// Webhooks: believed when they are the channel's, and never otherwise.
#include "connectors/conformance/checks.hpp"

namespace gerbang::conformance {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

bool hooks(const Bench& b) {
  return b.market.info().can.webhooks;
}
bool shop_hooks(const Bench& b) {
  return b.market.info().can.shop_webhooks;
}
bool keeps_lost(const Bench& b) {
  return b.market.info().can.lost_events;
}

std::string bought(Bench& b) {
  return b.market.order(b.first().draft.variants.front().sku, 1);
}

// A delivery about `order`, and what it says. Throws Stop when there is none.
struct Delivery {
  InboundRequest request;
  std::vector<HookEvent> events;
};
Delivery delivery(Bench& b, std::string* order = nullptr) {
  Market& m = b.market;
  m.take_pushes();
  const std::string id = bought(b);
  if (order != nullptr) *order = id;
  for (int round = 0; round < 20; ++round) {
    for (InboundRequest& in : m.take_pushes()) {
      auto events = m.connector->open_webhook(in, m.app(), m.clock.now());
      if (!events) throw Stop("a genuine webhook is refused: " + events.error().describe());
      for (const HookEvent& e : *events) {
        if (e.kind == HookKind::order_changed && e.order == id) return {std::move(in), *events};
      }
    }
    m.clock.advance(seconds(5));
  }
  throw Stop("no webhook tells of a new order");
}

void keeps_webhooks(Bench& b, Findings& f) {
  Market& m = b.market;
  const auto keep = [&] {
    const CallContext c = m.ctx();
    return f.need(m.perform("ensure_webhooks", [&] { return m.connector->ensure_webhooks(c); }),
                  "ensure_webhooks");
  };
  f.expect(keep().created > 0, "a new shop's webhooks are not made");
  const WebhookUpkeep again = keep();
  f.expect(again.created == 0 && again.repaired == 0 && again.removed == 0,
           "what is right already is changed");
}

void believes_the_channel(Bench& b, Findings& f) {
  std::string order;
  const Delivery d = delivery(b, &order);
  Market& m = b.market;
  for (const HookEvent& e : d.events) {
    f.expect(!e.key.empty(), "an event without a key");
    f.expect(!e.type.empty(), "the channel's own word is lost");
    f.expect(e.remote_shop_id.empty() || e.remote_shop_id == m.seller,
             "an event of shop " + e.remote_shop_id);
  }
  // The same delivery twice is one event; another is another.
  const auto twice =
      f.need(m.connector->open_webhook(d.request, m.app(), m.clock.now()), "the same again");
  f.expect(twice.front().key == d.events.front().key, "one delivery, two keys");
  const Delivery other = delivery(b);
  f.expect(other.events.front().key != d.events.front().key, "two deliveries, one key");
}

constexpr std::initializer_list<ErrorKind> kDisbelief = {ErrorKind::unauthenticated};

void refuses_tampering(Bench& b, Findings& f) {
  Market& m = b.market;
  const Delivery d = delivery(b);
  const TimePoint now = m.clock.now();
  const auto open = [&](const InboundRequest& r) {
    return m.connector->open_webhook(r, m.app(), now);
  };
  for (std::size_t i = 0; i < d.request.body.size(); ++i) {
    InboundRequest r = d.request;
    r.body[i] = static_cast<char>(r.body[i] ^ 1);
    f.refused(open(r), "byte " + std::to_string(i) + " of the body changed", kDisbelief);
  }
  InboundRequest r = d.request;
  r.body += " ";
  f.refused(open(r), "a byte more", kDisbelief);
  r.body = d.request.body.substr(0, d.request.body.size() - 1);
  f.refused(open(r), "a byte less", kDisbelief);
  // A channel's console may try the address with nothing at all: that can do nothing either.
  r.body.clear();
  const auto bare_body = open(r);
  f.expect(!bare_body ||
               std::all_of(bare_body->begin(), bare_body->end(),
                           [](const HookEvent& e) { return e.kind == HookKind::verification; }),
           "no body at all is believed");

  // The headers without which it is not believed: nothing of them may differ either.
  int guards = 0;
  for (const auto& [name, value] : d.request.headers) {
    InboundRequest without = d.request;
    without.headers.erase(name);
    const auto bare = open(without);
    if (bare || bare.error().kind != ErrorKind::unauthenticated) continue;
    ++guards;
    // Of a header whose value is signed in another form, the digits that the form leaves out.
    const auto loose =
        static_cast<std::size_t>(b.market.fixture("loose_end_of")[name].to_integral().value_or(0));
    for (std::size_t i = 0; i + loose < value.size(); ++i) {
      InboundRequest changed = d.request;
      std::string other = value;
      other[i] = static_cast<char>(other[i] ^ 1);
      changed.headers.set(name, other);
      f.refused(open(changed), name + ", byte " + std::to_string(i) + " changed", kDisbelief);
    }
    InboundRequest empty = d.request;
    empty.headers.set(name, "");
    f.refused(open(empty), "an empty " + name, kDisbelief);
  }
  f.expect(guards > 0, "no header is needed to be believed");
}

void refuses_strangers(Bench& b, Findings& f) {
  Market& m = b.market;
  const Delivery d = delivery(b);
  const App ours = m.app();
  App other = ours;
  other.secret = Secret("kunci-orang-lain");
  other.push_secret = Secret(ours.push_secret.empty() ? "" : "dorong-orang-lain");
  f.refused(m.connector->open_webhook(d.request, other, m.clock.now()), "another app's secret",
            kDisbelief);
  App none = ours;
  none.secret = none.push_secret = Secret();
  f.refused(m.connector->open_webhook(d.request, none, m.clock.now()), "no secret at all",
            kDisbelief);
  if (ours.push_secret.empty()) return;
  // While the secret is changed, the previous one holds.
  App changing = ours;
  changing.push_secret_before = ours.push_secret;
  changing.push_secret = Secret("dorong-yang-baru");
  f.expect(m.connector->open_webhook(d.request, changing, m.clock.now()).ok(),
           "the previous push secret is refused");
}

// A time that is signed is looked at, 300 s both ways; where none is, replays end elsewhere.
void looks_at_the_time(Bench& b, Findings& f) {
  Market& m = b.market;
  const Delivery d = delivery(b);
  const TimePoint now = m.clock.now();
  const auto at = [&](Duration away) {
    return m.connector->open_webhook(d.request, m.app(), now + away);
  };
  const bool old = at(hours(24)).ok(), early = at(-hours(24)).ok();
  f.expect(old == early, "the signed time is looked at in one direction only");
  f.expect(at(minutes(3)).ok() && at(-minutes(3)).ok(), "clocks that differ by 3 minutes");
  if (!old) f.refused(at(hours(24)), "a webhook of yesterday", kDisbelief);
}

void recovers_lost_events(Bench& b, Findings& f) {
  Market& m = b.market;
  const auto read = [&] {
    const CallContext c = m.ctx();
    return f.need(m.perform("read_lost_events", [&] { return m.connector->read_lost_events(c); }),
                  "read_lost_events");
  };
  const auto confirm = [&](const std::string& upto) {
    const CallContext c = m.ctx();
    f.need(
        m.perform("confirm_lost_events", [&] { return m.connector->confirm_lost_events(c, upto); }),
        "confirm_lost_events");
  };
  m.take_pushes();
  const std::string id = bought(b);
  for (int round = 0; round < 200 && m.sandbox->next_push(); ++round) {
    m.clock.set(std::max(m.clock.now(), *m.sandbox->next_push()));
    m.take_pushes(503);
  }
  bool told = false;
  for (int round = 0; round < 50; ++round) {
    const LostEvents lost = read();
    for (const std::string& body : lost.bodies) {
      const auto events = m.connector->read_event(body);
      if (!f.expect(events.ok(), "a lost event cannot be read")) continue;
      for (const HookEvent& e : *events) told |= e.order == id;
    }
    if (lost.bodies.empty()) break;
    f.expect(!lost.confirm.empty(), "lost events that cannot be confirmed");
    confirm(lost.confirm);
  }
  f.expect(told, "the order whose webhooks were lost is not among the lost events");
  f.expect(read().bodies.empty(), "what was confirmed comes again");
}

const Check kChecks[] = {
    {"Webhooks", "a shop's own webhooks are made once", shop_hooks, keeps_webhooks},
    {"Webhooks", "a genuine one is believed and names the order", hooks, believes_the_channel},
    {"Webhooks", "one changed byte, in body or signature, is refused", hooks, refuses_tampering},
    {"Webhooks", "other secrets are refused, the previous one is not", hooks, refuses_strangers},
    {"Webhooks", "a signed time is checked both ways", hooks, looks_at_the_time},
    {"Webhooks", "lost ones are recovered and confirmed", keeps_lost, recovers_lost_events},
};

}  // namespace

std::span<const Check> webhook_checks() {
  return kChecks;
}

}  // namespace gerbang::conformance
