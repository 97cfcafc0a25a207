#pragma once

#include <cstdint>
#include <string_view>

// The invented partner app of a sandbox that was given no other; README.md lists all switches.
namespace gerbang::sandbox::shopee {

inline constexpr std::int64_t kPartnerId = 2007701;
inline constexpr std::string_view kPartnerKey = "sandbox-shopee-partner-key";
inline constexpr std::string_view kPushKey = "sandbox-shopee-push-key";

}  // namespace gerbang::sandbox::shopee
