#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/crypto.hpp"
#include "core/base/random.hpp"
#include "core/store/postgres/book.hpp"
#include "core/store/postgres/connection.hpp"
#include "core/store/postgres/desk.hpp"
#include "core/store/postgres/peers.hpp"
#include "core/store/postgres/routes.hpp"
#include "core/store/store.hpp"

namespace gerbang::store::postgres {

// The scripts, on a writer's connection inside its transaction and savepoint. Each one enters its
// organisation (row-level security, lock), reads what it needs with a Desk, decides in memory and
// writes set-based. Sources by subject, as in sqlite/.
class PostgresScripts final : public Scripts {
 public:
  PostgresScripts(Connection& db, const Vault& vault, const Clock& clock, Random& random,
                  Routes& routes, Peers* peers = nullptr)
      : db_(db), vault_(vault), clock_(clock), random_(random), routes_(routes), peers_(peers) {}

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

  // ---- for the writer ----
  // A transaction begins: these organisations' rows are locked in it already.
  void begin(std::set<std::string> locked) { locked_ = std::move(locked); }
  // What the present transaction touched so far; the writer takes it after the commit.
  Committed take_touched() { return std::exchange(touched_, {}); }

 private:
  TimePoint now() const { return clock_.now(); }
  // Queued: row-level security opens on this organisation ('*': on all), and its row is locked.
  void enter(const std::string& organisation);
  Desk open_desk(const std::string& organisation);
  // The organisation that a script of the engine is about. not_found shop_unknown.
  Result<std::string> home_of(const std::string& organisation, const std::string& shop);

  // -- catalogue.cpp
  Result<ProductSaved> put_product(Desk& desk, const PutProducts::Item& item);
  Result<ProductSaved> set_price(Desk& desk, const SetPrices::Item& item);
  // Where the effective price differs: price work of published listings, content of the unit of
  // listings that are not published yet.
  static void mark_price(Desk& desk, const std::string& sku, const StoredPrices& before,
                         const StoredPrices& after);

  // -- shops.cpp
  static Result<void> check_offer_settings(std::int64_t buffer, int share_percent);
  // Stores state and reason, parks the work of a retired shop, emits the event.
  Shop move_shop(Desk& desk, Shop shop, ShopState state, const std::string& reason,
                 std::string_view event);
  Result<Shop> change_state(Desk& desk, const SetShopState& script);

  // -- stock.cpp
  Result<StockView> apply_stock(Desk& desk, Book& book, const ApplyStock::Item& entry,
                                const std::set<std::string>& locations);
  // What follows from any change of stock: stock that became free first covers shortages of held
  // orders, then the listings of every item whose available changed are marked, all with `urgency`
  // or, without one, by the direction. Event stock.shortage of what is overdrawn now.
  void spread(Desk& desk, Book& book, std::optional<Urgency> urgency,
              const std::set<Desk::InShop>& except = {});
  void cover_shortages(Desk& desk, Book& book, const std::set<std::string>& items);

  // -- review.cpp
  void want_review(Desk& desk, const std::string& shop, Review& review);
  void begin_review(Desk& desk, const Shop& shop, Review& review);
  void move_review(Desk& desk, const Shop& shop, Review& review, ReviewState state);
  static Result<void> may_decide(const Review& review);

  // -- recovery.cpp
  struct Recovering {
    std::string step;
    TimePoint since;
  };
  using Recoveries = std::map<std::string, Recovering>;  // by shop
  void want_recoveries(Desk& desk, Recoveries& out);
  // Wakes the organisation's shops for their next step, or ends its recovery after the last one.
  void go_on_recovering(Desk& desk, Book& book, const Recoveries& recoveries);
  void doubt_stock(Desk& desk, Book& book, const Recoveries& recoveries);

  // -- links.cpp
  struct LinkDesk;
  Result<LinkProposal> link(LinkDesk& links, LinkProposal proposal, const std::string& sku);
  void unlink(LinkDesk& links, const LinkProposal& proposal);
  void drop_create(LinkDesk& links, const std::string& unit);
  void decide(LinkDesk& links, LinkProposal& proposal, LinkDecision decision, std::string sku);

  // -- orders.cpp
  Result<OrderIngested> ingest(Desk& desk, Book& book, const Shop& shop, const RemoteOrder& remote,
                               Duration clock_skew);
  // The listings whose counter the channel itself moved with this order, and by how many units
  // (negative: given back).
  using CounterMoves = std::map<std::string, Quantity>;  // by SKU
  void spread_order(Desk& desk, Book& book, const Shop& shop, const CounterMoves& moves,
                    TimePoint sale_began, TimePoint changed_at);

  // -- settle.cpp
  static void heed_review(Desk& desk, const Shop& shop, const std::set<std::string>& unlinked,
                          Settlement& settlement);
  void settle_row(Desk& desk, const Shop& shop, const Settlement& s);
  void record_attempt(Desk& desk, const Shop& shop, const Settlement& s);
  void record_values(Desk& desk, const Shop& shop, const Settlement& s);
  void record_publication(Desk& desk, const Shop& shop, const Settlement& s);
  void record_removal(Desk& desk, const Shop& shop, const Settlement& s);
  void record_absence(Desk& desk, const Shop& shop, const Settlement& s);
  void revive_absent(Desk& desk, const Shop& shop, const std::string& unit);
  void record_order_action(Desk& desk, const Shop& shop, const Settlement& s);

  Connection& db_;
  const Vault& vault_;
  const Clock& clock_;
  Random& random_;
  Routes& routes_;
  Peers* const peers_;
  // Of the lease that the present script runs under; nothing: not answered yet.
  Lease claim_;
  std::optional<bool> claim_held_;
  std::set<std::string> locked_;
  Committed touched_;
  std::int64_t uncounted_ = 0;  // marks that no answer tells of
};

}  // namespace gerbang::store::postgres
