#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/model/listing.hpp"
#include "core/model/order.hpp"
#include "core/model/organisation.hpp"
#include "core/model/product.hpp"
#include "core/model/review.hpp"
#include "core/model/shop.hpp"
#include "core/model/stock.hpp"
#include "core/model/work.hpp"

// The named transaction scripts: every change to the database is one of these, applied whole or not
// at all. Each states what it does to state, work and events in ONE transaction. `Answer` is what
// the caller gets after the commit has been synced. Batches answer item by item: a bad item changes
// nothing and harms no other.
//
// Fan-out. A script that changes what a shop should show also upserts the work rows of every shop
// of the organisation that is not retired (work of paused shops collects). A listing row exists for
// each (shop, variant) as soon as both exist. Revisions come from one counter per database, so a
// later change has a higher revision everywhere.
namespace gerbang::store {

// ---- organisations and keys -----------------------------------------------------------------

struct CreateOrganisation {
  using Answer = Organisation;
  Organisation organisation;  // id and created_at are filled in
};

struct SuspendOrganisation {
  using Answer = Organisation;
  std::string id;
  bool suspended = true;
};

struct CreateKey {
  using Answer = ApiKey;
  ApiKey key;  // hash given; id and created_at are filled in
};

struct RevokeKey {
  using Answer = ApiKey;
  std::string organisation;
  std::string id;
};

// ---- catalogue ------------------------------------------------------------------------------

struct ProductSaved {
  std::int64_t revision = 0;
  bool created = false;
  bool changed = false;  // false: the same product was there; nothing was marked
};

// Creates or replaces products (validated by product_from_json). Errors per item:
// precondition_failed (if_match named another revision; 0 means "must not exist"), conflict
// sku_taken (the SKU belongs to another product of the organisation).
// Work: content of each unit in each shop that should show it; price where the effective price of
// a listing changed; stock where its components changed; state where it is no longer wanted.
// Removed variants stay as unwanted listings (state work). Event product.changed.
// A product that was withdrawn is on offer again.
struct PutProducts {
  using Answer = std::vector<Result<ProductSaved>>;
  struct Item {
    Product product;
    std::optional<std::int64_t> if_match;
  };
  std::string organisation;
  std::vector<Item> items;
};

// Off all shops, history kept. Work: state of each published unit. Event product.withdrawn.
struct WithdrawProduct {
  using Answer = ProductSaved;
  std::string organisation;
  std::string code;
  std::optional<std::int64_t> if_match;
};

// The list price and channel prices of a SKU. Work: price of its published listings whose effective
// price changed; content of units not published yet. Errors: not_found sku_unknown.
struct SetPrices {
  using Answer = std::vector<Result<ProductSaved>>;
  struct Item {
    std::string sku;
    std::optional<Money> price;                            // nothing: leave the list price
    std::map<std::string, std::optional<Money>> channels;  // null: remove that channel's price
  };
  std::string organisation;
  std::vector<Item> items;
};

// ---- stock ----------------------------------------------------------------------------------

struct StockView {
  std::string item;
  std::vector<StockLevel> levels;
  std::int64_t revision = 0;
  Quantity available() const {
    Quantity sum = 0;
    for (const auto& l : levels) sum += l.available();
    return sum;
  }
};

// Counts (absolute) and movements (difference), each through the ledger. Errors per item:
// conflict stock_count_older (counted_at before the stored one), invalid stock_negative (a movement
// would take on_hand below zero), invalid location_needed (several locations, none named).
// Items are created on first mention. Work: stock of every listing of every variant that takes the
// item, urgency `order` when available fell, else `normal`; nothing when it did not change.
// Events: stock.changed; stock.shortage when reserved exceeds on_hand afterwards.
// Stock that came in first covers shortages of held orders, the oldest placed_at first. Where a
// location no longer has what orders hold there, other locations take over as far as they can.
struct ApplyStock {
  using Answer = std::vector<Result<StockView>>;
  struct Item {
    std::string item;
    std::optional<std::string> location;
    std::optional<Quantity> on_hand;  // exactly one of on_hand, change
    std::optional<Quantity> change;
    std::optional<Quantity> buffer;  // may come with either, or alone
    MovementReason reason = MovementReason::counted;
    std::string reference;
    std::optional<TimePoint> counted_at;  // of a count; nothing: now
  };
  std::string organisation;
  std::vector<Item> items;
};

// ---- shops ----------------------------------------------------------------------------------

// Listings of every product are created; their content work waits until the shop is active.
struct CreateShop {
  using Answer = Shop;
  Shop shop;  // id, since, created_at are filled in
  bool variants_in_listing = true;
  bool adopt = false;  // it sells already: begins with a review, see StartReview
};

// Event shop.state_changed (or shop.retired, shop.needs_authorisation). Retired is final: conflict
// shop_retired afterwards; retiring deletes nothing and parks all work. Same state and reason: no
// event. `only_from`: conflict shop_state_moved unless the present state is among them.
struct SetShopState {
  using Answer = Shop;
  std::string shop;
  std::string organisation;  // empty: the engine, any organisation
  ShopState state = ShopState::active;
  std::string reason;
  std::vector<ShopState> only_from;
};

struct UpdateShop {
  using Answer = Shop;
  std::string organisation;
  std::string shop;
  std::optional<std::string> name;
  std::optional<std::int64_t> buffer;  // changed: all stock work of the shop
  std::optional<int> share_percent;    // likewise
  std::optional<std::vector<ScheduleRule>> schedule;
};

// Stores a pair, sealed, and makes the shop active when it needed authorisation (event
// shop.authorised; content work for all its units). conflict token_version_moved when another
// refresh was stored meanwhile: read again, do not overwrite. conflict remote_shop_taken when that
// remote shop belongs to another shop row.
struct SaveTokens {
  using Answer = Shop;
  std::string shop;
  std::int64_t expected_version = 0;
  TokenSet tokens;
};

// Marks work of the whole shop with urgency `routine`: a full synchronisation.
struct RequestSync {
  using Answer = std::int64_t;  // rows marked
  std::string organisation;     // empty: the engine
  std::string shop;
  bool stock = true;
  bool price = false;
  bool content = false;
};

struct RecordJobRun {
  using Answer = bool;
  std::string shop;
  std::string job;
  TimePoint due;  // the run that this settles; later missed ones are settled with it
};

struct SaveFacts {
  using Answer = bool;
  std::string shop;
  std::string key;  // "shop", "category/100782"
  json::Value facts;
};

// ---- adoption -------------------------------------------------------------------------------
//
// While a review holds publishing (core/model/review), content work of units that could create
// something at the channel is not due and BeginPublish is refused; stock and price go to linked
// listings alone, as always. Event shop.review_changed with each change of state.

// Reads the shop's listings, from its first page. Anew when a review is open or has ended: what was
// confirmed or refused stays so, what is no longer there is forgotten. Nothing new while it is
// being read. Errors: conflict shop_retired.
struct StartReview {
  using Answer = Review;
  std::string organisation;
  std::string shop;
};

// A page of the shop's listings, kept with the cursor of the next one; after the last (`next`
// empty) the review is `matching`. Listings that are linked already are left out. False: not the
// page that the review waits for (started anew meanwhile), nothing was kept.
struct KeepReviewPage {
  using Answer = bool;
  std::string shop;
  std::int64_t round = 0;
  std::string cursor;  // of this page
  std::string next;
  std::vector<FoundListing> listings;
};

// Why reading does not go on just now. `from_start`: the cursor is of no use any more.
struct NoteReviewProblem {
  using Answer = bool;
  std::string shop;
  std::int64_t round = 0;
  std::string code;
  bool from_start = false;
};

// What the undecided listings may be; the review is open. Undecided ones that are not named have no
// candidate. Another round or state: nothing changes.
struct KeepMatches {
  using Answer = Review;
  struct Match {
    std::string proposal;
    std::string sku;
    int confidence = 0;
    std::string reason;
  };
  std::string shop;
  std::int64_t round = 0;
  std::vector<Match> matches;
};

// A person says which variant the listing is: `sku`, or the candidate. The listing of the variant
// gets the remote ids and is published; stock and price work is marked, the create that waited is
// dropped; content stays the seller's until ours changes. A listing that has no siblings at the
// channel, of one of several variants of a product, becomes a unit of its own. Event
// listing.linked. Confirmed already with that SKU: no change.
// Errors: conflict review_not_ready, review_ended, listing_linked, variant_linked,
// variant_not_offered, listing_of_other_product; not_found proposal_unknown, sku_unknown; invalid
// link_sku_missing.
struct ConfirmLink {
  using Answer = LinkProposal;
  std::string organisation;
  std::string shop;
  std::string proposal;
  std::string sku;
};

// ConfirmLink for every undecided proposal with at least this confidence, in order of their ids, at
// most `limit` tried. What cannot be linked stays undecided and is named.
struct ConfirmLinks {
  struct Answer {
    std::int64_t confirmed = 0;
    std::vector<std::pair<std::string, Error>> failed;  // by proposal
    std::string next;  // give it as `after` to go on; empty: all were tried
  };
  std::string organisation;
  std::string shop;
  int min_confidence = 100;
  std::string after;
  std::size_t limit = 500;
};

// The listing is none of ours, or not the variant that it was linked to: a link is taken back (the
// listing at the channel stays as it is). Errors as ConfirmLink.
struct RefuseLink {
  using Answer = LinkProposal;
  std::string organisation;
  std::string shop;
  std::string proposal;
};

// Publishing goes on: variants without a link are published. Errors: conflict review_not_ready,
// review_ended; conflict review_undecided while undecided listings have a candidate, which would be
// published a second time. `refuse_undecided` refuses those, and ends a review whatever its state.
struct EndReview {
  using Answer = Review;
  std::string organisation;
  std::string shop;
  bool refuse_undecided = false;
};

// ---- after a restore --------------------------------------------------------------------------
//
// A database that was put back is older than the shops: orders came in, goods were counted and
// products published that it knows nothing of. Until every shop of an organisation that could be
// spoken to when the backup was made has gone through the steps below, TakeWork gives that
// organisation's lanes nothing but orders to fetch. A shop that a person pauses or retires no
// longer holds the others up.

enum class RecoveryStep {
  none,      // nothing to recover
  orders,    // everything that changed since the backup's watermark has to be read
  others,    // another shop of the organisation is not there yet
  listings,  // what the shop shows has to be read
  read,      // done; another shop is not
};

// `done` = orders: true when the shop was polled after the restore and no order waits to be
// fetched; else nothing changes. `done` = listings: its listings were read. With the last shop of
// the organisation the recovery ends: what a shop shows less of than the database offers it is
// doubted - stock that was counted down after the backup, perhaps - and goes into the level's
// buffer until the item is counted there (ApplyStock with on_hand). All stock is marked.
// False: not the step that the shop is at.
struct AdvanceRecovery {
  using Answer = bool;
  std::string shop;
  RecoveryStep done = RecoveryStep::orders;
};

// ---- orders ---------------------------------------------------------------------------------

struct OrderIngested {
  std::string id;
  bool created = false;
  bool changed = false;
  OrderStatus status = OrderStatus::pending;
  bool shortage = false;
};

// Upserts what the marketplace says. Exactly once by (shop, external_id, remote_line); status moves
// by may_follow only, an older updated_at changes nothing. A cancellation that arrives first wins.
// New and held: reserves each matched line's components through the ledger with one conditional
// UPDATE per item and location (largest available first); what is not covered becomes the line's
// shortage and event stock.shortage. Cancelled before shipment: releases once. Shipped: on_hand and
// reserved fall together, once.
// Lines are matched by remote ids through listings, then by remote_sku.
// Work: stock (urgency `order`) of every other listing of every variant that takes a touched item.
// For the very listings that were ordered, in the shop where they were: only when a value of ours
// may have reached it after the sale began, i.e. its last stock attempt ended at or after
// placed_at - clock_skew (or one is unsettled) - the channel itself already counted this sale. When
// units are released, the channel restores its own counter: same rule, with updated_at.
// Stock that is released first covers shortages of older held orders, by placed_at.
// Clears order_fetch work of the ids as `taken` and marks the hints behind it applied: a webhook
// that arrived during the fetch keeps its work.
// Errors per order: invalid order_invalid (a quantity out of range); its order_fetch is parked.
// Events: order.created, order.changed, order.cancelled.
struct IngestOrders {
  using Answer = std::vector<Result<OrderIngested>>;
  std::string shop;
  std::vector<RemoteOrder> orders;
  std::vector<std::string> not_found;  // asked for, not there: their order_fetch work is parked
  // Revisions of the order_fetch rows as TakeWork gave them, by external id. Orders that came from
  // a list, without a fetch, have none: their order_fetch work stays.
  std::map<std::string, std::int64_t> taken;
  Duration clock_skew{120'000};
};

// Marks order_fetch work (hints from polling).
struct WantOrders {
  using Answer = std::int64_t;  // rows marked
  std::string shop;
  std::vector<std::string> external_ids;
};

// The watermark moves only forward.
struct AdvancePoll {
  using Answer = bool;
  std::string shop;
  TimePoint polled_to;
};

// A person's decision; becomes order_accept / order_ship / order_cancel work. Errors: conflict
// order_state (not possible in this status; a cancel of cancel_requested answers the buyer).
struct RequestOrderAction {
  using Answer = Order;
  std::string organisation;
  std::string order;
  Aspect action = Aspect::order_accept;
  json::Value detail;
};

// Puts returned goods back, by decision, once per line up to what was shipped. Errors: conflict
// already_restocked, conflict order_state.
struct RestockOrder {
  using Answer = Order;
  struct Line {
    std::string remote_line;
    Quantity quantity = 0;
  };
  std::string organisation;
  std::string order;
  std::vector<Line> lines;
};

// ---- inbox ----------------------------------------------------------------------------------

// A verified webhook: the raw body is stored sealed, and its hints become order_fetch work (of the
// shop with that remote id) in the same transaction. A repeat of an applied event changes nothing;
// of an unapplied one revives its work. Events of shops we do not know are stored and never
// applied. listing_changed: what is blocked of that product is tried again within a minute.
// shop_deauthorised: the shop needs authorisation.
struct ReceiveWebhook {
  using Answer = bool;  // false: a repeat
  struct Hint {
    std::string key;
    std::string kind;  // to_string of HookKind
    std::string remote_shop_id;
    std::string order;
    std::string remote_product;
    std::string type;
  };
  std::string channel;
  std::string body;
  std::vector<Hint> hints;
};

// ---- engine ---------------------------------------------------------------------------------

// What became of a piece of work.
struct Settlement {
  enum class Next {
    clear,  // done: delete the row if its revision has not moved
    retry,  // keep, due at `due_at`
    park,   // keep, waits for a person or a change of the subject
  };
  Aspect aspect = Aspect::stock;
  std::string subject;
  std::int64_t revision = 0;  // as taken
  Next next = Next::clear;
  TimePoint due_at;
  bool counts_as_attempt = true;
  // What a later attempt must know (Work::detail). Nothing: as it is, but a listing's parked work
  // forgets it.
  std::optional<std::string> detail;
  TimePoint sent_at;                   // when the request left (stock: compared with later orders)
  Attempt attempt;                     // stored on the listings concerned
  std::optional<Quantity> sent_stock;  // done: becomes observed stock
  std::optional<Money> sent_price;
  std::optional<bool> sent_listed;
  bool removed = false;  // state, done: the channel deleted it; its remote ids are forgotten
  // Publishing: remote ids, SKU → variant id, memo.
  std::optional<std::string> remote_product;  // "" with a failure: gone, its ids are forgotten
  std::map<std::string, std::string> remote_variants;
  std::optional<json::Value> memo;
  std::vector<Shipment> shipments;  // order actions
};

// If the revision moved meanwhile, `clear` and `park` leave the row, due now, attempts 0.
// A listing that was found by its SKU, and that a review shows and nobody confirmed, is not taken
// as ours: its work is parked, rejected listing_not_linked. First publication marks stock and price
// work when the values moved since the draft was made. Events: listing.published, listing.rejected,
// listing.blocked. Success sets the shop's last_success_at.
struct SettleWork {
  using Answer = bool;
  std::string shop;
  std::vector<Settlement> settlements;
};

// Before a create or an update with new variants is sent: if we die now, the next start looks
// before it creates; and if the answer is lost, the channel may show the draft of this time, so
// that the prices are told once what was created is known. Errors: conflict review_open while a
// review holds publishing.
struct BeginPublish {
  using Answer = bool;
  std::string shop;
  std::string unit;
};

// Read-back. Stores observed values; where one differs from what we last sent and no work is
// pending or was settled after `read_began`, marks work (urgency routine) and event
// listing.drifted. Unknown remote listings are ignored.
struct ObserveListings {
  using Answer = std::int64_t;  // drifted
  std::string shop;
  TimePoint read_began;
  struct Item {
    std::string remote_product;
    std::string remote_variant;
    std::optional<Quantity> stock;
    std::optional<Money> price;
    std::optional<bool> listed;
  };
  std::vector<Item> items;
};

// Makes parked work of a listing unit or SKU due again ("try now").
struct Unpark {
  using Answer = std::int64_t;
  std::string organisation;
  std::string shop;
  std::string subject;  // empty: all of the shop
};

// Retention: idempotency records 7 days, inbox bodies 30 days, inbox rows 90 days (unapplied ones
// of our shops stay), events 30 days, buyers' data 30 days after an order's end. At most `limit`
// rows each, so that it never blocks the writer.
struct TrimHistory {
  using Answer = std::int64_t;
  std::int64_t limit = 500;
};

}  // namespace gerbang::store
