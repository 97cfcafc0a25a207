#pragma once

#include "connectors/tokopedia/sandbox/world.hpp"

// What stands before every call (facts tiktok_tokopedia 3.1 to 3.3, 12), and the envelope behind it
// (facts 3.4, 3.6).
namespace gerbang::sandbox::tokopedia {

enum class Level { open, app, shop };  // open: neither signed nor with a token

struct Route {
  Method method;
  std::string_view path;  // "202309|202509" is either version, "{}" any id
  Level level;
  std::string_view scope;  // empty: none is needed
  Reply (*handler)(World&, const Request&);
};
// Nothing with `path_known` false: no such path; `path_known` true: another method.
bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& ids);
const Route* find_route(Method method, std::string_view path, std::vector<std::string>& ids,
                        bool& path_known);

// path → method → app_key → timestamp → sign → token → scope → shop_cipher → rate → body; the order
// is inferred (facts 12). Fills in request.shop and request.body.
Refusal pass_gateway(World& world, const Route& route, Request& request);

std::string sign_request(std::string_view path, const QueryItems& query, std::string_view body,
                         std::string_view secret);
std::string sign_webhook(std::string_view app_key, std::string_view body, std::string_view secret);

HttpResponse render(World& world, const Reply& reply);

}  // namespace gerbang::sandbox::tokopedia
