#include "gateway/sandboxes/host.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/list.hpp"
#include "core/base/log.hpp"

namespace gerbang::sandboxes {

using boost::asio::awaitable;

namespace {

constexpr Duration kPushPatience = std::chrono::seconds(3);
constexpr Duration kPumpInterval = std::chrono::milliseconds(20);

awaitable<void> sleep_for(Duration time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

// One marketplace behind a server.
class SandboxHandler final : public http::Handler {
 public:
  // The sandbox is there before the first request: a host listens, then makes it, for its address
  // may hold a port that the system chose.
  explicit SandboxHandler(const std::unique_ptr<sandbox::Sandbox>& sandbox) : sandbox_(sandbox) {}

  awaitable<http::ServerReply> handle(http::ServerRequest request) override {
    HttpRequest inner;
    inner.method = request.method;
    inner.url = request.target;
    inner.headers = std::move(request.headers);
    inner.body = std::move(request.body);
    sandbox::Answer answer = sandbox_->handle(inner);
    if (answer.delay.count() > 0) {
      auto sleeping = sleep_for(answer.delay);
      co_await std::move(sleeping);
    }
    http::ServerReply reply;
    reply.route = "sandbox";
    if (answer.cut == sandbox::Answer::Cut::truncate_body)
      answer.response.body.resize(answer.response.body.size() / 2);
    reply.reset = answer.cut == sandbox::Answer::Cut::reset_instead;
    reply.response = std::move(answer.response);
    co_return reply;
  }

  http::BodyPolicy body_policy(Method, std::string_view) const override {
    return {12 * 1024 * 1024, false};  // images
  }

 private:
  const std::unique_ptr<sandbox::Sandbox>& sandbox_;
};

class ImageHandler final : public http::Handler {
 public:
  awaitable<http::ServerReply> handle(http::ServerRequest request) override {
    http::ServerReply reply;
    reply.route = "image";
    if (request.segments.size() == 2 && request.segments[0] == "images" &&
        request.segments[1].ends_with(".png")) {
      reply.response.status = 200;
      reply.response.headers.set("Content-Type", "image/png");
      reply.response.body = demo_png(request.segments[1]);
    } else {
      reply.response.status = 404;
    }
    co_return reply;
  }
};

}  // namespace

struct Host::Market {
  std::string channel;
  std::unique_ptr<sandbox::Sandbox> sandbox;
  std::unique_ptr<SandboxHandler> handler;
  std::unique_ptr<http::Server> server;
};

Host::Host(boost::asio::io_context& context, const Clock& clock, Random& random,
           HostOptions options)
    : context_(context),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      transport_(context) {}

Host::~Host() = default;

Result<void> Host::start() {
  http::ServerOptions server_options;
  server_options.address = options_.address;
  server_options.access_log = false;
  for (const auto& [channel, port] : options_.ports) {
    auto market = std::make_unique<Market>();
    market->channel = channel;
    market->handler = std::make_unique<SandboxHandler>(market->sandbox);
    server_options.port = port;
    market->server = std::make_unique<http::Server>(*market->handler, server_options);
    GERBANG_CHECK(market->server->start_on(context_));
    sandbox::Options setup;
    setup.clock = &clock_;
    setup.random = &random_;
    setup.public_url = "http://" + options_.address + ":" + std::to_string(market->server->port());
    if (!options_.hook_base.empty()) setup.hook_url = options_.hook_base + "/hooks/" + channel;
    if (const auto it = options_.settings.find(channel); it != options_.settings.end())
      setup.settings = it->second;
    market->sandbox = make_sandbox(channel, std::move(setup));
    if (!market->sandbox)
      return Error(ErrorKind::not_found, "channel_unknown", "no sandbox of channel " + channel);
    boost::asio::co_spawn(context_, pump(*market), boost::asio::detached);
    markets_.emplace(channel, std::move(market));
  }
  if (options_.images_port) {
    images_ = std::make_unique<ImageHandler>();
    server_options.port = *options_.images_port;
    images_server_ = std::make_unique<http::Server>(*images_, server_options);
    GERBANG_CHECK(images_server_->start_on(context_));
  }
  return Result<void>();
}

std::uint16_t Host::port(const std::string& channel) const {
  if (channel == "images") return images_server_ ? images_server_->port() : std::uint16_t{0};
  const auto it = markets_.find(channel);
  return it == markets_.end() ? std::uint16_t{0} : it->second->server->port();
}

awaitable<void> Host::pump(Market& market) {
  while (!stopping_) {
    for (sandbox::Push& push : market.sandbox->due_pushes())
      boost::asio::co_spawn(context_, deliver(market, std::move(push)), boost::asio::detached);
    auto sleeping = sleep_for(kPumpInterval);
    co_await std::move(sleeping);
  }
}

awaitable<void> Host::deliver(Market& market, sandbox::Push push) {
  auto sending = transport_.send(std::move(push.request), clock_.now() + kPushPatience);
  Result<HttpResponse> answer = co_await std::move(sending);
  market.sandbox->push_answered(push.id,
                                answer ? std::optional<HttpResponse>(*answer) : std::nullopt);
}

awaitable<void> Host::stop() {
  stopping_ = true;
  transport_.close();
  for (auto& [channel, market] : markets_) {
    auto draining = market->server->drain(std::chrono::seconds(1));
    co_await std::move(draining);
  }
  if (images_server_) {
    auto draining = images_server_->drain(std::chrono::seconds(1));
    co_await std::move(draining);
  }
}

}  // namespace gerbang::sandboxes
