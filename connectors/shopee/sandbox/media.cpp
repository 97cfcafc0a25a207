#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

namespace {

constexpr std::size_t kMaxBytes = 10 * 1024 * 1024;
constexpr std::size_t kMaxFiles = 9;

bool is_picture(std::string_view bytes) {
  constexpr std::string_view kJpeg = "\xFF\xD8\xFF";
  constexpr std::string_view kPng = "\x89PNG\r\n\x1A\n";
  return bytes.starts_with(kJpeg) || bytes.starts_with(kPng);
}

// What is wrong with one file; empty: nothing.
std::string_view fault_of(const MultipartPart& part) {
  if (!part.filename || part.filename->empty() || part.content_type.empty())
    return "can't find image file";
  if (part.content_type != "image/jpeg" && part.content_type != "image/jpg" &&
      part.content_type != "image/png")
    return "The image must be JPG, JPEG or PNG.";
  if (part.bytes.size() > kMaxBytes) return "The image is larger than 10 MB.";
  if (!is_picture(part.bytes)) return "The image must be JPG, JPEG or PNG.";
  return {};
}

}  // namespace

std::string image_url(std::string_view image_id) {
  return "https://cf.shopee.co.id/file/" + std::string(image_id);
}

Reply upload_image(World& world, const Request& request) {
  const auto parts =
      parse_multipart(request.http->headers.find("Content-Type").value_or(""), request.http->body);
  if (!parts) return Reply::fail("error_param", "The request is no multipart/form-data.");
  std::string scene = "normal", ratio = "1:1";
  std::vector<const MultipartPart*> files;
  for (const MultipartPart& part : *parts) {
    if (part.field == "scene") {
      scene = part.bytes;
    } else if (part.field == "ratio") {
      ratio = part.bytes;
    } else if (part.field == "image") {
      files.push_back(&part);
    }
  }
  if (scene != "normal" && scene != "desc")
    return Reply::fail("error_param", "The scene must be normal or desc.");
  if (ratio != "1:1") return Reply::fail("error_param", "Only 1:1 is allowed for this shop.");
  if (files.empty()) return Reply::fail("error_param", "can't find image file");
  if (files.size() > kMaxFiles) return Reply::fail("error_param", "At most 9 images in a call.");

  json::Array list;
  json::Value first;
  std::string_view last_fault;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string_view fault = fault_of(*files[i]);
    json::Value info;
    if (fault.empty()) {
      const std::string id = "id-11134207-7r98o-" + world.random().hex(10);
      world.images.emplace(id, scene);
      world.changed(json::object({{"image_id", id}}));
      info = json::object(
          {{"image_id", id},
           {"image_url_list", json::Array{json::object(
                                  {{"image_url_region", "ID"}, {"image_url", image_url(id)}})}}});
      if (first.is_null()) first = info;
    } else {
      last_fault = fault;
    }
    list.push_back(json::object({{"id", i},
                                 {"error", fault.empty() ? "" : "error_param"},
                                 {"message", fault},
                                 {"image_info", std::move(info)}}));
  }
  // One bad file of several leaves the envelope clean; all bad do not.
  if (first.is_null()) return Reply::fail("error_param", last_fault);
  return Reply::ok(
      json::object({{"image_info", std::move(first)}, {"image_info_list", std::move(list)}}));
}

}  // namespace gerbang::sandbox::shopee
