// Reading, editing and switching products (facts tiktok_tokopedia 4.5, 4.8, 4.9, 8).
#include "connectors/tokopedia/products.hpp"

#include <algorithm>

#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/request.hpp"
#include "connectors/tokopedia/wire_levels.hpp"

namespace gerbang::tokopedia {

namespace {

Error gone(const std::string& product) {
  return Error(ErrorKind::not_found, "listing_gone", "product " + product + " is no longer there");
}

// Stock at or below this may be a SKU that is sold out but could not be set to 0 (facts 4.6).
constexpr Quantity kHeldBack = 1;

bool may_go_back(const RemoteProduct& product, const std::vector<SkuChange>& changes) {
  return std::all_of(product.skus.begin(), product.skus.end(), [&](const RemoteSku& s) {
    const auto change = std::find_if(changes.begin(), changes.end(),
                                     [&](const SkuChange& c) { return c.id == s.id; });
    if (change != changes.end() && change->quantity) return *change->quantity > 0;
    Quantity there = 0;
    for (const json::Value& i : s.inventory.items()) there += quantity(i["quantity"]).value_or(0);
    return there > kHeldBack;
  });
}

}  // namespace

Exchange<RemoteProduct> read_product(CallContext ctx, std::string id) {
  if (!is_id(id)) co_return gone(id);
  QueryItems query;
  query.emplace_back("return_under_review_version", "true");
  HttpRequest request = get(ctx, "/product/202309/products/" + id, query);
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  if ((*data)["id"].to_text() != id)
    co_return Error(ErrorKind::transient, "channel_answer_unreadable",
                    "the answer is about another product");
  RemoteProduct product = product_from(*data);
  if (product.states.all("DELETED")) co_return gone(id);
  co_return product;
}

Exchange<std::optional<Error>> write_off_sale(CallContext ctx, std::string product,
                                              std::vector<SkuChange> changes, bool put_back) {
  Exchange<RemoteProduct> reading = read_product(ctx, product);
  Result<RemoteProduct> there = co_await std::move(reading);
  if (!there) {
    if (concerns_the_call(there.error())) co_return std::move(there).error();
    co_return std::optional<Error>(there.error());
  }
  const PlatformStates& states = there->states;
  if (states.any("FREEZE") || states.all("PLATFORM_DEACTIVATED"))
    co_return std::optional<Error>(
        Error(ErrorKind::blocked, "listing_stopped", "stopped by the channel: " + states.text())
            .after(kShopStateWait));
  if (states.any("PENDING") || there->audit == "AUDITING")
    co_return std::optional<Error>(
        Error(ErrorKind::blocked, "listing_in_audit", "being checked: " + states.text())
            .after(kAuditWait));
  if (states.on_offer())
    co_return std::optional<Error>(
        Error(ErrorKind::transient, "channel_unavailable", "refused although it is on offer"));
  for (const SkuChange& change : changes) {
    const bool known = std::any_of(there->skus.begin(), there->skus.end(),
                                   [&](const RemoteSku& s) { return s.id == change.id; });
    if (!known)
      co_return std::optional<Error>(
          Error(ErrorKind::not_found, "listing_sku_gone", "no SKU " + change.id));
  }

  HttpRequest request = post(ctx, "/product/202509/products/" + product + "/partial_edit",
                             skus_body(ctx, *there, changes), Effect::set);
  Exchange<json::Value> editing = ask_for(ctx, std::move(request));
  Result<json::Value> edited = co_await std::move(editing);
  if (!edited) {
    if (concerns_the_call(edited.error())) co_return std::move(edited).error();
    co_return std::optional<Error>(edited.error());
  }
  if (!put_back || !states.all("SELLER_DEACTIVATED") || !may_go_back(*there, changes))
    co_return std::optional<Error>();

  std::vector<std::string> only(1, product);
  Exchange<std::vector<std::optional<Error>>> switching =
      switch_products(ctx, true, std::move(only), states.platforms());
  Result<std::vector<std::optional<Error>>> switched = co_await std::move(switching);
  if (!switched) co_return std::move(switched).error();
  co_return std::move(switched->front());
}

Exchange<std::vector<std::optional<Error>>> switch_products(CallContext ctx, bool on,
                                                            std::vector<std::string> products,
                                                            std::vector<std::string> platforms) {
  std::vector<std::optional<Error>> out(products.size());
  const std::string path =
      std::string("/product/202309/products/") + (on ? "activate" : "deactivate");
  HttpRequest request = post(ctx, path, products_body(products, platforms), Effect::set);
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  Exchange<Answer> asking = ask(ctx, std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error && concerns_the_call(*answer->error)) co_return std::move(*answer->error);
  if (answer->ok()) {
    out = element_results(ctx, asked, *answer, "product_id", products, "listing_switch_refused");
  } else if (products.size() == 1) {
    out[0] = answer->error;
  } else {
    for (std::size_t k = 0; k < products.size(); ++k) {
      std::vector<std::string> single(1, products[k]);
      Exchange<std::vector<std::optional<Error>>> sending =
          switch_products(ctx, on, std::move(single), platforms);
      Result<std::vector<std::optional<Error>>> one = co_await std::move(sending);
      if (!one) co_return std::move(one).error();
      out[k] = std::move(one->front());
    }
    co_return out;
  }

  // The shop has left Tokopedia, or its mirroring was undone: the other place is still its own.
  if (platforms.size() < 2) co_return out;
  for (std::size_t k = 0; k < products.size(); ++k) {
    if (!out[k] || out[k]->code != "platform_refused") continue;
    std::vector<std::string> single(1, products[k]);
    std::vector<std::string> shop(1, std::string(kShopPlatform));
    Exchange<std::vector<std::optional<Error>>> sending =
        switch_products(ctx, on, std::move(single), std::move(shop));
    Result<std::vector<std::optional<Error>>> one = co_await std::move(sending);
    if (!one) co_return std::move(one).error();
    out[k] = std::move(one->front());
  }
  co_return out;
}

}  // namespace gerbang::tokopedia
