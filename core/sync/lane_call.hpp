#pragma once

#include "core/connector/redact.hpp"
#include "core/sync/await.hpp"
#include "core/sync/lane.hpp"

namespace gerbang::sync {

template <class Script>
boost::asio::awaitable<Result<typename Script::Answer>> Lane::write(Script script,
                                                                    store::WriteLane lane) {
  store::Fenced<Script> fenced{std::move(script), lease_};
  auto writing = apply(*ports_.store, std::move(fenced), lane);
  Result<typename Script::Answer> written = co_await std::move(writing);
  if (!written && written.error().code == "lease_lost") lose();
  co_return written;
}

template <class T>
boost::asio::awaitable<Result<T>> Lane::call(Make<T> make) {
  for (int round = 0;; ++round) {
    auto preparing = tokens_.context(shop_);
    Result<CallContext> context = co_await std::move(preparing);
    if (!context) co_return std::move(context).error();
    context->shop_facts = shop_facts_;
    context->category_facts = category_facts_;
    const CallContext said = *context;
    Exchange<T> exchange = make(std::move(*context));
    auto driving = caller_.drive(std::move(exchange), said.now);
    Result<T> result = co_await std::move(driving);
    redact(result, said);
    const bool expired = !result && result.error().kind == ErrorKind::auth_expired;
    if (!expired || round > 0) {
      auto heeding = heed(result ? nullptr : &result.error());
      co_await std::move(heeding);
      co_return result;
    }
    auto replacing = tokens_.replace_refused();
    Result<void> replaced = co_await std::move(replacing);
    if (!replaced) co_return std::move(replaced).error();
  }
}

}  // namespace gerbang::sync
