#include "tests/fuzz/session.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "core/base/crypto.hpp"
#include "core/base/url.hpp"
#include "core/connector/redact.hpp"

namespace gerbang::fuzz {

namespace {

constexpr std::array<int, 16> kStatuses = {200, 201, 202, 204, 400, 401, 403, 404,
                                           409, 413, 422, 429, 500, 502, 503, 302};
constexpr std::array<std::string_view, 21> kOperations = {
    "exchange_code", "refresh_tokens", "read_shop_facts",  "read_category_facts", "publish",
    "update",        "find",           "set_stock",        "set_price",           "set_state",
    "read_listings", "list_orders",    "fetch_orders",     "accept_order",        "ship_order",
    "cancel_order",  "answer_request", "read_lost_events", "confirm_lost_events", "ensure_webhooks",
    "fetch_label"};

// No operation of a channel needs as many calls; one that goes on is driven by the answers alone.
constexpr std::size_t kMostCalls = 500;

constexpr std::string_view kApiHost = "http://kanal.test";

bool token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(static_cast<char>(c)) ==
               std::string_view::npos;
  });
}

// What can be stored and printed as RFC 3339.
bool sane_time(TimePoint t) {
  const auto again = from_rfc3339(to_rfc3339(t));
  return again && *again == t;
}

void check_id(std::string_view id, std::string_view what) {
  FUZZ_CHECK(!id.empty(), what);
  FUZZ_CHECK(sound_text(id), what);
}

void check(const TokenSet& tokens) {
  FUZZ_CHECK(!tokens.access.empty(), "no access token");
  FUZZ_CHECK(sane_time(tokens.obtained_at) && sane_time(tokens.access_expires_at),
             std::to_string(to_unix_millis(tokens.access_expires_at)));
  if (tokens.refresh_expires_at)
    FUZZ_CHECK(sane_time(*tokens.refresh_expires_at),
               std::to_string(to_unix_millis(*tokens.refresh_expires_at)));
  FUZZ_CHECK(sound_text(tokens.remote_shop_id) && sound_text(tokens.remote_shop_name), "shop");
}
void check(const std::vector<TokenSet>& all) {
  FUZZ_CHECK(!all.empty(), "a grant without tokens");
  for (const TokenSet& t : all) check(t);
}
void check(const json::Value&) {}
void check(const ShippingLabel& label) {
  FUZZ_CHECK(!label.document.empty(), "a label of nothing");
  FUZZ_CHECK(label.file_name.find_first_of("/\\\"\r\n") == std::string::npos,
             "a file name that leads elsewhere");
}
void check(const WebhookUpkeep&) {}
void check(const ListingRef& ref) {
  check_id(ref.remote_product, "a listing without product id");
  for (const auto& [sku, id] : ref.variants) {
    FUZZ_CHECK(sound_text(sku), "a SKU");  // one that is not ours is passed over by the store
    FUZZ_CHECK(sound_text(id), sku);
  }
  if (ref.resume_after) FUZZ_CHECK(ref.resume_after->count() > 0, "resume at once, for ever");
}
void check(const ListingPage& page) {
  for (const RemoteListing& l : page.listings) {
    for (const std::string* text : {&l.remote_product, &l.remote_variant, &l.remote_sku, &l.title,
                                    &l.remote_state, &l.barcode})
      FUZZ_CHECK(sound_text(*text), "a text of a listing");
    for (const std::string& option : l.options)
      FUZZ_CHECK(sound_text(option), "an option of a listing");
  }
}
void check(const RemoteOrder& order) {
  // Without a number or with an impossible quantity: the store refuses it (order_invalid).
  FUZZ_CHECK(sound_text(order.external_id), "an order number");
  FUZZ_CHECK(sane_time(order.placed_at) && sane_time(order.updated_at), order.external_id);
  for (const OrderLine& line : order.lines) {
    for (const std::string* text : {&line.remote_line, &line.remote_product, &line.remote_variant,
                                    &line.remote_sku, &line.title})
      FUZZ_CHECK(sound_text(*text), order.external_id);
  }
  FUZZ_CHECK(sound_text(order.city) && sound_text(order.province), order.external_id);
  if (!order.buyer.empty()) FUZZ_CHECK(json::parse(order.buyer.reveal()), order.external_id);
}
void check(const OrderPage& page) {
  for (const std::string& id : page.external_ids) FUZZ_CHECK(sound_text(id), "an order number");
  for (const RemoteOrder& o : page.orders) check(o);
}
void check(const OrderBatch& batch) {
  for (const RemoteOrder& o : batch.orders) check(o);
}
void check(const Ack& ack) {
  for (const Shipment& s : ack.shipments)
    FUZZ_CHECK(
        sound_text(s.remote_package) && sound_text(s.courier) && sound_text(s.tracking_number),
        "a parcel");
}
void check(const LostEvents& events) {
  // The engine asks again as long as there is more: that needs something to confirm.
  if (events.more) FUZZ_CHECK(!events.confirm.empty() && !events.bodies.empty(), "more of nothing");
}
void check(const BatchAck&) {}  // against its batch, in perform()

void check_acks(const BatchAck& ack, const std::vector<std::string>& keys) {
  FUZZ_CHECK(ack.items.size() == keys.size(), std::to_string(ack.items.size()) + " answers for " +
                                                  std::to_string(keys.size()) + " items");
  for (std::size_t i = 0; i < keys.size(); ++i)
    FUZZ_CHECK(ack.items[i].key == keys[i], ack.items[i].key + " for " + keys[i]);
}

}  // namespace

Remembered Remembered::read(std::string_view section) {
  Remembered out;
  for (std::string* line : {&out.grant, &out.product, &out.variant, &out.second_variant, &out.order,
                            &out.category, &out.cursor, &out.confirm}) {
    if (section.empty()) break;
    const auto end = section.find('\n');
    if (end != 0) *line = std::string(section.substr(0, end));
    section = end == std::string_view::npos ? std::string_view() : section.substr(end + 1);
  }
  return out;
}

std::string Remembered::print() const {
  std::string out;
  for (const std::string* line :
       {&grant, &product, &variant, &second_variant, &order, &category, &cursor, &confirm})
    out += *line + "\n";
  return out;
}

std::string print_answer(const HttpResponse& response) {
  const auto known = std::find(kStatuses.begin(), kStatuses.end(), response.status);
  auto code = static_cast<unsigned>(known == kStatuses.end() ? 0 : known - kStatuses.begin());
  std::string headers;
  for (const auto& [name, value] : response.headers) {
    if (equal_ignoring_case(name, "Content-Type") && value.starts_with("application/json"))
      continue;
    headers += name + ": " + value + "\n";
  }
  if (!headers.empty()) {
    code |= 0x80;
    headers += "\n";
  }
  std::string out(1, static_cast<char>(code));
  out += headers + response.body;
  // Pictures are not needed byte by byte.
  std::replace(out.begin() + 1, out.end(), kSectionEnd, '.');
  return out;
}

HttpResponse read_answer(std::string_view section) {
  Input input(section);
  const std::uint8_t code = input.byte();
  HttpResponse out;
  out.status = kStatuses[code % kStatuses.size()];
  out.headers.set("Content-Type", code & 0x40 ? "text/html" : "application/json");
  if (code & 0x80) {
    for (std::size_t lines = 0; lines < 20 && !input.empty(); ++lines) {
      const std::string_view line = input.until('\n');
      if (line.empty()) break;
      const auto colon = line.find(':');
      if (colon == std::string_view::npos || !token(line.substr(0, colon))) continue;
      std::string value(line.substr(colon + 1));
      // As the transport hands them over.
      std::erase_if(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
      if (value.starts_with(' ')) value.erase(0, 1);
      out.headers.add(line.substr(0, colon), value);
    }
  }
  out.body = std::string(input.rest());
  return out;
}

std::span<const std::string_view> operations() {
  return kOperations;
}

json::Value expected_app(std::string_view channel) {
  const std::string path =
      GERBANG_SOURCE_DIR "/connectors/" + std::string(channel) + "/sandbox/app.json";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto app = json::parse(text);
  FUZZ_CHECK(app, path + " cannot be read");
  return *app;
}

App app_of(std::string_view channel, const std::string& base_url) {
  const json::Value expected = expected_app(channel);
  App app;
  app.channel = std::string(channel);
  app.app_id = expected["app_id"].text();
  app.secret = Secret(std::string(expected["secret"].text()));
  app.push_secret = Secret(std::string(expected["push_secret"].text()));
  app.api_url = base_url;
  app.auth_url = base_url + std::string(expected["auth_path"].text());
  app.hook_url = "https://gerbang.test/hooks/" + app.channel;
  app.redirect_url = "https://gerbang.test/oauth/" + app.channel + "/callback";
  return app;
}

Session::Session(const Connector& connector, App app, TimePoint now, Remembered remembered)
    : connector_(connector), app_(std::move(app)), now_(now), remembered_(std::move(remembered)) {}

CallContext Session::context() const {
  CallContext out;
  out.app = app_;
  out.shop = "shp_01ARZ3NDEKTSV4RRFFQ69G5FAV";
  out.remote_shop_id = remote_shop_;
  out.access_token = access_;
  out.refresh_token = refresh_;
  out.now = now_;
  out.nonce = to_hex(sha256(std::to_string(++contexts_))).substr(0, 32);
  out.shop_facts = shop_facts_;
  out.category_facts = category_facts_;
  return out;
}

void Session::check_request(const HttpRequest& request) const {
  // A value of an earlier answer must not leave the place it was put in.
  for (const char c : request.url)
    FUZZ_CHECK(static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f,
               request.operation + " asks for " + request.url);
  // Longer than the transport takes: it refuses, and nothing is sent.
  if (request.trust == Trust::channel && request.url.size() <= 4096) {
    const auto url = parse_url(request.url);
    const auto home = parse_url(app_.api_url);
    FUZZ_CHECK(url, request.operation + " asks for " + request.url);
    FUZZ_CHECK(
        home && url->scheme == home->scheme && url->host == home->host && url->port == home->port,
        request.operation + " leaves the channel for " + request.url);
  }
  // A shop of the organisation's own: the address that it gave, and no other.
  if (request.trust == Trust::shop && request.url.size() <= 4096) {
    std::string given =
        query_value(parse_query(remembered_.grant).value_or(QueryItems()), "address").value_or("");
    for (char& c : given) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const auto url = parse_url(request.url);
    FUZZ_CHECK(url, request.operation + " asks for " + request.url);
    FUZZ_CHECK(given.find(url->host) != std::string::npos,
               request.operation + " leaves the shop for " + request.url);
  }
  FUZZ_CHECK(!request.operation.empty(), request.url);
  for (const auto& [name, value] : request.headers) {
    FUZZ_CHECK(token(name), name);
    for (const char c : value)
      FUZZ_CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t',
                 name + ": " + value);
    if (request.trust == Trust::tenant) {
      for (const Secret* secret : {&app_.secret, &access_, &refresh_})
        FUZZ_CHECK(value.find(secret->reveal()) == std::string::npos,
                   "a secret goes to " + request.url);
    }
  }
}

void Session::check_failure(Error error) const {
  check_error(error, {app_.secret.reveal(), app_.push_secret.reveal(), access_.reveal(),
                      refresh_.reveal()});
  if (error.remote) {
    FUZZ_CHECK(error.remote->message.size() <= 600, std::to_string(error.remote->message.size()));
    FUZZ_CHECK(error.remote->code.size() <= 600, std::to_string(error.remote->code.size()));
  }
  if (error.retry_after)
    FUZZ_CHECK(error.retry_after->count() >= 0, error.describe() + " before now");
}

template <class T>
Result<T> Session::run(Exchange<T> exchange) {
  std::size_t calls = 0;
  std::optional<HttpRequest> request = exchange.start();
  while (request) {
    FUZZ_CHECK(++calls <= kMostCalls, request->operation + " does not end");
    check_request(*request);
    lines_.push_back(std::string(to_string(request->method)) + " " + request->url + " " +
                     request->body);
    HttpResponse response = (*answers_)(*request);
    request = exchange.reply(std::move(response));
  }
  Result<T> out = exchange.take();
  redact(out, context());  // as the engine does
  if (out) {
    check(*out);
    lines_.push_back("done");
  } else {
    check_failure(out.error());
    lines_.push_back(out.error().describe());
  }
  return out;
}

ListingDraft Session::draft() const {
  ListingDraft out;
  out.unit = "KOPI";
  out.code = "KOPI";
  out.title = "Kopi Robusta Temanggung Sangrai Sedang";
  out.description = "Kopi robusta dari lereng Sumbing, disangrai sedang oleh ibu-ibu PKK.";
  out.category = "makanan-minuman/kopi";
  out.attributes = {{"Negara Asal", "Indonesia"}, {"Masa Penyimpanan", "12 Bulan"}};
  out.images = {"https://gambar.test/kopi-1.png", "https://gambar.test/kopi-2.png"};
  out.permits = {{"pirt", "2061234567890-28", std::nullopt}};
  if (variation_ & 0x02) out.brand = "Sukamaju";
  const bool single = (variation_ & 0x04) || !connector_.info().can.variants_in_listing;
  if (!single) out.options = {{"Berat", {"250 g", "500 g"}}};
  for (int i = 0; i < (single ? 1 : 2); ++i) {
    DraftVariant v;
    v.sku = i == 0 ? "KOPI-250" : "KOPI-500";
    if (!single) v.options = {i == 0 ? "250 g" : "500 g"};
    v.price = Money{i == 0 ? 35000 : 65000};
    v.stock = 12;
    v.weight_grams = i == 0 ? 280 : 550;
    v.package_mm = std::array<std::int64_t, 3>{200, 120, 60};
    out.variants.push_back(std::move(v));
  }
  return out;
}

std::optional<ListingDraft> Session::draft_with_facts() {
  ListingDraft out = draft();
  const Capabilities& can = connector_.info().can;
  if (can.needs_shop_facts) {
    auto facts = run(connector_.read_shop_facts(context()));
    if (!facts) return std::nullopt;
    shop_facts_ = std::make_shared<const json::Value>(std::move(*facts));
  }
  if (variation_ & 0x10) out.channel_category = remembered_.category;
  auto category = connector_.category_of(context(), out);
  if (!category) {
    check_failure(category.error());
    return std::nullopt;
  }
  if (can.needs_category_facts) {
    auto facts = run(connector_.read_category_facts(context(), *category));
    if (!facts) return std::nullopt;
    category_facts_ = std::make_shared<const json::Value>(std::move(*facts));
  }
  return out;
}

void Session::publish(bool update_after) {
  std::optional<ListingDraft> prepared = draft_with_facts();
  if (!prepared) return;
  ListingDraft wanted = std::move(*prepared);
  const auto adopt = [&](const ListingRef& ref) {
    wanted.remote_product = ref.remote_product;
    for (DraftVariant& v : wanted.variants) {
      const auto id = ref.variants.find(v.sku);
      if (id != ref.variants.end()) v.remote_variant = id->second;
    }
    wanted.memo = ref.memo;
    remembered_.product = ref.remote_product;
    if (!wanted.variants.empty() && !wanted.variants[0].remote_variant.empty())
      remembered_.variant = wanted.variants[0].remote_variant;
    if (wanted.variants.size() > 1 && !wanted.variants[1].remote_variant.empty())
      remembered_.second_variant = wanted.variants[1].remote_variant;
  };
  if (variation_ & 0x20) {  // it is there already
    ListingRef known;
    known.remote_product = remembered_.product;
    known.variants = {{"KOPI-250", remembered_.variant}, {"KOPI-500", remembered_.second_variant}};
    adopt(known);
  } else {
    auto published = run(connector_.publish_listing(context(), wanted));
    if (!published) return;
    adopt(*published);
    update_after = update_after || published->resume_after;
    if (published->resume_after) {
      wait(*published->resume_after);
      now_ += *published->resume_after;
    }
  }
  for (int round = 0; update_after && round < 4; ++round) {
    auto updated = run(connector_.update_listing(context(), wanted));
    if (!updated) return;
    adopt(*updated);
    update_after = updated->resume_after.has_value();
    if (update_after) {
      wait(*updated->resume_after);
      now_ += *updated->resume_after;
    }
  }
}

void Session::sign_in() {
  AuthorisationGrant grant;
  grant.query = parse_query(remembered_.grant).value_or(QueryItems());
  auto sets = run(connector_.exchange_code(context(), std::move(grant)));
  if (!sets) return;
  access_ = sets->front().access;
  refresh_ = sets->front().refresh;
  if (!sets->front().remote_shop_id.empty()) remote_shop_ = sets->front().remote_shop_id;
}

std::vector<std::string> Session::perform(std::size_t number, std::uint8_t variation,
                                          const Answers& answers) {
  const std::string_view operation = kOperations[number % kOperations.size()];
  variation_ = variation;
  answers_ = &answers;
  lines_.clear();
  const bool flag = variation & 0x01;
  // A shop's second variant stands in the same product, or in another one.
  const std::string second = flag ? remembered_.product : remembered_.product + "2";

  OrderAction action;
  action.external_id = remembered_.order;
  action.status = OrderStatus::paid;
  action.courier = "JNE";
  action.tracking_number = flag ? "JP0000000001" : "";
  action.reason = flag ? "out_of_stock" : "customer_request";
  OrderLine line;
  line.remote_line = "1";
  line.remote_product = remembered_.product;
  line.remote_variant = remembered_.variant;
  line.sku = line.remote_sku = "KOPI-250";
  line.quantity = 1;
  line.price = Money{35000};
  action.lines.push_back(line);
  if (variation & 0x02) {
    action.shipments.resize(2);
    action.shipments[0].remote_package = "P1";
    action.shipments[1].remote_package = remembered_.confirm;
  }

  // Fixed keys are packed by the connector alone: each conversation begins with them.
  const bool fixed_keys = !connector_.info().can.authorise;
  if (fixed_keys) sign_in();
  if (operation == "exchange_code") {
    if (!fixed_keys) sign_in();
  } else if (operation == "refresh_tokens") {
    auto tokens = run(connector_.refresh_tokens(context()));
    if (tokens) {
      access_ = tokens->access;
      if (!tokens->refresh.empty()) refresh_ = tokens->refresh;
    }
  } else if (operation == "read_shop_facts") {
    auto facts = run(connector_.read_shop_facts(context()));
    if (facts) {
      shop_facts_ = std::make_shared<const json::Value>(std::move(*facts));
      auto category = connector_.category_of(context(), draft());
      if (!category) check_failure(category.error());
    }
  } else if (operation == "read_category_facts") {
    static_cast<void>(run(connector_.read_category_facts(context(), remembered_.category)));
  } else if (operation == "publish" || operation == "update") {
    publish(operation == "update");
  } else if (operation == "find") {
    std::optional<ListingDraft> wanted = draft_with_facts();
    if (wanted) static_cast<void>(run(connector_.find_listing(context(), std::move(*wanted))));
  } else if (operation == "set_stock") {
    StockBatch batch;
    batch.items.push_back({"KOPI-250", remembered_.product, remembered_.variant, 7, true});
    batch.items.push_back({"KOPI-500", second, remembered_.second_variant, 0, !flag});
    auto ack = run(connector_.set_stock(context(), std::move(batch)));
    if (ack) {
      check_acks(*ack, {"KOPI-250", "KOPI-500"});
      for (const ItemAck& i : ack->items)
        if (i.error) check_failure(*i.error);
    }
  } else if (operation == "set_price") {
    PriceBatch batch;
    batch.items.push_back({"KOPI-250", remembered_.product, remembered_.variant, Money{36000}});
    batch.items.push_back({"KOPI-500", second, remembered_.second_variant, Money{66000}});
    auto ack = run(connector_.set_price(context(), std::move(batch)));
    if (ack) {
      check_acks(*ack, {"KOPI-250", "KOPI-500"});
      for (const ItemAck& i : ack->items)
        if (i.error) check_failure(*i.error);
    }
  } else if (operation == "set_state") {
    StateBatch batch;
    const bool listed = variation & 0x02;
    const bool remove = variation & 0x04;
    batch.items.push_back({"KOPI", remembered_.product, remembered_.variant, listed, remove});
    auto ack = run(connector_.set_state(context(), std::move(batch)));
    if (ack) {
      check_acks(*ack, {"KOPI"});
      for (const ItemAck& i : ack->items)
        if (i.error) check_failure(*i.error);
    }
  } else if (operation == "read_listings") {
    auto page = run(connector_.read_listings(context(), flag ? remembered_.cursor : ""));
    if (page) remembered_.cursor = page->next;
  } else if (operation == "list_orders") {
    OrderWindow window;
    window.from = now_ - std::chrono::hours(24);
    window.to = now_ + std::chrono::seconds(1);
    if (flag) window.cursor = remembered_.cursor;
    auto page = run(connector_.list_orders(context(), std::move(window)));
    if (page) remembered_.cursor = page->next;
  } else if (operation == "fetch_orders") {
    std::vector<std::string> ids = {remembered_.order};
    if (flag) ids.push_back(remembered_.confirm);
    static_cast<void>(run(connector_.fetch_orders(context(), std::move(ids))));
  } else if (operation == "accept_order") {
    static_cast<void>(run(connector_.accept_order(context(), std::move(action))));
  } else if (operation == "ship_order") {
    static_cast<void>(run(connector_.ship_order(context(), std::move(action))));
  } else if (operation == "cancel_order") {
    static_cast<void>(run(connector_.cancel_order(context(), std::move(action))));
  } else if (operation == "answer_request") {
    static_cast<void>(run(connector_.answer_cancellation(context(), std::move(action), flag)));
  } else if (operation == "read_lost_events") {
    auto lost = run(connector_.read_lost_events(context()));
    if (lost) {
      remembered_.confirm = lost->confirm;
      for (const std::string& body : lost->bodies) {
        auto events = connector_.read_event(body);
        if (events) check_events(*events);
        if (!events) check_failure(events.error());
      }
    }
  } else if (operation == "fetch_label") {
    std::string parcel;
    if (flag && !action.shipments.empty()) parcel = action.shipments.front().remote_package;
    static_cast<void>(run(connector_.fetch_label(context(), std::move(action), std::move(parcel))));
  } else if (operation == "ensure_webhooks") {
    static_cast<void>(run(connector_.ensure_webhooks(context())));
  } else {
    static_cast<void>(run(connector_.confirm_lost_events(context(), remembered_.confirm)));
  }
  answers_ = nullptr;
  return std::move(lines_);
}

namespace {
// Blibli signs whole seconds of the time that it sends in milliseconds.
std::string signed_part(std::string_view name, std::string_view value) {
  if (equal_ignoring_case(name, "requestTime") && value.size() > 3) value.remove_suffix(3);
  return std::string(value);
}
}  // namespace

std::string print_signed(const InboundRequest& request) {
  std::string out = to_hex(sha256(request.body));
  for (const auto& [name, value] : request.headers) {
    if (equal_ignoring_case(name, "Content-Type") || equal_ignoring_case(name, "User-Agent") ||
        equal_ignoring_case(name, "Accept") || equal_ignoring_case(name, "requestId"))
      continue;
    // WooCommerce signs the body alone.
    if (equal_ignoring_case(name.substr(0, 13), "X-WC-Webhook-") &&
        !equal_ignoring_case(name, "X-WC-Webhook-Signature"))
      continue;
    out += " " + percent_encode(name) + "=" + percent_encode(signed_part(name, value));
  }
  return out;
}

bool was_signed(const InboundRequest& request, const std::vector<std::string>& lines) {
  const std::string body = to_hex(sha256(request.body));
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    if (!line.starts_with(body)) return false;
    Input words(std::string_view(line).substr(body.size()));
    static_cast<void>(words.until(' '));
    while (!words.empty()) {
      Input pair(words.until(' '));
      const auto name = percent_decode(pair.until('=')).value_or("");
      const auto value = percent_decode(pair.rest()).value_or("");
      if (request.headers.count(name) != 1 ||
          signed_part(name, *request.headers.find(name)) != value)
        return false;
    }
    return true;
  });
}

void check_events(const std::vector<HookEvent>& events) {
  for (const HookEvent& e : events) {
    check_id(e.key, "an event without key");
    FUZZ_CHECK(sound_text(e.remote_shop_id) && sound_text(e.order) &&
                   sound_text(e.remote_product) && sound_text(e.type),
               e.key);
    if (e.kind == HookKind::order_changed) FUZZ_CHECK(!e.order.empty(), e.key);
    if (e.kind == HookKind::listing_changed) FUZZ_CHECK(!e.remote_product.empty(), e.key);
  }
}

}  // namespace gerbang::fuzz
