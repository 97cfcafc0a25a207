#include "connectors/blibli/request.hpp"

#include <algorithm>

#include "connectors/blibli/access.hpp"
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/sign.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::blibli {

namespace {

// "mta-api-gerbang-desa-1a2b3" → "gerbang-desa" (facts 3.1, 3.2).
std::string company_of(std::string_view client_id) {
  constexpr std::string_view kPrefix = "mta-api-";
  const auto last = client_id.rfind('-');
  if (!client_id.starts_with(kPrefix) || last <= kPrefix.size()) return "gerbang";
  return std::string(client_id.substr(kPrefix.size(), last - kPrefix.size()));
}

// "<company>-<uuid>", unique per call, the same for the same context and call.
std::string request_id(const CallContext& ctx, const std::string& company, Method method,
                       const std::string& path, const QueryItems& query, const std::string& body) {
  std::string text = ctx.nonce + "\n" + std::to_string(to_unix_millis(ctx.now)) + "\n" +
                     std::string(to_string(method)) + "\n" + path + "\n" + build_query(query) +
                     "\n" + body;
  std::string hex = to_hex(sha256(text)).substr(0, 32);
  hex[12] = '4';
  hex[16] = 'a';
  for (const std::size_t at : {8u, 13u, 18u, 23u}) hex.insert(at, "-");
  return company + "-" + hex;
}

}  // namespace

HttpRequest request(const CallContext& ctx, Method method, const std::string& path,
                    const QueryItems& query, const json::Value& body, std::string_view operation,
                    Effect effect) {
  const Access access = access_of(ctx);
  const std::string company = company_of(ctx.app.app_id);
  HttpRequest out;
  out.method = method;
  out.operation = operation;
  out.effect = effect;
  if (!body.is_null()) {
    out.body = json::dump(body);
  } else if (method == Method::post) {
    out.body = "{}";
  }

  QueryItems all{{"requestId", request_id(ctx, company, method, path, query, out.body)},
                 {"storeId", std::string(kStoreId)},
                 {"channelId", company},
                 {"username", access.username},
                 {"storeCode", access.store_code},
                 {"businessPartnerCode", access.store_code},
                 {"merchantCode", access.store_code}};
  for (const auto& [name, value] : query) {
    const auto common = std::find_if(
        all.begin(), all.end(), [&name = name](const auto& item) { return item.first == name; });
    if (common == all.end()) {
      all.emplace_back(name, value);
    } else {
      common->second = value;
    }
  }
  const std::string target = std::string(kBasePath) + path;
  out.url = ctx.app.api_url + target + "?" + build_query(all);

  out.headers.set("Authorization",
                  "Basic " + to_base64(ctx.app.app_id + ":" + ctx.app.secret.reveal()));
  out.headers.set("Api-Seller-Key", access.seller_key.reveal());
  out.headers.set("Content-Type", "application/json");  // also on GET (facts 3.1)
  out.headers.set("Accept", "application/json");
  if (!access.signature_key.empty()) {
    out.headers.set("Signature",
                    signature(access.signature_key, method, out.body, ctx.now, target));
    out.headers.set("Signature-Time", std::to_string(to_unix_millis(ctx.now)));
  }
  return out;
}

HttpRequest get(const CallContext& ctx, const std::string& path, const QueryItems& query,
                std::string_view operation) {
  return request(ctx, Method::get, path, query, {}, operation, Effect::read);
}

HttpRequest post(const CallContext& ctx, const std::string& path, const json::Value& body,
                 std::string_view operation, Effect effect) {
  return request(ctx, Method::post, path, {}, body, operation, effect);
}

HttpRequest put(const CallContext& ctx, const std::string& path, const json::Value& body,
                std::string_view operation) {
  return request(ctx, Method::put, path, {}, body, operation, Effect::set);
}

}  // namespace gerbang::blibli
