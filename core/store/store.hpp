#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/store/queries.hpp"
#include "core/store/scripts.hpp"

namespace gerbang::store {

// An API answer kept with its idempotency key.
struct StoredReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool replayed = false;  // came from the record
};

// A script with an Idempotency-Key. The record commits with the effect; a repeat with the same
// fingerprint gets the stored reply and no second effect; another fingerprint: invalid
// idempotency_key_reused. Kept 7 days. Failed scripts change nothing and leave no record.
template <class Script>
struct Once {
  using Answer = StoredReply;
  Script script;
  std::string organisation;
  std::string key;
  std::string fingerprint;  // of method, path and body
  // Pure; called on the writer's thread inside the transaction. An error (of the one item of a
  // batch script, say) fails the script: nothing is changed, nothing is recorded.
  std::function<Result<StoredReply>(const typename Script::Answer&)> render;
};

// What a script is about, for engines with several writers. Both empty: several organisations, or
// one that shows only while the script runs.
struct Place {
  std::string organisation;
  std::string shop;  // of the engine's scripts, which name no organisation
};
template <class Script>
Place place_of(const Script& script) {
  Place out;
  if constexpr (requires { out.organisation = script.organisation; })
    out.organisation = script.organisation;
  if constexpr (requires { out.shop = script.shop; }) out.shop = script.shop;
  return out;
}
inline Place place_of(const CreateOrganisation&) {
  return {};
}
inline Place place_of(const SuspendOrganisation& script) {
  return {script.id, {}};
}
inline Place place_of(const CreateKey& script) {
  return {script.key.organisation, {}};
}
inline Place place_of(const CreateShop& script) {
  return {script.shop.organisation, {}};
}
template <class Script>
Place place_of(const Once<Script>& once) {
  Place out = place_of(once.script);
  if (out.organisation.empty()) out.organisation = once.organisation;
  return out;
}

// What a transaction engine implements: one overload per script, run inside an open transaction.
class Scripts {
 public:
  virtual ~Scripts() = default;
  virtual Result<CreateOrganisation::Answer> run(const CreateOrganisation&) = 0;
  virtual Result<SuspendOrganisation::Answer> run(const SuspendOrganisation&) = 0;
  virtual Result<CreateKey::Answer> run(const CreateKey&) = 0;
  virtual Result<RevokeKey::Answer> run(const RevokeKey&) = 0;
  virtual Result<PutProducts::Answer> run(const PutProducts&) = 0;
  virtual Result<WithdrawProduct::Answer> run(const WithdrawProduct&) = 0;
  virtual Result<SetPrices::Answer> run(const SetPrices&) = 0;
  virtual Result<ApplyStock::Answer> run(const ApplyStock&) = 0;
  virtual Result<CreateShop::Answer> run(const CreateShop&) = 0;
  virtual Result<SetShopState::Answer> run(const SetShopState&) = 0;
  virtual Result<UpdateShop::Answer> run(const UpdateShop&) = 0;
  virtual Result<SaveTokens::Answer> run(const SaveTokens&) = 0;
  virtual Result<RequestSync::Answer> run(const RequestSync&) = 0;
  virtual Result<RecordJobRun::Answer> run(const RecordJobRun&) = 0;
  virtual Result<SaveFacts::Answer> run(const SaveFacts&) = 0;
  virtual Result<StartReview::Answer> run(const StartReview&) = 0;
  virtual Result<KeepReviewPage::Answer> run(const KeepReviewPage&) = 0;
  virtual Result<NoteReviewProblem::Answer> run(const NoteReviewProblem&) = 0;
  virtual Result<KeepMatches::Answer> run(const KeepMatches&) = 0;
  virtual Result<ConfirmLink::Answer> run(const ConfirmLink&) = 0;
  virtual Result<ConfirmLinks::Answer> run(const ConfirmLinks&) = 0;
  virtual Result<RefuseLink::Answer> run(const RefuseLink&) = 0;
  virtual Result<EndReview::Answer> run(const EndReview&) = 0;
  virtual Result<AdvanceRecovery::Answer> run(const AdvanceRecovery&) = 0;
  virtual Result<IngestOrders::Answer> run(const IngestOrders&) = 0;
  virtual Result<WantOrders::Answer> run(const WantOrders&) = 0;
  virtual Result<AdvancePoll::Answer> run(const AdvancePoll&) = 0;
  virtual Result<RequestOrderAction::Answer> run(const RequestOrderAction&) = 0;
  virtual Result<RestockOrder::Answer> run(const RestockOrder&) = 0;
  virtual Result<ReceiveWebhook::Answer> run(const ReceiveWebhook&) = 0;
  virtual Result<SettleWork::Answer> run(const SettleWork&) = 0;
  virtual Result<BeginPublish::Answer> run(const BeginPublish&) = 0;
  virtual Result<ObserveListings::Answer> run(const ObserveListings&) = 0;
  virtual Result<Unpark::Answer> run(const Unpark&) = 0;
  virtual Result<TrimHistory::Answer> run(const TrimHistory&) = 0;

  // For Once.
  virtual Result<std::optional<StoredReply>> find_reply(const std::string& organisation,
                                                        const std::string& key,
                                                        const std::string& fingerprint) = 0;
  virtual Result<void> save_reply(const std::string& organisation, const std::string& key,
                                  const std::string& fingerprint, const StoredReply& reply) = 0;

  template <class Script>
  Result<StoredReply> run(const Once<Script>& once) {
    auto found = find_reply(once.organisation, once.key, once.fingerprint);
    if (!found) return std::move(found).error();
    if (*found) return std::move(**found);
    auto answer = run(once.script);
    if (!answer) return std::move(answer).error();
    auto reply = once.render(*answer);
    if (!reply) return reply;
    auto saved = save_reply(once.organisation, once.key, once.fingerprint, *reply);
    if (!saved) return std::move(saved).error();
    return reply;
  }
};

// One overload per query, run on a snapshot.
class Queries {
 public:
  virtual ~Queries() = default;
  virtual Result<FindPrincipal::Answer> run(const FindPrincipal&) = 0;
  virtual Result<GetOrganisation::Answer> run(const GetOrganisation&) = 0;
  virtual Result<ListOrganisations::Answer> run(const ListOrganisations&) = 0;
  virtual Result<ListKeys::Answer> run(const ListKeys&) = 0;
  virtual Result<GetProduct::Answer> run(const GetProduct&) = 0;
  virtual Result<ListProducts::Answer> run(const ListProducts&) = 0;
  virtual Result<GetStock::Answer> run(const GetStock&) = 0;
  virtual Result<ListStock::Answer> run(const ListStock&) = 0;
  virtual Result<ListMovements::Answer> run(const ListMovements&) = 0;
  virtual Result<GetPrice::Answer> run(const GetPrice&) = 0;
  virtual Result<GetShop::Answer> run(const GetShop&) = 0;
  virtual Result<ListShops::Answer> run(const ListShops&) = 0;
  virtual Result<ListListings::Answer> run(const ListListings&) = 0;
  virtual Result<ListParked::Answer> run(const ListParked&) = 0;
  virtual Result<GetReview::Answer> run(const GetReview&) = 0;
  virtual Result<ListProposals::Answer> run(const ListProposals&) = 0;
  virtual Result<LoadReviewCandidates::Answer> run(const LoadReviewCandidates&) = 0;
  virtual Result<GetOrder::Answer> run(const GetOrder&) = 0;
  virtual Result<ListOrders::Answer> run(const ListOrders&) = 0;
  virtual Result<ListEvents::Answer> run(const ListEvents&) = 0;
  virtual Result<LoadTokens::Answer> run(const LoadTokens&) = 0;
  virtual Result<LoadFacts::Answer> run(const LoadFacts&) = 0;
  virtual Result<TakeWork::Answer> run(const TakeWork&) = 0;
  virtual Result<LoadStock::Answer> run(const LoadStock&) = 0;
  virtual Result<LoadPrices::Answer> run(const LoadPrices&) = 0;
  virtual Result<LoadState::Answer> run(const LoadState&) = 0;
  virtual Result<LoadDraft::Answer> run(const LoadDraft&) = 0;
  virtual Result<LoadOrderAction::Answer> run(const LoadOrderAction&) = 0;
  virtual Result<LoadJobRuns::Answer> run(const LoadJobRuns&) = 0;
  virtual Result<StoreStats::Answer> run(const StoreStats&) = 0;
};

// What the committed transactions touched, for those who wait.
struct Committed {
  std::set<std::string> shops_with_work;
  std::set<std::string> shops_in_a_hurry;  // of those: with work of Urgency::order
  std::set<std::string> organisations_with_events;
};

// How urgent a write is to the writer: orders first in each group, bulk capped.
enum class WriteLane { orders, normal, bulk };

// The storage port. Thread-safe. Completions run on a store thread: hand over, do not work there.
//
// apply(): queued; what has queued becomes one transaction, one sync, then all completions
// (group commit). A completion with a value means: committed and synced to disk. Errors of the
// engine itself: transient store_unavailable (nothing happened), indeterminate
// store_commit_unknown. Scripts that fail roll back alone.
class Store {
 public:
  virtual ~Store() = default;

  template <class Script>
  void apply(Script script, std::function<void(Result<typename Script::Answer>)> done,
             WriteLane lane = WriteLane::normal) {
    submit_write(std::make_unique<WriteOf<Script>>(std::move(script), std::move(done)), lane);
  }
  template <class Query>
  void read(Query query, std::function<void(Result<typename Query::Answer>)> done) {
    submit_read(std::make_unique<ReadOf<Query>>(std::move(query), std::move(done)));
  }

  // Blocking forms, for the command line and tests. Never from a completion.
  template <class Script>
  Result<typename Script::Answer> apply_now(Script script) {
    Waiter<typename Script::Answer> w;
    apply(std::move(script), w.done());
    return w.wait();
  }
  template <class Query>
  Result<typename Query::Answer> read_now(Query query) {
    Waiter<typename Query::Answer> w;
    read(std::move(query), w.done());
    return w.wait();
  }

  // Called on a store thread after each commit. Set once, before use.
  virtual void on_commit(std::function<void(const Committed&)> listener) = 0;
  // A consistent copy into a new file while running (online).
  virtual Result<void> backup(const std::string& path) = 0;
  // Answers when the database can commit (readiness).
  virtual Result<void> check() = 0;
  // Finishes what is queued, closes. Later calls answer transient store_closed.
  virtual void close() = 0;

  // A queued write or read with its type erased; engines only run them.
  class Write {
   public:
    virtual ~Write() = default;
    virtual Place place() const { return {}; }
    // Runs inside the group's transaction, and again when the engine has to repeat the group.
    // False: it failed, roll its savepoint back.
    virtual bool run(Scripts& scripts) = 0;
    // After the commit; `failure` when the commit itself failed.
    virtual void finish(const std::optional<Error>& failure) = 0;
  };
  class Read {
   public:
    virtual ~Read() = default;
    // Runs inside a transaction that only reads.
    virtual void run(Queries& queries) = 0;
    // Once, after that has ended; `failure` when it could not be had, or failed, be it at its end.
    virtual void finish(const std::optional<Error>& failure) = 0;
  };

  // For decorators: hand on what submit_write / submit_read got.
  void forward_write(std::unique_ptr<Write> write, WriteLane lane) {
    submit_write(std::move(write), lane);
  }
  void forward_read(std::unique_ptr<Read> read) { submit_read(std::move(read)); }

 protected:
  virtual void submit_write(std::unique_ptr<Write> write, WriteLane lane) = 0;
  virtual void submit_read(std::unique_ptr<Read> read) = 0;

 private:
  template <class Script>
  class WriteOf final : public Write {
   public:
    using Answer = typename Script::Answer;
    WriteOf(Script s, std::function<void(Result<Answer>)> d)
        : script_(std::move(s)), done_(std::move(d)) {}
    Place place() const override { return place_of(script_); }
    bool run(Scripts& scripts) override {
      answer_.emplace(scripts.run(script_));
      return answer_->ok();
    }
    void finish(const std::optional<Error>& failure) override {
      if (failure && (!answer_ || answer_->ok())) {
        done_(*failure);
      } else {
        done_(std::move(*answer_));
      }
    }

   private:
    Script script_;
    std::function<void(Result<Answer>)> done_;
    std::optional<Result<Answer>> answer_;
  };

  template <class Query>
  class ReadOf final : public Read {
   public:
    using Answer = typename Query::Answer;
    ReadOf(Query q, std::function<void(Result<Answer>)> d)
        : query_(std::move(q)), done_(std::move(d)) {}
    void run(Queries& queries) override { answer_.emplace(queries.run(query_)); }
    void finish(const std::optional<Error>& failure) override {
      if (failure) {
        done_(*failure);
      } else {
        done_(std::move(*answer_));
      }
    }

   private:
    Query query_;
    std::function<void(Result<Answer>)> done_;
    std::optional<Result<Answer>> answer_;
  };

  template <class T>
  class Waiter {
   public:
    std::function<void(Result<T>)> done() {
      return [state = state_](Result<T> r) {
        const std::lock_guard lock(state->mutex);
        state->result.emplace(std::move(r));
        state->ready.notify_one();
      };
    }
    Result<T> wait() {
      std::unique_lock lock(state_->mutex);
      state_->ready.wait(lock, [&] { return state_->result.has_value(); });
      return std::move(*state_->result);
    }

   private:
    struct State {
      std::mutex mutex;
      std::condition_variable ready;
      std::optional<Result<T>> result;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
  };
};

}  // namespace gerbang::store
