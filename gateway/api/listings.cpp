// /v1/listings: per variant and shop what is wanted, what happened, what the marketplace says.
#include <algorithm>
#include <array>

#include "gateway/api/common.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr std::array<std::string_view, 4> kStates = {"pending", "rejected", "live", "unpublished"};

awaitable<Reply> list_listings(Services& services, Call& call) {
  GERBANG_CO_TRY(paging, paging_of(call));
  store::ListListings query;
  query.organisation = call.who.organisation;
  query.shop = call.query_text("shop").value_or("");
  query.sku = call.query_text("sku").value_or("");
  query.state = call.query_text("state").value_or("");
  if (!query.state.empty() &&
      std::find(kStates.begin(), kStates.end(), query.state) == kStates.end()) {
    co_return bad_query("state", "pending, rejected, live or unpublished");
  }
  query.cursor = std::move(paging.cursor);
  query.limit = paging.limit;
  auto page = co_await sync::read(services.store, std::move(query));
  if (!page) co_return std::move(page).error();
  json::Array data;
  for (const Listing& l : page->data) data.push_back(listing_view(l, call.language));
  co_return json_reply(200, page_view(std::move(data), page->next));
}

awaitable<Reply> retry_listing(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  store::Unpark script;
  script.organisation = call.who.organisation;
  script.shop = fields.text("shop", Need::required).value_or(std::string());
  script.subject = fields.text("subject", Need::optional).value_or(std::string());
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  auto render = [](std::int64_t woken) {
    return stored_reply(202, json::object({{"retried", woken}}));
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

}  // namespace

std::vector<Route> listing_routes() {
  return {
      {.method = Method::get,
       .path = "/v1/listings",
       .scope = Scope::read,
       .handle = list_listings,
       .operation =
           {.id = "list_listings",
            .tag = "Listings",
            .summary = "Variants in shops: desired, last attempt, observed",
            .query = with_paging(
                {{"shop", "Of this shop", R"({"type":"string"})"},
                 {"sku", "Of this SKU", R"({"type":"string"})"},
                 {"state", "In this state",
                  R"({"type":"string","enum":["pending","rejected","live","unpublished"]})"}}),
            .answers = {{200, "A page", {"application/json", "ListingPage"}}}}},
      {.method = Method::post,
       .path = "/v1/listings:retry",
       .scope = Scope::write,
       .handle = retry_listing,
       .operation = {.id = "retry_listings",
                     .tag = "Listings",
                     .summary = "Try again now what was parked after a refusal",
                     .request = {"application/json", "RetryRequest"},
                     .answers = {{202, "Due again", {"application/json", "Retried"}}},
                     .problems = {404}}},
  };
}

}  // namespace gerbang::api
