#include "tests/sim/outside.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/list.hpp"
#include "core/base/url.hpp"

namespace gerbang::sim {

namespace {

// A minimal valid PNG header is what connectors and sandboxes look at.
const std::string kPng = std::string("\x89PNG\r\n\x1a\n", 8) +
                         std::string("\0\0\0\rIHDR\0\0\3\x20\0\0\3\x20\x08\x02\0\0\0", 21) +
                         "crc!" + std::string(64, 'x');

// A request that the gateway has given up can still arrive for so long (the engine waits 30 s).
constexpr std::int64_t kLatestAfterDeadline = 25'000;

Error lost(const char* what) {
  return Error(ErrorKind::indeterminate, "connection_lost", what);
}

}  // namespace

boost::asio::awaitable<void> SimTimers::sleep_until(TimePoint when) {
  boost::asio::steady_timer timer(context_, boost::asio::steady_timer::time_point::max());
  const Alarm alarm(clockwork_, when, [&timer] { timer.cancel(); });
  auto waiting = timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_await std::move(waiting);
}

boost::asio::awaitable<Result<HttpResponse>> SimTransport::send(HttpRequest request,
                                                                TimePoint deadline) {
  struct Flight {
    explicit Flight(boost::asio::io_context& context)
        : timer(context, boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer timer;
    std::optional<Result<HttpResponse>> result;
  };
  const auto flight = std::make_shared<Flight>(context_);
  // When this frame is gone the answer finds nobody.
  outside_.carry(std::move(request), deadline,
                 [waiting = std::weak_ptr<Flight>(flight)](Result<HttpResponse> answer) {
                   const auto there = waiting.lock();
                   if (!there || there->result) return;
                   there->result.emplace(std::move(answer));
                   there->timer.cancel();
                 });
  if (!flight->result) {
    auto waiting = flight->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_await std::move(waiting);
  }
  co_return std::move(*flight->result);
}

Outside::Outside(Clockwork& clockwork, Trace& trace, Random& chance, Random& marketplace)
    : clockwork_(clockwork), trace_(trace), chance_(chance), marketplace_(marketplace) {}

Outside::~Outside() = default;

Outside::Market& Outside::open(const ChannelProfile& profile, bool webhooks, Duration clock_off) {
  auto market = std::make_unique<Market>(clockwork_.clock, clock_off);
  market->channel = profile.name;
  market->url = "http://" + profile.name + ".test";
  sandbox::Options options;
  options.clock = &market->clock;
  options.random = &marketplace_;
  options.public_url = market->url;
  if (webhooks) options.hook_url = "https://gerbang.test/hooks/" + profile.name;
  options.settings = json::object({});
  market->sandbox = make_sandbox(profile.name, options);
  ensure(market->sandbox != nullptr, "a channel of the simulation has no sandbox");
  by_address_[market->url] = market.get();
  return *(markets_[profile.name] = std::move(market));
}

void Outside::arrive(Duration after, std::function<void()> happen) {
  const std::uint64_t number = ++last_arrival_;
  const auto event = clockwork_.after(after, [this, number] {
    const auto it = arrivals_.find(number);
    const std::function<void()> now = std::move(it->second.happen);
    arrivals_.erase(it);
    now();
  });
  arrivals_.emplace(number, Arrival{event, std::move(happen)});
}

void Outside::sender_died() {
  std::map<std::uint64_t, Arrival> open = std::exchange(arrivals_, {});
  for (auto& [number, arrival] : open) {
    clockwork_.cancel(arrival.event);
    if (chance_.below(2) == 0) arrive(spread(0, 90), std::move(arrival.happen));
  }
}

sandbox::Answer Outside::handle(Market& market, const HttpRequest& request) {
  HttpRequest inner = request;
  inner.url = parse_url(request.url)->target();
  sandbox::Answer answer = market.sandbox->handle(inner);
  trace_.note(clockwork_.now(), "net", market.channel,
              request.operation + " arrived: " + std::to_string(answer.response.status) +
                  (answer.response.status >= 400 ? " " + answer.response.body.substr(0, 120) : ""));
  if (request.effect != Effect::read) read_ledger(market);
  watch_pushes(market);
  return answer;
}

HttpResponse Outside::ask(const std::string& channel, HttpRequest request) {
  Market& there = market(channel);
  request.url = parse_url(request.url)->target();
  return there.sandbox->handle(request).response;
}

void Outside::read_ledger(Market& market) {
  for (;;) {
    const json::Value page =
        control(market.channel, Method::get, "ledger?after=" + std::to_string(market.ledger_seen));
    for (const json::Value& entry : page["entries"].items()) {
      const json::Value& effect = entry["effect"];
      const json::Array one{effect};
      for (const json::Value& e : effect.is_array() ? effect.items() : one) {
        const auto stock = e["stock"].to_integral();
        const std::string_view sku = e["sku"].text();
        // A change of the whole listing names the stock that is there, it does not set it.
        if (!stock || sku.empty() || !e["price"].is_null()) continue;
        trace_.note(clockwork_.now(), "state", std::string(sku),
                    market.channel + " shows stock " + std::to_string(*stock));
        if (stock_arrived)
          stock_arrived(market.channel, entry["shop"].to_text(), std::string(sku), *stock);
      }
    }
    market.ledger_seen = page["last"].as_int64().value_or(market.ledger_seen);
    if (!page["more"].as_bool().value_or(false)) return;
  }
}

void Outside::carry(HttpRequest request, TimePoint deadline,
                    std::function<void(Result<HttpResponse>)> done) {
  ++counts.requests;
  const TimePoint now = clockwork_.now();
  const auto found = parse_url(request.url);
  if (!found) return done(found.error());
  const bool tenant = request.trust == Trust::tenant;
  const auto host = by_address_.find(found->scheme + "://" + found->authority());
  if (!tenant && host == by_address_.end())
    return done(Error(ErrorKind::transient, "connect_failed", "no such host"));

  Duration there = spread(5, 150), back = spread(5, 150);
  if (chance(weather.slow)) {
    there = spread(200, 12'000);
    back = spread(200, 12'000);
    ++counts.network;
  }
  const auto fails = [&](Duration after, Error error) {
    ++counts.network;
    trace_.note(now, "net", tenant ? "" : host->second->channel,
                request.operation + " will fail: " + error.code);
    clockwork_.after(std::min(after, deadline - now),
                     [done, error = std::move(error)] { done(error); });
  };
  clockwork_.at(deadline, [done] {
    done(Error(ErrorKind::indeterminate, "timeout", "no answer before the deadline"));
  });
  if (chance(weather.connect_failed))
    return fails(spread(1, 3000), Error(ErrorKind::transient, "connect_failed", "refused"));
  if (tenant) {
    HttpResponse image;
    image.status = 200;
    image.headers.set("Content-Type", "image/png");
    image.body = kPng;
    clockwork_.after(there + back, [done, image = std::move(image)] { done(image); });
    return;
  }

  Market& market = *host->second;
  if (market.cut_off_until > now) {
    ++counts.network;
    trace_.note(now, "net", market.channel, request.operation + " is cut off");
    if (chance(0.5))
      clockwork_.after(spread(1, 3000), [done] {
        done(Error(ErrorKind::transient, "connect_failed", "unreachable"));
      });
    return;  // or nothing until the deadline
  }
  if (chance(weather.lost_before)) return fails(there, lost("reset before it arrived"));
  if (chance(weather.silent_before)) {
    ++counts.network;
    trace_.note(now, "net", market.channel, request.operation + " vanishes");
    return;
  }
  enum class Fate { well, lost, silent } fate = Fate::well;
  if (chance(weather.lost_after)) fate = Fate::lost;
  if (chance(weather.silent_after)) fate = Fate::silent;
  if (chance(weather.late)) {
    there = deadline - now + spread(1, kLatestAfterDeadline);
    ++counts.network;
    trace_.note(now, "net", market.channel, request.operation + " will arrive late");
  }
  if (fate != Fate::well) {
    ++counts.network;
    trace_.note(now, "net", market.channel, request.operation + " will lose its answer");
  }
  const bool doubled = request.effect != Effect::create && chance(weather.doubled);
  if (doubled) ++counts.network;
  arrive(there, [this, &market, request = std::move(request), done, fate, doubled, back] {
    sandbox::Answer answer = handle(market, request);
    if (doubled) handle(market, request);
    if (fate == Fate::silent || market.cut_off_until > clockwork_.now()) return;
    Result<HttpResponse> result = Error(ErrorKind::bug, "no_fate");
    if (fate == Fate::lost || answer.cut == sandbox::Answer::Cut::reset_instead) {
      result = lost("reset before the answer");
    } else {
      if (answer.cut == sandbox::Answer::Cut::truncate_body)
        answer.response.body.resize(answer.response.body.size() / 2);
      result = std::move(answer.response);
    }
    clockwork_.after(answer.delay + back, [done, result = std::move(result)] { done(result); });
  });
}

json::Value Outside::control(const std::string& channel, Method method, const std::string& path,
                             const json::Value& body) {
  HttpRequest request;
  request.method = method;
  request.url = "/_sandbox/" + path;
  if (!body.is_null()) request.body = json::dump(body);
  Market& there = market(channel);
  const sandbox::Answer answer = there.sandbox->handle(request);
  if (method != Method::get) watch_pushes(there);
  if (answer.response.status >= 300) return {};
  json::Limits limits;
  limits.bytes = 16 * 1024 * 1024;
  limits.values = 1'000'000;
  auto parsed = json::parse(answer.response.body, limits);
  return parsed ? std::move(*parsed) : json::Value();
}

void Outside::watch_pushes(Market& market) {
  const auto next = market.sandbox->next_push();
  if (!next) return;
  const TimePoint when = market.clock.real(*next);
  if (market.wake) {
    if (std::get<0>(*market.wake) <= when) return;
    clockwork_.cancel(*market.wake);
  }
  market.wake = clockwork_.at(when, [this, &market] {
    market.wake.reset();
    send_pushes(market);
  });
}

void Outside::send_pushes(Market& market) {
  for (const sandbox::Push& push : market.sandbox->due_pushes()) send_push(market, push);
  watch_pushes(market);
}

void Outside::send_push(Market& market, const sandbox::Push& push) {
  ++counts.webhooks;
  const auto answered = [this, &market, id = push.id](std::optional<HttpResponse> answer) {
    market.sandbox->push_answered(id, answer);
    watch_pushes(market);
  };
  if (market.cut_off_until > clockwork_.now() || chance(weather.webhook_lost)) {
    ++counts.webhook_faults;
    trace_.note(clockwork_.now(), "hook", market.channel, "a webhook is lost");
    clockwork_.after(std::chrono::seconds(10), [answered] { answered(std::nullopt); });
    return;
  }
  Duration there = spread(5, 300);
  if (chance(weather.webhook_late)) {
    there = spread(1000, 150'000);
    ++counts.webhook_faults;
  }
  clockwork_.after(there, [this, &market, request = push.request, answered] {
    deliver(market.channel, request, [this, answered](std::optional<HttpResponse> answer) {
      const bool gone = chance(weather.webhook_answer_lost);
      if (gone) ++counts.webhook_faults;
      if (gone) answer.reset();
      clockwork_.after(spread(5, 100), [answered, answer] { answered(answer); });
    });
  });
  if (!chance(weather.webhook_doubled)) return;
  ++counts.webhook_faults;
  clockwork_.after(there + spread(0, 120'000), [this, &market, request = push.request] {
    deliver(market.channel, request, [](const std::optional<HttpResponse>&) {});
  });
}

bool Outside::pushes_waiting() {
  for (const auto& [channel, market] : markets_) {
    if (control(channel, Method::get, "pushes")["waiting"].as_int64().value_or(0) > 0) return true;
  }
  return false;
}

void Outside::calm() {
  weather = {};
  for (const auto& [channel, market] : markets_) {
    market->cut_off_until = {};
    control(channel, Method::del, "faults");
  }
}

}  // namespace gerbang::sim
