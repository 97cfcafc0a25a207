#include "core/base/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <memory>

namespace gerbang {

namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeader = 1 + 4 + 12;
constexpr std::size_t kTag = 16;

const unsigned char* bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* bytes(std::string& s) {
  return reinterpret_cast<unsigned char*>(s.data());
}

struct CipherFree {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherFree>;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Sha256 sha256(std::string_view data) {
  Sha256 out;
  SHA256(bytes(data), data.size(), out.data());
  return out;
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
  Sha256 out;
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(data), data.size(),
           out.data(), &length) == nullptr)
    invariant_broken("HMAC-SHA256 failed");
  return out;
}

std::array<std::uint8_t, 16> md5(std::string_view data) {
  std::array<std::uint8_t, 16> out;
  unsigned int length = 0;
  if (EVP_Digest(data.data(), data.size(), out.data(), &length, EVP_md5(), nullptr) != 1 ||
      length != out.size())
    invariant_broken("MD5 failed");
  return out;
}

std::string to_hex(std::string_view in) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(in.size() * 2);
  for (const char c : in) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string to_hex(const Sha256& digest) {
  return to_hex(as_view(digest));
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int hi = hex_digit(text[i]), lo = hex_digit(text[i + 1]);
    if (hi < 0 || lo < 0) return std::nullopt;
    out += static_cast<char>(hi * 16 + lo);
  }
  return out;
}

std::string to_base64(std::string_view in) {
  std::string out(4 * ((in.size() + 2) / 3) + 1, '\0');
  const int n = EVP_EncodeBlock(bytes(out), bytes(in), static_cast<int>(in.size()));
  out.resize(static_cast<std::size_t>(n));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty()) return std::string();
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int n = EVP_DecodeBlock(bytes(out), bytes(text), static_cast<int>(text.size()));
  if (n < 0) return std::nullopt;
  std::size_t padding = 0;
  if (text.ends_with("=="))
    padding = 2;
  else if (text.ends_with("="))
    padding = 1;
  if (text.substr(0, text.size() - padding).find('=') != std::string_view::npos)
    return std::nullopt;
  out.resize(static_cast<std::size_t>(n) - padding);
  // EVP_DecodeBlock ignores surrounding white space; strict means the text is exactly ours.
  if (to_base64(out) != text) return std::nullopt;
  return out;
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool operator==(const Secret& a, const Secret& b) {
  return constant_time_equal(a.value_, b.value_);
}

void Secret::wipe() noexcept {
  if (!value_.empty()) OPENSSL_cleanse(value_.data(), value_.size());
  value_.clear();
}

Vault::Vault(std::map<std::uint32_t, Secret> keys, Random* random)
    : keys_(std::move(keys)), random_(random) {}

Result<Vault> Vault::create(std::map<std::uint32_t, Secret> keys, Random& random) {
  if (keys.empty()) return Error(ErrorKind::invalid, "vault_no_key", "no master key is configured");
  for (const auto& [id, key] : keys) {
    if (key.reveal().size() != 32)
      return Error(ErrorKind::invalid, "vault_bad_key",
                   "master key " + std::to_string(id) + " is not 32 bytes");
  }
  return Vault(std::move(keys), &random);
}

Vault Vault::for_tests() {
  static SystemRandom random;
  std::map<std::uint32_t, Secret> keys;
  keys.emplace(1, Secret(std::string(32, 'k')));
  return Vault(std::move(keys), &random);
}

std::string Vault::seal(const Secret& plain, std::string_view context) const {
  const auto& [id, key] = *keys_.rbegin();
  std::string out(kHeader, '\0');
  out[0] = kVersion;
  for (std::size_t i = 0; i < 4; ++i) out[1 + i] = static_cast<char>(id >> (8 * (3 - i)));
  std::array<std::uint8_t, 12> nonce;
  random_->fill(nonce);
  for (std::size_t i = 0; i < nonce.size(); ++i) out[5 + i] = static_cast<char>(nonce[i]);

  const std::string& text = plain.reveal();
  out.resize(kHeader + text.size() + kTag);
  Cipher ctx(EVP_CIPHER_CTX_new());
  int n = 0;
  const bool ok = ctx &&
                  EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, bytes(key.reveal()),
                                     nonce.data()) == 1 &&
                  EVP_EncryptUpdate(ctx.get(), nullptr, &n, bytes(context),
                                    static_cast<int>(context.size())) == 1 &&
                  EVP_EncryptUpdate(ctx.get(), bytes(out) + kHeader, &n, bytes(text),
                                    static_cast<int>(text.size())) == 1 &&
                  EVP_EncryptFinal_ex(ctx.get(), bytes(out) + kHeader + n, &n) == 1 &&
                  EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                                      bytes(out) + kHeader + text.size()) == 1;
  ensure(ok, "AES-256-GCM sealing failed");
  return out;
}

Result<Secret> Vault::open(std::string_view sealed, std::string_view context) const {
  const auto closed = [](const char* why) { return Error(ErrorKind::bug, "vault_closed", why); };
  if (sealed.size() < kHeader + kTag || sealed[0] != kVersion) return closed("not a sealed value");
  std::uint32_t id = 0;
  for (std::size_t i = 1; i <= 4; ++i) id = id << 8 | static_cast<std::uint8_t>(sealed[i]);
  const auto key = keys_.find(id);
  if (key == keys_.end()) return closed("the key it was sealed with is not loaded");

  const std::string_view body = sealed.substr(kHeader, sealed.size() - kHeader - kTag);
  std::string tag(sealed.substr(sealed.size() - kTag));
  std::string out(body.size(), '\0');
  Cipher ctx(EVP_CIPHER_CTX_new());
  int n = 0;
  const bool ok = ctx &&
                  EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr,
                                     bytes(key->second.reveal()), bytes(sealed) + 5) == 1 &&
                  EVP_DecryptUpdate(ctx.get(), nullptr, &n, bytes(context),
                                    static_cast<int>(context.size())) == 1 &&
                  EVP_DecryptUpdate(ctx.get(), bytes(out), &n, bytes(body),
                                    static_cast<int>(body.size())) == 1 &&
                  EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
                  EVP_DecryptFinal_ex(ctx.get(), bytes(out) + n, &n) == 1;
  Secret opened(std::move(out));
  if (!ok) return closed("it was changed, or belongs to another row");
  return opened;
}

}  // namespace gerbang
