// Orders: read at the channel and ingested, and what people decided about them.
#include <algorithm>

#include "core/base/crash_point.hpp"
#include "core/base/log.hpp"
#include "core/sync/await.hpp"
#include "core/sync/lane_call.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;
using store::Settlement;

awaitable<void> Lane::fetch_orders(std::vector<Work> due) {
  const TimePoint sent_at = ports_.clock->now();
  const std::size_t most = std::max<std::size_t>(connector_.info().limits.order_batch, 1);
  if (due.size() > most) due.resize(most);
  std::vector<std::string> ids;
  for (const Work& w : due) ids.push_back(w.subject);
  Make<OrderBatch> make = [this, ids](CallContext context) {
    return connector_.fetch_orders(std::move(context), ids);
  };
  auto calling = call<OrderBatch>(std::move(make));
  Result<OrderBatch> batch = co_await std::move(calling);
  const TimePoint now = ports_.clock->now();
  if (!batch) {
    std::vector<Settlement> settlements;
    for (const Work& w : due) settlements.push_back(outcome_of(w, batch.error(), sent_at, now));
    auto settling = settle(std::move(settlements));
    co_await std::move(settling);
    co_return;
  }
  GERBANG_CRASH_POINT("sync.before_ingest");
  store::IngestOrders script;
  script.shop = shop_id_;
  script.orders = std::move(batch->orders);
  script.not_found = std::move(batch->not_found);
  for (const Work& w : due) script.taken[w.subject] = w.revision;
  auto ingesting = write(std::move(script), store::WriteLane::orders);
  Result<store::IngestOrders::Answer> ingested = co_await std::move(ingesting);
  if (!ingested) {
    // Nothing was stored: the rows are still there and come again.
    log::warning("orders.not_ingested",
                 {{"shop", shop_id_}, {"error", ingested.error().describe()}});
    auto pausing = ports_.timers->sleep_until(ports_.clock->now() + std::chrono::seconds(1));
    co_await std::move(pausing);
    co_return;
  }
  for (const auto& order : *ingested) {
    if (!order) continue;
    ports_.metrics->count(
        "gerbang_orders_ingested_total", "Orders read from the channels.",
        {{"channel", connector_.info().channel},
         {"result", order->created ? "created" : (order->changed ? "changed" : "same")}});
  }
}

awaitable<void> Lane::act_on_order(Work work) {
  const TimePoint sent_at = ports_.clock->now();
  store::LoadOrderAction query;
  query.order = work.subject;
  query.detail = work.detail;
  auto reading = read(*ports_.store, std::move(query));
  Result<OrderAction> action = co_await std::move(reading);
  std::optional<Error> error;
  std::vector<Shipment> shipments;
  if (!action) {
    if (action.error().kind != ErrorKind::not_found) co_return;
    error = std::move(action).error();
  } else {
    std::optional<bool> buyer_answer;
    if (const auto parsed = json::parse(work.detail))
      buyer_answer = (*parsed)["answer_cancellation"].as_bool();
    const Aspect aspect = work.aspect;
    Make<Ack> make = [this, action = *action, aspect, buyer_answer](CallContext context) {
      if (buyer_answer)
        return connector_.answer_cancellation(std::move(context), action, *buyer_answer);
      if (aspect == Aspect::order_accept)
        return connector_.accept_order(std::move(context), action);
      if (aspect == Aspect::order_ship) return connector_.ship_order(std::move(context), action);
      return connector_.cancel_order(std::move(context), action);
    };
    auto calling = call<Ack>(std::move(make));
    Result<Ack> done = co_await std::move(calling);
    if (done) {
      shipments = std::move(done->shipments);
    } else {
      error = std::move(done).error();
    }
  }
  const TimePoint now = ports_.clock->now();
  std::vector<Settlement> settlements;
  settlements.push_back(outcome_of(work, error, sent_at, now));
  settlements.back().shipments = std::move(shipments);
  auto settling = settle(std::move(settlements));
  co_await std::move(settling);
}

}  // namespace gerbang::sync
