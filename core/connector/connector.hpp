#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

namespace gerbang {

// How the channel counts calls. The engine keeps 20 % below.
struct RateLimit {
  enum class Scope { app, shop, endpoint };  // endpoint: per shop and operation
  Scope scope = Scope::shop;
  std::string operation;  // endpoint scope: which; empty otherwise
  double calls = 1;       // per `per`
  Duration per{1000};
  double burst = 1;
};

struct ChannelLimits {
  std::vector<RateLimit> rates;
  std::size_t stock_batch = 1;  // items per set_stock
  bool stock_batch_same_product = true;
  std::size_t price_batch = 1;
  bool price_batch_same_product = true;
  std::size_t state_batch = 1;
  std::size_t order_batch = 1;       // ids per fetch_orders
  std::size_t order_page_days = 15;  // widest window of list_orders
};

// What a channel offers. An operation of an undeclared capability answers `unsupported`.
struct Capabilities {
  bool variants_in_listing = true;  // false: each variant is published as its own product
  bool webhooks = false;
  bool shop_webhooks = false;  // made in each shop by a call, see ensure_webhooks
  bool lost_events = false;
  bool accept_order = false;
  bool ship_order = false;
  bool cancel_order = false;
  bool answer_cancellation = false;  // the buyer asked, the seller decides
  bool fetch_label = false;
  bool label_per_parcel = false;  // no document holds the labels of several parcels
  bool authorise = true;          // false: fixed credentials, see ConnectorInfo
  bool single_use_refresh = false;
  bool find_listing = false;  // can look up by our SKU
  bool needs_category_facts = false;
  bool needs_shop_facts = false;
};

// One of the keys that an operator types in where the channel has no consent page.
struct Credential {
  std::string name;  // in the API, in files, and in the grant: "seller_key"
  bool required = true;
};

struct ConnectorInfo {
  std::string channel;       // "shopee": name in URLs, tables, configuration
  std::string display_name;  // "Shopee"
  Capabilities can;
  std::vector<Credential> credentials;  // exactly where `can.authorise` is false
  ChannelLimits limits;
  Duration refresh_token_life{0};  // 0: not limited
  // Not empty: the channel no longer sells. Product pushes to its real host are refused with this
  // stable error code; `live_hosts` are the hosts meant.
  std::string retired_code;
  std::vector<std::string> live_hosts;
};

// The port that a marketplace implements. Pure virtual on purpose: forgetting an operation does not
// compile; not offering one is `co_return unsupported(…)` and must agree with info().can.
// Implementations are stateless, thread-safe and perform no I/O.
class Connector {
 public:
  virtual ~Connector() = default;
  virtual const ConnectorInfo& info() const noexcept = 0;

  // -- authorisation
  // Where to send the seller. `state` comes back in the callback.
  virtual Result<std::string> authorise_url(const App& app, std::string_view state,
                                            TimePoint now) const = 0;
  // One set per shop that the grant covers. Where `can.authorise` is false the grant holds the
  // fixed credentials by name, with nothing unknown and nothing required missing: the connector
  // asks the channel whether they are good and packs them into `access`, which comes back as
  // CallContext::access_token; `access_expires_at` stays TimePoint(), never.
  virtual Exchange<std::vector<TokenSet>> exchange_code(CallContext, AuthorisationGrant) const = 0;
  // Fixed credentials: asks once more whether those of the context are good, and gives them back.
  virtual Exchange<TokenSet> refresh_tokens(CallContext) const = 0;

  // -- facts that publishing needs; kept by the engine for a day
  virtual Exchange<json::Value> read_shop_facts(CallContext) const = 0;
  // The channel's category for a draft, from shop facts; pure. Code category_unmapped when none
  // fits.
  virtual Result<std::string> category_of(const CallContext&, const ListingDraft&) const = 0;
  virtual Exchange<json::Value> read_category_facts(CallContext, std::string category) const = 0;

  // -- listings
  virtual Exchange<ListingRef> publish_listing(CallContext, ListingDraft) const = 0;  // create
  virtual Exchange<ListingRef> update_listing(CallContext, ListingDraft) const = 0;   // make it so
  // After an indeterminate create: the unit as the channel has it, or not_found.
  virtual Exchange<ListingRef> find_listing(CallContext, ListingDraft) const = 0;
  virtual Exchange<BatchAck> set_stock(CallContext, StockBatch) const = 0;
  virtual Exchange<BatchAck> set_price(CallContext, PriceBatch) const = 0;
  virtual Exchange<BatchAck> set_state(CallContext, StateBatch) const = 0;
  // Page by page; `cursor` empty first.
  virtual Exchange<ListingPage> read_listings(CallContext, std::string cursor) const = 0;

  // -- orders
  virtual Exchange<OrderPage> list_orders(CallContext, OrderWindow) const = 0;
  virtual Exchange<OrderBatch> fetch_orders(CallContext, std::vector<std::string> ids) const = 0;
  virtual Exchange<Ack> accept_order(CallContext, OrderAction) const = 0;
  virtual Exchange<Ack> ship_order(CallContext, OrderAction) const = 0;
  virtual Exchange<Ack> cancel_order(CallContext, OrderAction) const = 0;
  virtual Exchange<Ack> answer_cancellation(CallContext, OrderAction, bool accept) const = 0;
  // The paper that goes onto the parcels, see label_from() in label.hpp. `parcel` is the channel's
  // number of one of them, empty for all; with `can.label_per_parcel` it is never empty where
  // `action.shipments` holds several. Changes nothing at the channel but its own making of the
  // paper, so it can be repeated. Errors beyond the usual: transient label_not_ready with
  // retry_after, the channel is still making it; conflict label_before_shipping, label_after_end,
  // the order's state; conflict parcel_wanted, the channel turns out to have several.
  virtual Exchange<ShippingLabel> fetch_label(CallContext, OrderAction,
                                              std::string parcel) const = 0;

  // -- webhooks
  // Verifies over the raw bytes and reads the hints. Fails closed: `unauthenticated` unless a
  // signature of ours matches. Several events when one delivery carries several.
  virtual Result<std::vector<HookEvent>> open_webhook(const InboundRequest&, const App&,
                                                      TimePoint now) const = 0;
  // Makes the webhooks of this shop what they must be: there, with our address and secret, switched
  // on. Called regularly, because such channels switch them off after failures. Only channels with
  // `can.shop_webhooks` have it; the others need not say so.
  virtual Exchange<WebhookUpkeep> ensure_webhooks(CallContext) const;
  virtual Exchange<LostEvents> read_lost_events(CallContext) const = 0;
  virtual Exchange<Ack> confirm_lost_events(CallContext, std::string confirm) const = 0;
  // The hints in a recovered body (its signature is the API call that brought it).
  virtual Result<std::vector<HookEvent>> read_event(std::string_view body) const = 0;
};

// `co_return unsupported("answer_cancellation");`
Error unsupported(std::string_view operation);

// The connectors of this build, by channel name. An explicit list: self-registering statics in a
// static library vanish at link.
class Registry {
 public:
  void add(std::unique_ptr<Connector> connector);  // a second one of that channel is a bug
  const Connector* find(std::string_view channel) const;
  std::vector<const Connector*> all() const;

 private:
  std::vector<std::unique_ptr<Connector>> connectors_;
};

}  // namespace gerbang
