#include "connectors/conformance/market.hpp"

#include <fstream>
#include <iterator>

#include "core/base/url.hpp"

namespace gerbang::conformance {

using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// What connectors and sandboxes look at in a picture: the head of a PNG of 800 × 800.
const std::string kPicture = std::string("\x89PNG\r\n\x1a\n", 8) +
                             std::string("\0\0\0\rIHDR\0\0\3\x20\0\0\3\x20\x08\x02\0\0\0", 21) +
                             "crc!" + std::string(64, 'x');

// A channel that checks what it is given: how often it is asked, and after how long.
constexpr int kRounds = 40;
// And how long before a shopper sees what was told.
constexpr Duration kSettled = seconds(5);

bool passes_by_itself(const Error& error) {
  return error.kind == ErrorKind::blocked || error.kind == ErrorKind::transient ||
         error.kind == ErrorKind::throttled;
}

}  // namespace

Result<Subject> subject(std::string channel, std::function<std::unique_ptr<Connector>()> connector,
                        std::function<std::unique_ptr<sandbox::Sandbox>(sandbox::Options)> sandbox,
                        const std::string& app_file) {
  std::ifstream file(app_file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto app = json::parse(text);
  if (!app)
    return Error(ErrorKind::invalid, "app_unreadable", app_file + ": " + app.error().detail);
  return Subject{std::move(channel), std::move(connector), std::move(sandbox), std::move(*app)};
}

Market::Market(const Subject& subject, const json::Value& settings)
    : connector(subject.connector()),
      subject_(subject),
      base_("http://" + subject.channel + ".test") {
  sandbox::Options options;
  options.clock = &clock;
  options.random = &random_;
  options.public_url = base_;
  if (info().can.webhooks) options.hook_url = app().hook_url;
  options.settings = subject.app["test"]["settings"];
  if (!options.settings.is_object()) options.settings = json::object({});
  options.settings = json::merge_patch(std::move(options.settings),
                                       settings.is_object() ? settings : json::object({}));
  sandbox = subject.sandbox(std::move(options));
  if (sandbox == nullptr) throw Stop("there is no sandbox of " + subject.channel);
}

App Market::app() const {
  App out;
  out.channel = subject_.channel;
  out.app_id = subject_.app["app_id"].text();
  out.secret = Secret(std::string(subject_.app["secret"].text()));
  out.push_secret = Secret(std::string(subject_.app["push_secret"].text()));
  out.api_url = base_;
  out.auth_url = base_ + std::string(subject_.app["auth_path"].text());
  out.hook_url = "https://gerbang.test/hooks/" + subject_.channel;
  out.redirect_url = "https://gerbang.test/oauth/" + subject_.channel + "/callback";
  return out;
}

const json::Value& Market::fixture(std::string_view name) const {
  return subject_.app["conformance"][name];
}

CallContext Market::ctx() {
  const Duration life = tokens.access_expires_at - tokens.obtained_at;
  if (renews_tokens && info().can.authorise && !tokens.refresh.empty() &&
      clock.now() > tokens.obtained_at + life / 2) {
    renews_tokens = false;
    const CallContext old = ctx();
    renews_tokens = true;
    auto fresh = drive(connector->refresh_tokens(old));
    if (!fresh) throw Stop("refresh_tokens: " + fresh.error().describe());
    tokens = std::move(*fresh);
  }
  CallContext out;
  out.app = app();
  out.shop = "shp_01ARZ3NDEKTSV4RRFFQ69G5FAV";
  out.remote_shop_id = seller;
  out.access_token = tokens.access;
  out.refresh_token = tokens.refresh;
  out.now = clock.now();
  out.nonce = random_.hex(16);
  out.shop_facts = facts_;
  return out;
}

CallContext Market::ctx_for(const ListingDraft& draft) {
  if (info().can.needs_shop_facts && facts_ == nullptr) {
    const CallContext plain = ctx();
    auto read =
        perform("read_shop_facts", [this, plain] { return connector->read_shop_facts(plain); });
    if (!read) throw Stop("read_shop_facts: " + read.error().describe());
    facts_ = std::make_shared<const json::Value>(std::move(*read));
  }
  CallContext out = ctx();
  if (!info().can.needs_category_facts) return out;
  const auto category = connector->category_of(out, draft);
  if (!category) throw Stop("category_of: " + category.error().describe());
  auto& known = category_facts_[*category];
  if (known == nullptr) {
    auto read = perform("read_category_facts", [this, out, id = *category] {
      return connector->read_category_facts(out, id);
    });
    if (!read) throw Stop("read_category_facts: " + read.error().describe());
    known = std::make_shared<const json::Value>(std::move(*read));
  }
  out.category_facts = known;
  return out;
}

HttpResponse Market::ask(Method method, const std::string& what, const json::Value& body) {
  HttpRequest request;
  request.method = method;
  request.url = "/_sandbox/" + what;
  if (!body.is_null()) request.body = json::dump(body);
  return sandbox->handle(request).response;
}

json::Value Market::control(Method method, const std::string& what, const json::Value& body) {
  const HttpResponse answer = ask(method, what, body);
  if (answer.status >= 300)
    throw Stop("the sandbox answers " + std::to_string(answer.status) + " to " + what + ": " +
               answer.body.substr(0, 200));
  auto parsed = json::parse(answer.body, {8u << 20, 32, 500'000});
  if (!parsed) throw Stop("the sandbox's answer to " + what + ": " + parsed.error().describe());
  return std::move(*parsed);
}

void Market::fault(const std::string& kind, int times, const std::string& code) {
  json::Value one = json::object({{"operation", "*"}, {"kind", kind}, {"times", times}});
  if (!code.empty()) {
    one.as_object()->set("code", code);
    one.as_object()->set("message", "tidak hari ini");
  }
  control(Method::post, "faults", json::object({{"faults", json::array({one})}}));
}

HttpResponse Market::own_words(const std::string& kind, const HttpRequest& request,
                               const std::string& code) {
  fault(kind, 1, code);
  HttpRequest inner = request;
  if (const auto url = parse_url(request.url)) inner.url = url->target();
  HttpResponse out = sandbox->handle(inner).response;
  clear_faults();
  return out;
}

AuthorisationGrant Market::consent() {
  const App ours = app();
  std::string state;
  if (info().can.authorise) {
    const auto link = connector->authorise_url(ours, "state-of-the-gateway", clock.now());
    if (!link) throw Stop("authorise_url: " + link.error().describe());
    if (const auto url = parse_url(*link))
      state = query_value(parse_query(url->query).value_or(QueryItems()), "state").value_or("");
  }
  const json::Value given = control(
      Method::post, "consent",
      json::object({{"shop_id", seller}, {"state", state}, {"redirect_uri", ours.redirect_url}}));
  AuthorisationGrant out;
  for (const auto& [name, value] : given[info().can.authorise ? "query" : "credentials"].members())
    out.query.emplace_back(name, value.to_text());
  return out;
}

void Market::open() {
  seller = control(Method::post, "shops", json::object({{"name", "BUM Desa Contoh"}}))["shop_id"]
               .to_text();
  const CallContext before = ctx();
  const AuthorisationGrant grant = consent();
  auto granted = perform("exchange_code",
                         [this, before, grant] { return connector->exchange_code(before, grant); });
  if (!granted) throw Stop("exchange_code: " + granted.error().describe());
  if (granted->empty()) throw Stop("exchange_code gave no tokens");
  tokens = granted->front();
  if (!tokens.remote_shop_id.empty()) seller = tokens.remote_shop_id;
  take_pushes();
}

std::optional<HttpResponse> Market::carry(const HttpRequest& request) {
  watch(request);
  // A document of the channel's own lies with the sandbox, too.
  if (request.trust == Trust::tenant && !request.url.starts_with(base_ + "/")) {
    HttpResponse picture;
    picture.status = 200;
    picture.headers.set("Content-Type", "image/png");
    picture.body = kPicture;
    return picture;
  }
  if (before_request && request.trust != Trust::tenant) before_request(request);
  HttpRequest inner = request;
  if (const auto url = parse_url(request.url)) inner.url = url->target();
  sandbox::Answer answer = sandbox->handle(inner);
  if (answer.cut == sandbox::Answer::Cut::reset_instead) return std::nullopt;
  if (cut_answer && cut_answer(request)) return std::nullopt;
  if (answer.cut == sandbox::Answer::Cut::truncate_body)
    answer.response.body.resize(answer.response.body.size() / 2);
  return std::move(answer.response);
}

// Nothing that belongs to the channel goes elsewhere.
void Market::watch(const HttpRequest& request) {
  if (request.operation.empty()) misdirected.push_back("a request without a name: " + request.url);
  if (request.trust != Trust::tenant) {
    if (!request.url.starts_with(base_ + "/"))
      misdirected.push_back(request.operation + " leaves the channel for " + request.url);
    return;
  }
  const App ours = app();
  std::string all = request.url + request.body;
  for (const auto& [name, value] : request.headers) all += " " + value;
  const std::initializer_list<const Secret*> secrets = {&ours.secret, &ours.push_secret,
                                                        &tokens.access, &tokens.refresh};
  for (const Secret* secret : secrets) {
    if (!secret->empty() && all.find(secret->reveal()) != std::string::npos)
      misdirected.push_back(request.operation + " carries a secret to " + request.url);
  }
}

std::map<std::string, json::Value> Market::listings() {
  std::map<std::string, json::Value> out;
  const json::Value all = control(Method::get, "listings?shop_id=" + percent_encode(seller));
  for (const json::Value& l : all["listings"].items())
    out.insert_or_assign(std::string(l["sku"].text()), l);
  return out;
}

// ---- listings

ListingDraft Market::draft(const std::string& code, std::size_t variants, std::int64_t price,
                           Quantity stock) const {
  ListingDraft out;
  out.unit = out.code = code;
  out.title = "Keranjang Rotan Anyaman Tangan " + code;
  out.description = "Keranjang rotan anyaman tangan, kuat dan ringan, untuk belanja harian.";
  out.category = "rumah-tangga/anyaman";
  out.attributes = {{"Negara Asal", "Indonesia"}};
  out.images = {"https://desa.example/keranjang.png"};
  const std::size_t count = std::max<std::size_t>(variants, 1);
  const std::size_t wide = std::min<std::size_t>(count, 10);  // values of the first option
  if (variants > 0) {
    out.options.push_back({"Ukuran", {}});
    for (std::size_t i = 0; i < wide; ++i)
      out.options[0].values.push_back("Ukuran " + std::to_string(i + 1));
    if (count > wide) {
      out.options.push_back({"Warna", {}});
      for (std::size_t i = 0; i * wide < count; ++i)
        out.options[1].values.push_back("Warna " + std::to_string(i + 1));
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    DraftVariant v;
    v.sku = code + "-" + std::to_string(i + 1);
    if (variants > 0) v.options.push_back(out.options[0].values[i % wide]);
    if (out.options.size() > 1) v.options.push_back(out.options[1].values[i / wide]);
    v.price = Money{price};
    v.stock = stock;
    v.weight_grams = 700;
    v.package_mm = std::array<std::int64_t, 3>{300, 300, 200};
    out.variants.push_back(std::move(v));
  }
  if (!info().can.variants_in_listing) out.unit = code + "/" + out.variants.front().sku;
  return out;
}

namespace {
void remember(Goods& goods, const ListingRef& ref) {
  goods.ref = ref;
  goods.draft.remote_product = ref.remote_product;
  goods.draft.memo = ref.memo;
  for (DraftVariant& v : goods.draft.variants) {
    const auto known = ref.variants.find(v.sku);
    if (known != ref.variants.end()) v.remote_variant = known->second;
  }
}
}  // namespace

Goods Market::publish(ListingDraft draft) {
  Goods goods{std::move(draft), {}};
  for (int round = 0; round < kRounds; ++round) {
    const CallContext c = ctx_for(goods.draft);
    auto done = perform("publish_listing",
                        [this, c, d = goods.draft] { return connector->publish_listing(c, d); });
    if (done) {
      remember(goods, *done);
      if (!done->resume_after) {
        clock.advance(kSettled);
        return goods;
      }
      clock.advance(std::max<Duration>(*done->resume_after, seconds(1)));
      update(goods);
      return goods;
    }
    if (!passes_by_itself(done.error())) throw Stop("publish_listing: " + done.error().describe());
    clock.advance(minutes(1));
  }
  throw Stop("publish_listing does not end");
}

void Market::update(Goods& goods) {
  for (int round = 0; round < kRounds; ++round) {
    const CallContext c = ctx_for(goods.draft);
    auto done = perform("update_listing",
                        [this, c, d = goods.draft] { return connector->update_listing(c, d); });
    if (done) {
      remember(goods, *done);
      if (!done->resume_after) {
        clock.advance(kSettled);
        return;
      }
      clock.advance(std::max<Duration>(*done->resume_after, seconds(1)));
    } else if (passes_by_itself(done.error())) {
      clock.advance(minutes(1));
    } else {
      throw Stop("update_listing: " + done.error().describe());
    }
  }
  throw Stop("update_listing does not end");
}

StockItem Market::stock_item(const Goods& goods, std::size_t variant, Quantity quantity) const {
  const DraftVariant& v = goods.draft.variants.at(variant);
  return {v.sku, goods.ref.remote_product, v.remote_variant, quantity, true};
}
PriceItem Market::price_item(const Goods& goods, std::size_t variant, std::int64_t price) const {
  const DraftVariant& v = goods.draft.variants.at(variant);
  return {v.sku, goods.ref.remote_product, v.remote_variant, Money{price}, {}};
}
StateItem Market::state_item(const Goods& goods, bool listed, bool remove) const {
  StateItem out;
  out.unit = goods.draft.unit;
  out.remote_product = goods.ref.remote_product;
  if (!info().can.variants_in_listing)
    out.remote_variant = goods.draft.variants.front().remote_variant;
  out.listed = listed;
  out.remove = remove;
  return out;
}

namespace {
template <class Item>
void give_ticket(Item& item, const Deferral& deferral) {
  item.ticket = Ticket{deferral.ticket, false};
}
}  // namespace

// Sends what is left again until every item has its final answer.
template <class Batch>
Result<BatchAck> Market::to_the_end(Batch batch,
                                    const std::function<Result<BatchAck>(Batch)>& send) {
  BatchAck out;
  out.items.resize(batch.items.size());
  std::vector<std::size_t> open(batch.items.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  for (int round = 0; round < kRounds && !open.empty(); ++round) {
    Batch rest;
    for (const std::size_t i : open) rest.items.push_back(batch.items[i]);
    auto ack = send(rest);
    if (!ack) {
      if (!passes_by_itself(ack.error())) return ack;
      clock.advance(minutes(1));
      continue;
    }
    if (ack->items.size() != open.size()) return ack;  // for the check to see
    std::vector<std::size_t> again;
    Duration wait{0};
    for (std::size_t k = 0; k < open.size(); ++k) {
      const ItemAck& item = ack->items[k];
      out.items[open[k]] = item;
      if (item.deferred) {
        wait = std::max(wait, item.deferred->after);
        give_ticket(batch.items[open[k]], *item.deferred);
        again.push_back(open[k]);
      } else if (item.error && passes_by_itself(*item.error) && round < 3) {
        wait = std::max<Duration>(wait, minutes(1));
        again.push_back(open[k]);
      }
    }
    open = std::move(again);
    clock.advance(wait);
  }
  clock.advance(kSettled);
  return out;
}

Result<BatchAck> Market::set_stock(StockBatch batch) {
  return to_the_end<StockBatch>(std::move(batch), [this](StockBatch b) {
    const CallContext c = ctx();
    return perform("set_stock", [this, c, b] { return connector->set_stock(c, b); });
  });
}
Result<BatchAck> Market::set_price(PriceBatch batch) {
  return to_the_end<PriceBatch>(std::move(batch), [this](PriceBatch b) {
    const CallContext c = ctx();
    return perform("set_price", [this, c, b] { return connector->set_price(c, b); });
  });
}
Result<BatchAck> Market::set_state(StateBatch batch) {
  return to_the_end<StateBatch>(std::move(batch), [this](StateBatch b) {
    const CallContext c = ctx();
    return perform("set_state", [this, c, b] { return connector->set_state(c, b); });
  });
}

// ---- orders

HttpResponse Market::try_order(const std::string& sku, int quantity, bool pay) {
  const json::Value line = json::object({{"sku", sku}, {"quantity", quantity}});
  return ask(Method::post, "orders",
             json::object({{"shop_id", seller}, {"lines", json::array({line})}, {"pay", pay}}));
}

std::string Market::order(const std::string& sku, int quantity, bool pay) {
  const HttpResponse answer = try_order(sku, quantity, pay);
  const auto body = json::parse(answer.body);
  if (answer.status >= 300 || !body)
    throw Stop("a shopper cannot buy " + sku + ": " + answer.body.substr(0, 200));
  return (*body)["order_id"].to_text();
}

bool Market::verb(const std::string& order, const std::string& what) {
  return ask(Method::post, "orders/" + order + "/" + what, json::object({})).status < 300;
}

RemoteOrder Market::fetched(const std::string& id) {
  const CallContext c = ctx();
  auto batch = perform("fetch_orders", [this, c, id] {
    return connector->fetch_orders(c, std::vector<std::string>{id});
  });
  if (!batch) throw Stop("fetch_orders: " + batch.error().describe());
  if (batch->orders.size() != 1) throw Stop("fetch_orders does not find order " + id);
  return batch->orders.front();
}

OrderAction Market::action(const std::string& id) {
  const RemoteOrder order = fetched(id);
  OrderAction out;
  out.external_id = id;
  out.lines = order.lines;
  out.shipments = order.shipments;
  out.status = order.status;
  return out;
}

// ---- webhooks

std::vector<InboundRequest> Market::take_pushes(int status) {
  std::vector<InboundRequest> out;
  const std::string home = parse_url(app().hook_url)->path;
  for (const sandbox::Push& push : sandbox->due_pushes()) {
    InboundRequest in;
    in.method = push.request.method;
    if (const auto url = parse_url(push.request.url)) {
      in.path = url->path.starts_with(home) ? url->path.substr(home.size()) : url->path;
      in.query = url->query;
    }
    in.headers = push.request.headers;
    in.body = push.request.body;
    out.push_back(std::move(in));
    HttpResponse answer;
    answer.status = status;
    sandbox->push_answered(push.id, answer);
  }
  return out;
}

}  // namespace gerbang::conformance
