#include <utility>

#include "connectors/bukalapak/connector.hpp"
#include "connectors/bukalapak/units.hpp"
#include "connectors/bukalapak/wire.hpp"

namespace gerbang::bukalapak {

namespace {

// The memo of a unit: {"images":[{"url","id"}]}, which image is which upload. An image belongs to
// one product (facts 7), so ids are used again only for the product they were uploaded for.

std::string known_image(const json::Value& memo, std::string_view url) {
  for (const json::Value& image : memo["images"].items()) {
    if (image["url"].text() == url) return image["id"].to_text();
  }
  return {};
}

Result<std::string> fetched_image(const HttpResponse& response, std::string field) {
  if (response.status == 200) return image_type(response.body, std::move(field));
  // The organisation's own server is in trouble: that is no reason to pause the channel.
  const bool later = response.status == 429 || response.status >= 500;
  return Error(later ? ErrorKind::transient : ErrorKind::rejected, "image_unreachable",
               "status " + std::to_string(response.status))
      .at_field(std::move(field));
}

// Uploads the first five images that `memo` does not know; gives the new memo's list.
Exchange<json::Value> upload_images(CallContext ctx, std::vector<std::string> urls,
                                    json::Value memo) {
  if (urls.size() > kImages) urls.resize(kImages);
  json::Array out;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const std::string field = "/images/" + std::to_string(i);
    std::string id = known_image(memo, urls[i]);
    if (id.empty()) {
      HttpRequest fetch = image_of_tenant(urls[i]);
      HttpResponse image = co_await std::move(fetch);
      GERBANG_CO_TRY(type, fetched_image(image, field));
      HttpRequest upload = upload_image(ctx, std::move(image.body), type);
      Asked about = asked(ctx, upload);
      about.field = field;
      HttpResponse response = co_await std::move(upload);
      GERBANG_CO_TRY(data, read_answer(response, about));
      id = data["id"].to_text();
      if (id.empty()) co_return malformed(about, "an upload without id");
    }
    json::Object entry;
    entry.set("url", urls[i]);
    entry.set("id", id);
    out.emplace_back(std::move(entry));
  }
  co_return json::Value(std::move(out));
}

std::vector<std::string> ids_of(const json::Value& images) {
  std::vector<std::string> out;
  for (const json::Value& image : images.items()) out.push_back(image["id"].to_text());
  return out;
}

json::Value memo_of(json::Value images) {
  return json::object({{"images", std::move(images)}});
}

// One item of a batch: a request, or what is wrong with it already.
struct Prepared {
  std::string key;
  std::optional<HttpRequest> request;
  std::optional<Error> error;
  bool gone_is_done = false;
};

// Whether the next item would fail in the same way: then there is no use in asking.
bool concerns_all(ErrorKind kind) {
  return kind == ErrorKind::throttled || kind == ErrorKind::auth_expired ||
         kind == ErrorKind::transient || kind == ErrorKind::forbidden;
}

// Bukalapak has no batches: one call an item.
Exchange<BatchAck> send_each(CallContext ctx, std::vector<Prepared> items) {
  BatchAck out;
  std::optional<Error> stopped;
  bool any_done = false;
  for (Prepared& item : items) {
    ItemAck ack;
    ack.key = std::move(item.key);
    if (stopped || item.error) {
      ack.error = stopped ? stopped : std::move(item.error);
    } else {
      const Asked about = asked(ctx, *item.request);
      HttpResponse response = co_await std::move(*item.request);
      Result<json::Value> answer = read_answer(response, about);
      if (!answer && !(item.gone_is_done && answer.error().kind == ErrorKind::not_found)) {
        if (concerns_all(answer.error().kind)) {
          if (!any_done) co_return std::move(answer).error();
          stopped = answer.error();
        }
        ack.error = std::move(answer).error();
      }
      any_done = true;
    }
    out.items.push_back(std::move(ack));
  }
  co_return out;
}

Exchange<BatchAck> refuse(Error error) {
  co_return error;
}

template <class Item>
Prepared prepared(const CallContext& ctx, std::string key, const Item& item, json::Value change,
                  std::string operation) {
  Prepared out;
  out.key = std::move(key);
  if (item.remote_product.empty() || item.remote_variant.empty())
    out.error = Error(ErrorKind::not_found, "listing_gone", "never published");
  else
    out.request = patch_sku(ctx, item.remote_product, item.remote_variant, std::move(change),
                            std::move(operation));
  return out;
}

}  // namespace

Exchange<ListingRef> BukalapakConnector::publish_listing(CallContext ctx,
                                                         ListingDraft draft) const {
  GERBANG_CO_CHECK(check_open(ctx.app));
  GERBANG_CO_CHECK(check(draft));
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  Exchange<json::Value> uploading = upload_images(ctx, draft.images, json::Value());
  Result<json::Value> uploaded = co_await std::move(uploading);
  GERBANG_CO_TRY(images, std::move(uploaded));

  HttpRequest request = create_product(ctx, draft, category, ids_of(images));
  const Asked about = asked(ctx, request);
  HttpResponse response = co_await std::move(request);
  GERBANG_CO_TRY(product, read_answer(response, about));
  GERBANG_CO_TRY(ref, read_listing_ref(product, draft.variants.front().sku, about));
  ref.memo = memo_of(std::move(images));
  co_return ref;
}

Exchange<ListingRef> BukalapakConnector::update_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_CHECK(check_open(ctx.app));
  GERBANG_CO_CHECK(check(draft));
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  Exchange<json::Value> uploading = upload_images(ctx, draft.images, draft.memo);
  Result<json::Value> uploaded = co_await std::move(uploading);
  GERBANG_CO_TRY(images, std::move(uploaded));

  HttpRequest request = update_product(ctx, draft, category, ids_of(images));
  const Asked about = asked(ctx, request);
  HttpResponse response = co_await std::move(request);
  GERBANG_CO_TRY(product, read_answer(response, about));
  GERBANG_CO_TRY(ref, read_listing_ref(product, draft.variants.front().sku, about));
  ref.memo = memo_of(std::move(images));
  co_return ref;
}

Exchange<ListingRef> BukalapakConnector::find_listing(CallContext ctx, ListingDraft draft) const {
  if (draft.variants.size() != 1) co_return Error(ErrorKind::bug, "draft_not_single");
  const std::string sku = draft.variants.front().sku;
  // The keywords narrow; only an equal sku_name is a match.
  for (std::int64_t offset = 0;; offset += kProductPage) {
    HttpRequest request = own_products(ctx, offset, sku);
    const Asked about = asked(ctx, request);
    HttpResponse response = co_await std::move(request);
    GERBANG_CO_TRY(products, read_answer(response, about));
    for (const json::Value& product : products.items()) {
      for (const json::Value& variant : product["variants"].items()) {
        if (variant["sku_name"].text() == sku) co_return read_listing_ref(product, sku, about);
      }
    }
    if (products.items().size() < kProductPage) break;
  }
  co_return Error(ErrorKind::not_found, "listing_gone", "no product with this sku_name");
}

Exchange<BatchAck> BukalapakConnector::set_stock(CallContext ctx, StockBatch batch) const {
  if (auto open = check_open(ctx.app); !open) return refuse(std::move(open).error());
  std::vector<Prepared> items;
  for (const StockItem& item : batch.items) {
    const Quantity stock = offered(item.quantity);
    json::Object change;
    change.set("stock", stock);
    // Stock 0 made it inactive, and a higher number alone does not bring it back (facts 7, 10).
    if (stock > 0 && item.listed) change.set("state", "active");
    items.push_back(prepared(ctx, item.sku, item, std::move(change), "product.stock"));
  }
  return send_each(std::move(ctx), std::move(items));
}

Exchange<BatchAck> BukalapakConnector::set_price(CallContext ctx, PriceBatch batch) const {
  if (auto open = check_open(ctx.app); !open) return refuse(std::move(open).error());
  std::vector<Prepared> items;
  for (const PriceItem& item : batch.items) {
    json::Value change = json::object({{"price", item.price.amount}});
    Prepared next = prepared(ctx, item.sku, item, std::move(change), "product.price");
    if (auto fits = check(item.price, "/price"); !fits) next.error = std::move(fits).error();
    items.push_back(std::move(next));
  }
  return send_each(std::move(ctx), std::move(items));
}

Exchange<BatchAck> BukalapakConnector::set_state(CallContext ctx, StateBatch batch) const {
  if (auto open = check_open(ctx.app); !open) return refuse(std::move(open).error());
  std::vector<Prepared> items;
  for (const StateItem& item : batch.items) {
    const bool on = item.listed && !item.remove;
    json::Value change = json::object({{"state", on ? "active" : "inactive"}});
    Prepared next = prepared(ctx, item.unit, item, std::move(change), "product.state");
    if (item.remove && !item.remote_product.empty()) {
      next.error.reset();
      next.request = delete_product(ctx, item.remote_product);
    }
    // What is gone is off sale.
    next.gone_is_done = !on;
    items.push_back(std::move(next));
  }
  return send_each(std::move(ctx), std::move(items));
}

Exchange<ListingPage> BukalapakConnector::read_listings(CallContext ctx, std::string cursor) const {
  GERBANG_CO_TRY(offset, offset_of(cursor));
  HttpRequest request = own_products(ctx, offset, "");
  const Asked about = asked(ctx, request);
  HttpResponse response = co_await std::move(request);
  GERBANG_CO_TRY(products, read_answer(response, about));
  if (!products.is_array()) co_return malformed(about, "a list without items");
  ListingPage out;
  for (const json::Value& product : products.items()) read_remote_listings(product, out.listings);
  if (products.items().size() >= kProductPage) out.next = std::to_string(offset + kProductPage);
  co_return out;
}

}  // namespace gerbang::bukalapak
