#include "core/store/sealed_tokens.hpp"

#include "core/base/json.hpp"

namespace gerbang::store {

namespace {

std::string context_of(std::string_view shop) {
  return "shop|" + std::string(shop) + "|tokens";
}

}  // namespace

std::string seal_tokens(const Vault& vault, std::string_view shop, const TokenSet& tokens) {
  json::Value plain = json::object({{"access", tokens.access.reveal()},
                                    {"refresh", tokens.refresh.reveal()},
                                    {"obtained_at", to_unix_millis(tokens.obtained_at)},
                                    {"access_expires_at", to_unix_millis(tokens.access_expires_at)},
                                    {"remote_shop_id", tokens.remote_shop_id},
                                    {"remote_shop_name", tokens.remote_shop_name}});
  if (tokens.refresh_expires_at)
    plain.as_object()->append("refresh_expires_at", to_unix_millis(*tokens.refresh_expires_at));
  return vault.seal(Secret(json::dump(plain)), context_of(shop));
}

Result<TokenSet> open_tokens(const Vault& vault, std::string_view shop, std::string_view sealed) {
  GERBANG_TRY(plain, vault.open(sealed, context_of(shop)));
  json::Limits limits;
  limits.bytes = 16 * 1024 * 1024;
  GERBANG_TRY(value, json::parse(plain.reveal(), limits));
  TokenSet out;
  out.access = Secret(std::string(value["access"].text()));
  out.refresh = Secret(std::string(value["refresh"].text()));
  out.obtained_at = from_unix_millis(value["obtained_at"].as_int64().value_or(0));
  out.access_expires_at = from_unix_millis(value["access_expires_at"].as_int64().value_or(0));
  if (const auto expires = value["refresh_expires_at"].as_int64())
    out.refresh_expires_at = from_unix_millis(*expires);
  out.remote_shop_id = value["remote_shop_id"].text();
  out.remote_shop_name = value["remote_shop_name"].text();
  return out;
}

}  // namespace gerbang::store
