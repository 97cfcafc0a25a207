// Creating, changing and finding products (facts woocommerce.md 5, 6).
#include "connectors/woocommerce/answer.hpp"
#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/sign.hpp"
#include "connectors/woocommerce/units.hpp"
#include "connectors/woocommerce/wire_listings.hpp"
#include "connectors/woocommerce/woocommerce.hpp"

namespace gerbang::woocommerce {

namespace {

// All pages of a product's variations.
Exchange<std::vector<RemoteVariation>> read_variations(CallContext ctx, std::string product) {
  std::vector<RemoteVariation> out;
  for (int page = 1; page <= kPages; ++page) {
    HttpRequest request = variations_page(ctx, product, page);
    Exchange<Answer> asking = ask(ctx, std::move(request));
    Result<Answer> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    if (answer->error) co_return *std::move(answer->error);
    GERBANG_CO_TRY(some, variations_in(answer->body));
    const std::size_t count = some.size();
    for (RemoteVariation& v : some) out.push_back(std::move(v));
    if (count < kPage || (answer->pages && page >= *answer->pages)) break;
  }
  co_return out;
}

// Some of the changes, in calls of at most kBatch entries. Creates go first, so that a variant that
// changes place has one at all times; what is gone goes last.
Exchange<std::map<std::string, std::string>> align_variations(CallContext ctx, ListingDraft draft,
                                                              std::string product) {
  Exchange<std::vector<RemoteVariation>> reading = read_variations(ctx, product);
  Result<std::vector<RemoteVariation>> there = co_await std::move(reading);
  if (!there) co_return std::move(there).error();
  VariationChanges changes = compare(ctx, draft, *there);
  std::map<std::string, std::string> ids = changes.known;
  while (!changes.empty()) {
    std::size_t room = kBatch;
    json::Array create, update, remove;
    std::vector<std::size_t> created, updated;
    const auto move = [&room](json::Array& from, json::Array& to, std::vector<std::size_t>* places,
                              std::vector<std::size_t>* moved) {
      const std::size_t n = std::min(room, from.size());
      to.assign(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(n));
      from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(n));
      if (places != nullptr) {
        moved->assign(places->begin(), places->begin() + static_cast<std::ptrdiff_t>(n));
        places->erase(places->begin(), places->begin() + static_cast<std::ptrdiff_t>(n));
      }
      room -= n;
    };
    move(changes.create, create, &changes.created, &created);
    move(changes.update, update, &changes.updated, &updated);
    move(changes.remove, remove, nullptr, nullptr);
    HttpRequest request =
        variations_batch(ctx, product, std::move(create), std::move(update), std::move(remove));
    Exchange<json::Value> asking = ask_object(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    if (!answer) co_return std::move(answer).error();
    GERBANG_CO_TRY(made, created_ids(*answer, draft, created, updated));
    for (std::size_t i = 0; i < made.size(); ++i) ids[draft.variants[created[i]].sku] = made[i];
  }
  co_return ids;
}

// The product with this SKU that carries our mark; null when there is none.
Exchange<json::Value> find_ours(CallContext ctx, ListingDraft draft, std::string status) {
  const std::string sku = product_sku(draft);
  HttpRequest request = products_with_sku(ctx, sku, status);
  Exchange<Answer> asking = ask(std::move(ctx), std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error) co_return *std::move(answer->error);
  if (!answer->body.is_array()) co_return unreadable(Effect::read, "no list of products");
  for (const json::Value& product : answer->body.items()) {
    if (product["sku"].text() != sku || !is_marked(product, draft.unit)) continue;
    if (id_of(product["id"]).empty()) co_return unreadable(Effect::read, "a product without an id");
    co_return product;
  }
  co_return json::Value();
}

// What we know of a product that is ours but was not made by this call.
ListingRef adopted(const ListingDraft& draft, const json::Value& product) {
  ListingRef ref;
  ref.remote_product = id_of(product["id"]);
  ref.memo = memo_of(draft, false);
  ref.memo.as_object()->erase("images");  // whether they arrived is not known
  ref.resume_after = kFinishSoon;
  return ref;
}

Result<ListingRef> created(const ListingDraft& draft, const json::Value& product) {
  ListingRef ref;
  ref.remote_product = id_of(product["id"]);
  if (ref.remote_product.empty()) return unreadable(Effect::create, "a product without an id");
  ref.memo = memo_of(draft, is_simple(draft));
  if (!is_simple(draft)) {
    ref.resume_after = kFinishSoon;
    return ref;
  }
  if (auto altered = not_kept(product, draft.variants.front())) return *std::move(altered);
  ref.variants.emplace(draft.variants.front().sku, std::string(kOwnVariant));
  return ref;
}

Error currency_error() {
  return Error(ErrorKind::rejected, "shop_currency_differs", "the shop does not sell in rupiah");
}

bool sells_in_rupiah(const CallContext& ctx) {
  if (!ctx.shop_facts) return true;
  const std::string_view currency = (*ctx.shop_facts)["currency"].text();
  return currency.empty() || currency == "IDR";
}

}  // namespace

Exchange<ListingRef> WooCommerce::publish_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_CHECK(check(draft));
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  if (!sells_in_rupiah(ctx)) co_return currency_error();
  for (int round = 0;; ++round) {
    // A nonce counts once, also for the same request again.
    const CallContext mine = round == 0 ? ctx : with_salt(ctx, "again");
    HttpRequest request = create_product(mine, draft, category);
    Exchange<Answer> creating = ask(mine, std::move(request));
    Result<Answer> answer = co_await std::move(creating);
    if (!answer) co_return std::move(answer).error();
    if (!answer->error) {
      if (!answer->body.is_object()) co_return unreadable(Effect::create, "no product");
      co_return created(draft, answer->body);
    }
    Error refusal = *std::move(answer->error);
    if (refusal.code == "shop_sku_taken") {
      // The answer names who has it (facts 4). Ours after a lost answer; anything else is the
      // seller's, and joining the two is a person's decision.
      const std::string holder = id_of(answer->body["data"]["resource_id"]);
      if (holder.empty()) co_return refusal;
      HttpRequest look = get_product(ctx, holder);
      Exchange<json::Value> looking = ask_object(ctx, std::move(look));
      Result<json::Value> product = co_await std::move(looking);
      // Nothing was created: nothing to look for either.
      if (!product && concerns_the_call(product.error())) co_return std::move(product).error();
      if (product && id_of((*product)["id"]) != holder)
        co_return unreadable(Effect::read, "another product than the one asked for");
      if (product && is_marked(*product, draft.unit)) co_return adopted(draft, *product);
      refusal.detail = "product " + holder + " has it";
      co_return refusal;
    }
    if (refusal.code != "shop_sku_in_trash" || round > 0) co_return refusal;
    Exchange<json::Value> finding = find_ours(ctx, draft, "trash");
    Result<json::Value> trashed = co_await std::move(finding);
    if (!trashed) co_return std::move(trashed).error();
    if (trashed->is_null()) co_return refusal;
    HttpRequest erase = delete_product(ctx, id_of((*trashed)["id"]), true);
    Exchange<json::Value> erasing = ask_object(ctx, std::move(erase));
    Result<json::Value> erased = co_await std::move(erasing);
    if (!erased && erased.error().kind != ErrorKind::not_found) co_return std::move(erased).error();
    if (erased && id_of((*erased)["id"]) != id_of((*trashed)["id"]))
      co_return unreadable(Effect::set, "an answer for another product");
  }
}

Exchange<ListingRef> WooCommerce::update_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_CHECK(check(draft));
  GERBANG_CO_TRY(category, category_of(ctx, draft));
  if (!sells_in_rupiah(ctx)) co_return currency_error();
  const Error gone(ErrorKind::not_found, "listing_gone", "no product " + draft.remote_product);
  if (!id_number(draft.remote_product)) co_return gone;

  HttpRequest reading = get_product(ctx, draft.remote_product);
  Exchange<json::Value> asking = ask_object(ctx, std::move(reading));
  Result<json::Value> current = co_await std::move(asking);
  if (!current) co_return std::move(current).error();
  if (id_of((*current)["id"]) != draft.remote_product)
    co_return unreadable(Effect::read, "another product than the one asked for");
  if ((*current)["status"].text() == "trash") co_return gone;

  ListingRef ref;
  ref.remote_product = draft.remote_product;
  const bool variable_there = (*current)["type"].text() == "variable";
  if (is_simple(draft) && variable_there) {
    // Its variations hold the SKU that the product shall have.
    ListingDraft none = draft;
    none.variants.clear();
    Exchange<std::map<std::string, std::string>> clearing =
        align_variations(ctx, std::move(none), draft.remote_product);
    Result<std::map<std::string, std::string>> cleared = co_await std::move(clearing);
    if (!cleared) co_return std::move(cleared).error();
  }

  HttpRequest writing = update_product(ctx, draft, category);
  Exchange<json::Value> saving = ask_object(ctx, std::move(writing));
  Result<json::Value> saved = co_await std::move(saving);
  if (!saved) co_return std::move(saved).error();
  if (id_of((*saved)["id"]) != draft.remote_product)
    co_return unreadable(Effect::set, "another product than the one sent");

  if (is_simple(draft)) {
    ref.variants.emplace(draft.variants.front().sku, std::string(kOwnVariant));
  } else {
    const CallContext again = with_salt(ctx, "align");
    Exchange<std::map<std::string, std::string>> aligning =
        align_variations(again, draft, draft.remote_product);
    Result<std::map<std::string, std::string>> ids = co_await std::move(aligning);
    if (!ids) co_return std::move(ids).error();
    ref.variants = *std::move(ids);
  }
  // Shown once it is whole; afterwards only a person's word changes that.
  if (!is_complete(draft.memo)) {
    HttpRequest showing = publish_product(ctx, draft.remote_product);
    Exchange<json::Value> publishing = ask_object(ctx, std::move(showing));
    Result<json::Value> shown = co_await std::move(publishing);
    if (!shown) co_return std::move(shown).error();
    if ((*shown)["status"].text() != "publish")
      co_return Error(ErrorKind::transient, "value_not_kept", "the product is not shown");
  }
  ref.memo = memo_of(draft, true);
  co_return ref;
}

Exchange<ListingRef> WooCommerce::find_listing(CallContext ctx, ListingDraft draft) const {
  GERBANG_CO_CHECK(check(draft));
  Exchange<json::Value> finding = find_ours(std::move(ctx), draft, "any");
  Result<json::Value> product = co_await std::move(finding);
  if (!product) co_return std::move(product).error();
  if (product->is_null())
    co_return Error(ErrorKind::not_found, "listing_gone", "no product of ours with this SKU");
  co_return adopted(draft, *product);
}

Exchange<ListingPage> WooCommerce::read_listings(CallContext ctx, std::string cursor) const {
  const auto page = cursor.empty() ? std::optional<std::uint64_t>(1) : id_number(cursor);
  if (!page || *page > static_cast<std::uint64_t>(kLastPage))
    co_return Error(ErrorKind::invalid, "cursor_invalid", "not a page of ours");
  HttpRequest request = products_page(ctx, static_cast<int>(*page));
  Exchange<Answer> asking = ask(ctx, std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error) co_return *std::move(answer->error);
  if (!answer->body.is_array()) co_return unreadable(Effect::read, "no list of products");

  ListingPage out;
  for (const json::Value& product : answer->body.items()) {
    const std::string id = id_of(product["id"]);
    if (id.empty()) co_return unreadable(Effect::read, "a product without an id");
    std::vector<RemoteVariation> variations;
    if (product["type"].text() == "variable") {
      Exchange<std::vector<RemoteVariation>> reading = read_variations(ctx, id);
      Result<std::vector<RemoteVariation>> some = co_await std::move(reading);
      // Erased while we were reading: it is no listing any more.
      if (!some && some.error().kind == ErrorKind::not_found) continue;
      if (!some) co_return std::move(some).error();
      variations = *std::move(some);
    }
    for (RemoteListing& l : listings_of(product, variations)) out.listings.push_back(std::move(l));
  }
  const auto number = static_cast<std::int64_t>(*page);
  const bool more =
      answer->pages ? number < *answer->pages : answer->body.items().size() == kListingPage;
  // What lies beyond an empty page is nobody's.
  if (more && !answer->body.items().empty()) out.next = std::to_string(number + 1);
  co_return out;
}

}  // namespace gerbang::woocommerce
