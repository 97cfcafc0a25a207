// Creating, changing and finding items (facts shopee.md 3.1, 3.7, 3.8, 3.11, 3.12).
#include <algorithm>

#include "connectors/shopee/envelope.hpp"
#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/plan.hpp"
#include "connectors/shopee/request.hpp"
#include "connectors/shopee/shopee.hpp"
#include "connectors/shopee/units.hpp"
#include "connectors/shopee/wire_listings.hpp"
#include "connectors/shopee/wire_publish.hpp"

namespace gerbang::shopee {

namespace {

Error gone(const std::string& item) {
  return Error(ErrorKind::not_found, "listing_gone", "item " + item + " is no longer there");
}

// Only reading an item may say that it is gone: the engine then publishes it anew. A variant that
// vanished between our calls is found by the next run's reading.
Error not_gone(Error error) {
  if (error.kind == ErrorKind::not_found) error.kind = ErrorKind::transient;
  return error;
}

// Brings every picture that Shopee does not have yet from the seller's address to Shopee.
Exchange<ImageIds> upload_images(CallContext ctx, std::vector<std::string> urls, ImageIds known) {
  ImageIds out;
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
    Result<std::string> id = image_id(ctx, *answer, i);
    if (!id) co_return std::move(id).error();
    out.emplace(urls[i], *std::move(id));
  }
  co_return out;
}

std::vector<std::string> in_order(const std::vector<std::string>& urls, const ImageIds& images) {
  std::vector<std::string> out;
  for (const std::string& url : urls) out.push_back(images.at(url));
  return out;
}

Exchange<RemoteModels> read_models(CallContext ctx, std::uint64_t item) {
  QueryItems query;
  query.emplace_back("item_id", std::to_string(item));
  HttpRequest request = shop_get(ctx, "product/get_model_list", query);
  Exchange<json::Value> asking = ask_for(std::move(ctx), std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  co_return models_from(*reply);
}

// update_listing reads before it writes, so a lost answer is repaired by the next run: set.
Exchange<json::Value> write(CallContext ctx, std::string_view call, json::Value body) {
  HttpRequest request = shop_post(ctx, call, body, Effect::set);
  return ask_ok(std::move(ctx), std::move(request));
}

// Gives a plain item its variants, takes them from one that shall be plain, or changes the number
// of axes. Old model ids die (facts 3.11); the new ones come back.
Exchange<RemoteModels> rebuild_variants(CallContext ctx, std::uint64_t item, Plan plan) {
  json::Value body = init_tier_body(ctx, item, plan);
  Exchange<json::Value> writing = write(ctx, "product/init_tier_variation", std::move(body));
  Result<json::Value> reply = co_await std::move(writing);
  if (!reply) co_return std::move(reply).error();
  RemoteModels made = models_from(*reply);
  if (!plan.has_models() || variant_ids(plan, made)) co_return made;
  Exchange<RemoteModels> reading = read_models(std::move(ctx), item);
  co_return co_await std::move(reading);
}

// Makes the variants of an item that has some what the plan says; gives the models as they are
// then.
Exchange<RemoteModels> align_variants(CallContext ctx, std::uint64_t item, Plan plan,
                                      bool repacked) {
  Exchange<RemoteModels> reading = read_models(ctx, item);
  Result<RemoteModels> there = co_await std::move(reading);
  if (!there) co_return std::move(there).error();
  ModelChanges changes = compare_models(ctx, item, plan, *there, repacked);
  if (changes.rebuild) {
    Exchange<RemoteModels> rebuilding = rebuild_variants(std::move(ctx), item, std::move(plan));
    co_return co_await std::move(rebuilding);
  }

  for (const std::string& model : changes.gone) {
    json::Object body;
    body.append("item_id", json::Value(static_cast<unsigned long long>(item)));
    body.append("model_id",
                json::Value(static_cast<unsigned long long>(id_number(model).value_or(0))));
    Exchange<json::Value> deleting =
        write(ctx, "product/delete_model", json::Value(std::move(body)));
    Result<json::Value> deleted = co_await std::move(deleting);
    if (!deleted && deleted.error().kind != ErrorKind::not_found)
      co_return std::move(deleted).error();
  }
  if (changes.tiers) {
    Exchange<json::Value> moving =
        write(ctx, "product/update_tier_variation", *std::move(changes.tiers));
    Result<json::Value> moved = co_await std::move(moving);
    if (!moved) co_return std::move(moved).error();
  }
  if (changes.added) {
    Exchange<json::Value> adding = write(ctx, "product/add_model", *std::move(changes.added));
    Result<json::Value> added = co_await std::move(adding);
    if (!added) co_return std::move(added).error();
    for (RemoteModel& m : models_from(*added).models) there->models.push_back(std::move(m));
  }
  if (changes.changed) {
    Exchange<json::Value> repacking =
        write(ctx, "product/update_model", *std::move(changes.changed));
    Result<json::Value> changed = co_await std::move(repacking);
    if (!changed) co_return std::move(changed).error();
  }
  if (variant_ids(plan, *there)) co_return there;
  Exchange<RemoteModels> rereading = read_models(std::move(ctx), item);
  co_return co_await std::move(rereading);
}

// The base information of several items; entries that are not there are left out.
Exchange<json::Value> read_items(CallContext ctx, std::vector<std::string> ids) {
  HttpRequest request = shop_get(ctx, "product/get_item_base_info", base_info_query(ids));
  return ask_for(std::move(ctx), std::move(request));
}

// Those of `ids` that carry this SKU and still stand.
Exchange<json::Value> items_with_sku(CallContext ctx, std::vector<std::string> ids,
                                     std::string sku) {
  json::Array out;
  for (std::size_t start = 0; start < ids.size(); start += kItemsPerRead) {
    std::vector<std::string> some(
        ids.begin() + static_cast<std::ptrdiff_t>(start),
        ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), start + kItemsPerRead)));
    Exchange<json::Value> reading = read_items(ctx, std::move(some));
    Result<json::Value> reply = co_await std::move(reading);
    if (!reply && reply.error().kind == ErrorKind::not_found) continue;  // all unknown
    if (!reply) co_return std::move(reply).error();
    for (const json::Value& item : (*reply)["response"]["item_list"].items()) {
      if (item["item_sku"].text() == sku && !is_deleted(item["item_status"].text()))
        out.push_back(item);
    }
  }
  co_return json::Value(std::move(out));
}

// How soon the search index knows a new item is not stated (facts 9): the items changed lately.
Exchange<std::vector<std::string>> recent_items(CallContext ctx) {
  std::vector<std::string> out;
  std::string offset;
  const std::int64_t since = to_unix_seconds(ctx.now - kFindBack);
  for (std::size_t page = 0; page < kFindPages; ++page) {
    HttpRequest request =
        shop_get(ctx, "product/get_item_list", item_list_query(offset, 100, since));
    Exchange<json::Value> asking = ask_for(ctx, std::move(request));
    Result<json::Value> reply = co_await std::move(asking);
    if (!reply) co_return std::move(reply).error();
    ItemPage items = item_page_from(*reply);
    out.insert(out.end(), items.ids.begin(), items.ids.end());
    if (items.next.empty() || items.next == offset) break;
    offset = std::move(items.next);
  }
  co_return out;
}

}  // namespace

Exchange<ListingRef> Shopee::publish_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  GERBANG_CO_TRY(plan, plan_listing(ctx, draft, category));
  Exchange<ImageIds> uploading = upload_images(ctx, draft.images, images_in(draft.memo));
  Result<ImageIds> images = co_await std::move(uploading);
  if (!images) co_return std::move(images).error();

  json::Value body = add_item_body(ctx, plan, in_order(draft.images, *images));
  // No idempotency key (facts 1.7): after an unclear answer find_listing looks first.
  HttpRequest request = shop_post(ctx, "product/add_item", body, Effect::create);
  Exchange<json::Value> adding = ask_for(ctx, std::move(request));
  Result<json::Value> reply = co_await std::move(adding);
  if (!reply) co_return std::move(reply).error();

  ListingRef ref;
  ref.remote_product = (*reply)["response"]["item_id"].to_text();
  if (!id_number(ref.remote_product))
    co_return Error(ErrorKind::indeterminate, "channel_answer_unreadable",
                    "no item_id in the answer");
  ref.memo = memo_of(plan, draft.images, *images);
  if (plan.has_models()) {
    ref.resume_after = kBeforeVariants;
  } else {
    ref.variants.emplace(plan.models[0].sku, "0");
  }
  co_return ref;
}

Exchange<ListingRef> Shopee::update_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  GERBANG_CO_TRY(plan, plan_listing(ctx, draft, category));
  const auto item = id_number(draft.remote_product);
  if (!item) co_return gone(draft.remote_product);

  std::vector<std::string> only(1, draft.remote_product);
  Exchange<json::Value> reading = read_items(ctx, std::move(only));
  Result<json::Value> info = co_await std::move(reading);
  if (!info) co_return std::move(info).error();
  const json::Value current = item_in(*info, draft.remote_product);
  if (current.is_null() || is_deleted(current["item_status"].text()))
    co_return gone(draft.remote_product);
  if (current["item_status"].text() == "BANNED")
    co_return Error(ErrorKind::rejected, "listing_banned", "Shopee has banned the item");

  Exchange<ImageIds> uploading = upload_images(ctx, draft.images, images_in(draft.memo));
  Result<ImageIds> images = co_await std::move(uploading);
  if (!images) co_return std::move(images).error();
  const std::vector<std::string> image_ids = in_order(draft.images, *images);

  ListingRef ref;
  ref.remote_product = draft.remote_product;
  ref.memo = memo_of(plan, draft.images, *images);

  // Before the variants: weight and package of an item overwrite theirs (facts 3.8).
  if (auto fields = update_item_body(plan, current, draft.memo, ref.memo, image_ids)) {
    json::Object body;
    body.append("item_id", json::Value(static_cast<unsigned long long>(*item)));
    for (const auto& [key, value] : fields->members()) body.append(key, value);
    Exchange<json::Value> writing = write(ctx, "product/update_item", json::Value(std::move(body)));
    Result<json::Value> written = co_await std::move(writing);
    if (!written) co_return not_gone(std::move(written).error());
  }

  const bool has_models = current["has_model"].as_bool().value_or(false);
  if (!plan.has_models()) {
    if (has_models) {
      Exchange<RemoteModels> rebuilding = rebuild_variants(ctx, *item, plan);
      Result<RemoteModels> plain = co_await std::move(rebuilding);
      if (!plain) co_return not_gone(std::move(plain).error());
    }
    ref.variants.emplace(plan.models[0].sku, "0");
    co_return ref;
  }

  const bool repacked = draft.memo["sent"]["packing"] != ref.memo["sent"]["packing"];
  Exchange<RemoteModels> making =
      has_models ? align_variants(ctx, *item, plan, repacked) : rebuild_variants(ctx, *item, plan);
  Result<RemoteModels> models = co_await std::move(making);
  if (!models) co_return not_gone(std::move(models).error());
  auto ids = variant_ids(plan, *models);
  if (!ids) co_return Error(ErrorKind::transient, "answer_incomplete", "a variant got no model_id");
  ref.variants = *std::move(ids);
  co_return ref;
}

Exchange<ListingRef> Shopee::find_listing(CallContext ctx, ListingDraft draft) const {
  const std::string sku =
      draft.options.empty() && !draft.variants.empty() ? draft.variants[0].sku : draft.code;
  HttpRequest search = shop_get(ctx, "product/search_item", search_query(sku));
  Exchange<json::Value> searching = ask_for(ctx, std::move(search));
  Result<json::Value> hits = co_await std::move(searching);
  if (!hits && hits.error().kind != ErrorKind::not_found) co_return std::move(hits).error();
  std::vector<std::string> ids = hits ? search_ids(*hits) : std::vector<std::string>();

  json::Value found = json::Value(json::Array());
  if (!ids.empty()) {
    Exchange<json::Value> checking = items_with_sku(ctx, std::move(ids), sku);
    Result<json::Value> checked = co_await std::move(checking);
    if (!checked) co_return std::move(checked).error();
    found = *std::move(checked);
  }
  if (found.items().empty()) {
    Exchange<std::vector<std::string>> listing = recent_items(ctx);
    Result<std::vector<std::string>> recent = co_await std::move(listing);
    if (!recent) co_return std::move(recent).error();
    Exchange<json::Value> checking = items_with_sku(ctx, *std::move(recent), sku);
    Result<json::Value> checked = co_await std::move(checking);
    if (!checked) co_return std::move(checked).error();
    found = *std::move(checked);
  }
  if (found.items().empty())
    co_return Error(ErrorKind::not_found, "listing_not_found", "no item carries " + sku);
  // SKUs are not unique at Shopee (facts 3.7): taking the wrong one would sell the wrong goods.
  if (found.items().size() > 1)
    co_return Error(ErrorKind::rejected, "listing_ambiguous", "several items carry " + sku);

  const json::Value item = found[0];
  ListingRef ref;
  ref.remote_product = item["item_id"].to_text();
  if (!id_number(ref.remote_product))
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "an item without item_id");
  ref.memo = draft.memo;
  if (!item["has_model"].as_bool().value_or(false)) {
    if (draft.options.empty()) {
      ref.variants.emplace(sku, "0");
    } else {
      ref.resume_after = kBeforeVariants;
    }
    co_return ref;
  }
  Exchange<RemoteModels> reading = read_models(ctx, id_number(ref.remote_product).value_or(0));
  Result<RemoteModels> models = co_await std::move(reading);
  if (!models) co_return std::move(models).error();
  for (const RemoteModel& m : models->models) {
    const bool ours = std::any_of(draft.variants.begin(), draft.variants.end(),
                                  [&](const DraftVariant& v) { return v.sku == m.sku; });
    if (ours) ref.variants.emplace(m.sku, m.id);
  }
  if (ref.variants.size() != draft.variants.size()) ref.resume_after = kBeforeVariants;
  co_return ref;
}

}  // namespace gerbang::shopee
