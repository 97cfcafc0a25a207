#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/crypto.hpp"
#include "core/base/random.hpp"
#include "core/store/sqlite/database.hpp"
#include "core/store/sqlite/ledger.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/store.hpp"
#include "core/store/work_rules.hpp"

namespace gerbang::store {

// The scripts in SQL, on the writer's connection inside its transaction. The sources are by
// subject:
//   organisations.cpp catalogue.cpp shops.cpp   (organisations, keys, products, prices, shops,
//   sync) stock.cpp orders.cpp settle.cpp inbox.cpp   (stock, orders, engine, webhooks, retention)
//   observe.cpp                                       (read-back, try again)
//   review.cpp links.cpp                              (adoption: reading, decisions)
//   recovery.cpp                                      (after a restore)
//   nodes.cpp                                   (several gateways: nodes, leases)
//   marking.cpp                                 (the shared fan-out below)
class SqliteScripts final : public Scripts {
 public:
  SqliteScripts(Database& db, const Vault& vault, const Clock& clock, Random& random)
      : db_(db), vault_(vault), clock_(clock), random_(random) {}

  Result<CreateOrganisation::Answer> run(const CreateOrganisation&) override;
  Result<SuspendOrganisation::Answer> run(const SuspendOrganisation&) override;
  Result<CreateKey::Answer> run(const CreateKey&) override;
  Result<RevokeKey::Answer> run(const RevokeKey&) override;
  Result<PutProducts::Answer> run(const PutProducts&) override;
  Result<WithdrawProduct::Answer> run(const WithdrawProduct&) override;
  Result<SetPrices::Answer> run(const SetPrices&) override;
  Result<ApplyStock::Answer> run(const ApplyStock&) override;
  Result<CreateShop::Answer> run(const CreateShop&) override;
  Result<SetShopState::Answer> run(const SetShopState&) override;
  Result<UpdateShop::Answer> run(const UpdateShop&) override;
  Result<SaveTokens::Answer> run(const SaveTokens&) override;
  Result<RequestSync::Answer> run(const RequestSync&) override;
  Result<RecordJobRun::Answer> run(const RecordJobRun&) override;
  Result<SaveFacts::Answer> run(const SaveFacts&) override;
  Result<StartReview::Answer> run(const StartReview&) override;
  Result<KeepReviewPage::Answer> run(const KeepReviewPage&) override;
  Result<NoteReviewProblem::Answer> run(const NoteReviewProblem&) override;
  Result<KeepMatches::Answer> run(const KeepMatches&) override;
  Result<ConfirmLink::Answer> run(const ConfirmLink&) override;
  Result<ConfirmLinks::Answer> run(const ConfirmLinks&) override;
  Result<RefuseLink::Answer> run(const RefuseLink&) override;
  Result<EndReview::Answer> run(const EndReview&) override;
  Result<AdvanceRecovery::Answer> run(const AdvanceRecovery&) override;
  Result<IngestOrders::Answer> run(const IngestOrders&) override;
  Result<WantOrders::Answer> run(const WantOrders&) override;
  Result<AdvancePoll::Answer> run(const AdvancePoll&) override;
  Result<RequestOrderAction::Answer> run(const RequestOrderAction&) override;
  Result<RestockOrder::Answer> run(const RestockOrder&) override;
  Result<ReceiveWebhook::Answer> run(const ReceiveWebhook&) override;
  Result<SettleWork::Answer> run(const SettleWork&) override;
  Result<BeginPublish::Answer> run(const BeginPublish&) override;
  Result<ObserveListings::Answer> run(const ObserveListings&) override;
  Result<Unpark::Answer> run(const Unpark&) override;
  Result<TrimHistory::Answer> run(const TrimHistory&) override;
  Result<Heartbeat::Answer> run(const Heartbeat&) override;
  Result<TakeLeases::Answer> run(const TakeLeases&) override;
  Result<ReleaseLeases::Answer> run(const ReleaseLeases&) override;
  Result<EndNode::Answer> run(const EndNode&) override;
  void claim(const Lease& lease) override;
  Result<void> claimed() override;
  Result<std::optional<StoredReply>> find_reply(const std::string& organisation,
                                                const std::string& key,
                                                const std::string& fingerprint) override;
  Result<void> save_reply(const std::string& organisation, const std::string& key,
                          const std::string& fingerprint, const StoredReply& reply) override;

  // What the present transaction touched so far; the writer takes it after the commit.
  Committed take_touched() { return std::exchange(touched_, {}); }

 private:
  // -- nodes.cpp
  bool node_lives(const std::string& node);

  // -- organisations.cpp
  Result<void> exists_organisation(const std::string& id);  // else not_found organisation_unknown

  // -- catalogue.cpp
  struct ProductBefore;
  std::optional<ProductBefore> product_before(const std::string& organisation,
                                              const std::string& code);
  Result<ProductSaved> put_product(const std::string& organisation, const PutProducts::Item& item,
                                   const std::vector<ShopRow>& shops);
  Result<ProductSaved> set_price(const std::string& organisation, const SetPrices::Item& item);
  // `product` counts for a new variant only.
  void save_prices(const std::string& organisation, const std::string& sku,
                   const std::string& product, const StoredPrices& prices, std::int64_t revision);
  // Whether they were other ones.
  bool save_components(const std::string& organisation, const Variant& variant);
  // Where the effective price differs: price work of published listings, content of the unit of
  // listings that are not published yet.
  void mark_price(const std::string& organisation, const std::string& sku,
                  const StoredPrices& before, const StoredPrices& after);
  // Stock work of the published listings of one variant.
  void mark_stock(const std::string& organisation, const std::string& sku, Urgency urgency);

  // -- shops.cpp
  bool remote_shop_taken(const Shop& shop, const std::string& remote_id);
  static Result<void> check_offer_settings(std::int64_t buffer, int share_percent);
  // Stores state and reason, parks the work of a retired shop, emits the event.
  Shop move_shop(Shop shop, ShopState state, const std::string& reason, std::string_view event);
  // Content of all wanted units, or another aspect of all published listings; the number of them.
  std::int64_t mark_shop(const Shop& shop, Aspect aspect, Urgency urgency);

  // -- marking.cpp: shared by all subjects
  TimePoint now() const { return clock_.now(); }
  std::int64_t next_revision();
  // Upserts one work row: revision up, parked off, attempts 0, urgency the lower of both, `since`
  // kept when the row was waiting, due now. Also raises listings.revision for all aspects but
  // orders.
  void mark(const std::string& organisation, const std::string& shop, Aspect aspect,
            std::string_view subject, Urgency urgency, std::string_view detail = {});
  // Stock work of every published listing (in shops that are not retired) of every variant that
  // takes one of the items. `except`: (shop, sku) pairs that are left out.
  using ShopSku = std::pair<std::string, std::string>;
  void mark_stock_of_items(const std::string& organisation, const std::set<std::string>& items,
                           Urgency urgency, const std::set<ShopSku>& except = {});
  // Brings forward what is blocked of a remote product.
  void look_again(const std::string& organisation, const std::string& shop,
                  const std::string& remote_product);
  // Creates or refreshes units and listings of one product in one shop (wanted or not by channel
  // override, withdrawal, removed variants). Marks content of wanted units when they are new here
  // or `content_changed`, and state of published units that became wanted or unwanted.
  void lay_out(const std::string& organisation, const Shop& shop, bool variants_in_listing,
               const Product& product, bool withdrawn, bool content_changed);
  void emit(const std::string& organisation, std::string_view type, json::Value data);
  StockView stock_view(const std::string& organisation, const std::string& item);
  Result<Shop> shop_row(const std::string& organisation, const std::string& shop);

  // -- stock.cpp
  Result<StockView> apply_stock(const std::string& organisation, const ApplyStock::Item& entry);
  // What follows from any change of stock: stock that became free first covers shortages of held
  // orders, then the listings of every item whose available changed are marked, all with `urgency`
  // or, without one, by the direction. Event stock.shortage of what is overdrawn now.
  void spread(const std::string& organisation, Ledger& ledger, std::optional<Urgency> urgency,
              const std::set<ShopSku>& except = {});
  void cover_shortages(const std::string& organisation, Ledger& ledger,
                       const std::set<std::string>& items);
  void emit_stock(const std::string& organisation, const StockView& view);

  // -- review.cpp
  void begin_review(const Shop& shop);
  void move_review(const Shop& shop, ReviewState state);
  // When a person may decide; else conflict review_not_ready, review_ended.
  Result<void> may_decide(const Shop& shop);

  // -- recovery.cpp
  // Wakes the organisation's shops for their next step, or ends its recovery after the last one.
  void go_on_recovering(const std::string& organisation);
  void leave_recovery(const Shop& shop);
  void doubt_stock(const std::string& organisation);
  Quantity doubted_stock(const std::string& organisation, const std::string& item,
                         const std::string& location);
  // The units doubted at this place are so no more; how many they were.
  Quantity trust_stock(const std::string& organisation, const std::string& item,
                       const std::string& location);

  // -- links.cpp
  // Checks everything before it changes anything.
  Result<LinkProposal> link(const ShopRow& row, LinkProposal proposal, const std::string& sku);
  void unlink(const ShopRow& row, const LinkProposal& proposal);
  // The create that waited, where nothing of the unit is left to be created.
  void drop_create(const Shop& shop, const std::string& unit);
  void decide(const Shop& shop, LinkProposal& proposal, LinkDecision decision, std::string sku);

  // -- orders.cpp
  Result<OrderIngested> ingest(const Shop& shop, const RemoteOrder& remote, Duration clock_skew);
  // The listings whose counter the channel itself moved with this order, and by how many units
  // (negative: given back).
  using CounterMoves = std::map<std::string, Quantity>;  // by SKU
  void spread_order(const Shop& shop, Ledger& ledger, const CounterMoves& moves,
                    TimePoint sale_began, TimePoint changed_at);
  // Whether the channel's counter of our listing moves with this line. A line of a variant that was
  // deleted since belongs to the SKU, but the channel moved the counter of what is gone: the
  // listing that took its place has to be told like any other. A line without ids counts as ours.
  bool moves_our_counter(const Shop& shop, const OrderLine& line);
  // What the shop offered of a SKU when the operation began, and now.
  std::pair<Quantity, Quantity> offers(const Shop& shop, const std::string& sku, Ledger& ledger);
  bool our_value_may_have_arrived(const Shop& shop, const std::string& sku, TimePoint since);
  // The SKU behind remote ids of a shop; empty when it is unknown or not the only one.
  std::string sku_of_remote(const std::string& shop, const std::string& remote_product,
                            const std::string& remote_variant);
  void finish_fetch(const std::string& shop, const std::string& external_id, std::int64_t revision);
  // Hints whose work was marked up to `revision` have done their part.
  void apply_hints(const std::string& shop, const std::string& external_id, std::int64_t revision);
  void park_fetch(const std::string& shop, const std::string& external_id, std::int64_t revision,
                  std::string_view code);
  void emit_order(const std::string& organisation, std::string_view type, const std::string& order);
  void add_shipments(const std::string& order, const std::vector<Shipment>& shipments);

  // -- settle.cpp
  void heed_review(const Shop& shop, Settlement& settlement);
  void settle_row(const std::string& shop, const Settlement& s);
  void record_attempt(const Shop& shop, const Settlement& s);
  void record_values(const Shop& shop, const Settlement& s);
  void record_publication(const Shop& shop, const Settlement& s);
  void record_removal(const Shop& shop, const Settlement& s);
  void record_absence(const Shop& shop, const Settlement& s);
  void revive_absent(const Shop& shop, const std::string& unit);
  void record_order_action(const Shop& shop, const Settlement& s);

  Database& db_;
  const Vault& vault_;
  const Clock& clock_;
  Random& random_;
  Committed touched_;
  bool claim_held_ = false;  // of the lease that the present script runs under
};

}  // namespace gerbang::store
