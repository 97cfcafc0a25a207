#include "connectors/tokopedia/request.hpp"

#include <algorithm>
#include <array>

#include "connectors/tokopedia/access.hpp"
#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/sign.hpp"

namespace gerbang::tokopedia {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

HttpRequest begin(const CallContext& ctx, Method method, std::string_view path,
                  const QueryItems& params, Level level, std::string_view signed_body) {
  const Access access = access_of(ctx);
  QueryItems query;
  query.emplace_back("app_key", ctx.app.app_id);
  query.emplace_back("timestamp", std::to_string(to_unix_seconds(ctx.now)));
  if (level == Level::shop) query.emplace_back("shop_cipher", access.cipher.reveal());
  query.insert(query.end(), params.begin(), params.end());
  std::erase_if(query, [](const auto& item) { return item.second.empty(); });
  query.emplace_back("sign", sign_request(path, query, signed_body, ctx.app.secret));
  HttpRequest request;
  request.method = method;
  request.url = ctx.app.api_url + std::string(path) + "?" + build_query(query);
  request.operation = operation_of(method, path);
  request.headers.set("Accept", "application/json");
  request.headers.set("x-tts-access-token", access.token.reveal());
  return request;
}

HttpRequest with_body(const CallContext& ctx, Method method, std::string_view path,
                      const json::Value& body, Effect effect, const QueryItems& params,
                      Level level) {
  // Serialised once: what is signed is what is sent.
  std::string text = body.is_null() ? std::string() : json::dump(body);
  HttpRequest request = begin(ctx, method, path, params, level, text);
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(text);
  request.effect = effect;
  return request;
}

}  // namespace

Access access_of(const CallContext& ctx) {
  const std::string& both = ctx.access_token.reveal();
  const auto blank = both.find(' ');
  if (blank == std::string::npos) return {ctx.access_token, Secret()};
  return {Secret(both.substr(0, blank)), Secret(both.substr(blank + 1))};
}

Secret packed(const Secret& token, const Secret& cipher) {
  if (cipher.empty()) return token;
  return Secret(token.reveal() + " " + cipher.reveal());
}

HttpRequest get(const CallContext& ctx, std::string_view path, const QueryItems& params,
                Level level) {
  HttpRequest request = begin(ctx, Method::get, path, params, level, "");
  request.headers.set("Content-Type", "application/json");  // documented for reads too
  return request;
}

HttpRequest post(const CallContext& ctx, std::string_view path, const json::Value& body,
                 Effect effect, const QueryItems& params, Level level) {
  return with_body(ctx, Method::post, path, body, effect, params, level);
}
HttpRequest put(const CallContext& ctx, std::string_view path, const json::Value& body,
                Effect effect) {
  return with_body(ctx, Method::put, path, body, effect, {}, Level::shop);
}
HttpRequest del(const CallContext& ctx, std::string_view path, const json::Value& body,
                Effect effect) {
  return with_body(ctx, Method::del, path, body, effect, {}, Level::shop);
}

HttpRequest upload_image(const CallContext& ctx, const MultipartFile& image) {
  HttpRequest request =
      begin(ctx, Method::post, "/product/202309/images/upload", {}, Level::app, "");
  MultipartBody body = multipart({{"use_case", "MAIN_IMAGE"}}, {image});
  request.headers.set("Content-Type", body.content_type);
  request.body = std::move(body.body);
  // A picture uploaded twice is only an unused picture.
  request.effect = Effect::set;
  return request;
}

HttpRequest token_call(const CallContext& ctx, std::string_view what, const QueryItems& params,
                       Effect effect) {
  const auto api = parse_url(ctx.app.api_url);
  const std::string base =
      api && api->host == kLiveHost ? std::string(kLiveTokenUrl) : ctx.app.api_url;
  QueryItems query;
  query.emplace_back("app_key", ctx.app.app_id);
  query.emplace_back("app_secret", ctx.app.secret.reveal());
  query.insert(query.end(), params.begin(), params.end());
  const std::string path = "/api/v2/token/" + std::string(what);
  HttpRequest request;
  request.method = Method::get;
  request.url = base + path + "?" + build_query(query);
  request.operation = operation_of(Method::get, path);
  request.headers.set("Accept", "application/json");
  request.effect = effect;
  return request;
}

std::string operation_of(Method method, std::string_view path) {
  static constexpr std::array<std::string_view, 14> kVerbs = {
      "search", "update",        "upload",       "activate", "deactivate", "recover", "recommend",
      "ship",   "listing_check", "partial_edit", "approve",  "reject",     "split",   "combine"};
  std::string out;
  std::string_view last;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (segment.empty() || all_digits(segment) || segment == "api" || segment == "v2") continue;
    if (!out.empty()) out += '.';
    out += segment;
    last = segment;
  }
  if (method == Method::put) return out + ".edit";
  if (method == Method::del) return out + ".delete";
  if (method == Method::post && std::find(kVerbs.begin(), kVerbs.end(), last) == kVerbs.end())
    return out + ".create";
  return out;
}

bool is_id(std::string_view text) {
  return all_digits(text) && text.size() <= 20 && text != "0";
}

std::string uuid_of(std::string_view nonce) {
  std::string hex(nonce.substr(0, 32));
  hex.resize(32, '0');
  hex[12] = '4';
  hex[16] = '8';
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

}  // namespace gerbang::tokopedia
