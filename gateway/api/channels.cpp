// What comes from outside: the marketplaces' webhooks and the browser of a seller who gave consent.
#include "gateway/api/common.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr std::size_t kWebhookBytes = 256 * 1024;

awaitable<Reply> receive_webhook(Services& services, Call& call) {
  InboundRequest inbound;
  inbound.method = call.request.method;
  inbound.query = call.request.query;
  inbound.headers = call.request.headers;
  inbound.body = std::move(call.request.body);
  // As it was sent, not decoded: it may be part of what was signed.
  const std::string_view target = call.request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  const auto below = path.find('/', std::string_view("/hooks/").size());
  if (below != std::string_view::npos) inbound.path = path.substr(below);
  std::string channel = call.parameter("channel");
  auto answer = co_await services.hooks.receive(std::move(channel), std::move(inbound));
  if (!answer) co_return std::move(answer).error();
  http::ServerReply reply;
  reply.response = std::move(*answer);
  co_return std::move(reply);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// What a seller sees after the marketplace sent the browser back: nobody reads problem documents.
http::ServerReply page(int status, std::string_view title, std::string_view text) {
  std::string html =
      "<!doctype html>\n<html lang=\"id\"><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<style>body{font:18px/1.5 sans-serif;max-width:32em;margin:3em auto;padding:0 1em}</style>";
  html += "<title>" + escaped(title) + "</title><h1>" + escaped(title) + "</h1><p>" +
          escaped(text) + "</p></html>\n";
  http::ServerReply reply = text_reply(status, "text/html; charset=utf-8", std::move(html));
  Headers& headers = reply.response.headers;
  headers.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  headers.set("Referrer-Policy", "no-referrer");
  headers.set("X-Content-Type-Options", "nosniff");
  return reply;
}

awaitable<Reply> consent_callback(Services& services, Call& call) {
  std::string channel = call.parameter("channel");
  if (!services.registry.find(channel))
    co_return Error(ErrorKind::not_found, "channel_unknown", "no connector of that name");
  QueryItems query = call.query;
  auto shop = co_await services.authoriser.complete(std::move(channel), std::move(query));
  if (shop) {
    co_return page(200, "Toko sudah tersambung",
                   "Toko " + shop->name +
                       " sudah tersambung. Halaman ini boleh ditutup; stok dan harga segera "
                       "dikirim.");
  }
  const Error& error = shop.error();
  const bool ours = error.kind == ErrorKind::bug;
  const messages::Message& words =
      messages::message(ours ? "internal_error" : error.code, messages::Language::id);
  co_return page(status_of(error), words.title, words.remedy);
}

}  // namespace

std::vector<Route> channel_routes() {
  http::BodyPolicy small;
  small.max_bytes = kWebhookBytes;
  std::vector<Route> out;
  struct Form {
    std::string_view path, id;
    Method method;
  };
  for (const Form& form :
       {Form{"/hooks/{channel}", "receive_webhook", Method::post},
        Form{"/hooks/{channel}", "check_webhook", Method::get},
        Form{"/hooks/{channel}/{rest...}", "receive_webhook_below", Method::post},
        Form{"/hooks/{channel}/{rest...}", "check_webhook_below", Method::get}}) {
    Route route;
    route.method = form.method;
    route.path = form.path;
    route.scope = Scope::open;
    route.handle = receive_webhook;
    route.body = small;
    route.operation.id = form.id;
    route.operation.tag = "Channels";
    route.operation.summary = "Called by marketplaces; signed as each of them does";
    route.operation.answers = {{200, "Stored", {}}};
    route.operation.problems = {401, 404, 413};
    route.operation.free_query = true;
    route.operation.free_body = form.method == Method::post;
    out.push_back(std::move(route));
  }
  Route callback;
  callback.method = Method::get;
  callback.path = "/oauth/{channel}/callback";
  callback.scope = Scope::open;
  callback.handle = consent_callback;
  callback.operation.id = "consent_callback";
  callback.operation.tag = "Channels";
  callback.operation.summary = "Where a marketplace sends the seller's browser after consent";
  for (const int status : {200, 400, 401, 403, 409, 422, 429, 503})
    callback.operation.answers.push_back({status, "A page for the seller", {"text/html", ""}});
  callback.operation.problems = {404};
  callback.operation.free_query = true;
  out.push_back(std::move(callback));
  return out;
}

}  // namespace gerbang::api
