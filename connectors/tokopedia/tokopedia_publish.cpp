// Creating, changing and finding products (facts tiktok_tokopedia 4.1, 4.3 to 4.5, 4.9).
#include <algorithm>

#include "connectors/tokopedia/envelope.hpp"
#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/plan.hpp"
#include "connectors/tokopedia/products.hpp"
#include "connectors/tokopedia/request.hpp"
#include "connectors/tokopedia/tokopedia.hpp"
#include "connectors/tokopedia/wire_listings.hpp"
#include "connectors/tokopedia/wire_publish.hpp"

namespace gerbang::tokopedia {

namespace {

// Brings every picture that the channel does not have yet from the seller's address to it.
Exchange<ImageUris> upload_images(CallContext ctx, std::vector<std::string> urls, ImageUris known) {
  ImageUris out;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (out.contains(urls[i])) continue;
    if (const auto it = known.find(urls[i]); it != known.end()) {
      out.insert(*it);
      continue;
    }
    HttpRequest fetch;
    fetch.url = urls[i];
    fetch.operation = "image.fetch";
    fetch.trust = Trust::tenant;
    fetch.max_response = kImageBytes;
    HttpResponse fetched = co_await std::move(fetch);
    Result<MultipartFile> file = picture(fetched, i);
    if (!file) co_return std::move(file).error();

    HttpRequest upload = upload_image(ctx, *file);
    Exchange<Answer> asking = ask(ctx, std::move(upload));
    Result<Answer> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    Result<std::string> uri = image_uri(*answer, i);
    if (!uri) co_return std::move(uri).error();
    out.emplace(urls[i], *std::move(uri));
  }
  co_return out;
}

std::vector<std::string> in_order(const std::vector<std::string>& urls, const ImageUris& images) {
  std::vector<std::string> out;
  for (const std::string& url : urls) out.push_back(images.at(url));
  return out;
}

// The channel's brand of that name, asked until it is found. A brand it does not know is left out:
// it may be omitted, and an unauthorised one is not shown (facts 4.3).
Exchange<BrandChoice> find_brand(CallContext ctx, Plan plan, json::Value memo) {
  BrandChoice out{plan.brand, ""};
  if (plan.brand.empty()) co_return out;
  // One that was not there may have been registered since.
  if (const auto known = brand_in(memo); known && known->name == plan.brand && !known->id.empty())
    co_return *known;
  HttpRequest request = get(ctx, "/product/202309/brands", brand_query(plan.category, plan.brand));
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  out.id = brand_from(*data, plan.brand);
  co_return out;
}

std::vector<std::string> skus_of(const ListingDraft& draft) {
  std::vector<std::string> out;
  for (const DraftVariant& v : draft.variants) out.push_back(v.sku);
  return out;
}

// The one product that carries our SKUs. SKUs are not unique at the channel, and taking the wrong
// product would sell the wrong goods.
Exchange<ListingRef> look_for(CallContext ctx, ListingDraft draft) {
  const std::vector<std::string> skus = skus_of(draft);
  std::vector<json::Value> found;
  for (std::size_t start = 0; start < skus.size(); start += kSkusPerSearch) {
    const std::vector<std::string> some(
        skus.begin() + static_cast<std::ptrdiff_t>(start),
        skus.begin() + static_cast<std::ptrdiff_t>(std::min(skus.size(), start + kSkusPerSearch)));
    HttpRequest request = post(ctx, "/product/202502/products/search", search_skus_body(some),
                               Effect::read, page_query(kProductsPerPage, ""));
    Exchange<json::Value> asking = ask_for(ctx, std::move(request));
    Result<json::Value> data = co_await std::move(asking);
    if (!data) co_return std::move(data).error();
    for (json::Value& product : carrying(*data, some)) {
      const bool known = std::any_of(found.begin(), found.end(), [&](const json::Value& f) {
        return f["id"].to_text() == product["id"].to_text();
      });
      if (!known) found.push_back(std::move(product));
    }
  }
  if (found.empty())
    co_return Error(ErrorKind::not_found, "listing_not_there", "no product carries these SKUs");
  if (found.size() > 1)
    co_return Error(ErrorKind::rejected, "listing_sku_twice", "several products carry these SKUs");

  ListingRef ref;
  ref.remote_product = found[0]["id"].to_text();
  ref.memo = draft.memo;
  for (const json::Value& s : found[0]["skus"].items()) {
    const std::string sku(s["seller_sku"].text());
    if (std::find(skus.begin(), skus.end(), sku) != skus.end())
      ref.variants.emplace(sku, s["id"].to_text());
  }
  if (ref.variants.size() != skus.size()) ref.resume_after = kSoon;
  co_return ref;
}

bool out_of_stock(const Plan& plan) {
  return std::any_of(plan.skus.begin(), plan.skus.end(),
                     [](const PlannedSku& s) { return s.stock == 0; });
}

}  // namespace

Exchange<ListingRef> Tokopedia::publish_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  GERBANG_CO_TRY(plan, plan_listing(ctx, draft, category));
  Exchange<BrandChoice> choosing = find_brand(ctx, plan, draft.memo);
  Result<BrandChoice> brand = co_await std::move(choosing);
  if (!brand) co_return std::move(brand).error();
  Exchange<ImageUris> uploading = upload_images(ctx, draft.images, images_in(draft.memo));
  Result<ImageUris> images = co_await std::move(uploading);
  if (!images) co_return std::move(images).error();
  const std::vector<std::string> uris = in_order(draft.images, *images);

  bool only_shop = draft.memo["only_shop"].as_bool().value_or(false);
  Result<json::Value> made = Error(ErrorKind::bug, "publish_not_tried");
  for (int round = 0; round < 2; ++round) {
    // The key is this attempt's own: after an unclear answer find_listing looks first.
    HttpRequest request =
        post(ctx, "/product/202309/products",
             create_body(ctx, plan, uris, brand->id, uuid_of(ctx.nonce)), Effect::create);
    Exchange<json::Value> creating = ask_for(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(creating);
    made = std::move(answer);
    // Nothing was made: the shop may not list at Tokopedia (any more).
    if (made || made.error().code != "platform_refused" || plan.platforms.size() < 2) break;
    plan.platforms.assign(1, std::string(kShopPlatform));
    only_shop = true;
  }
  if (!made && made.error().code == "product_code_taken") {
    // Our own code is taken: an earlier create did happen.
    Exchange<ListingRef> looking = look_for(ctx, draft);
    Result<ListingRef> found = co_await std::move(looking);
    if (found) {
      found->resume_after = kSoon;
      co_return found;
    }
    if (found.error().kind != ErrorKind::not_found) co_return std::move(found).error();
    Error taken = std::move(made).error();
    taken.kind = ErrorKind::rejected;
    co_return taken;
  }
  if (!made) {
    Error error = std::move(made).error();
    // There is nothing to sell yet: wait for stock rather than for a person.
    if (error.code == "stock_not_allowed" && out_of_stock(plan)) {
      error.kind = ErrorKind::blocked;
      error.code = "stock_zero_refused";
      error.retry_after = kShopStateWait;
    }
    co_return error;
  }

  ListingRef ref;
  ref.remote_product = (*made)["product_id"].to_text();
  if (!is_id(ref.remote_product))
    co_return Error(ErrorKind::indeterminate, "channel_answer_unreadable",
                    "no product_id in the answer");
  ref.memo = memo_of(plan, draft.images, *images, *brand, only_shop);
  if (auto ids = sku_ids(plan, (*made)["skus"])) {
    ref.variants = *std::move(ids);
  } else {
    ref.resume_after = kSoon;  // update_listing reads them
  }
  co_return ref;
}

Exchange<ListingRef> Tokopedia::update_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  GERBANG_CO_TRY(plan, plan_listing(ctx, draft, category));
  Exchange<RemoteProduct> reading = read_product(ctx, draft.remote_product);
  Result<RemoteProduct> there = co_await std::move(reading);
  if (!there) co_return std::move(there).error();
  if (there->states.any("FREEZE"))
    co_return Error(ErrorKind::rejected, "listing_stopped", "frozen by the channel");

  Exchange<BrandChoice> choosing = find_brand(ctx, plan, draft.memo);
  Result<BrandChoice> brand = co_await std::move(choosing);
  if (!brand) co_return std::move(brand).error();
  Exchange<ImageUris> uploading = upload_images(ctx, draft.images, images_in(draft.memo));
  Result<ImageUris> images = co_await std::move(uploading);
  if (!images) co_return std::move(images).error();
  const std::vector<std::string> uris = in_order(draft.images, *images);
  const bool only_shop = draft.memo["only_shop"].as_bool().value_or(false);

  ListingRef ref;
  ref.remote_product = draft.remote_product;
  ref.memo = memo_of(plan, draft.images, *images, *brand, only_shop);
  std::optional<std::map<std::string, std::string>> ids;
  ProductChanges changes = compare(ctx, plan, *there, draft.memo, ref.memo, uris, brand->id);
  if (!changes.body && there->states.any("FAILED") && !there->states.on_offer())
    co_return Error(ErrorKind::rejected, "listing_audit_failed",
                    there->reasons.empty() ? there->states.text() : there->reasons);
  if (changes.body) {
    const std::string path = "/product/202509/products/" + draft.remote_product;
    // It reads before it writes, so a lost answer is repaired by the next run: set.
    HttpRequest request = changes.whole
                              ? put(ctx, path, *changes.body, Effect::set)
                              : post(ctx, path + "/partial_edit", *changes.body, Effect::set);
    Exchange<json::Value> editing = ask_for(ctx, std::move(request));
    Result<json::Value> edited = co_await std::move(editing);
    if (!edited) {
      Error error = std::move(edited).error();
      // Only reading a product may say that it is gone: the engine then publishes it anew.
      if (error.kind == ErrorKind::not_found) error.kind = ErrorKind::transient;
      if (!there->reasons.empty()) error.detail += "; last audit: " + there->reasons;
      co_return error;
    }
    ids = sku_ids(plan, (*edited)["skus"]);
  } else {
    json::Array known;
    for (const RemoteSku& s : there->skus) {
      json::Object entry;
      entry.append("id", s.id);
      entry.append("seller_sku", s.sku);
      known.emplace_back(std::move(entry));
    }
    ids = sku_ids(plan, json::Value(std::move(known)));
  }
  if (!ids) {
    Exchange<RemoteProduct> rereading = read_product(ctx, draft.remote_product);
    Result<RemoteProduct> again = co_await std::move(rereading);
    if (!again) co_return std::move(again).error();
    json::Array known;
    for (const RemoteSku& s : again->skus) {
      json::Object entry;
      entry.append("id", s.id);
      entry.append("seller_sku", s.sku);
      known.emplace_back(std::move(entry));
    }
    ids = sku_ids(plan, json::Value(std::move(known)));
  }
  if (!ids) co_return Error(ErrorKind::transient, "answer_incomplete", "a variant got no SKU id");
  ref.variants = *std::move(ids);
  co_return ref;
}

Exchange<ListingRef> Tokopedia::find_listing(CallContext ctx, ListingDraft draft) const {
  return look_for(std::move(ctx), std::move(draft));
}

}  // namespace gerbang::tokopedia
