#include "connectors/lazada/sign.hpp"

#include <algorithm>

#include "core/base/crypto.hpp"

namespace gerbang::lazada {

std::string sign_request(std::string_view path, QueryItems params, const Secret& app_secret) {
  std::sort(params.begin(), params.end());
  std::string text(path);
  for (const auto& [name, value] : params) {
    if (name == "sign") continue;
    text += name;
    text += value;
  }
  std::string hex = to_hex(hmac_sha256(app_secret.reveal(), text));
  for (char& c : hex) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
  }
  return hex;
}

std::string sign_push(std::string_view app_key, std::string_view body, const Secret& app_secret) {
  std::string text(app_key);
  text += body;
  return to_hex(hmac_sha256(app_secret.reveal(), text));
}

bool push_verifies(std::string_view app_key, std::string_view body, const Secret& app_secret,
                   std::string_view given) {
  if (app_secret.empty()) return false;
  return constant_time_equal(sign_push(app_key, body, app_secret), given);
}

}  // namespace gerbang::lazada
