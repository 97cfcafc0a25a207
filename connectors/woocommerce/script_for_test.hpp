#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/woocommerce/fixtures_for_test.hpp"
#include "connectors/woocommerce/sign.hpp"
#include "connectors/woocommerce/woocommerce.hpp"
#include "core/base/url.hpp"
#include "tests/kit/script.hpp"

// Scripts of calls to a shop: every request is checked for its address, keys, query and whole body.
namespace gerbang::woocommerce::testing {

inline void expect_ours(const HttpRequest& r, Method method, const std::string& path) {
  EXPECT_EQ(r.method, method);
  EXPECT_EQ(r.trust, Trust::shop);
  EXPECT_EQ(r.url, std::string(kShop) + "/wp-json/wc/v3" + path);
  EXPECT_EQ(r.headers.find("Authorization"), basic({kKey, Secret(kSecret)}));
}

// `path` with its query as it is sent.
inline kit::Step get(const std::string& path, HttpResponse response) {
  return kit::step(
      path,
      [=](const HttpRequest& r) {
        expect_ours(r, Method::get, path);
        EXPECT_EQ(r.effect, Effect::read);
        EXPECT_TRUE(r.body.empty());
      },
      std::move(response));
}

inline kit::Step send(Method method, const std::string& path, Effect effect,
                      const std::string& body, HttpResponse response) {
  return kit::step(
      path,
      [=](const HttpRequest& r) {
        expect_ours(r, method, path);
        EXPECT_EQ(r.effect, effect);
        EXPECT_EQ(r.body, body);
      },
      std::move(response));
}
inline kit::Step post(const std::string& path, Effect effect, const std::string& body,
                      HttpResponse response) {
  return send(Method::post, path, effect, body, std::move(response));
}
inline kit::Step put(const std::string& path, const std::string& body, HttpResponse response) {
  return send(Method::put, path, Effect::set, body, std::move(response));
}

inline std::string refusal(const std::string& code, int status, const std::string& message = "x") {
  return json::dump(json::object(
      {{"code", code}, {"message", message}, {"data", json::object({{"status", status}})}}));
}

inline std::vector<kit::Fault> faults() {
  using K = ErrorKind;
  const std::string wrong =
      refusal("woocommerce_rest_authentication_error", 401, "Consumer key is invalid.");
  std::vector<kit::Fault> out = kit::standard_faults({});
  out.push_back({"keys refused", kit::reply(wrong, 401), {K::auth_expired}, {}, std::nullopt});
  out.push_back({"keys not seen",
                 kit::reply(refusal("woocommerce_rest_cannot_view", 401), 401),
                 {K::auth_expired},
                 {},
                 std::nullopt});
  out.push_back({"read only",
                 kit::reply(refusal("woocommerce_rest_authentication_error", 401,
                                    "The API key provided does not have write permissions."),
                            401),
                 {K::forbidden},
                 {},
                 std::nullopt});
  // A firewall, a maintenance page, permalinks that were switched off: nothing was done.
  for (const int status : {302, 403, 404}) {
    HttpResponse html = kit::reply("<html>Galat</html>", status);
    html.headers.set("Content-Type", "text/html");
    out.push_back({"HTML with " + std::to_string(status), html, {K::transient}, {}, std::nullopt});
  }
  HttpResponse html = kit::reply("<html>Galat fatal</html>", 500);
  html.headers.set("Content-Type", "text/html");
  out.push_back({"a PHP fault", html, {K::transient}, {K::indeterminate}, std::nullopt});
  out.push_back({"no route",
                 kit::reply(refusal("rest_no_route", 404), 404),
                 {K::transient},
                 {},
                 std::nullopt});
  out.push_back({"moved", kit::reply("", 301), {K::forbidden}, {}, std::nullopt});
  HttpResponse noise = kit::reply("<b>Warning</b>: Undefined variable in plugin.php {}");
  out.push_back({"a chatty plugin", noise, {K::transient}, {K::indeterminate}, std::nullopt});
  out.push_back({"another thing", kit::reply("\"ok\""), {K::transient}, {K::indeterminate}, {}});
  return out;
}

// Plays the script straight, then with every fault at every step, with an object and a list that
// say nothing, and dropped everywhere. Gives the straight outcome.
template <class Make>
auto play_all(Make make, const kit::Script& script) {
  auto outcome = kit::play(make(), script);
  EXPECT_TRUE(outcome) << outcome.error().describe();
  kit::fail_every_step(make, script, faults());
  kit::drop_at_every_step(make, script);
  for (std::size_t at = 0; at < script.size(); ++at) {
    if (script[at].optional) continue;
    // Where a list is read an empty one says that there is nothing, and that may be so.
    SCOPED_TRACE("an empty object for " + script[at].name);
    HttpRequest failed;
    const auto odd = kit::play_with_fault(make(), script, at, kit::reply("{}"), &failed);
    EXPECT_FALSE(odd && kit::all_done(*odd)) << "a success";
    if (!odd) {
      EXPECT_TRUE(odd.error().kind == ErrorKind::transient ||
                  odd.error().kind == ErrorKind::indeterminate)
          << odd.error().describe();
    }
  }
  return outcome ? std::optional(*std::move(outcome)) : std::nullopt;
}

}  // namespace gerbang::woocommerce::testing
