#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

// Secrets come from files and environment variables, never from the configuration itself. No error
// of these functions contains what was read.
namespace gerbang::config {

// The content without line breaks at the end, at most 64 KiB. Error secret_missing.
Result<Secret> read_secret_file(const std::string& path);

// The keys of the vault (core/base/crypto.hpp). The file holds one key, 32 bytes in hex or base64,
// or one line "<number>:<key>" for each while keys are being rotated: the highest number seals, all
// open. A single key without a number is number 1. Errors secret_missing, vault_bad_key.
Result<std::map<std::uint32_t, Secret>> read_master_keys(const std::string& path);

// Hex SHA-256 of the host's admin key. The file holds the key itself (at least 24 characters) or
// "sha256:<hex>". Errors secret_missing, admin_key_weak.
Result<std::string> read_admin_key_hash(const std::string& path);

}  // namespace gerbang::config
