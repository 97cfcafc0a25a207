#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/messages.hpp"
#include "core/base/result.hpp"
#include "core/base/url.hpp"
#include "core/model/organisation.hpp"
#include "gateway/api/services.hpp"
#include "gateway/http/server.hpp"

// The one table of the API. Routing, 404 and 405, scopes, query checks, body limits, the labels of
// metrics, /openapi.json and /docs are all made from it. README.md: how to add an endpoint.
namespace gerbang::api {

struct Route;

// One request on its way through a handler; lives in the frame of Api::handle.
struct Call {
  http::ServerRequest request;
  const Route* route = nullptr;
  std::vector<std::pair<std::string_view, std::string>> parameters;  // of the path, decoded
  QueryItems query;
  Principal who;  // who.organisation is the only organisation a handler may use
  messages::Language language = messages::Language::id;
  std::optional<std::string> idempotency_key;

  const std::string& parameter(std::string_view name) const;
  std::optional<std::string> query_text(std::string_view name) const {
    return query_value(query, name);
  }
};

// A handler. An Error becomes a problem document; nothing else makes one.
using Reply = Result<http::ServerReply>;
using Handle = boost::asio::awaitable<Reply> (*)(Services&, Call&);

enum class Scope {
  open,   // no credential
  read,   // an organisation's key
  write,  // an organisation's key that may write
  admin,  // the host's key
};

// ---- for the documentation ------------------------------------------------------------------

struct QueryParameter {
  std::string_view name;
  std::string_view description;
  std::string_view schema;  // JSON text
};

struct Content {
  std::string_view type = {};    // "application/json"; empty: no body
  std::string_view schema = {};  // a name in schemas.cpp; empty: any text
  bool required = true;          // of requests
};

struct Answer {
  int status = 200;
  std::string_view description;
  Content content = {};
  std::vector<Content> or_else = {};  // other types that the same answer may have
};

struct Operation {
  std::string_view id;  // operationId, in the path's words: "put_product"
  std::string_view tag;
  std::string_view summary;
  std::vector<QueryParameter> query = {};
  Content request = {};
  std::vector<Answer> answers = {};  // the good ones
  std::vector<int> problems = {};    // beyond those that every route of its scope may answer
  bool takes_if_match = false;
  bool needs_idempotency_key = false;
  bool free_query = false;  // parameters and body are another party's: callbacks, webhooks
  bool free_body = false;
};

struct Route {
  Method method = Method::get;
  std::string_view path;  // "/v1/products/{code}"; a last "{rest...}" takes what follows, too
  Scope scope = Scope::read;
  Handle handle = nullptr;
  Operation operation = {};
  http::BodyPolicy body = {};

  // Takes an Idempotency-Key: every write of a client.
  bool writes() const {
    return (scope == Scope::write || scope == Scope::admin) && method != Method::get;
  }
};

// The problem statuses a route may answer, its own and those of its scope and method; sorted.
std::vector<int> problem_statuses(const Route& route);

// ---- the table ------------------------------------------------------------------------------

std::vector<Route> product_routes();
std::vector<Route> bulk_routes();
std::vector<Route> stock_routes();
std::vector<Route> price_routes();
std::vector<Route> shop_routes();
std::vector<Route> listing_routes();
std::vector<Route> review_routes();
std::vector<Route> order_routes();
std::vector<Route> event_routes();
std::vector<Route> admin_routes();
std::vector<Route> system_routes();
std::vector<Route> channel_routes();  // webhooks in, consent callbacks

// All of them, in the order of the documentation.
std::vector<Route> all_routes();

class Router {
 public:
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;  // null: no such path, or not with this method
    std::vector<std::pair<std::string_view, std::string>> parameters;
    std::string_view path;  // the template that fits, for labels; empty: none
    std::string allow;      // the methods of that path, for 405
  };
  // HEAD finds the GET route.
  Match match(Method method, const std::vector<std::string>& segments) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Path {
    std::string_view text;
    std::vector<std::string_view> segments;
    std::vector<const Route*> routes;
  };
  std::vector<Route> routes_;
  std::vector<Path> paths_;
};

// "/v1/products" → {"v1","products"}.
std::vector<std::string_view> split_path(std::string_view path);

}  // namespace gerbang::api
