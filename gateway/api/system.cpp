// Health, metrics, documentation.
#include "gateway/api/common.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

// Touches nothing: says that the process answers.
awaitable<Reply> healthz(Services&, Call&) {
  co_return json_reply(200, json::object({{"ok", true}}));
}

awaitable<Reply> readyz(Services& services, Call&) {
  std::optional<bool> ready = services.readiness.known(services.clock.now());
  if (!ready) {
    std::function<Result<bool>()> work = [&store = services.store]() -> Result<bool> {
      return store.check().ok();
    };
    auto checked = co_await services.offload.run<bool>(std::move(work));
    ready = checked.value_or(false);
    services.readiness.learn(*ready, services.clock.now());
  }
  if (!*ready) co_return Error(ErrorKind::transient, "not_ready", "the database does not commit");
  co_return json_reply(200, json::object({{"ok", true}}));
}

bool is_loopback(std::string_view peer) {
  return peer == "127.0.0.1" || peer == "::1" || peer == "::ffff:127.0.0.1";
}

awaitable<Reply> metrics(Services& services, Call& call) {
  const bool near = services.options.metrics_from_loopback && is_loopback(call.request.peer);
  if (!near) {
    GERBANG_CO_CHECK(services.authenticator.admin(call.request.headers.find("Authorization")));
  }
  co_return text_reply(200, "text/plain; version=0.0.4; charset=utf-8", services.metrics.render());
}

awaitable<Reply> openapi(Services& services, Call&) {
  co_return text_reply(200, "application/json", services.openapi_text);
}

awaitable<Reply> docs(Services& services, Call&) {
  http::ServerReply reply = text_reply(200, "text/html; charset=utf-8", services.docs_page);
  reply.response.headers.set("Content-Security-Policy",
                             "default-src 'none'; style-src 'unsafe-inline'");
  co_return std::move(reply);
}

Route page(std::string_view path, std::string_view id, Handle handle, std::string_view summary,
           Content content) {
  Route route;
  route.path = path;
  route.scope = Scope::open;
  route.handle = handle;
  route.operation.id = id;
  route.operation.tag = "System";
  route.operation.summary = summary;
  route.operation.answers = {{200, "As asked", content}};
  return route;
}

}  // namespace

std::vector<Route> system_routes() {
  Route metrics_route =
      page("/metrics", "metrics", metrics,
           "Prometheus metrics; from this machine, or with the host's key", {"text/plain", ""});
  metrics_route.operation.problems = {401};
  return {
      page("/healthz", "healthz", healthz, "The process answers", {"application/json", "Health"}),
      page("/readyz", "readyz", readyz, "The database commits", {"application/json", "Health"}),
      metrics_route,
      page("/openapi.json", "openapi", openapi, "This document", {"application/json", ""}),
      page("/docs", "docs", docs, "The documentation as a page", {"text/html", ""}),
  };
}

}  // namespace gerbang::api
