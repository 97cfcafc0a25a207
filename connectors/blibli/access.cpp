#include "connectors/blibli/access.hpp"

#include <algorithm>

#include "core/base/url.hpp"

namespace gerbang::blibli {

namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

// "TOQ-15126": it goes into addresses and signatures, so nothing else passes.
bool is_store_code(std::string_view text) {
  return text.size() >= 3 && text.size() <= 30 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
         });
}

}  // namespace

Secret pack(const Access& access) {
  return Secret(json::dump(json::object({{"store_code", access.store_code},
                                         {"seller_key", access.seller_key.reveal()},
                                         {"signature_key", access.signature_key.reveal()},
                                         {"username", access.username},
                                         {"pickup_point", access.pickup_point},
                                         {"only_point", access.only_point}})));
}

Access access_of(const CallContext& ctx) {
  Access out;
  const auto packed = json::parse(ctx.access_token.reveal());
  if (!packed) return out;
  out.store_code = (*packed)["store_code"].text();
  out.seller_key = Secret(std::string((*packed)["seller_key"].text()));
  out.signature_key = Secret(std::string((*packed)["signature_key"].text()));
  out.username = (*packed)["username"].text();
  out.pickup_point = (*packed)["pickup_point"].text();
  out.only_point = (*packed)["only_point"].as_bool().value_or(false);
  return out;
}

Result<Access> access_from(const AuthorisationGrant& grant) {
  const auto given = [&](std::string_view name) {
    return query_value(grant.query, name).value_or("");
  };
  Access out;
  out.store_code = given("store_code");
  std::string key = given("seller_key");
  for (char& c : key) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
  }
  const auto wrong = [](std::string field, std::string_view why) {
    return Error(ErrorKind::rejected, "credentials_refused", std::string(why))
        .at_field("/credentials/" + field);
  };
  if (!is_store_code(out.store_code)) return wrong("store_code", "not as TOQ-15126");
  if (key.size() != 64 || !std::all_of(key.begin(), key.end(), is_hex))
    return wrong("seller_key", "not 64 hexadecimal digits");
  out.seller_key = Secret(std::move(key));
  out.signature_key = Secret(given("signature_key"));
  out.username = given("username");
  out.pickup_point = given("pickup_point");
  return out;
}

}  // namespace gerbang::blibli
