// Pictures (facts lazada.md 10). The sandbox performs no I/O: what is migrated is judged by its
// address alone, what is uploaded by its bytes.
#include <algorithm>

#include "connectors/lazada/sandbox/market.hpp"
#include "connectors/lazada/sandbox/xml.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::lazada {

namespace {

constexpr std::size_t kMostBytes = 3'145'728;
constexpr std::int64_t kLeastSide = 330, kMostSide = 5000;

std::int64_t big_endian(std::string_view bytes, std::size_t at, std::size_t n) {
  std::int64_t out = 0;
  for (std::size_t i = 0; i < n; ++i) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

// Ports 80 and 443, a name and no number, nothing private.
bool fetchable(std::string_view text) {
  const auto url = parse_url(text);
  if (!url || (url->port != 80 && url->port != 443)) return false;
  const bool number = url->host.find_first_not_of("0123456789.:abcdef") == std::string::npos;
  return !number && url->host.find('.') != std::string::npos && url->host != "localhost" &&
         !url->host.ends_with(".local");
}

json::Value image_json(const std::string& url) {
  return json::object(
      {{"image", json::object({{"url", url}, {"hash_code", to_hex(sha256(url)).substr(0, 32)}})}});
}

}  // namespace

std::string Market::store_image(std::string_view bytes) {
  // The same picture has the same address.
  const std::string url =
      "https://id-live-02.slatic.net/p/" + to_hex(sha256(bytes)).substr(0, 32) + ".jpg";
  images_.insert(url);
  return url;
}

bool Market::is_ours(std::string_view url) const {
  return images_.contains(std::string(url));
}

Reply Market::image_upload(const Request& request) {
  if (!request.image) return Reply::fail("30", "E030: Empty Request");
  const std::string& b = *request.image;
  if (b.size() > kMostBytes) return Reply::fail("303", "E303: The image is too large", "ISP");
  const bool png = b.starts_with("\x89PNG\r\n\x1A\n");
  if (!png && !b.starts_with("\xFF\xD8\xFF"))
    return Reply::fail("302", "E302: Not supported URL", "ISP");
  if (png && b.size() >= 24) {
    const std::int64_t width = big_endian(b, 16, 4), height = big_endian(b, 20, 4);
    if (std::min(width, height) < kLeastSide || std::max(width, height) > kMostSide)
      return Reply::fail("300", "E300: Upload Image Failed: 330 to 5000 pixels", "ISP");
  }
  return Reply::data(image_json(store_image(b)));
}

Reply Market::image_migrate(const Request& request) {
  const auto payload = parse_xml(request.param("payload"));
  if (!payload) return Reply::fail("5", "E005: Invalid Request Format");
  const std::string url = (*payload)["Request"]["Image"][0]["Url"][0].to_text();
  if (url.empty()) return Reply::fail("30", "E030: Empty Request");
  if (!fetchable(url)) return Reply::fail("302", "E302: Not supported URL", "ISP");
  return Reply::data(image_json(store_image(url)));
}

Reply Market::images_migrate(const Request& request) {
  const auto payload = parse_xml(request.param("payload"));
  if (!payload) return Reply::fail("5", "E005: Invalid Request Format");
  const json::Array& urls = (*payload)["Request"]["Images"]["Url"].items();
  if (urls.empty()) return Reply::fail("30", "E030: Empty Request");
  if (urls.size() > 8) return Reply::fail("5", "E005: at most 8 images");
  json::Array images, errors;
  for (const json::Value& url : urls) {
    if (fetchable(url.text())) {
      images.push_back(image_json(store_image(url.text()))["image"]);
    } else {
      errors.push_back(json::object(
          {{"field", url}, {"msg", "E302: Not supported URL"}, {"original_url", url}}));
    }
  }
  const std::string id = random().hex(13);
  image_batches_[id] =
      json::object({{"images", std::move(images)},
                    {"errors", std::move(errors)},
                    {"ready", to_unix_millis(now() + std::chrono::milliseconds(500))}});
  Reply out;
  out.body.append("batch_id", id);
  return out;
}

Reply Market::image_response(const Request& request) {
  const auto it = image_batches_.find(request.param("batch_id"));
  if (it == image_batches_.end()) return Reply::fail("5", "E005: Invalid Request Format");
  if (to_unix_millis(now()) < it->second["ready"].as_int64().value_or(0))
    return Reply::fail("304", "Get Response Failed", "ISP");
  return Reply::data(
      json::object({{"images", it->second["images"]}, {"errors", it->second["errors"]}}));
}

}  // namespace gerbang::sandbox::lazada
