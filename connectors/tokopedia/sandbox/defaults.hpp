#pragma once

#include <string_view>

// The invented app of a sandbox that was given no other; README.md lists all switches.
namespace gerbang::sandbox::tokopedia {

inline constexpr std::string_view kAppKey = "6gbsandbox7k2";
inline constexpr std::string_view kAppSecret = "sandbox-tokopedia-app-secret";

inline constexpr std::string_view kShop = "TIKTOK_SHOP";
inline constexpr std::string_view kTokopedia = "TOKOPEDIA";

}  // namespace gerbang::sandbox::tokopedia
