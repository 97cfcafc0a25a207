#include "connectors/shopee/request.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/shopee/sign.hpp"

namespace gerbang::shopee {

namespace {

std::string operation_of(std::string_view call) {
  std::string out(call);
  std::replace(out.begin(), out.end(), '/', '.');
  return out;
}

HttpRequest begin(const CallContext& ctx, std::string_view call, Method method, bool shop_level,
                  const QueryItems& params) {
  const std::string path = "/api/v2/" + std::string(call);
  const std::int64_t timestamp = to_unix_seconds(ctx.now);
  QueryItems query;
  query.emplace_back("partner_id", ctx.app.app_id);
  query.emplace_back("timestamp", std::to_string(timestamp));
  if (shop_level) {
    query.emplace_back("access_token", ctx.access_token.reveal());
    query.emplace_back("shop_id", ctx.remote_shop_id);
    query.emplace_back("sign", sign_shop(ctx.app.app_id, path, timestamp, ctx.access_token,
                                         ctx.remote_shop_id, ctx.app.secret));
  } else {
    query.emplace_back("sign", sign_public(ctx.app.app_id, path, timestamp, ctx.app.secret));
  }
  query.insert(query.end(), params.begin(), params.end());
  HttpRequest request;
  request.method = method;
  request.url = ctx.app.api_url + path + "?" + build_query(query);
  request.operation = operation_of(call);
  request.headers.set("Accept", "application/json");
  return request;
}

HttpRequest with_json(HttpRequest request, const json::Value& body, Effect effect) {
  request.headers.set("Content-Type", "application/json");
  request.body = json::dump(body);
  request.effect = effect;
  return request;
}

}  // namespace

HttpRequest public_get(const CallContext& ctx, std::string_view call, QueryItems params) {
  return begin(ctx, call, Method::get, false, params);
}
HttpRequest public_post(const CallContext& ctx, std::string_view call, const json::Value& body,
                        Effect effect) {
  return with_json(begin(ctx, call, Method::post, false, {}), body, effect);
}
HttpRequest shop_get(const CallContext& ctx, std::string_view call, QueryItems params) {
  return begin(ctx, call, Method::get, true, params);
}
HttpRequest shop_post(const CallContext& ctx, std::string_view call, const json::Value& body,
                      Effect effect) {
  return with_json(begin(ctx, call, Method::post, true, {}), body, effect);
}

HttpRequest upload_image(const CallContext& ctx, const MultipartFile& image) {
  HttpRequest request = begin(ctx, "media_space/upload_image", Method::post, false, {});
  MultipartBody body = multipart({{"scene", "normal"}}, {image});
  request.headers.set("Content-Type", body.content_type);
  request.body = std::move(body.body);
  // A picture uploaded twice is only an unused picture.
  request.effect = Effect::set;
  return request;
}

std::optional<std::uint64_t> id_number(std::string_view text, std::uint64_t max) {
  std::uint64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size() || out > max) return std::nullopt;
  return out;
}

}  // namespace gerbang::shopee
