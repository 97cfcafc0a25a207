#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

// Where a shop lives. At this channel the address is the shop: it is the shop's remote id, in one
// spelling: "https://toko-desa.example", "https://desa.example/toko" (facts woocommerce.md 2).
namespace gerbang::woocommerce {

// From what a person typed or copied from the browser: a missing scheme is https, "/wp-admin…",
// "/wp-json…" and slashes at the end are dropped. http is told apart by the transport, which
// refuses it unless the configuration names the address. Errors: invalid shop_address_invalid.
Result<std::string> shop_address(std::string_view typed);

// Webhook addresses name their shop, because nothing else in a delivery does that could be trusted:
// hook_url + "/s/toko-desa.example" (https), "/p/127.0.0.1:8107/toko" (http).
std::string hook_path(std::string_view address);
// Nothing when it is no such path.
std::optional<std::string> address_of_hook_path(std::string_view path);

}  // namespace gerbang::woocommerce
