#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/result.hpp"
#include "core/store/store.hpp"

// The store's callbacks as awaitables.
//
//   store::ListShops query;                                  // named first: g++ 12
//   auto shops = co_await sync::read(store, std::move(query));
//
// The store thread only posts: the coroutine goes on under its own executor, whose context counts
// the pending answer as work. The context must outlive the store's close(), which completes
// everything that is queued. Neither form can be cancelled: a write that was queued will be done.
namespace gerbang::sync {

namespace detail {

// Starts an operation that takes one completion callback, and resumes the awaiting coroutine with
// its answer. `start(done)` is called once; `done` may be called from any thread, once.
template <class Answer, class Start>
boost::asio::awaitable<Result<Answer>> await_callback(Start start) {
  auto initiation = [](auto handler, Start begin) {
    // std::function wants copies, an Asio handler has none.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto guard = boost::asio::make_work_guard(boost::asio::get_associated_executor(*shared));
    begin(std::function<void(Result<Answer>)>(
        [shared = std::move(shared), guard = std::move(guard)](Result<Answer> answer) {
          boost::asio::post(guard.get_executor(), [shared, answer = std::move(answer)]() mutable {
            std::move (*shared)(std::move(answer));
          });
        }));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<Answer>)>(
      std::move(initiation), boost::asio::use_awaitable, std::move(start));
}

}  // namespace detail

template <class Script>
boost::asio::awaitable<Result<typename Script::Answer>> apply(
    store::Store& store, Script script, store::WriteLane lane = store::WriteLane::normal) {
  using Answer = typename Script::Answer;
  auto start = [&store, lane,
                script = std::move(script)](std::function<void(Result<Answer>)> done) mutable {
    store.apply(std::move(script), std::move(done), lane);
  };
  return detail::await_callback<Answer>(std::move(start));
}

template <class Query>
boost::asio::awaitable<Result<typename Query::Answer>> read(store::Store& store, Query query) {
  using Answer = typename Query::Answer;
  auto start = [&store,
                query = std::move(query)](std::function<void(Result<Answer>)> done) mutable {
    store.read(std::move(query), std::move(done));
  };
  return detail::await_callback<Answer>(std::move(start));
}

namespace detail {
template <class T>
boost::asio::awaitable<void> store_into(boost::asio::awaitable<Result<T>> task,
                                        std::shared_ptr<std::optional<Result<T>>> out) {
  Result<T> result = co_await std::move(task);
  out->emplace(std::move(result));
}
}  // namespace detail

// Runs `task` on another context and comes back to the caller's with its result.
template <class T>
boost::asio::awaitable<Result<T>> run_on(boost::asio::any_io_executor executor,
                                         boost::asio::awaitable<Result<T>> task) {
  auto out = std::make_shared<std::optional<Result<T>>>();
  auto storing = detail::store_into(std::move(task), out);
  auto running = boost::asio::co_spawn(executor, std::move(storing), boost::asio::use_awaitable);
  co_await std::move(running);
  co_return std::move(**out);
}

}  // namespace gerbang::sync
