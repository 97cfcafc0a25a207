#include <zlib.h>

#include <array>
#include <cstdint>
#include <string>

#include "core/base/crypto.hpp"
#include "core/base/error.hpp"
#include "gateway/sandboxes/host.hpp"

namespace gerbang::sandboxes {

namespace {

constexpr std::uint32_t kSide = 800;

void big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

// Length, type, data, CRC of type and data.
void chunk(std::string& out, const char* type, const std::string& data) {
  big_endian(out, static_cast<std::uint32_t>(data.size()));
  const std::string body = std::string(type, 4) + data;
  out += body;
  big_endian(out, static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(body.data()),
                                                   static_cast<uInt>(body.size()))));
}

}  // namespace

std::string demo_png(const std::string& name) {
  const Sha256 hash = sha256(name);
  // Stripes of two colours; a palette image keeps it small.
  std::string pixels;
  pixels.reserve(kSide * (kSide + 1));
  const std::uint32_t stripe = 20 + hash[6] % 60;
  for (std::uint32_t y = 0; y < kSide; ++y) {
    pixels += '\0';  // no filter
    for (std::uint32_t x = 0; x < kSide; ++x) pixels += static_cast<char>(((x + y) / stripe) % 2);
  }
  uLongf size = compressBound(static_cast<uLong>(pixels.size()));
  std::string packed(size, '\0');
  ensure(compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                   reinterpret_cast<const Bytef*>(pixels.data()), static_cast<uLong>(pixels.size()),
                   6) == Z_OK,
         "zlib refuses to compress a demo image");
  packed.resize(size);

  std::string head;
  big_endian(head, kSide);
  big_endian(head, kSide);
  head += std::string("\x08\x03\x00\x00\x00", 5);  // 8 bit, palette
  std::string palette;
  for (std::size_t i = 0; i < 6; ++i) palette += static_cast<char>(hash[i]);

  std::string out("\x89PNG\r\n\x1a\n", 8);
  chunk(out, "IHDR", head);
  chunk(out, "PLTE", palette);
  chunk(out, "IDAT", packed);
  chunk(out, "IEND", "");
  return out;
}

}  // namespace gerbang::sandboxes
