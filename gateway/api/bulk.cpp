// POST /v1/products:batch, and the streams: POST /v1/products:import, GET /v1/products:export.
#include "gateway/api/common.hpp"
#include "gateway/api/ndjson.hpp"
#include "gateway/api/products.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr std::size_t kImportBytes = 512 * 1024 * 1024;

// What one product of a batch or import came to.
json::Object result_of(const std::string& code, const Result<store::ProductSaved>& saved,
                       messages::Language language, const std::string& request_id) {
  if (!saved) return item_problem("code", code, saved.error(), language, request_id);
  json::Object out;
  out.append("code", code);
  out.append("status", saved->created ? 201 : 200);
  out.append("revision", saved->revision);
  return out;
}

// Where each product of the request stands in the script, or why it does not.
struct Sorted {
  store::PutProducts script;
  struct Place {
    std::string code;
    std::optional<Error> error;  // nothing: the next one of the script
  };
  std::vector<Place> places;
};

void sort_in(Sorted& sorted, const Result<json::Value>& item) {
  if (!item) {
    sorted.places.push_back({{}, item.error()});
    return;
  }
  std::string code((*item)["code"].text());
  if (!item->is_object() || code.empty()) {
    Error error(ErrorKind::invalid, "field_missing", "each product needs its code");
    error.field = "/code";
    sorted.places.push_back({{}, std::move(error)});
    return;
  }
  auto product = product_from_item(*item);
  if (!product) {
    sorted.places.push_back({std::move(code), std::move(product).error()});
    return;
  }
  store::PutProducts::Item one;
  one.product = std::move(*product);
  sorted.script.items.push_back(std::move(one));
  sorted.places.push_back({std::move(code), std::nullopt});
}

// One result per place; `saved` has one answer per item of the script.
json::Array results_of(const std::vector<Sorted::Place>& places,
                       const store::PutProducts::Answer& saved, messages::Language language,
                       const std::string& request_id) {
  json::Array out;
  std::size_t next = 0;
  for (const auto& [code, error] : places) {
    if (error) {
      const json::Value key = code.empty() ? json::Value() : json::Value(code);
      out.push_back(item_problem("code", key, *error, language, request_id));
    } else {
      out.push_back(result_of(code, saved.at(next++), language, request_id));
    }
  }
  return out;
}

awaitable<Reply> batch_products(Services& services, Call& call) {
  BodyRule rule;
  rule.values = kBatchValues;
  GERBANG_CO_TRY(body, json_body(call, rule));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  const json::Array* items = fields.list("items", Need::required, kBatchItems);
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);

  Sorted sorted;
  sorted.script.organisation = call.who.organisation;
  for (const json::Value& item : *items) sort_in(sorted, Result<json::Value>(item));
  auto render = [places = std::move(sorted.places), language = call.language,
                 id = call.request.request_id](const store::PutProducts::Answer& saved) {
    json::Object out;
    out.append("results", results_of(places, saved, language, id));
    return stored_reply(200, std::move(out));
  };
  co_return co_await commit_reply(services, call, std::move(sorted.script), std::move(render),
                                  store::WriteLane::bulk);
}

// Reads lines, saves them in groups, answers a line for each: memory is one group, whatever the
// size of the upload. The client's pace of reading answers is the pace of the import.
class Import final : public http::BodySource {
 public:
  Import(Services& services, Call& call)
      : services_(services),
        lines_(call.request.stream),
        organisation_(call.who.organisation),
        idempotency_key_(call.idempotency_key),
        language_(call.language),
        request_id_(call.request.request_id) {}

  awaitable<Result<std::string>> next() override {
    if (ended_) co_return std::string();
    Sorted sorted;
    sorted.script.organisation = organisation_;
    std::vector<std::int64_t> numbers;
    std::string raw;  // of the group, for its fingerprint
    std::string last;
    while (sorted.places.size() < kGroup && raw.size() < kGroupBytes) {
      auto line = co_await lines_.next();
      if (!line) {
        // A broken upload ends in a line that says so; what came before has been saved and is told.
        ended_ = true;
        last = answer_line(lines_.number(), item_problem("code", json::Value(), line.error(),
                                                         language_, request_id_));
        break;
      }
      if (!*line) {
        ended_ = true;
        break;
      }
      numbers.push_back(lines_.number());
      raw += **line;
      raw += '\n';
      sort_in(sorted, json::parse(**line));
    }
    std::string out;
    if (!sorted.places.empty()) {
      ++group_;
      auto saved = co_await save(std::move(sorted), std::move(numbers), raw);
      out = std::move(saved);
    }
    co_return out + last;
  }

 private:
  static constexpr std::size_t kGroup = 200;
  static constexpr std::size_t kGroupBytes = 1024 * 1024;

  static std::string answer_line(std::int64_t number, json::Object result) {
    json::Object line;
    line.append("line", number);
    for (const auto& [key, value] : result) line.append(key, value);
    return json::dump(json::Value(std::move(line))) + "\n";
  }

  static std::string answer_lines(const std::vector<std::int64_t>& numbers,
                                  const json::Array& results) {
    std::string out;
    for (std::size_t i = 0; i < results.size(); ++i)
      out += answer_line(numbers[i], results[i].members());
    return out;
  }

  // A group has an idempotency record of its own: the same file sent again with the same key gets
  // the same answers, and what was not reached the first time is done. The blank keeps these keys
  // apart from every key a client can send.
  awaitable<std::string> save(Sorted sorted, std::vector<std::int64_t> numbers, std::string raw) {
    store::Once<store::PutProducts> once;
    once.organisation = organisation_;
    if (idempotency_key_) once.key = *idempotency_key_ + " " + std::to_string(group_);
    once.fingerprint = fingerprint_of_group(raw);
    const std::vector<Sorted::Place> places = sorted.places;
    once.script = std::move(sorted.script);
    auto render = [this_places = places, numbers, language = language_,
                   id = request_id_](const store::PutProducts::Answer& saved) {
      store::StoredReply reply;
      reply.body = answer_lines(numbers, results_of(this_places, saved, language, id));
      return reply;
    };
    std::optional<Error> failure;
    if (idempotency_key_) {
      once.render = std::move(render);
      auto done = co_await sync::apply(services_.store, std::move(once), store::WriteLane::bulk);
      if (done) co_return std::move(done->body);
      failure = std::move(done).error();
    } else {
      auto done =
          co_await sync::apply(services_.store, std::move(once.script), store::WriteLane::bulk);
      if (done) co_return render(*done).body;
      failure = std::move(done).error();
    }
    // None of the group was saved; lines that were wrong anyway keep their own reason.
    std::string out;
    for (std::size_t i = 0; i < places.size(); ++i) {
      const Error& why = places[i].error ? *places[i].error : *failure;
      const json::Value key = places[i].code.empty() ? json::Value() : json::Value(places[i].code);
      out += answer_line(numbers[i], item_problem("code", key, why, language_, request_id_));
    }
    co_return out;
  }

  static std::string fingerprint_of_group(const std::string& raw) {
    http::ServerRequest group;
    group.method = Method::post;
    group.path = "/v1/products:import";
    group.body = raw;
    return fingerprint_of(group);
  }

  Services& services_;
  LineReader lines_;
  const std::string organisation_;
  const std::optional<std::string> idempotency_key_;
  const messages::Language language_;
  const std::string request_id_;
  std::int64_t group_ = 0;
  bool ended_ = false;
};

awaitable<Reply> import_products(Services& services, Call& call) {
  const auto type = call.request.headers.find("Content-Type");
  if (!type || !is_ndjson(*type)) {
    co_return Error(ErrorKind::unsupported, "media_type_unsupported",
                    "the body must be application/x-ndjson: one product per line");
  }
  http::ServerReply reply = text_reply(200, kNdjson, "");
  reply.stream = std::make_unique<Import>(services, call);
  co_return std::move(reply);
}

// Every product on offer, a page of the store at a time.
class Export final : public http::BodySource {
 public:
  Export(Services& services, std::string organisation)
      : services_(services), organisation_(std::move(organisation)) {}

  awaitable<Result<std::string>> next() override {
    std::string out;
    while (!ended_ && out.empty()) {
      store::ListProducts query;
      query.organisation = organisation_;
      query.cursor = cursor_;
      query.limit = 100;
      auto page = co_await sync::read(services_.store, std::move(query));
      if (!page) co_return std::move(page).error();
      for (const store::ProductView& p : page->data) out += json::dump(product_view(p)) + "\n";
      cursor_ = page->next;
      ended_ = cursor_.empty();
    }
    co_return out;
  }

 private:
  Services& services_;
  const std::string organisation_;
  std::string cursor_;
  bool ended_ = false;
};

awaitable<Reply> export_products(Services& services, Call& call) {
  http::ServerReply reply = text_reply(200, kNdjson, "");
  reply.stream = std::make_unique<Export>(services, call.who.organisation);
  co_return std::move(reply);
}

}  // namespace

std::vector<Route> bulk_routes() {
  http::BodyPolicy streamed;
  streamed.max_bytes = kImportBytes;
  streamed.streamed = true;
  return {
      {.method = Method::post,
       .path = "/v1/products:batch",
       .scope = Scope::write,
       .handle = batch_products,
       .operation = {.id = "batch_products",
                     .tag = "Catalogue",
                     .summary = "Create or replace up to 1,000 products; each has its own answer",
                     .request = {"application/json", "ProductBatch"},
                     .answers = {{200,
                                  "One result per item, in order",
                                  {"application/json", "ProductResults"}}}}},
      {.method = Method::post,
       .path = "/v1/products:import",
       .scope = Scope::write,
       .handle = import_products,
       .operation = {.id = "import_products",
                     .tag = "Catalogue",
                     .summary = "Create or replace any number of products, streamed: one JSON "
                                "product per line in, one JSON result per line out",
                     .request = {kNdjson, "Product"},
                     .answers = {{200, "One result per line", {kNdjson, "ImportResult"}}}},
       .body = streamed},
      {.method = Method::get,
       .path = "/v1/products:export",
       .scope = Scope::read,
       .handle = export_products,
       .operation = {.id = "export_products",
                     .tag = "Catalogue",
                     .summary = "Every product on offer, streamed, one per line; fit for import",
                     .answers = {{200, "One product per line", {kNdjson, "ProductView"}}}}},
  };
}

}  // namespace gerbang::api
