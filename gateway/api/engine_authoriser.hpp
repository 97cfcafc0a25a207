#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "core/sync/engine.hpp"
#include "gateway/api/services.hpp"

namespace gerbang::api {

// Consent through the engine, which runs on a thread of its own: each question is carried there and
// its answer back to the asking edge thread.
class EngineAuthoriser final : public Authoriser {
 public:
  EngineAuthoriser(sync::Engine& engine, boost::asio::any_io_executor engine_executor)
      : engine_(engine), executor_(std::move(engine_executor)) {}

  boost::asio::awaitable<Result<std::string>> authorise_url(Shop shop) override {
    return carry(engine_.authorise_url(std::move(shop.organisation), std::move(shop.id)));
  }
  boost::asio::awaitable<Result<Shop>> complete(std::string channel, QueryItems query) override {
    return carry(engine_.complete_authorisation(std::move(channel), std::move(query)));
  }

 private:
  // co_spawn wants results that can be made from nothing; a Result cannot.
  template <class T>
  static boost::asio::awaitable<void> fetch(boost::asio::awaitable<Result<T>> question,
                                            std::optional<Result<T>>& answer) {
    answer.emplace(co_await std::move(question));
  }
  template <class T>
  boost::asio::awaitable<Result<T>> carry(boost::asio::awaitable<Result<T>> question) {
    std::optional<Result<T>> answer;
    auto errand = fetch(std::move(question), answer);
    co_await boost::asio::co_spawn(executor_, std::move(errand), boost::asio::use_awaitable);
    co_return std::move(*answer);
  }

  sync::Engine& engine_;
  boost::asio::any_io_executor executor_;
};

}  // namespace gerbang::api
