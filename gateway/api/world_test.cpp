// The test world itself (see world.hpp), and the one test it needs: that its checker can fail.
#include "gateway/api/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

#include "core/base/log.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "gateway/api/openapi.hpp"

namespace gerbang::api {

namespace {

bool has_type(const json::Value& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return value.as_int64().has_value();
  return false;
}

const json::Value& resolved(const json::Value& schema, const json::Value& document) {
  const std::string_view ref = schema["$ref"].text();
  if (ref.empty()) return schema;
  return document["components"]["schemas"][ref.substr(ref.rfind('/') + 1)];
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& l : lines) out += l + "\n";
  return out;
}

// Gives a body in small pieces.
class Pieces final : public http::BodyReader {
 public:
  explicit Pieces(std::string body) : body_(std::move(body)) {}
  boost::asio::awaitable<Result<std::string>> read_some() override {
    std::string piece = body_.substr(at_, 100);
    at_ += piece.size();
    co_return piece;
  }

 private:
  std::string body_;
  std::size_t at_ = 0;
};

Seen seen_of(http::ServerReply& reply) {
  Seen out;
  out.status = reply.response.status;
  out.headers = std::move(reply.response.headers);
  out.body = std::move(reply.response.body);
  out.route = std::move(reply.route);
  return out;
}

boost::asio::awaitable<void> run(Api& api, http::ServerRequest request, Seen& out, bool& done) {
  http::ServerReply reply = co_await api.handle(std::move(request));
  out = seen_of(reply);
  while (reply.stream) {
    auto piece = co_await reply.stream->next();
    EXPECT_TRUE(piece.ok()) << "the stream broke";
    if (!piece || piece->empty()) break;
    out.body += *piece;
  }
  done = true;
}

}  // namespace

std::vector<std::string> misfits(const json::Value& value, const json::Value& schema_or_ref,
                                 const json::Value& document, const std::string& at) {
  std::vector<std::string> out;
  const json::Value& schema = resolved(schema_or_ref, document);
  if (!schema.is_object()) return {at + ": no such schema"};
  const auto add = [&](std::vector<std::string> more) {
    out.insert(out.end(), more.begin(), more.end());
  };
  const json::Value& type = schema["type"];
  bool fits = type.is_null() || (type.is_string() && has_type(value, type.text()));
  for (const json::Value& t : type.items()) fits = fits || has_type(value, t.text());
  if (!fits) out.push_back(at + ": wrong type " + json::dump(value).substr(0, 60));
  if (schema["enum"].is_array()) {
    const auto& allowed = schema["enum"].items();
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
      out.push_back(at + ": not in enum: " + json::dump(value));
  }
  if (const auto least = schema["minimum"].as_int64();
      least && value.as_int64().value_or(*least) < *least)
    out.push_back(at + ": too small");
  for (const json::Value& part : schema["allOf"].items()) add(misfits(value, part, document, at));
  if (schema["anyOf"].is_array()) {
    bool any = false;
    for (const json::Value& part : schema["anyOf"].items())
      any = any || misfits(value, part, document, at).empty();
    if (!any) out.push_back(at + ": fits none of anyOf");
  }
  if (value.is_object()) {
    for (const json::Value& name : schema["required"].items()) {
      if (!value.members().find(name.text()))
        out.push_back(at + ": lacks " + std::string(name.text()));
    }
    const json::Value& more = schema["additionalProperties"];
    for (const auto& [name, member] : value.members()) {
      const json::Value* known = schema["properties"].members().find(name);
      if (known) {
        add(misfits(member, *known, document, at + "/" + name));
      } else if (more.is_object()) {
        add(misfits(member, more, document, at + "/" + name));
      } else if (more.as_bool() == false) {
        out.push_back(at + ": undeclared member " + name);
      }
    }
  }
  if (value.is_array() && schema["items"].is_object()) {
    for (std::size_t i = 0; i < value.items().size(); ++i)
      add(misfits(value[i], schema["items"], document, at + "/" + std::to_string(i)));
  }
  return out;
}

World::World() {
  log::set_level(log::Level::off);
  store::SqliteOptions options{":memory:", Vault::for_tests(), clock, random};
  store = store::open_sqlite_store(std::move(options)).value();
  authoriser.store = store.get();
  store->on_commit(
      [this](const store::Committed& c) { signals.notify(c.organisations_with_events); });
  registry.add(std::make_unique<TestConnector>());
  App app;
  app.channel = "pasar";
  app.push_secret = Secret(std::string(kPushSecret));
  std::map<std::string, App> apps;
  apps.emplace("pasar", std::move(app));
  hooks = std::make_unique<hooks::Hooks>(*store, registry, clock, metrics, std::move(apps));
  ApiOptions api_options;
  api_options.admin_key_hash = hash_of_key(kAdminKey);
  api = std::make_unique<Api>(Dependencies{*store, clock, api_random, metrics, registry, signals,
                                           *hooks, authoriser, labels},
                              std::move(api_options));
  document = openapi_document(api->routes());
}

World::~World() {
  store->close();
}

http::ServerRequest World::request(Method method, std::string_view target, std::string_view body,
                                   HeaderList headers) const {
  http::ServerRequest out;
  out.method = method;
  out.target = target;
  const auto question = target.find('?');
  if (question != std::string_view::npos) out.query = target.substr(question + 1);
  for (const auto segment : split_path(target.substr(0, question))) {
    out.segments.push_back(percent_decode(segment).value());
    out.path += "/" + out.segments.back();
  }
  for (const auto& [name, value] : headers) out.headers.add(name, value);
  if (!body.empty() && out.headers.count("Content-Type") == 0)
    out.headers.add("Content-Type", "application/json");
  if (api->body_policy(method, out.path).streamed) {
    out.stream = std::make_shared<Pieces>(std::string(body));
  } else {
    out.body = body;
  }
  out.peer = "203.0.113.9";
  out.received = clock.now();
  out.request_id = "req_test";
  return out;
}

Seen World::call(Method method, std::string_view target, std::string_view body,
                 HeaderList headers) {
  Seen seen;
  bool done = false;
  boost::asio::co_spawn(io,
                        run(*api, request(method, target, body, std::move(headers)), seen, done),
                        boost::asio::detached);
  io.restart();
  io.run();
  EXPECT_TRUE(done) << target << ": the handler never finished";
  check(method, seen);
  return seen;
}

void World::check(Method method, const Seen& const_seen) {
  Seen& seen = const_cast<Seen&>(const_seen);
  const std::string type = seen.header("Content-Type");
  if (type.starts_with("application/json") || type.starts_with("application/problem+json")) {
    auto parsed = json::parse(seen.body, {.bytes = 8 << 20, .values = 1'000'000});
    EXPECT_TRUE(parsed.ok()) << seen.body;
    if (parsed) seen.json = std::move(*parsed);
  }
  if (seen.route == "none" || seen.status == 405) return;
  std::string verb(to_string(method));
  std::transform(verb.begin(), verb.end(), verb.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  const json::Value& operation =
      document["paths"][documented_path(seen.route)][verb == "head" ? "get" : verb];
  EXPECT_TRUE(operation.is_object()) << "undocumented: " << verb << " " << seen.route;
  const json::Value* answer = &operation["responses"][std::to_string(seen.status)];
  EXPECT_TRUE(answer->is_object())
      << verb << " " << seen.route << " does not declare " << seen.status << ": " << seen.body;
  if ((*answer)["$ref"].text() == "#/components/responses/Problem") {
    answer = &document["components"]["responses"]["Problem"];
  }
  const json::Value& content = (*answer)["content"];
  if (content.is_null()) {
    EXPECT_EQ(seen.body, "") << verb << " " << seen.route;
    return;
  }
  const std::string media = type.substr(0, type.find(';'));
  EXPECT_TRUE(content[media].is_object())
      << verb << " " << seen.route << " answers undeclared " << media;
  const json::Value& schema = content[media]["schema"];
  if (schema.is_null()) return;
  if (media == "application/x-ndjson") {
    std::string_view rest = seen.body;
    while (!rest.empty()) {
      const auto line = json::parse(rest.substr(0, rest.find('\n')));
      EXPECT_TRUE(line.ok());
      if (line) {
        EXPECT_EQ(joined(misfits(*line, schema, document)), "") << json::dump(*line);
      }
      rest.remove_prefix(rest.find('\n') + 1);
    }
  } else {
    EXPECT_EQ(joined(misfits(seen.json, schema, document)), "") << seen.body;
  }
}

struct World::Pending {
  Seen seen;
  bool done = false;
  Method method = Method::get;
};

std::shared_ptr<World::Pending> World::begin(Method method, std::string_view target,
                                             HeaderList headers) {
  auto pending = std::make_shared<Pending>();
  pending->method = method;
  auto made = request(method, target, {}, std::move(headers));
  boost::asio::co_spawn(io, run(*api, std::move(made), pending->seen, pending->done),
                        [pending](std::exception_ptr) {});
  return pending;
}

Seen World::finish(const std::shared_ptr<Pending>& pending) {
  io.restart();
  io.run();
  EXPECT_TRUE(pending->done);
  check(pending->method, pending->seen);
  return pending->seen;
}

World::Member& World::member(const std::string& who) {
  const auto found = members_.find(who);
  if (found != members_.end()) return found->second;
  store::CreateOrganisation organisation;
  organisation.organisation.name = "BUM Desa " + who;
  organisation.organisation.kind = "bumdes";
  Member made;
  made.organisation = store->apply_now(organisation).value().id;
  made.key = new_api_key(api_random).reveal();
  store::CreateKey create;
  create.key.organisation = made.organisation;
  create.key.label = "uji";
  create.key.hash = hash_of_key(made.key);
  EXPECT_TRUE(store->apply_now(create).ok());
  return members_.emplace(who, std::move(made)).first->second;
}

const std::string& World::organisation(const std::string& who) {
  return member(who).organisation;
}
const std::string& World::key(const std::string& who) {
  return member(who).key;
}

Seen World::as(const std::string& who, Method method, std::string_view target,
               std::string_view body, HeaderList headers) {
  headers.emplace_back("Authorization", "Bearer " + key(who));
  return call(method, target, body, std::move(headers));
}

Seen World::admin(Method method, std::string_view target, std::string_view body,
                  HeaderList headers) {
  headers.emplace_back("Authorization", "Bearer " + std::string(kAdminKey));
  return call(method, target, body, std::move(headers));
}

void World::coffee() {
  EXPECT_EQ(put("/v1/products/KOPI-ROBUSTA", kCoffee).status, 201);
  EXPECT_EQ(put("/v1/stock/KOPI-SANGRAI", R"({"location":"gudang","on_hand":10000})").status, 200);
}

std::string World::shop() {
  const Seen made = post("/v1/shops", R"({"channel":"pasar","name":"Toko BUM Desa"})");
  EXPECT_EQ(made.status, 201);
  const std::string id(made.json["id"].text());
  store::SaveTokens tokens;
  tokens.shop = id;
  tokens.tokens.access = Secret("akses");
  tokens.tokens.refresh = Secret("segar");
  tokens.tokens.obtained_at = clock.now();
  tokens.tokens.access_expires_at = clock.now() + std::chrono::hours(4);
  tokens.tokens.remote_shop_id = "77";
  EXPECT_TRUE(store->apply_now(tokens).ok());
  return id;
}

std::string World::order(const std::string& shop_id, std::string external, Quantity quantity) {
  store::IngestOrders ingest;
  ingest.shop = shop_id;
  RemoteOrder order;
  order.external_id = std::move(external);
  order.status = OrderStatus::paid;
  order.remote_status = "READY";
  order.placed_at = order.updated_at = clock.now();
  OrderLine line;
  line.remote_line = "1";
  line.remote_sku = "KOPI-250";
  line.title = "Kopi Robusta Sangrai 250 g";
  line.quantity = quantity;
  line.price.amount = 35000;
  order.lines.push_back(std::move(line));
  order.total.amount = 35000 * quantity;
  order.city = "Temanggung";
  order.province = "Jawa Tengah";
  order.buyer = Secret(R"({"name":"PEMBELI-RAHASIA","phone":"0800-000-000"})");
  ingest.orders.push_back(std::move(order));
  const auto answer = store->apply_now(ingest).value();
  return answer.at(0).value().id;
}

TEST(Checker, finds_what_does_not_fit) {
  World w;
  const json::Value schema = json::object({{"$ref", "#/components/schemas/Money"}});
  const auto why = [&](const char* text) {
    return misfits(json::parse(text).value(), schema, w.document).size();
  };
  EXPECT_EQ(why(R"({"amount":1,"currency":"IDR"})"), 0u);
  EXPECT_EQ(why(R"({"amount":1})"), 1u);
  EXPECT_EQ(why(R"({"amount":1.5,"currency":"IDR"})"), 1u);
  EXPECT_EQ(why(R"({"amount":1,"currency":"USD"})"), 1u);
  EXPECT_EQ(why(R"({"amount":1,"currency":"IDR","extra":null})"), 1u);
  EXPECT_EQ(why(R"([])"), 1u);
}

}  // namespace gerbang::api
