// Credentials and facts: the exchanges that come before any selling (facts blibli.md 3, 7).
#include <algorithm>

#include "connectors/blibli/access.hpp"
#include "connectors/blibli/blibli.hpp"
#include "connectors/blibli/envelope.hpp"
#include "connectors/blibli/facts.hpp"
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/request.hpp"
#include "connectors/blibli/wire_publish.hpp"

namespace gerbang::blibli {

namespace {

constexpr std::string_view kBusinessPartner = "/mta/api/businesspartner";

Exchange<json::Value> read_pickup_points(CallContext ctx) {
  HttpRequest request = get(ctx, std::string(kBusinessPartner) + "/v1/product/getPickupPoint", {},
                            "pickup_point.list");
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request), Success::value);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  if (!holds_list(*reply))
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no list of pickup points");
  co_return pickup_points_from(*reply);
}

TokenSet tokens_of(const Access& access, TimePoint now) {
  TokenSet out;
  out.access = pack(access);
  out.obtained_at = now;
  out.remote_shop_id = access.store_code;
  return out;
}

}  // namespace

Exchange<std::vector<TokenSet>> Blibli::exchange_code(CallContext ctx,
                                                      AuthorisationGrant grant) const {
  GERBANG_CO_TRY(access, access_from(grant));
  ctx.access_token = pack(access);
  Exchange<json::Value> reading = read_pickup_points(ctx);
  Result<json::Value> points = co_await std::move(reading);
  if (!points) co_return std::move(points).error();
  // Every stock value names its point; with several a person has to choose (facts 8.3).
  const json::Array& known = points->items();
  access.only_point = known.size() == 1;
  if (access.pickup_point.empty() && access.only_point) access.pickup_point = known[0].text();
  const bool chosen = std::any_of(known.begin(), known.end(), [&](const json::Value& code) {
    return code.text() == access.pickup_point;
  });
  if (!chosen) {
    std::string names;
    for (const json::Value& code : known) names += " " + std::string(code.text());
    co_return Error(ErrorKind::rejected, "blibli_pickup_point", "the shop has:" + names)
        .at_field("/credentials/pickup_point");
  }
  std::vector<TokenSet> out;
  out.push_back(tokens_of(access, ctx.now));
  co_return out;
}

Exchange<TokenSet> Blibli::refresh_tokens(CallContext ctx) const {
  const Access access = access_of(ctx);
  if (access.seller_key.empty())
    co_return Error(ErrorKind::unauthenticated, "credentials_refused", "no credentials to ask for");
  HttpRequest request = post(ctx, "/seller/v1/products/filter", product_filter("", "", "", 0, 1),
                             "product.list", Effect::read);
  Exchange<json::Value> asking = ask(ctx, std::move(request), Success::content);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  co_return tokens_of(access, ctx.now);
}

Exchange<json::Value> Blibli::read_shop_facts(CallContext ctx) const {
  HttpRequest for_tree =
      get(ctx, std::string(kBusinessPartner) + "/v1/product/getCategory", {}, "category.list");
  Exchange<json::Value> asking_tree = ask(ctx, std::move(for_tree), Success::value);
  Result<json::Value> tree = co_await std::move(asking_tree);
  if (!tree) co_return std::move(tree).error();

  Exchange<json::Value> reading = read_pickup_points(ctx);
  Result<json::Value> points = co_await std::move(reading);
  if (!points) co_return std::move(points).error();

  HttpRequest for_couriers = get(ctx, "/seller/v1/logistics", {}, "logistics.list");
  Exchange<json::Value> asking_couriers = ask(ctx, std::move(for_couriers), Success::content);
  Result<json::Value> couriers = co_await std::move(asking_couriers);
  if (!couriers) co_return std::move(couriers).error();

  json::Object out;
  out.append("categories", categories_from(*tree));
  out.append("pickup_points", *std::move(points));
  out.append("couriers", couriers_from(*couriers));
  if (out.find("categories")->items().empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable",
                    "a category tree without leaves");
  co_return json::Value(std::move(out));
}

// Five calls a day per category (facts 5); the engine keeps the answer for a day.
Exchange<json::Value> Blibli::read_category_facts(CallContext ctx, std::string category) const {
  HttpRequest request =
      get(ctx, "/seller/v1/categories/" + percent_encode(category) + "/attributes", {},
          "category.attributes");
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request), Success::content);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) {
    Error error = std::move(reply).error();
    // Only the deepest level has attributes; a category that is gone is no listing that is gone.
    if (error.kind == ErrorKind::not_found) {
      error.kind = ErrorKind::rejected;
      error.code = "category_unmapped";
      error.field = "/category";
    }
    co_return error;
  }
  json::Object out;
  out.append("category", category);
  out.append("attributes", attributes_from(*reply));
  co_return json::Value(std::move(out));
}

}  // namespace gerbang::blibli
