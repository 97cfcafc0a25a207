// /v1/products: one product at a time, and the list. Bulk is in bulk.cpp and import.cpp.
#include "gateway/api/products.hpp"

#include <algorithm>

#include "gateway/api/common.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr int kMergeAttempts = 3;

http::ServerReply product_reply(const store::ProductView& product) {
  http::ServerReply reply = json_reply(200, product_view(product));
  reply.response.headers.set("ETag", etag_of(product.revision));
  return reply;
}

Result<store::StoredReply> saved_reply(const std::string& code,
                                       const Result<store::ProductSaved>& saved) {
  if (!saved) return saved.error();
  store::StoredReply reply =
      stored_reply(saved->created ? 201 : 200, json::object({{"code", code},
                                                             {"revision", saved->revision},
                                                             {"created", saved->created},
                                                             {"changed", saved->changed}}));
  reply.headers.emplace_back("ETag", etag_of(saved->revision));
  return reply;
}

// The one answer of a batch of one.
auto render_saved(std::string code) {
  return [code = std::move(code)](const store::PutProducts::Answer& answer) {
    return saved_reply(code, answer.at(0));
  };
}

awaitable<Result<store::ProductView>> read_product(Services& services, const Call& call) {
  store::GetProduct query;
  query.organisation = call.who.organisation;
  query.code = call.parameter("code");
  co_return co_await sync::read(services.store, std::move(query));
}

Error no_such_revision() {
  return Error(ErrorKind::precondition_failed, "revision_moved", "there is no such product");
}

// The revision that the write must find; 0: none; nothing: any.
awaitable<Result<std::optional<std::int64_t>>> wanted_revision(Services& services,
                                                               const Call& call) {
  using Wanted = std::optional<std::int64_t>;
  GERBANG_CO_TRY(condition, precondition_of(call));
  switch (condition.is) {
    case Precondition::Is::none:
      co_return Wanted();
    case Precondition::Is::revision:
      co_return Wanted(condition.revision);
    case Precondition::Is::absent:
      co_return Wanted(0);
    case Precondition::Is::exists:
      break;
  }
  auto present = co_await read_product(services, call);
  if (!present && present.error().kind == ErrorKind::not_found) co_return no_such_revision();
  if (!present) co_return std::move(present).error();
  co_return Wanted(present->revision);
}

store::PutProducts put_script(const Call& call, Product product,
                              std::optional<std::int64_t> if_match) {
  store::PutProducts script;
  script.organisation = call.who.organisation;
  store::PutProducts::Item item;
  item.product = std::move(product);
  item.if_match = if_match;
  script.items.push_back(std::move(item));
  return script;
}

awaitable<Reply> put_product(Services& services, Call& call) {
  const std::string code = call.parameter("code");
  GERBANG_CO_TRY(body, json_body(call));
  GERBANG_CO_TRY(product, product_from_body(code, std::move(body)));
  auto if_match = co_await wanted_revision(services, call);
  if (!if_match) co_return std::move(if_match).error();
  auto script = put_script(call, std::move(product), *if_match);
  auto render = render_saved(code);
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

awaitable<Reply> patch_product(Services& services, Call& call) {
  const std::string code = call.parameter("code");
  GERBANG_CO_TRY(patch, json_body(call));
  GERBANG_CO_TRY(condition, precondition_of(call));
  if (!patch.is_object()) {
    co_return Error(ErrorKind::invalid, "wrong_type", "a merge patch of a product is an object");
  }
  for (int attempt = 1;; ++attempt) {
    auto present = co_await read_product(services, call);
    if (!present) co_return std::move(present).error();
    GERBANG_CO_TRY(product,
                   product_from_body(code, json::merge_patch(to_json(present->product), patch)));
    // A client's own If-Match is left to the store even when it is stale already: a repeat with the
    // same Idempotency-Key must find its answer there, not a 412 here.
    const bool own = condition.is == Precondition::Is::revision;
    auto script =
        put_script(call, std::move(product), own ? condition.revision : present->revision);
    auto render = render_saved(code);
    auto reply = co_await commit_reply(services, call, std::move(script), std::move(render));
    const bool moved = !reply && reply.error().kind == ErrorKind::precondition_failed;
    if (!moved || own) co_return std::move(reply);
    if (attempt == kMergeAttempts) {
      co_return Error(ErrorKind::conflict, "product_busy",
                      "the product changed during each attempt to merge");
    }
  }
}

awaitable<Reply> get_product(Services& services, Call& call) {
  auto product = co_await read_product(services, call);
  if (!product) co_return std::move(product).error();
  const auto known = call.request.headers.find("If-None-Match");
  if (known && *known == etag_of(product->revision)) {
    http::ServerReply reply;
    reply.response.status = 304;
    reply.response.headers.set("ETag", etag_of(product->revision));
    co_return std::move(reply);
  }
  co_return product_reply(*product);
}

awaitable<Reply> delete_product(Services& services, Call& call) {
  auto if_match = co_await wanted_revision(services, call);
  if (!if_match) co_return std::move(if_match).error();
  store::WithdrawProduct script;
  script.organisation = call.who.organisation;
  script.code = call.parameter("code");
  script.if_match = *if_match;
  auto render = [code = script.code](const store::ProductSaved& saved) {
    return saved_reply(code, saved);
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

awaitable<Reply> list_products(Services& services, Call& call) {
  GERBANG_CO_TRY(paging, paging_of(call));
  GERBANG_CO_TRY(since, time_query(call, "updated_since"));
  GERBANG_CO_TRY(withdrawn, flag_query(call, "withdrawn"));
  store::ListProducts query;
  query.organisation = call.who.organisation;
  query.updated_since = since;
  query.with_withdrawn = withdrawn;
  query.cursor = std::move(paging.cursor);
  query.limit = paging.limit;
  auto page = co_await sync::read(services.store, std::move(query));
  if (!page) co_return std::move(page).error();
  json::Array data;
  for (const store::ProductView& p : page->data) data.push_back(product_view(p));
  co_return json_reply(200, page_view(std::move(data), page->next));
}

}  // namespace

Result<Product> product_from_body(std::string_view code, json::Value body) {
  if (json::Object* o = body.as_object()) {
    for (const char* name : {"revision", "withdrawn", "created_at", "updated_at"}) o->erase(name);
  }
  return product_from_json(code, body);
}

Result<Product> product_from_item(const json::Value& item) {
  return product_from_body(item["code"].text(), item);
}

std::vector<Route> product_routes() {
  const Answer saved{200,
                     "Saved; `changed` is false when it was the same already",
                     {"application/json", "ProductSaved"}};
  const Answer created{201, "Created", {"application/json", "ProductSaved"}};
  return {
      {.method = Method::get,
       .path = "/v1/products",
       .scope = Scope::read,
       .handle = list_products,
       .operation = {.id = "list_products",
                     .tag = "Catalogue",
                     .summary = "Products by code",
                     .query = with_paging({{"updated_since", "Changed at or after this time",
                                            R"({"type":"string","format":"date-time"})"},
                                           {"withdrawn", "Withdrawn ones too",
                                            R"({"type":"boolean","default":false})"}}),
                     .answers = {{200, "A page", {"application/json", "ProductPage"}}}}},
      {.method = Method::put,
       .path = "/v1/products/{code}",
       .scope = Scope::write,
       .handle = put_product,
       .operation = {.id = "put_product",
                     .tag = "Catalogue",
                     .summary = "Create or replace a product",
                     .request = {"application/json", "Product"},
                     .answers = {saved, created},
                     .problems = {409, 412},
                     .takes_if_match = true}},
      {.method = Method::patch,
       .path = "/v1/products/{code}",
       .scope = Scope::write,
       .handle = patch_product,
       .operation = {.id = "patch_product",
                     .tag = "Catalogue",
                     .summary = "Change a product (JSON Merge Patch, RFC 7396)",
                     .request = {"application/merge-patch+json", "ProductPatch"},
                     .answers = {saved},
                     .problems = {409, 412},
                     .takes_if_match = true}},
      {.method = Method::get,
       .path = "/v1/products/{code}",
       .scope = Scope::read,
       .handle = get_product,
       .operation = {.id = "get_product",
                     .tag = "Catalogue",
                     .summary = "A product, withdrawn or not",
                     .answers = {{200, "The product", {"application/json", "ProductView"}},
                                 {304, "Not changed since the revision in If-None-Match", {}}}}},
      {.method = Method::del,
       .path = "/v1/products/{code}",
       .scope = Scope::write,
       .handle = delete_product,
       .operation = {.id = "delete_product",
                     .tag = "Catalogue",
                     .summary = "Withdraw a product from all shops; its history is kept",
                     .answers = {saved},
                     .problems = {412},
                     .takes_if_match = true}},
  };
}

}  // namespace gerbang::api
