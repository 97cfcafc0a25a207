#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>
#include <vector>

#include "gateway/api/route.hpp"
#include "gateway/api/services.hpp"
#include "gateway/http/server.hpp"

namespace gerbang::api {

// The HTTP API: finds the route, the caller and the language, runs the handler, and turns every
// Error into a problem document. Needs no socket; thread-safe.
//
//   Api api(dependencies, options);
//   store.on_commit([&](const store::Committed& c) {
//     signals.notify(c.organisations_with_events); … });
//   http::Server server(api, server_options);
//
// Shutdown: signals.close() (long polls answer), server.stop(), store.close(), then ~Api.
class Api final : public http::Handler {
 public:
  Api(const Dependencies& dependencies, ApiOptions options);

  boost::asio::awaitable<http::ServerReply> handle(http::ServerRequest request) override;
  http::BodyPolicy body_policy(Method method, std::string_view path) const override;
  HttpResponse refuse(const http::Refusal& refusal) const override;

  const std::vector<Route>& routes() const { return router_.routes(); }

 private:
  boost::asio::awaitable<Reply> serve(Call& call);

  Router router_;
  Services services_;
};

}  // namespace gerbang::api
