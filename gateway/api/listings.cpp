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

json::Value parked_view(const store::ParkedWork& parked, messages::Language language) {
  const auto text = [](std::string_view t) { return t.empty() ? json::Value() : json::Value(t); };
  const messages::Message& words = messages::message(parked.problem.code, language);
  return json::object({{"aspect", to_string(parked.aspect)},
                       {"subject", parked.subject},
                       {"since", to_rfc3339(parked.since)},
                       {"attempts", parked.attempts},
                       {"outcome", text(parked.problem.outcome)},
                       {"code", text(parked.problem.code)},
                       {"field", text(parked.problem.field)},
                       {"title", words.title},
                       {"remedy", words.remedy},
                       {"remote_code", text(parked.problem.remote_code)},
                       {"remote_message", text(parked.problem.remote_message)}});
}

// Work on orders has no listing to show why it stopped, and a listing shows one reason of several.
awaitable<Reply> list_parked(Services& services, Call& call) {
  store::ListParked query;
  query.organisation = call.who.organisation;
  query.shop = call.parameter("shop");
  auto parked = co_await sync::read(services.store, std::move(query));
  if (!parked) co_return std::move(parked).error();
  json::Array data;
  for (const store::ParkedWork& p : *parked) data.push_back(parked_view(p, call.language));
  co_return json_reply(200, json::object({{"data", std::move(data)}}));
}

}  // namespace

std::vector<Route> listing_routes() {
  return {
      {.method = Method::get,
       .path = "/v1/shops/{shop}/parked",
       .scope = Scope::read,
       .handle = list_parked,
       .operation = {.id = "list_parked",
                     .tag = "Listings",
                     .summary = "Work that waits for a person: why, and what to do",
                     .answers = {{200,
                                  "At most 1,000, the oldest first",
                                  {"application/json", "ParkedList"}}}}},
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
