#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/model/draft.hpp"
#include "core/model/event.hpp"
#include "core/store/nodes.hpp"
#include "core/store/scripts.hpp"

// Reads. They see what was committed before they started and never block the writer. Everything
// that carries an organisation answers not_found for another organisation's things. Paged lists
// give `next`, an opaque cursor, empty on the last page.
namespace gerbang::store {

template <class T>
struct Page {
  std::vector<T> data;
  std::string next;
};

struct FindPrincipal {  // a live key of a live organisation; else unauthenticated key_unknown
  using Answer = Principal;
  std::string key_hash;
};
struct GetOrganisation {
  using Answer = Organisation;
  std::string id;
};
struct ListOrganisations {
  using Answer = Page<Organisation>;
  std::string cursor;
  std::size_t limit = 100;
};
struct ListKeys {
  using Answer = std::vector<ApiKey>;
  std::string organisation;
};

struct ProductView {
  Product product;
  std::int64_t revision = 0;
  TimePoint created_at;
  TimePoint updated_at;
  bool withdrawn = false;
};
struct GetProduct {  // withdrawn ones too
  using Answer = ProductView;
  std::string organisation;
  std::string code;
};
struct ListProducts {  // by code; updated_since compares updated_at
  using Answer = Page<ProductView>;
  std::string organisation;
  std::optional<TimePoint> updated_since;
  bool with_withdrawn = false;
  std::string cursor;
  std::size_t limit = 100;
};
struct GetStock {
  using Answer = StockView;
  std::string organisation;
  std::string item;
};
struct ListStock {
  using Answer = Page<StockView>;
  std::string organisation;
  std::string cursor;
  std::size_t limit = 100;
};
struct ListMovements {  // newest first
  using Answer = Page<StockMovement>;
  std::string organisation;
  std::string item;
  std::string cursor;
  std::size_t limit = 100;
};
struct PriceView {
  std::string sku;
  std::optional<Money> price;
  std::map<std::string, Money> channels;
  std::int64_t revision = 0;
};
struct GetPrice {
  using Answer = PriceView;
  std::string organisation;
  std::string sku;
};

struct WorkSummary {
  std::int64_t waiting = 0;
  std::int64_t parked = 0;
  std::optional<TimePoint> oldest;  // `since` of the oldest waiting row
};
struct ShopView {
  Shop shop;
  WorkSummary work;
  bool variants_in_listing = true;
  Review review;
  RecoveryStep recovery = RecoveryStep::none;
};
struct GetShop {  // organisation empty: the engine
  using Answer = ShopView;
  std::string organisation;
  std::string shop;
};
struct ListShops {  // organisation empty: all, for the engine
  using Answer = std::vector<ShopView>;
  std::string organisation;
};
struct ListListings {  // state: "", "pending", "rejected", "live", "unpublished"
  using Answer = Page<Listing>;
  std::string organisation;
  std::string shop;
  std::string sku;
  std::string state;
  std::string cursor;
  std::size_t limit = 100;
};
// Work that waits for a person, oldest first: why, and what it is about. The reason of a retired
// shop's frozen work is shop_retired.
struct ParkedWork {
  Aspect aspect = Aspect::stock;
  std::string subject;
  TimePoint since;
  int attempts = 0;
  Attempt problem;  // outcome, code, field, remote_code, remote_message
};
struct ListParked {
  using Answer = std::vector<ParkedWork>;
  std::string organisation;  // empty: the engine
  std::string shop;
  std::size_t limit = 1000;
};
struct ReviewView {
  Review review;
  std::int64_t found = 0;      // listings that gerbang did not make
  std::int64_t proposed = 0;   // undecided, with a candidate
  std::int64_t undecided = 0;  // with one or without
  std::int64_t confirmed = 0;
  std::int64_t refused = 0;
};
struct GetReview {  // state none: there never was one
  using Answer = ReviewView;
  std::string organisation;
  std::string shop;
};
struct ListProposals {  // decision: "" or one; by id
  using Answer = Page<LinkProposal>;
  std::string organisation;
  std::string shop;
  std::string decision;
  int min_confidence = 0;
  std::string cursor;
  std::size_t limit = 100;
};
// For the engine: the undecided listings of a review that is being matched, and the variants on
// offer that this shop has no listing of yet.
struct LoadReviewCandidates {
  struct Variant {
    std::string sku;
    std::string barcode;
    std::string title;  // product's, and the variant's options
    std::optional<Money> price;
  };
  struct Answer {
    std::vector<LinkProposal> listings;
    std::vector<Variant> variants;
  };
  std::string shop;
};
struct GetOrder {
  using Answer = Order;
  std::string organisation;
  std::string order;
};
struct ListOrders {  // by updated_at, then id
  using Answer = Page<Order>;
  std::string organisation;
  std::optional<TimePoint> updated_since;
  std::string status;
  std::string shop;
  std::string cursor;
  std::size_t limit = 100;
};
struct ListEvents {  // after: sequence of the last one seen; "order.*" matches by prefix
  using Answer = std::vector<Event>;
  std::string organisation;
  std::int64_t after = 0;
  std::vector<std::string> types;
  std::size_t limit = 100;
};

// ---- for the engine -------------------------------------------------------------------------

struct TokenView {
  TokenSet tokens;
  std::int64_t version = 0;
};
struct LoadTokens {  // not_found token_missing
  using Answer = TokenView;
  std::string shop;
};
struct Facts {
  json::Value facts;
  TimePoint at;
};
struct LoadFacts {  // not_found facts_missing
  using Answer = Facts;
  std::string shop;
  std::string key;
};
// Due rows of a shop: not parked, due_at <= now, not held by a review or a recovery; lowest
// (urgency, aspect, since) first, at most `limit` per aspect and urgency, so that a long queue of
// urgent ones hides none of the others. `next_due` is when the earliest row
// that is not due yet becomes so.
struct TakeWork {
  struct Answer {
    std::vector<Work> due;
    std::optional<TimePoint> next_due;
  };
  std::string shop;
  TimePoint now;
  std::size_t limit = 200;
};
// The values of the moment. A SKU without a remote id is left out (its work can be cleared:
// publishing sends the value). Stock = min(sellable × share, sellable - buffer), not below 0, and 0
// (with `listed` false) for published listings that are no longer wanted.
struct LoadStock {
  using Answer = std::vector<StockItem>;
  std::string shop;
  std::vector<std::string> skus;
};
struct LoadPrices {  // SKUs without an effective price are left out
  using Answer = std::vector<PriceItem>;
  std::string shop;
  std::vector<std::string> skus;
};
struct LoadState {  // units without a remote id are left out
  using Answer = std::vector<StateItem>;
  std::string shop;
  std::vector<std::string> units;
};
struct DraftView {
  ListingDraft draft;
  bool wanted = false;  // false: nothing to publish
  // A create was begun and never settled, or the database was restored and may have forgotten one:
  // look first. Not wanted as well: look, to take it off; the
  // draft then holds no more than the SKUs.
  bool maybe_published = false;
  bool new_variants = false;  // some of the draft's variants are not known to be at the channel
  // The remote product has variants that nobody has linked: to write its content would take them
  // away.
  bool has_other_variants = false;
};
struct LoadDraft {  // not_found unit_unknown
  using Answer = DraftView;
  std::string shop;
  std::string unit;
};
struct LoadOrderAction {
  using Answer = OrderAction;
  std::string order;
  std::string detail;  // of the work row
};
struct JobRun {
  std::string job;
  TimePoint last_due;
};
struct LoadJobRuns {
  using Answer = std::vector<JobRun>;
  std::string shop;
};
struct ListNodes {  // the living, by id
  using Answer = std::vector<Node>;
};

struct StoreStats {  // for metrics
  struct Answer {
    std::int64_t inbox_unapplied = 0;
    std::int64_t orders_short = 0;   // held orders that stock does not cover
    std::int64_t doubted_items = 0;  // see AdvanceRecovery: to be counted
    std::int64_t schema_version = 0;
    std::map<std::string, std::int64_t> orders_by_status;
  };
};

}  // namespace gerbang::store
