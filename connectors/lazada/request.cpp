#include "connectors/lazada/request.hpp"

#include <algorithm>

#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/sign.hpp"

namespace gerbang::lazada {

namespace {

std::string operation_of(std::string_view path) {
  std::string out(path.substr(path.starts_with('/') ? 1 : 0));
  std::replace(out.begin(), out.end(), '/', '.');
  return out;
}

QueryItems system_params(const CallContext& ctx, bool with_token) {
  QueryItems out;
  out.emplace_back("app_key", ctx.app.app_id);
  out.emplace_back("timestamp", std::to_string(to_unix_millis(ctx.now)));
  out.emplace_back("sign_method", "sha256");
  if (with_token) out.emplace_back("access_token", ctx.access_token.reveal());
  return out;
}

// A parameter without a value is signed differently by different people (facts 3): never sent.
QueryItems without_empty(QueryItems params) {
  std::erase_if(params, [](const auto& p) { return p.second.empty(); });
  return params;
}

HttpRequest begin(const CallContext& ctx, const std::string& base, std::string_view path,
                  QueryItems query, const QueryItems& in_body) {
  QueryItems all = query;
  all.insert(all.end(), in_body.begin(), in_body.end());
  query.emplace_back("sign", sign_request(path, std::move(all), ctx.app.secret));
  HttpRequest request;
  request.url = base + std::string(path) + "?" + build_query(query);
  request.operation = operation_of(path);
  request.headers.set("Accept", "application/json");
  return request;
}

HttpRequest with_form(HttpRequest request, const QueryItems& params, Effect effect) {
  request.method = Method::post;
  request.effect = effect;
  request.headers.set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8");
  request.body = build_query(params);
  return request;
}

std::string with_rest(std::string base) {
  while (base.ends_with('/')) base.pop_back();
  if (!base.ends_with("/rest")) base += "/rest";
  return base;
}

}  // namespace

std::string api_base(const App& app) {
  return with_rest(app.api_url.empty() ? std::string(kApiUrl) : app.api_url);
}

std::string token_base(const App& app) {
  const auto url = parse_url(app.auth_url.empty() ? kAuthUrl : std::string_view(app.auth_url));
  return url ? url->scheme + "://" + url->authority() + "/rest" : std::string();
}

HttpRequest api_get(const CallContext& ctx, std::string_view path, QueryItems params) {
  QueryItems query = system_params(ctx, true);
  params = without_empty(std::move(params));
  query.insert(query.end(), params.begin(), params.end());
  return begin(ctx, api_base(ctx.app), path, std::move(query), {});
}

HttpRequest api_post(const CallContext& ctx, std::string_view path, QueryItems params,
                     Effect effect) {
  params = without_empty(std::move(params));
  return with_form(begin(ctx, api_base(ctx.app), path, system_params(ctx, true), params), params,
                   effect);
}

HttpRequest token_post(const CallContext& ctx, std::string_view path, QueryItems params) {
  params = without_empty(std::move(params));
  return with_form(begin(ctx, token_base(ctx.app), path, system_params(ctx, false), params), params,
                   Effect::create);
}

HttpRequest image_upload(const CallContext& ctx, const MultipartFile& image) {
  HttpRequest request =
      begin(ctx, api_base(ctx.app), "/image/upload", system_params(ctx, true), {});
  MultipartBody body = multipart({}, {image});
  request.method = Method::post;
  request.effect = Effect::set;
  request.headers.set("Content-Type", body.content_type);
  request.body = std::move(body.body);
  return request;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 19 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace gerbang::lazada
