// Creating, changing and finding products (facts blibli.md 8.1, 8.2, 8.4).
//
//   publish ─▶ queue:<id> ─▶ (review) IN_PROGRESS ─▶ ACTIVE
//                  │                      └────────▶ NEED_CORRECTION ─▶ revision ─▶ IN_PROGRESS
//                  └─▶ refused: parked; a changed draft is sent anew
#include <algorithm>

#include "connectors/blibli/blibli.hpp"
#include "connectors/blibli/envelope.hpp"
#include "connectors/blibli/facts.hpp"
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/plan.hpp"
#include "connectors/blibli/queue.hpp"
#include "connectors/blibli/request.hpp"
#include "connectors/blibli/units.hpp"
#include "connectors/blibli/wire_levels.hpp"
#include "connectors/blibli/wire_publish.hpp"
#include "core/base/text.hpp"

namespace gerbang::blibli {

namespace {

Error gone(const std::string& product) {
  return Error(ErrorKind::not_found, "listing_gone", "product " + product + " is no longer there");
}

// What goes into imageMap: addresses that Blibli can fetch, the others as pictures (facts 8.1).
Exchange<ImageData> gather_images(CallContext, std::vector<std::string> urls) {
  ImageData out;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (out.contains(urls[i])) continue;
    if (is_linkable(urls[i])) {
      out.emplace(urls[i], urls[i]);
      continue;
    }
    HttpRequest fetch;
    fetch.url = urls[i];
    fetch.operation = "image.fetch";
    fetch.trust = Trust::tenant;
    fetch.max_response = kImageBytes;
    HttpResponse fetched = co_await std::move(fetch);
    Result<std::string> data = picture(fetched, i);
    if (!data) co_return std::move(data).error();
    out.emplace(urls[i], *std::move(data));
  }
  co_return out;
}

// {code, name}, or null for one that Blibli does not know yet. A product without a brand uses
// Blibli's own word for none.
Exchange<json::Value> find_brand(CallContext ctx, std::string brand) {
  const std::string wanted = brand.empty() ? "No Brand" : brand;
  HttpRequest request = get(ctx, "/mta/api/businesspartner/v2/product/getBrands",
                            {{"brandName", wanted}, {"page", "0"}, {"size", "50"}}, "brand.list");
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request), Success::value);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  if (!holds_list(*reply))
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no list of brands");
  json::Value found = brand_in(*reply, wanted);
  if (found.is_null() && brand.empty())
    co_return Error(ErrorKind::rejected, "blibli_brand_refused", "the product has no brand")
        .at_field("/brand");
  co_return found;
}

Exchange<RemoteProduct> read_product(CallContext ctx, std::string id) {
  HttpRequest request = get(ctx, "/seller/v1/products/" + percent_encode(id), {}, "product.detail");
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request), Success::content);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return of_one_item(std::move(reply).error());
  RemoteProduct product = product_from(*reply);
  if (product.id != id || product.state.empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable",
                    "a detail that is not of this product");
  co_return product;
}

// Products of exactly this name, in the states where a new one may be. An unnamed state means on
// offer (facts 8.4).
Exchange<std::vector<ListedProduct>> products_named(CallContext ctx, std::string title) {
  std::vector<ListedProduct> out;
  for (const char* state : {"", "IN_PROGRESS", "OOS", "NEED_CORRECTION", "ARCHIVED", "SUSPENDED"}) {
    HttpRequest request =
        post(ctx, "/seller/v1/products/filter", product_filter(state, "", title, 0, kPage),
             "product.list", Effect::read);
    Exchange<json::Value> asking = ask(ctx, std::move(request), Success::content);
    Result<json::Value> reply = co_await std::move(asking);
    if (!reply) co_return std::move(reply).error();
    for (ListedProduct& p : products_from(*reply).products) {
      if (folded(p.title) == folded(title)) out.push_back(std::move(p));
    }
    // Names are not unique, but the newest are what is looked for: the first state that has some.
    if (!out.empty()) break;
  }
  co_return out;
}

// The product that carries our SKUs, among those of its name. Error: not_found listing_not_found.
Exchange<RemoteProduct> look_for(CallContext ctx, Plan plan) {
  Exchange<std::vector<ListedProduct>> listing = products_named(ctx, plan.title);
  Result<std::vector<ListedProduct>> named = co_await std::move(listing);
  if (!named) co_return std::move(named).error();
  std::optional<RemoteProduct> found;
  for (const ListedProduct& candidate : *named) {
    Exchange<RemoteProduct> reading = read_product(ctx, candidate.id);
    Result<RemoteProduct> product = co_await std::move(reading);
    if (!product && product.error().kind == ErrorKind::not_found) continue;
    if (!product) co_return std::move(product).error();
    if (variant_ids(plan, *product).empty()) continue;
    // Taking the wrong one would sell the wrong goods.
    if (found)
      co_return Error(ErrorKind::rejected, "blibli_ambiguous",
                      "several products carry " + plan.variants[0].sku);
    found = *std::move(product);
  }
  if (!found)
    co_return Error(ErrorKind::not_found, "blibli_not_found",
                    "no product carries " + plan.variants[0].sku);
  co_return *std::move(found);
}

Exchange<ListingRef> create(CallContext ctx, Plan plan) {
  Exchange<json::Value> finding = find_brand(ctx, plan.brand);
  Result<json::Value> brand = co_await std::move(finding);
  if (!brand) co_return std::move(brand).error();
  Exchange<ImageData> gathering = gather_images(ctx, plan.images);
  Result<ImageData> images = co_await std::move(gathering);
  if (!images) co_return std::move(images).error();
  // No idempotency key: after an unclear answer find_listing looks first.
  HttpRequest request = post(ctx, "/seller/v1/products/async", create_body(plan, *brand, *images),
                             "product.create", Effect::create);
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request), Success::queued);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  ListingRef ref;
  ref.remote_product = queued_product(queue_of(*reply));
  json::Value memo = memo_of(plan);
  memo.as_object()->set("questions", 0);
  ref.memo = std::move(memo);
  ref.resume_after = queue_wait(0);
  co_return ref;
}

// Not there yet: asked again later, as `wait` says for the n-th time.
ListingRef ask_again(std::string product, json::Value memo, Duration (*wait)(std::int64_t)) {
  const std::int64_t questions = memo["questions"].as_int64().value_or(0) + 1;
  if (!memo.is_object()) memo = json::Value(json::Object());
  memo.as_object()->set("questions", questions);
  ListingRef ref;
  ref.remote_product = std::move(product);
  ref.memo = std::move(memo);
  ref.resume_after = wait(questions);
  return ref;
}

ListingRef complete(const Plan& plan, const RemoteProduct& product) {
  ListingRef ref;
  ref.remote_product = product.id;
  ref.variants = variant_ids(plan, product);
  ref.memo = memo_of(plan);
  return ref;
}

Exchange<ListingRef> revise(CallContext ctx, Plan plan, RemoteProduct product) {
  Exchange<json::Value> finding = find_brand(ctx, plan.brand);
  Result<json::Value> brand = co_await std::move(finding);
  if (!brand) co_return std::move(brand).error();
  Exchange<ImageData> gathering = gather_images(ctx, plan.images);
  Result<ImageData> images = co_await std::move(gathering);
  if (!images) co_return std::move(images).error();
  HttpRequest request = post(ctx, "/seller/v1/products/" + percent_encode(product.id) + "/revision",
                             revision_body(plan, *brand, *images), "product.revise", Effect::set);
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request), Success::queued);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  co_return ask_again(product.id, memo_of(plan), review_wait);
}

// Pictures of a live product: new ones are added to all variants, those that went are taken away by
// their place in what was sent last.
Exchange<bool> align_images(CallContext ctx, Plan plan, std::vector<std::string> before,
                            RemoteProduct product) {
  const std::string path = "/seller/v1/products/" + percent_encode(product.id) + "/images";
  std::vector<std::string> added;
  for (const std::string& url : plan.images) {
    if (std::find(before.begin(), before.end(), url) == before.end()) added.push_back(url);
  }
  Exchange<ImageData> gathering = gather_images(ctx, added);
  Result<ImageData> images = co_await std::move(gathering);
  if (!images) co_return std::move(images).error();
  for (const std::string& url : added) {
    const json::Value body =
        json::object({{"data", images->at(url)},
                      {"allVariants", json::object({{"mainImage", url == plan.images.front()}})}});
    HttpRequest request = post(ctx, path, body, "product.image_add", Effect::set);
    Exchange<json::Value> asking = ask(ctx, std::move(request), Success::nothing);
    Result<json::Value> done = co_await std::move(asking);
    if (!done) co_return of_one_item(std::move(done).error());
  }
  // Whose pictures are not those we sent we leave alone.
  if (before.size() != product.image_paths.size()) co_return true;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (std::find(plan.images.begin(), plan.images.end(), before[i]) != plan.images.end()) continue;
    const json::Value body =
        json::object({{"path", product.image_paths[i]}, {"allVariants", true}});
    HttpRequest request =
        blibli::request(ctx, Method::del, path, {}, body, "product.image_delete", Effect::set);
    Exchange<json::Value> asking = ask(ctx, std::move(request), Success::nothing);
    Result<json::Value> done = co_await std::move(asking);
    if (!done && done.error().kind != ErrorKind::not_found)
      co_return of_one_item(std::move(done).error());
  }
  co_return true;
}

// A live product made what the plan says.
Exchange<ListingRef> align(CallContext ctx, Plan plan, json::Value memo, RemoteProduct product) {
  const json::Value wanted = memo_of(plan);
  const std::string path = "/seller/v1/products/" + percent_encode(product.id);
  const bool renamed = !product.title.empty() && product.title != plan.title;
  if (renamed || memo["sent"]["content"] != wanted["sent"]["content"]) {
    HttpRequest request = put(ctx, path + "/detail", detail_body(plan), "product.detail_update");
    Exchange<json::Value> asking = ask(ctx, std::move(request), Success::nothing);
    Result<json::Value> done = co_await std::move(asking);
    if (!done) co_return std::move(done).error();
  }
  std::vector<std::string> before;
  for (const json::Value& url : memo["images"].items()) before.emplace_back(url.text());
  if (!before.empty() && before != plan.images) {
    Exchange<bool> aligning = align_images(ctx, plan, std::move(before), product);
    Result<bool> aligned = co_await std::move(aligning);
    if (!aligned) co_return std::move(aligned).error();
  }
  const bool relabelled =
      !memo["sent"]["variants"].is_null() && memo["sent"]["variants"] != wanted["sent"]["variants"];
  if (relabelled || !same_variants(plan, product)) {
    // Replaces the list: every variant goes along, those that are there with their id.
    HttpRequest request = post(ctx, path + "/variants", variants_body(plan, product),
                               "product.variants", Effect::set);
    Exchange<json::Value> asking = ask(ctx, std::move(request), Success::nothing);
    Result<json::Value> done = co_await std::move(asking);
    if (!done) co_return of_one_item(std::move(done).error());
    Exchange<RemoteProduct> reading = read_product(ctx, product.id);
    Result<RemoteProduct> after = co_await std::move(reading);
    if (!after) co_return std::move(after).error();
    product = *std::move(after);
  }
  if (variant_ids(plan, product).size() != plan.variants.size())
    co_return Error(ErrorKind::transient, "answer_incomplete", "a variant got no Blibli SKU");
  co_return complete(plan, product);
}

// What the state of a product allows.
Exchange<ListingRef> settle(CallContext ctx, Plan plan, json::Value memo, RemoteProduct product) {
  if (product.state == "IN_PROGRESS") co_return ask_again(product.id, std::move(memo), review_wait);
  if (product.state == "NEED_CORRECTION") {
    // What was refused is not sent again as it is.
    if (memo["sent"] == memo_of(plan)["sent"] && memo["images"] == memo_of(plan)["images"])
      co_return element_error(ctx, "product.detail", product.note, "blibli_needs_correction");
    Exchange<ListingRef> revising = revise(std::move(ctx), std::move(plan), std::move(product));
    co_return co_await std::move(revising);
  }
  if (product.state == "SUSPENDED")
    co_return Error(ErrorKind::rejected, "blibli_suspended", "Blibli has suspended the product");
  Exchange<ListingRef> aligning =
      align(std::move(ctx), std::move(plan), std::move(memo), std::move(product));
  co_return co_await std::move(aligning);
}

// A creation in the queue.
Exchange<ListingRef> follow_queue(CallContext ctx, ListingDraft draft, Plan plan) {
  const std::string id(queue_in(draft.remote_product));
  json::Value sent = draft.memo;  // without the count of questions to the queue
  if (sent.is_object()) sent.as_object()->set("questions", 0);
  Exchange<Queue> reading = read_queue(ctx, id);
  Result<Queue> queue = co_await std::move(reading);
  // Kept for two months (facts 5): one that is forgotten is looked for at the shop.
  const bool forgotten = !queue && queue.error().kind == ErrorKind::not_found;
  if (!queue && !forgotten) co_return std::move(queue).error();
  if (queue && !queue->finished) co_return ask_again(draft.remote_product, draft.memo, queue_wait);

  if (queue) {
    const auto failed = std::find_if(queue->entries.begin(), queue->entries.end(),
                                     [](const QueueEntry& e) { return !e.success; });
    if (failed != queue->entries.end()) {
      const bool same = draft.memo["sent"] == memo_of(plan)["sent"] &&
                        draft.memo["images"] == memo_of(plan)["images"];
      Error why = element_error(ctx, "product.create", failed->text, "blibli_product_refused");
      if (same && why.kind != ErrorKind::transient) co_return why;
      Exchange<ListingRef> creating = create(std::move(ctx), std::move(plan));
      co_return co_await std::move(creating);
    }
    // It may name what it made.
    for (const QueueEntry& e : queue->entries) {
      const std::string product = product_of(e.sku);
      if (product.empty()) continue;
      Exchange<RemoteProduct> looking = read_product(ctx, product);
      Result<RemoteProduct> made = co_await std::move(looking);
      if (!made && made.error().kind == ErrorKind::not_found) break;
      if (!made) co_return std::move(made).error();
      if (variant_ids(plan, *made).empty()) break;
      Exchange<ListingRef> settling =
          settle(std::move(ctx), std::move(plan), std::move(sent), *std::move(made));
      co_return co_await std::move(settling);
    }
  }
  Exchange<RemoteProduct> looking = look_for(ctx, plan);
  Result<RemoteProduct> found = co_await std::move(looking);
  if (found) {
    Exchange<ListingRef> settling =
        settle(std::move(ctx), std::move(plan), std::move(sent), *std::move(found));
    co_return co_await std::move(settling);
  }
  if (found.error().kind != ErrorKind::not_found) co_return std::move(found).error();
  if (!forgotten && draft.memo["questions"].as_int64().value_or(0) < 12)
    co_return ask_again(draft.remote_product, draft.memo, queue_wait);  // the list may lag
  co_return Error(ErrorKind::rejected, "blibli_review_refused",
                  "the queue took it, the shop does not have it");
}

}  // namespace

Exchange<ListingRef> Blibli::publish_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  GERBANG_CO_TRY(plan, plan_listing(ctx, draft, category));
  Exchange<ListingRef> creating = create(std::move(ctx), std::move(plan));
  co_return co_await std::move(creating);
}

Exchange<ListingRef> Blibli::update_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  GERBANG_CO_TRY(plan, plan_listing(ctx, draft, category));
  if (!queue_in(draft.remote_product).empty()) {
    Exchange<ListingRef> following =
        follow_queue(std::move(ctx), std::move(draft), std::move(plan));
    co_return co_await std::move(following);
  }
  Exchange<RemoteProduct> reading = read_product(ctx, draft.remote_product);
  Result<RemoteProduct> product = co_await std::move(reading);
  if (!product) {
    // Rejected in review: its detail cannot be read any more (facts 8.2).
    const bool waited = !draft.memo["questions"].is_null();
    if (product.error().kind == ErrorKind::not_found && waited)
      co_return Error(ErrorKind::rejected, "blibli_review_refused", "Blibli refused it in review");
    co_return product.error().kind == ErrorKind::not_found ? gone(draft.remote_product)
                                                           : std::move(product).error();
  }
  Exchange<ListingRef> settling =
      settle(std::move(ctx), std::move(plan), draft.memo, *std::move(product));
  co_return co_await std::move(settling);
}

Exchange<ListingRef> Blibli::find_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  GERBANG_CO_TRY(plan, plan_listing(ctx, draft, category));
  Exchange<RemoteProduct> looking = look_for(ctx, plan);
  Result<RemoteProduct> product = co_await std::move(looking);
  if (!product) co_return std::move(product).error();
  // Its memo says nothing was sent: the update that follows sends all of it, or waits for review.
  ListingRef ref;
  ref.remote_product = product->id;
  ref.variants = variant_ids(plan, *product);
  ref.memo = draft.memo;
  if (!is_on_offer(product->state) || !same_variants(plan, *product)) {
    ref.variants.clear();
    ref.resume_after = std::chrono::seconds(1);  // there is no more to wait for
  }
  co_return ref;
}

}  // namespace gerbang::blibli
