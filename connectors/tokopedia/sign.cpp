#include "connectors/tokopedia/sign.hpp"

#include <algorithm>

#include "core/base/crypto.hpp"

namespace gerbang::tokopedia {

std::string sign_request(std::string_view path, const QueryItems& query, std::string_view body,
                         const Secret& app_secret) {
  QueryItems sorted = query;
  std::erase_if(sorted, [](const auto& item) {
    return item.first == "sign" || item.first == "access_token";
  });
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text(app_secret.reveal());
  text += path;
  for (const auto& [name, value] : sorted) {
    text += name;
    text += value;
  }
  text += body;
  text += app_secret.reveal();
  const Secret base(std::move(text));  // holds the secret: wiped at the end
  return to_hex(hmac_sha256(app_secret.reveal(), base.reveal()));
}

std::string sign_webhook(std::string_view app_key, std::string_view body,
                         const Secret& app_secret) {
  std::string text(app_key);
  text += body;
  return to_hex(hmac_sha256(app_secret.reveal(), text));
}

bool webhook_verifies(std::string_view app_key, std::string_view body, const Secret& app_secret,
                      std::string_view signature) {
  if (app_secret.empty()) return false;
  return constant_time_equal(sign_webhook(app_key, body, app_secret), signature);
}

}  // namespace gerbang::tokopedia
