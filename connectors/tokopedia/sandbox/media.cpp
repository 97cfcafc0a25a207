// Images (facts tiktok_tokopedia 4.1).
#include <array>

#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

constexpr std::size_t kMaxBytes = 10 * 1024 * 1024;
constexpr std::array<std::string_view, 5> kUses = {"MAIN_IMAGE", "ATTRIBUTE_IMAGE",
                                                   "DESCRIPTION_IMAGE", "CERTIFICATION_IMAGE",
                                                   "SIZE_CHART_IMAGE"};

bool is_picture(std::string_view bytes) {
  return bytes.starts_with("\xFF\xD8\xFF") || bytes.starts_with("\x89PNG\r\n\x1A\n") ||
         bytes.starts_with("BM") || (bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") ||
         bytes.substr(4, 8) == "ftypheic";
}

// Width and height of a PNG; nothing for other formats, whose size is not looked at.
std::optional<std::pair<std::uint32_t, std::uint32_t>> size_of(std::string_view bytes) {
  if (!bytes.starts_with("\x89PNG\r\n\x1A\n") || bytes.size() < 24 || bytes.substr(12, 4) != "IHDR")
    return std::nullopt;
  const auto number = [&](std::size_t at) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
    return out;
  };
  return std::pair{number(16), number(20)};
}

}  // namespace

std::string image_url(std::string_view uri) {
  return "https://p16.example.invalid/" + std::string(uri.substr(uri.rfind('/') + 1)) + ".jpeg";
}

Reply upload_image(World& world, const Request& request) {
  if (!request.multipart) return Reply::fail(36009023, "multipart/form-data is required");
  const auto parts =
      parse_multipart(request.http->headers.find("Content-Type").value_or(""), request.http->body);
  if (!parts) return Reply::fail(36009022, "The multipart body cannot be parsed");
  std::string use = "MAIN_IMAGE";
  const MultipartPart* file = nullptr;
  for (const MultipartPart& part : *parts) {
    if (part.field == "use_case") use = part.bytes;
    if (part.field == "data" && part.filename) file = &part;
  }
  if (!file || file->bytes.empty()) return Reply::fail(11050001, "data is required and is a file");
  bool known = false;
  for (const std::string_view u : kUses) known = known || u == use;
  if (!known) return Reply::fail(11050001, "use_case is invalid");
  if (file->bytes.size() > kMaxBytes) return Reply::fail(12038004, "The image is over 10 MB");
  if (!is_picture(file->bytes))
    return Reply::fail(12038002, "The image must be JPG, JPEG, PNG, WEBP, HEIC or BMP");
  const auto size = size_of(file->bytes);
  const std::uint32_t least = use == "MAIN_IMAGE" ? 300 : 100;
  const std::uint32_t most = use == "MAIN_IMAGE" ? 4000 : 20000;
  if (size &&
      (size->first < least || size->second < least || size->first > most || size->second > most))
    return Reply::fail(12038005, "The image dimensions must be between " + std::to_string(least) +
                                     " and " + std::to_string(most) + " pixels");
  const std::string uri = "tos-alisg-i-aphluv4xwc-sg/" + world.random().hex(8);
  world.images.emplace(uri, use);
  world.changed(json::object({{"uri", uri}}));
  return Reply::ok(json::object({{"uri", uri},
                                 {"url", image_url(uri)},
                                 {"height", size ? size->second : 1000},
                                 {"width", size ? size->first : 1000},
                                 {"use_case", use}}));
}

}  // namespace gerbang::sandbox::tokopedia
