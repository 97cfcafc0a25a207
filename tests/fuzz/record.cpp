// Writes seeds by talking to the sandboxes:  gerbang-fuzz-record SEEDS_FOLDER CHANNEL…
//
// Each operation of the port is performed against the real sandbox; its answers become an input of
// the target answers_<channel>, the webhooks that the sandbox sends become inputs of
// webhook_<channel>. Deterministic, so that running it again changes only what has changed.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "connectors/list.hpp"
#include "core/base/random.hpp"
#include "core/base/url.hpp"
#include "tests/fuzz/session.hpp"

using namespace gerbang;

namespace {

const std::string kPng = std::string("\x89PNG\r\n\x1a\n", 8) +
                         std::string("\0\0\0\rIHDR\0\0\3\x20\0\0\3\x20\x08\x02\0\0\0", 21) +
                         "crc!" + std::string(64, 'x');
constexpr std::size_t kMostBytes = 48 * 1024;  // a longer conversation is no seed

class Recorder {
 public:
  Recorder(std::filesystem::path folder, const Connector& connector)
      : folder_(std::move(folder)),
        connector_(connector),
        channel_(connector.info().channel),
        clock_(from_unix_seconds(1795485600)),
        random_(4711) {
    sandbox::Options options;
    options.clock = &clock_;
    options.random = &random_;
    options.public_url = "http://kanal.test";
    options.hook_url = fuzz::app_of(channel_, "").hook_url;
    options.settings = fuzz::expected_app(channel_)["test"]["settings"];
    sandbox_ = make_sandbox(channel_, std::move(options));
  }

  bool run() {
    if (!sandbox_) return false;
    const App app = fuzz::app_of(channel_, "http://kanal.test");
    shop_ = control(Method::post, "shops", json::object({{"name", "Toko BUM Desa"}}))["shop_id"]
                .to_text();
    const json::Value consent = control(
        Method::post, "consent",
        json::object({{"shop_id", shop_}, {"state", "st"}, {"redirect_uri", app.redirect_url}}));
    QueryItems grant;
    for (const char* form : {"query", "credentials"}) {
      for (const auto& [k, v] : consent[form].members()) grant.emplace_back(k, v.to_text());
    }
    fuzz::Remembered remembered;
    remembered.grant = build_query(grant);
    fuzz::Session session(connector_, app, clock_.now(), remembered);
    session.wait = [&](Duration d) { clock_.advance(d); };

    const auto operations = fuzz::operations();
    const auto number = [&](std::string_view name) {
      return static_cast<std::size_t>(std::find(operations.begin(), operations.end(), name) -
                                      operations.begin());
    };
    const auto perform = [&](std::string_view name, std::uint8_t variation) {
      record(session, number(name), variation, std::string(name) + "_" + std::to_string(variation));
    };
    perform("exchange_code", 0x80);
    perform("refresh_tokens", 0x80);
    perform("read_shop_facts", 0x80);
    perform("ensure_webhooks", 0x80);
    perform("publish", 0x80);
    perform("read_category_facts", 0);
    perform("update", 0xA0);
    perform("publish", 0x06);
    perform("find", 0);
    perform("read_listings", 0);
    perform("set_stock", 1);
    perform("set_price", 1);
    perform("set_state", 0);
    perform("set_state", 2);
    for (const char* verb : {"ship", "cancel", "request"}) {
      if (!buy()) break;
      perform("list_orders", 0);
      perform("fetch_orders", 0);
      if (verb == std::string("cancel")) {
        perform("cancel_order", 1);
      } else if (verb == std::string("request")) {
        control(Method::post, "orders/" + order_ + "/request_cancel", json::object({}));
        perform("answer_request", 1);
      } else {
        perform("accept_order", 0);
        perform("ship_order", 1);
        perform("ship_order", 0);
        perform("fetch_label", 0);
      }
    }
    perform("read_lost_events", 0);
    perform("confirm_lost_events", 0);
    perform("set_state", 4);
    pushes();
    std::printf("%s: %zu conversations, %zu webhooks\n", channel_.c_str(), written_, hooks_);
    return true;
  }

 private:
  json::Value control(Method method, const std::string& path, const json::Value& body) {
    HttpRequest request;
    request.method = method;
    request.url = "/_sandbox/" + path;
    if (!body.is_null()) request.body = json::dump(body);
    const sandbox::Answer answer = sandbox_->handle(request);
    if (answer.response.status >= 300)
      std::printf("%s: %s: %d %s\n", channel_.c_str(), path.c_str(), answer.response.status,
                  answer.response.body.substr(0, 200).c_str());
    const auto parsed = json::parse(answer.response.body);
    return parsed ? *parsed : json::Value();
  }

  bool buy() {
    const json::Value line = json::object({{"sku", "KOPI-250"}, {"quantity", 1}});
    order_ = control(Method::post, "orders",
                     json::object({{"shop_id", shop_},
                                   {"lines", json::array({line})},
                                   {"pay", true}}))["order_id"]
                 .to_text();
    return !order_.empty();
  }

  void record(fuzz::Session& session, std::size_t operation, std::uint8_t variation,
              const std::string& name) {
    fuzz::Remembered before = session.remembered();
    if (!order_.empty()) before.order = order_;
    std::string seed(1, static_cast<char>(operation));
    seed += static_cast<char>(variation);
    seed += before.print() + fuzz::kSectionEnd;
    session.set_order(before.order);
    const auto lines = session.perform(operation, variation, [&](const HttpRequest& request) {
      HttpResponse response;
      if (request.trust == Trust::tenant) {
        response.status = 200;
        response.headers.set("Content-Type", "image/png");
        response.body = kPng;
      } else {
        HttpRequest inner = request;
        inner.url = parse_url(request.url)->target();
        response = sandbox_->handle(inner).response;
      }
      seed += fuzz::print_answer(response) + fuzz::kSectionEnd;
      return response;
    });
    clock_.advance(std::chrono::seconds(6));
    std::printf("  %s: %zu calls, %s\n", name.c_str(), lines.empty() ? 0 : lines.size() - 1,
                lines.empty() ? "nothing" : lines.back().c_str());
    if (lines.size() < 2 || seed.size() > kMostBytes) return;
    write("answers_" + channel_, name, seed);
    ++written_;
  }

  void pushes() {
    std::ofstream all;
    for (const sandbox::Push& push : sandbox_->due_pushes()) {
      const auto url = parse_url(push.request.url);
      const std::string path = url->path.substr(std::string("/hooks/" + channel_).size());
      std::string seed = path + (url->query.empty() ? "" : "?" + url->query) + "\n";
      InboundRequest inbound;
      inbound.path = path;
      inbound.query = url->query;
      for (const auto& [name, value] : push.request.headers) {
        seed += name + ": " + value + "\n";
        inbound.headers.add(name, value);
      }
      inbound.body = push.request.body;
      seed += "\n" + inbound.body;
      if (hooks_ == 0) forgeries(path, push.request);
      HttpResponse answer;
      answer.status = 200;
      sandbox_->push_answered(push.id, answer);
      if (hooks_ >= 8) continue;
      write("webhook_" + channel_, "push_" + std::to_string(hooks_++), seed);
      if (!all.is_open()) all.open(folder_ / ("signed_" + channel_));
      all << fuzz::print_signed(inbound) << "\n";
    }
    if (hooks_ == 0)
      write("webhook_" + channel_, "push_none", "\nContent-Type: application/json\n\n{}");
  }

  // What a forger tries first: the last character of a header or of the body changed, a header left
  // out, one sent twice.
  void forgeries(const std::string& path, const HttpRequest& genuine) {
    const auto other = [](std::string text) {
      if (!text.empty()) text.back() = text.back() == '0' ? '1' : '0';
      return text;
    };
    const auto print = [&](const std::string& name, const Headers& headers,
                           const std::string& body) {
      std::string seed = path + "\n";
      for (const auto& [n, v] : headers) seed += n + ": " + v + "\n";
      write("webhook_" + channel_, "forged_" + name, seed + "\n" + body);
    };
    print("body", genuine.headers, other(genuine.body) + " ");
    std::size_t number = 0;
    for (const auto& [name, value] : genuine.headers) {
      const std::string at = std::to_string(number++);
      Headers changed = genuine.headers, without = genuine.headers, twice = genuine.headers;
      changed.set(name, other(value));
      print("header_" + at, changed, genuine.body);
      without.erase(name);
      print("without_" + at, without, genuine.body);
      twice.add(name, other(value));
      print("twice_" + at, twice, genuine.body);
    }
  }

  void write(const std::string& target, const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories(folder_ / target);
    std::ofstream(folder_ / target / name, std::ios::binary) << bytes;
  }

  std::filesystem::path folder_;
  const Connector& connector_;
  std::string channel_;
  ManualClock clock_;
  SeededRandom random_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::string shop_, order_;
  std::size_t written_ = 0, hooks_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "gerbang-fuzz-record SEEDS_FOLDER [CHANNEL…]\n");
    return 2;
  }
  Registry registry;
  add_connectors(registry);
  for (const Connector* connector : registry.all()) {
    const std::string& channel = connector->info().channel;
    bool wanted = count == 2;
    for (int i = 2; i < count; ++i) wanted = wanted || channel == arguments[i];
    if (wanted && !Recorder(arguments[1], *connector).run()) return 1;
  }
  return 0;
}
