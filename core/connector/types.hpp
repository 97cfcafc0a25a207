#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/secret.hpp"
#include "core/connector/http.hpp"
#include "core/model/draft.hpp"
#include "core/model/order.hpp"
#include "core/model/product.hpp"
#include "core/model/shop.hpp"

// What goes in and out of a connector's operations.
namespace gerbang {

// Our partner account at a channel, and where the channel lives.
struct App {
  std::string channel;
  std::string app_id;         // Shopee partner_id, OAuth client_id
  Secret secret;              // Shopee partner key, OAuth client_secret
  Secret push_secret;         // webhooks; empty: the channel's rule for a fallback applies
  Secret push_secret_before;  // the previous one during a rotation; may be empty
  std::string api_url;        // "https://partner.shopeemobile.com", no trailing slash
  std::string auth_url;       // the seller's consent page
  std::string hook_url;       // our webhook address exactly as registered at the channel
  std::string redirect_url;   // our /oauth/{channel}/callback as registered
};

// The time of an exchange. Its copies share it, and who drives the exchange moves it on with every
// reply: a request that comes after a long wait for a free call is signed with the time of then,
// not with that of the first one. Assigned to, it is a new one that nobody moves.
class Moment {
 public:
  Moment(TimePoint at = {}) : at_(std::make_shared<TimePoint>(at)) {}
  // Copied where it could be moved: a context that was handed on can still be read.
  Moment(const Moment&) = default;
  Moment& operator=(const Moment&) = default;
  ~Moment() = default;
  operator TimePoint() const { return *at_; }
  void move_to(TimePoint at) const { *at_ = at; }

  friend TimePoint operator+(const Moment& m, Duration d) { return *m.at_ + d; }
  friend TimePoint operator-(const Moment& m, Duration d) { return *m.at_ - d; }
  friend Duration operator-(const Moment& m, TimePoint t) { return *m.at_ - t; }
  friend Duration operator-(TimePoint t, const Moment& m) { return t - *m.at_; }
  friend bool operator==(const Moment& m, TimePoint t) { return *m.at_ == t; }
  friend auto operator<=>(const Moment& m, TimePoint t) { return *m.at_ <=> t; }

 private:
  std::shared_ptr<TimePoint> at_;
};

// Everything an exchange may depend on.
struct CallContext {
  App app;
  std::string shop;            // our id, for nothing but logs
  std::string remote_shop_id;  // the channel's
  Secret access_token;
  Secret refresh_token;
  Moment now;
  std::string nonce;  // 16 random bytes, hex
  // Results of read_shop_facts / read_category_facts, kept by the engine; null before.
  std::shared_ptr<const json::Value> shop_facts;
  std::shared_ptr<const json::Value> category_facts;
};

// What came back to /oauth/{channel}/callback, decoded.
struct AuthorisationGrant {
  std::vector<std::pair<std::string, std::string>> query;
};

// ---- listings -------------------------------------------------------------------------------

struct ListingRef {
  std::string remote_product;
  std::map<std::string, std::string> variants;  // our SKU → remote variant id
  json::Value memo;
  // Not finished: the engine calls update_listing after this long (Shopee wants 5 s between
  // creating an item and giving it variants). Nothing: complete.
  std::optional<Duration> resume_after;
};

struct StockBatch {
  std::vector<StockItem> items;
};

struct PriceBatch {
  std::vector<PriceItem> items;
};

struct StateBatch {
  std::vector<StateItem> items;
};

// The channel has taken the value and works it off later (a queue of its own); or the connector
// leaves the item for its next turn, with a ticket that names nothing at the channel.
struct Deferral {
  Duration after{0};   // when to ask what became of it
  std::string ticket;  // the connector's note of it; comes back in the item, never empty
  bool still = false;  // the item's own ticket is still open; false: this value was sent now
};

// One answer per item, in the order of the batch.
struct ItemAck {
  std::string key;                     // sku or unit
  std::optional<Error> error;          // nothing: done, or deferred
  std::optional<Deferral> deferred{};  // not with an error
};
struct BatchAck {
  std::vector<ItemAck> items;
};

struct RemoteListing {
  std::string remote_product;
  std::string remote_variant;
  std::string remote_sku;
  std::string title;
  std::optional<Quantity> stock;
  std::optional<Money> price;
  std::optional<bool> listed;
  std::string remote_state;  // the channel's own word: "BANNED", "REVIEWING"
  std::string barcode;       // EAN, UPC, …; empty: none, or the channel does not tell
  // What tells this variant from its siblings, in the channel's order ("250 g"); not part of
  // `title`. Empty where there are none, or the channel's list does not tell.
  std::vector<std::string> options;
};
struct ListingPage {
  std::vector<RemoteListing> listings;
  std::string next;  // empty: the last page
};

// ---- orders ---------------------------------------------------------------------------------

// Orders changed in [from, to). The engine overlaps windows and goes to the last page before it
// moves its watermark.
struct OrderWindow {
  TimePoint from;
  TimePoint to;
  std::string cursor;  // empty: the first page
};
struct OrderPage {
  std::vector<std::string> external_ids;
  // Full orders, where the channel's list already holds them; then no fetch is needed.
  std::vector<RemoteOrder> orders;
  std::string next;  // empty: the last page
};

struct OrderBatch {
  std::vector<RemoteOrder> orders;
  std::vector<std::string> not_found;
};

struct Ack {
  std::vector<Shipment> shipments;  // what the channel told about parcels, may be empty
};

// The paper for the parcels of an order, byte by byte as the channel made it: couriers scan it, so
// it is never altered. It carries the buyer's name and address, so it is handed on and kept
// nowhere.
struct ShippingLabel {
  Secret document;
  std::string media_type;  // "application/pdf", "application/zip" (Shopee's thermal labels)
  std::string file_name;   // "label-260214K7PQ2M9X.pdf": letters, digits, '.', '-', '_'
};

// ---- webhooks -------------------------------------------------------------------------------

struct InboundRequest {
  Method method = Method::post;
  std::string path;  // below /hooks/{channel}, "" or "/…"
  std::string query;
  Headers headers;
  std::string body;  // raw bytes
};

enum class HookKind {
  verification,     // the channel's console tests us: nothing to do
  order_changed,    // `order` names it
  listing_changed,  // `remote_product` names it
  shop_authorised,
  shop_deauthorised,
  authorisation_expiring,
  other,  // stored, answered, nothing to do
};
std::string_view to_string(HookKind kind);  // as the inbox keeps it: "order_changed"
struct HookEvent {
  std::string key;  // for de-duplication within the channel; never empty
  HookKind kind = HookKind::other;
  std::string remote_shop_id;  // empty when the channel does not say
  std::string order;
  std::string remote_product;
  std::string type;  // the channel's own word or number
};

// What ensure_webhooks had to do; all 0 when everything was as it must be.
struct WebhookUpkeep {
  std::int64_t created = 0;
  std::int64_t repaired = 0;  // switched on again, or given our present address and secret
  std::int64_t removed = 0;   // doubled ones
};

// Pushes the channel says we missed.
struct LostEvents {
  std::vector<std::string> bodies;  // each to be treated like a webhook body
  std::string confirm;              // give this to confirm_lost_events once they are stored
  bool more = false;
};

}  // namespace gerbang
