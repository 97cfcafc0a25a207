// What a connector says of itself, and how it gets at a shop.
#include "connectors/conformance/checks.hpp"
#include "core/base/url.hpp"

namespace gerbang::conformance {

using std::chrono::hours;
using std::chrono::seconds;

namespace {

bool has_consent(const Bench& b) {
  return b.market.info().can.authorise;
}

Result<OrderPage> read_something(Market& market) {
  OrderWindow window;
  window.from = market.clock.now() - hours(1);
  window.to = market.clock.now() + seconds(1);
  const CallContext c = market.ctx();
  return market.drive(market.connector->list_orders(c, window));
}

void says_what_it_is(Bench& b, Findings& f) {
  const ConnectorInfo& info = b.market.info();
  const bool named = info.channel.size() >= 2 && info.channel[0] >= 'a' && info.channel[0] <= 'z' &&
                     std::all_of(info.channel.begin(), info.channel.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                     });
  f.expect(named, "the channel's name is not of small letters, digits and '_': " + info.channel);
  f.expect(info.channel == b.subject.channel, "it calls itself " + info.channel);
  f.expect(b.market.sandbox->channel() == info.channel, "the sandbox is another channel's");
  f.expect(!info.display_name.empty(), "no name for people");
  f.expect(info.can.authorise == info.credentials.empty(),
           "keys to type in are named exactly where there is no consent page");
  const ChannelLimits& l = info.limits;
  for (const auto& [name, value] : {std::pair{"stock_batch", l.stock_batch},
                                    {"price_batch", l.price_batch},
                                    {"state_batch", l.state_batch},
                                    {"order_batch", l.order_batch},
                                    {"order_page_days", l.order_page_days}})
    f.expect(value >= 1, std::string(name) + " is 0");
  f.expect(!l.rates.empty(), "no rate is declared");
  for (const RateLimit& r : l.rates) {
    f.expect(r.calls > 0 && r.per.count() > 0 && r.burst >= 1, "a rate without calls or time");
    f.expect((r.scope == RateLimit::Scope::endpoint) == !r.operation.empty(),
             "an endpoint's rate names its operation, and no other does");
  }
  f.expect(!info.can.shop_webhooks || info.can.webhooks, "webhooks of shops, and no webhooks");
}

void authorises(Bench& b, Findings& f) {
  Market& m = b.market;
  if (m.info().can.authorise) {
    const std::string state = "negara & bagian/é=1";
    const std::string link =
        f.need(m.connector->authorise_url(m.app(), state, m.clock.now()), "authorise_url");
    f.expect(link.starts_with(m.app().auth_url), "the seller is sent to " + link);
    f.expect(link.find(m.app().secret.reveal()) == std::string::npos, "the link holds the secret");
  }
  m.open();
  f.expect(!m.tokens.access.empty(), "no access token");
  f.expect(!m.seller.empty(), "the shop is not named");
  if (m.info().can.authorise) {
    f.expect(m.tokens.access_expires_at > m.clock.now(), "the token has expired already");
    f.expect(!m.tokens.refresh.empty(), "no refresh token");
  } else {
    f.expect(m.tokens.access_expires_at == TimePoint(), "keys that are typed in never expire");
  }
  f.need(read_something(m), "a call with the new token");
}

void refuses_a_wrong_grant(Bench& b, Findings& f) {
  Market m(b.subject);
  m.open();
  const AuthorisationGrant good = m.consent();
  const auto try_it = [&](const AuthorisationGrant& grant, const std::string& what) {
    const CallContext c = m.ctx();
    const auto outcome = m.drive(m.connector->exchange_code(c, grant));
    f.refused(outcome, what,
              {ErrorKind::unauthenticated, ErrorKind::rejected, ErrorKind::invalid,
               ErrorKind::forbidden, ErrorKind::auth_expired});
  };
  for (std::size_t i = 0; i < good.query.size(); ++i) {
    const std::string& name = good.query[i].first;
    const bool secret =
        m.info().can.authorise
            ? name == "code"
            : good.query[i].second.find("://") == std::string::npos &&
                  std::any_of(m.info().credentials.begin(), m.info().credentials.end(),
                              [&](const Credential& c) { return c.required && c.name == name; });
    if (!secret) continue;
    AuthorisationGrant wrong = good;
    char& last = wrong.query[i].second.back();
    last = last == '0' ? '1' : '0';
    try_it(wrong, "a wrong " + name);
  }
  if (m.info().can.authorise) {
    try_it(AuthorisationGrant{}, "a grant without a code");
    const CallContext c = m.ctx();
    f.need(m.drive(m.connector->exchange_code(c, good)), "the right grant");
    try_it(good, "a code for the second time");
  }
}

void renews_tokens(Bench& b, Findings& f) {
  Market m(b.subject);
  m.outcomes = &b.outcomes;
  m.renews_tokens = false;
  m.open();
  const TokenSet old = m.tokens;
  m.clock.advance(hours(1));
  const CallContext c = m.ctx();
  const TokenSet fresh =
      f.need(m.perform("refresh_tokens", [&] { return m.connector->refresh_tokens(c); }),
             "refresh_tokens");
  if (!m.info().can.authorise) {
    f.expect(fresh.access == old.access, "fixed keys come back changed");
    CallContext wrong = m.ctx();
    std::string spoiled = old.access.reveal();
    for (char& ch : spoiled) {
      if (ch >= 'a' && ch <= 'y') ch = static_cast<char>(ch + 1);
    }
    wrong.access_token = Secret(spoiled);
    const auto refused = m.drive(m.connector->refresh_tokens(wrong));
    f.expect(!refused, "keys that are wrong are said to be good");
    return;
  }
  f.expect(!(fresh.access == old.access), "the access token is the old one");
  f.expect(fresh.access_expires_at > old.access_expires_at, "it lives no longer than the old one");
  f.expect(!fresh.refresh.empty(), "nothing to refresh with next time");
  m.tokens = fresh;
  f.need(read_something(m), "a call with the renewed token");
  if (!m.info().can.single_use_refresh) return;
  f.expect(!(fresh.refresh == old.refresh), "a refresh token of single use comes back");
  m.tokens = old;
  const CallContext spent = m.ctx();
  const auto again = m.drive(m.connector->refresh_tokens(spent));
  f.refused(again, "a spent refresh token", {ErrorKind::unauthenticated});
}

void notices_expiry(Bench& b, Findings& f) {
  Market m(b.subject);
  m.renews_tokens = false;
  m.open();
  m.clock.set(m.tokens.access_expires_at + seconds(1));
  f.refused(read_something(m), "an expired token", {ErrorKind::auth_expired});
  const CallContext c = m.ctx();
  m.tokens = f.need(m.drive(m.connector->refresh_tokens(c)), "refreshing after expiry");
  f.need(read_something(m), "a call with the renewed token");
}

// What is not declared answers `unsupported`, and asks the channel nothing.
void offers_no_more(Bench& b, Findings& f) {
  Market& m = b.market;
  const Capabilities& can = m.info().can;
  const CallContext c = m.ctx();
  OrderAction order;
  order.external_id = "1";
  const auto refuses = [&](bool offered, const char* name, auto exchange) {
    if (offered) return;
    const bool asks = exchange.start().has_value();
    f.expect(!asks, std::string(name) + " asks the channel");
    if (!asks) f.refused(exchange.take(), name, {ErrorKind::unsupported});
  };
  const Connector& k = *m.connector;
  refuses(can.accept_order, "accept_order", k.accept_order(c, order));
  refuses(can.ship_order, "ship_order", k.ship_order(c, order));
  refuses(can.cancel_order, "cancel_order", k.cancel_order(c, order));
  refuses(can.answer_cancellation, "answer_cancellation", k.answer_cancellation(c, order, true));
  refuses(can.fetch_label, "fetch_label", k.fetch_label(c, order, ""));
  refuses(can.find_listing, "find_listing", k.find_listing(c, m.draft("KRJ")));
  refuses(can.shop_webhooks, "ensure_webhooks", k.ensure_webhooks(c));
  refuses(can.lost_events, "read_lost_events", k.read_lost_events(c));
  refuses(can.lost_events, "confirm_lost_events", k.confirm_lost_events(c, "1"));
  if (!can.authorise)
    f.refused(k.authorise_url(m.app(), "s", m.clock.now()), "authorise_url",
              {ErrorKind::unsupported});
  if (!can.webhooks) {
    InboundRequest anything;
    anything.body = "{}";
    f.refused(k.open_webhook(anything, m.app(), m.clock.now()), "open_webhook",
              {ErrorKind::unsupported, ErrorKind::unauthenticated});
  }
}

// Four fifths of the declared pace, as the engine keeps it.
class Pace {
 public:
  explicit Pace(Market& market) : market_(market) {
    for (const RateLimit& rate : market.info().limits.rates)
      buckets_.push_back({rate, rate.burst, market.clock.now()});
  }
  void wait(const HttpRequest& request) {
    for (Bucket& bucket : buckets_) {
      const RateLimit& rate = bucket.rate;
      if (rate.scope == RateLimit::Scope::endpoint && rate.operation != request.operation) continue;
      const double per_ms = rate.calls * 0.8 / static_cast<double>(rate.per.count());
      refill(bucket, per_ms);
      if (bucket.tokens < 1) {
        market_.clock.advance(
            Duration(static_cast<std::int64_t>((1 - bucket.tokens) / per_ms) + 1));
        refill(bucket, per_ms);
      }
      bucket.tokens -= 1;
    }
  }

 private:
  struct Bucket {
    RateLimit rate;
    double tokens;
    TimePoint at;
  };
  void refill(Bucket& bucket, double per_ms) const {
    const TimePoint now = market_.clock.now();
    bucket.tokens = std::min(
        bucket.rate.burst, bucket.tokens + per_ms * static_cast<double>((now - bucket.at).count()));
    bucket.at = now;
  }
  Market& market_;
  std::vector<Bucket> buckets_;
};

bool has_limit(const Bench& b) {
  return b.market.fixture("limits_on").is_object();
}

void keeps_the_pace(Bench& b, Findings& f) {
  const json::Value on = b.market.fixture("limits_on");
  Market m(b.subject, on);
  Pace pace(m);
  m.before_request = [&](const HttpRequest& request) { pace.wait(request); };
  m.open();
  for (int i = 0; i < 120; ++i) {
    const auto page = read_something(m);
    if (!f.expect(page.ok(), "at the declared pace, call " + std::to_string(i + 1) + ": " +
                                 (page ? "" : page.error().describe())))
      return;
  }
  // And the limit is there: without a pace it is met.
  m.before_request = nullptr;
  bool met = false;
  for (int i = 0; i < 500 && !met; ++i) {
    const auto page = read_something(m);
    met = !page && page.error().kind == ErrorKind::throttled;
    if (met) f.expect(page.error().retry_after.has_value(), "throttled, and not for how long");
  }
  f.expect(met, "the sandbox has no limit: the pace proves nothing");
}

const Check kChecks[] = {
    {"Declared", "says what it is and what it can do", always, says_what_it_is},
    {"Declared", "the declared pace meets no limit of the channel", has_limit, keeps_the_pace},
    {"Declared", "what is not declared is `unsupported`, without a call", always, offers_no_more},
    {"Access", "a shop is connected and can be called", always, authorises},
    {"Access", "a wrong grant is refused", always, refuses_a_wrong_grant},
    {"Access", "tokens rotate, or keys are asked again", always, renews_tokens},
    {"Access", "an expired token is told apart and renewed", has_consent, notices_expiry},
};

}  // namespace

std::span<const Check> access_checks() {
  return kChecks;
}

}  // namespace gerbang::conformance
