#include "gateway/api/route.hpp"

#include <algorithm>
#include <set>

namespace gerbang::api {

namespace {

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

bool takes_rest(std::string_view segment) {
  return segment.ends_with("...}");
}

std::string_view name_of(std::string_view segment) {
  segment.remove_prefix(1);
  segment.remove_suffix(takes_rest(segment) ? 4 : 1);
  return segment;
}

std::string join(const std::vector<std::string>& segments, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < segments.size(); ++i) {
    if (i != from) out += '/';
    out += segments[i];
  }
  return out;
}

bool fits(const std::vector<std::string_view>& pattern, const std::vector<std::string>& segments) {
  const bool rest = !pattern.empty() && takes_rest(pattern.back());
  if (rest ? segments.size() < pattern.size() : segments.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool good = is_parameter(pattern[i]) ? !segments[i].empty() : segments[i] == pattern[i];
    if (!good) return false;
  }
  return true;
}

}  // namespace

const std::string& Call::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  invariant_broken("a path parameter that the template does not have");
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> out;
  path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    out.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    path.remove_prefix(slash + 1);
  }
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) {
    auto path = std::find_if(paths_.begin(), paths_.end(),
                             [&](const Path& p) { return p.text == route.path; });
    if (path == paths_.end()) {
      paths_.push_back(Path{route.path, split_path(route.path), {}});
      path = std::prev(paths_.end());
    }
    path->routes.push_back(&route);
  }
}

Router::Match Router::match(Method method, const std::vector<std::string>& segments) const {
  Match out;
  const Method wanted = method == Method::head ? Method::get : method;
  for (const Path& path : paths_) {
    if (!fits(path.segments, segments)) continue;
    out.path = path.text;
    for (const Route* route : path.routes) {
      if (!out.allow.empty()) out.allow += ", ";
      out.allow += to_string(route->method);
      if (route->method == Method::get) out.allow += ", HEAD";
      if (route->method == wanted) out.route = route;
    }
    for (std::size_t i = 0; i < path.segments.size(); ++i) {
      const std::string_view segment = path.segments[i];
      if (!is_parameter(segment)) continue;
      out.parameters.emplace_back(name_of(segment),
                                  takes_rest(segment) ? join(segments, i) : segments[i]);
    }
    break;
  }
  return out;
}

std::vector<int> problem_statuses(const Route& route) {
  std::set<int> out(route.operation.problems.begin(), route.operation.problems.end());
  out.insert({400, 500, 503});
  if (route.scope != Scope::open) out.insert(401);
  if (route.scope == Scope::read || route.scope == Scope::write) out.insert(403);
  if (!route.operation.request.type.empty()) out.insert({413, 415, 422});
  if (route.writes()) out.insert({409, 422});  // a key used again for something else
  if (route.path.find('{') != std::string_view::npos && route.scope != Scope::open) out.insert(404);
  return {out.begin(), out.end()};
}

std::vector<Route> all_routes() {
  std::vector<Route> out;
  for (auto* part :
       {product_routes, bulk_routes, stock_routes, price_routes, shop_routes, listing_routes,
        review_routes, order_routes, event_routes, admin_routes, channel_routes, system_routes}) {
    std::vector<Route> routes = part();
    std::move(routes.begin(), routes.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace gerbang::api
