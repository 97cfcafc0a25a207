#pragma once

#include <string>
#include <string_view>

#include "core/base/crypto.hpp"
#include "core/model/shop.hpp"

// Tokens in their sealed form; a value that was moved to another shop's row does not open.
namespace gerbang::store {

std::string seal_tokens(const Vault& vault, std::string_view shop, const TokenSet& tokens);
Result<TokenSet> open_tokens(const Vault& vault, std::string_view shop, std::string_view sealed);

}  // namespace gerbang::store
