#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <utility>

#include "core/sync/await.hpp"

namespace gerbang::api {

// A place for the few blocking calls (backup, readiness), so that they never hold an edge thread.
// Two threads: a long backup does not make the node look unready.
class Offload {
 public:
  template <class T>
  boost::asio::awaitable<Result<T>> run(std::function<Result<T>()> work) {
    auto start = [this, work = std::move(work)](std::function<void(Result<T>)> done) mutable {
      boost::asio::post(pool_, [work = std::move(work), done = std::move(done)] { done(work()); });
    };
    return sync::detail::await_callback<T>(std::move(start));
  }

 private:
  boost::asio::thread_pool pool_{2};
};

}  // namespace gerbang::api
