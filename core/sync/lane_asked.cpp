// What somebody asks for and waits for, between the lane's own turns.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/base/log.hpp"
#include "core/sync/lane_call.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

namespace {
// More than that in one shop is no person.
constexpr std::size_t kMostAsked = 16;
constexpr Duration kAskAgain = std::chrono::seconds(5);
}  // namespace

struct Lane::Asked {
  Asked(boost::asio::any_io_executor executor, OrderAction what, std::string which)
      : action(std::move(what)), parcel(std::move(which)), answered(std::move(executor)) {}
  void settle(Result<ShippingLabel> outcome) {
    answer.emplace(std::move(outcome));
    answered.notify();
  }

  const OrderAction action;
  const std::string parcel;
  std::optional<Result<ShippingLabel>> answer;
  Signal answered;
  bool given_up = false;  // whoever asked has gone
};

awaitable<Result<ShippingLabel>> Lane::fetch_label(OrderAction action, std::string parcel) {
  using namespace boost::asio::experimental::awaitable_operators;
  if (stopping_) co_return Error(ErrorKind::cancelled, "cancelled", "the lane is being stopped");
  if (asked_.size() >= kMostAsked)
    co_return Error(ErrorKind::transient, "shop_busy", "too many wait already").after(kAskAgain);
  auto executor = co_await boost::asio::this_coro::executor;
  const auto asked =
      std::make_shared<Asked>(std::move(executor), std::move(action), std::move(parcel));
  asked_.push_back(asked);
  signal_.notify();
  hurry_.notify();
  auto sleeping = ports_.timers->sleep_until(ports_.clock->now() + options_.label_wait);
  auto answering = asked->answered.wait();
  auto either = std::move(sleeping) || std::move(answering);
  co_await std::move(either);
  // The lane may be gone by now: nothing of it is touched.
  if (!asked->answer) {
    asked->given_up = true;
    co_return Error(ErrorKind::transient, "shop_busy", "the shop did not get to it in time")
        .after(kAskAgain);
  }
  co_return *std::move(asked->answer);
}

awaitable<bool> Lane::answer_asked() {
  while (!asked_.empty() && asked_.front()->given_up) asked_.pop_front();
  if (asked_.empty()) co_return false;
  const std::shared_ptr<Asked> asked = std::move(asked_.front());
  asked_.pop_front();
  if (!shop_.sends() || !channel_.enabled) {
    asked->settle(Error(ErrorKind::conflict, "shop_not_sending",
                        "the shop's state is " + std::string(to_string(shop_.state))));
    co_return true;
  }
  Make<ShippingLabel> make = [this, asked](CallContext context) {
    return connector_.fetch_label(std::move(context), asked->action, asked->parcel);
  };
  auto calling = call<ShippingLabel>(std::move(make));
  Result<ShippingLabel> label = co_await std::move(calling);
  const std::string outcome = label ? "done" : std::string(to_string(label.error().kind));
  const std::string code = label ? "" : label.error().code;
  const std::string remote = label || !label.error().remote ? "" : label.error().remote->code;
  ports_.metrics->count("gerbang_labels_total", "Labels asked of the channels, by outcome.",
                        {{"channel", connector_.info().channel}, {"outcome", outcome}});
  log::info("label.asked", {{"shop", shop_id_},
                            {"channel", connector_.info().channel},
                            {"outcome", outcome},
                            {"code", code},
                            {"remote_code", remote}});
  asked->settle(std::move(label));
  co_return true;
}

void Lane::turn_away_asked() {
  for (const auto& asked : asked_)
    asked->settle(Error(ErrorKind::cancelled, "cancelled", "the lane is being stopped"));
  asked_.clear();
}

}  // namespace gerbang::sync
