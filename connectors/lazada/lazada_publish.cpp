// Creating, changing and finding products (facts lazada.md 7, 9, 10).
#include <algorithm>

#include "connectors/lazada/envelope.hpp"
#include "connectors/lazada/lazada.hpp"
#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/plan.hpp"
#include "connectors/lazada/read_item.hpp"
#include "connectors/lazada/request.hpp"
#include "connectors/lazada/wire_products.hpp"

namespace gerbang::lazada {

namespace {

// Only reading an item may say that it is gone: the engine then publishes it anew.
Error not_gone(Error error) {
  if (error.kind == ErrorKind::not_found) error.kind = ErrorKind::transient;
  return error;
}

// Brings every picture that Lazada does not have yet from the seller's address to Lazada. Not by
// /image/migrate: that fetches in 5 s from ports 80 and 443 of public addresses only (facts 10).
Exchange<ImageUrls> upload_images(CallContext ctx, std::vector<std::string> urls, ImageUrls known) {
  ImageUrls out;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (const auto it = known.find(urls[i]); it != known.end()) {
      out.insert(*it);
      continue;
    }
    HttpRequest fetch;
    fetch.url = urls[i];
    fetch.operation = "image.fetch";
    fetch.trust = Trust::tenant;
    fetch.max_response = kImageBytes + 1;
    HttpResponse fetched = co_await std::move(fetch);
    Result<MultipartFile> file = picture(fetched, i);
    if (!file) co_return std::move(file).error();

    HttpRequest upload = image_upload(ctx, *file);
    Exchange<json::Value> asking = ask_object(ctx, std::move(upload));
    Result<json::Value> data = co_await std::move(asking);
    if (!data) {
      Error error = std::move(data).error();
      if (!concerns_the_call(error)) error.field = "/images/" + std::to_string(i);
      co_return error;
    }
    const std::string url = (*data)["image"]["url"].to_text();
    if (url.empty())
      co_return Error(ErrorKind::transient, "channel_answer_unreadable", "an upload without url");
    out.emplace(urls[i], url);
  }
  co_return out;
}

std::vector<std::string> in_order(const Plan& plan, const ImageUrls& images) {
  std::vector<std::string> out;
  for (const std::string& url : plan.images) {
    const std::string& at_lazada = images.at(url);
    // Two addresses of ours may be one picture, which Lazada refuses twice (facts 7).
    if (std::find(out.begin(), out.end(), at_lazada) == out.end()) out.push_back(at_lazada);
  }
  return out;
}

Exchange<json::Value> write(CallContext ctx, std::string path, std::string name, std::string value,
                            Effect effect) {
  QueryItems params;
  params.emplace_back(std::move(name), std::move(value));
  HttpRequest request = api_post(ctx, path, std::move(params), effect);
  return ask_ok(std::move(ctx), std::move(request));
}

// The SKUs that we published and that the product no longer has. Others are the seller's own.
std::vector<std::string> withdrawn(const Plan& plan, const RemoteItem& there,
                                   const json::Value& memo) {
  std::vector<std::string> out;
  for (const RemoteSku& remote : there.skus) {
    const bool wanted = std::any_of(plan.skus.begin(), plan.skus.end(), [&](const PlannedSku& sku) {
      return find_sku(there, sku) == &remote;
    });
    const auto& ours = memo["skus"].items();
    const bool published = std::any_of(
        ours.begin(), ours.end(), [&](const json::Value& sku) { return sku.text() == remote.sku; });
    if (!wanted && published) out.push_back(remote.id);
  }
  return out;
}

Exchange<bool> remove_skus(CallContext ctx, std::string item, std::vector<std::string> ids) {
  for (std::size_t start = 0; start < ids.size(); start += kSkusPerRemove) {
    std::vector<std::string> some(
        ids.begin() + static_cast<std::ptrdiff_t>(start),
        ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), start + kSkusPerRemove)));
    Exchange<json::Value> removing =
        write(ctx, "/product/remove", "sku_id_list", remove_list(item, some), Effect::set);
    Result<json::Value> removed = co_await std::move(removing);
    if (!removed && removed.error().kind != ErrorKind::not_found)
      co_return std::move(removed).error();
  }
  co_return true;
}

}  // namespace

Exchange<RemoteItem> read_item(CallContext ctx, std::string item) {
  if (!is_id(item)) co_return Error(ErrorKind::not_found, "listing_gone", "no id of Lazada's");
  QueryItems query;
  query.emplace_back("item_id", item);
  HttpRequest request = api_get(ctx, "/product/item/get", std::move(query));
  Exchange<json::Value> asking = ask_object(std::move(ctx), std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  RemoteItem out = item_from(*data);
  if (out.id != item)
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "another item came back");
  if (out.gone())
    co_return Error(ErrorKind::not_found, "listing_gone", "item " + item + " is deleted");
  co_return out;
}

Exchange<ListingRef> Lazada::publish_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  GERBANG_CO_TRY(plan, plan_listing(ctx, draft, category));
  Exchange<ImageUrls> uploading = upload_images(ctx, plan.images, images_in(draft.memo));
  Result<ImageUrls> images = co_await std::move(uploading);
  if (!images) co_return std::move(images).error();

  // Not idempotent (facts 7): after an unclear answer find_listing looks first.
  QueryItems params;
  params.emplace_back("payload", create_payload(plan, in_order(plan, *images)));
  HttpRequest request = api_post(ctx, "/product/create", std::move(params), Effect::create);
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  Exchange<json::Value> creating = ask_object(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(creating);
  if (!data) co_return std::move(data).error();
  Result<ListingRef> ref = created_from(asked, *data);
  if (!ref) co_return std::move(ref).error();
  ref->memo = memo_of(plan, *images);
  for (const PlannedSku& sku : plan.skus) {
    if (!ref->variants.contains(sku.sku)) ref->resume_after = kIncompleteWait;
  }
  co_return ref;
}

Exchange<ListingRef> Lazada::update_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  GERBANG_CO_TRY(plan, plan_listing(ctx, draft, category));
  Exchange<RemoteItem> reading = read_item(ctx, draft.remote_product);
  Result<RemoteItem> there = co_await std::move(reading);
  if (!there) co_return std::move(there).error();

  Exchange<ImageUrls> uploading = upload_images(ctx, plan.images, images_in(draft.memo));
  Result<ImageUrls> images = co_await std::move(uploading);
  if (!images) co_return std::move(images).error();
  const std::vector<std::string> pictures = in_order(plan, *images);

  // It was read just now, so a lost answer to any of these is repaired by the next run: set.
  std::string payload = update_payload(plan, *there, pictures);
  if (!payload.empty()) {
    Exchange<json::Value> writing =
        write(ctx, "/product/update", "payload", std::move(payload), Effect::set);
    Result<json::Value> written = co_await std::move(writing);
    if (!written) co_return not_gone(std::move(written).error());
  }
  ListingRef ref;
  ref.remote_product = draft.remote_product;
  ref.memo = memo_of(plan, *images);
  for (const PlannedSku& sku : plan.skus) {
    if (const RemoteSku* known = find_sku(*there, sku)) ref.variants.emplace(sku.sku, known->id);
  }
  payload = add_skus_payload(plan, *there, pictures);
  if (!payload.empty()) {
    Exchange<json::Value> adding =
        write(ctx, "/product/create", "payload", std::move(payload), Effect::set);
    Result<json::Value> added = co_await std::move(adding);
    if (!added) co_return not_gone(std::move(added).error());
    Asked asked;
    asked.operation = "product.create";
    asked.effect = Effect::set;
    Result<ListingRef> more = created_from(asked, (*added)["data"]);
    if (!more) co_return std::move(more).error();
    for (const auto& [sku, id] : more->variants) ref.variants.emplace(sku, id);
  }
  std::vector<std::string> gone = withdrawn(plan, *there, draft.memo);
  if (!gone.empty()) {
    Exchange<bool> removing = remove_skus(ctx, draft.remote_product, std::move(gone));
    Result<bool> removed = co_await std::move(removing);
    if (!removed) co_return not_gone(std::move(removed).error());
  }
  for (const PlannedSku& sku : plan.skus) {
    if (!ref.variants.contains(sku.sku))
      co_return Error(ErrorKind::transient, "answer_incomplete", "a variant got no SkuId");
  }
  co_return ref;
}

Exchange<ListingRef> Lazada::find_listing(CallContext ctx, ListingDraft draft) const {
  if (draft.variants.empty()) co_return Error(ErrorKind::bug, "draft_empty");
  json::Array skus;
  for (const DraftVariant& v : draft.variants) {
    if (skus.size() < 100) skus.emplace_back(v.sku);
  }
  QueryItems query;
  query.emplace_back("filter", "all");
  query.emplace_back("limit", "50");
  query.emplace_back("sku_seller_list", json::dump(json::Value(std::move(skus))));
  HttpRequest request = api_get(ctx, "/products/get", std::move(query));
  Exchange<json::Value> asking = ask_object(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();

  ListingRef ref;
  bool several = false;
  for (const json::Value& product : (*data)["products"].items()) {
    const RemoteItem item = item_from(product);
    if (item.gone() || item.id.empty()) continue;
    for (const RemoteSku& sku : item.skus) {
      const bool ours = std::any_of(draft.variants.begin(), draft.variants.end(),
                                    [&](const DraftVariant& v) { return v.sku == sku.sku; });
      if (!ours) continue;
      several = several || (!ref.remote_product.empty() && ref.remote_product != item.id);
      ref.remote_product = item.id;
      ref.variants.emplace(sku.sku, sku.id);
    }
  }
  if (ref.remote_product.empty())
    co_return Error(ErrorKind::not_found, "lazada_listing_not_found", "no item carries these SKUs");
  // Taking the wrong one would sell the wrong goods.
  if (several)
    co_return Error(ErrorKind::rejected, "lazada_listing_ambiguous",
                    "the SKUs stand on several items");
  ref.memo = draft.memo;
  if (ref.variants.size() != draft.variants.size()) ref.resume_after = Duration(0);
  co_return ref;
}

}  // namespace gerbang::lazada
