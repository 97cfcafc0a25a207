// Categories, attributes, brands, pickup points, couriers (facts blibli.md 7). The shapes of these
// answers are not documented: the spellings are those of the same words elsewhere (facts 13).
#include <algorithm>

#include "connectors/blibli/sandbox/catalogue_data.hpp"
#include "connectors/blibli/sandbox/handlers.hpp"

namespace gerbang::sandbox::blibli {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

}  // namespace

Reply get_categories(World&, const Request&) {
  json::Array roots;
  std::vector<std::string> seen;
  for (const Category& c : categories()) {
    if (std::find(seen.begin(), seen.end(), c.parent) != seen.end()) continue;
    seen.push_back(c.parent);
    json::Array children;
    for (const Category& leaf : categories()) {
      if (leaf.parent != c.parent) continue;
      children.push_back(json::object({{"categoryCode", leaf.code},
                                       {"categoryName", leaf.name},
                                       {"level", 2},
                                       {"child", json::Array()}}));
    }
    roots.push_back(json::object({{"categoryCode", "RT-" + std::to_string(seen.size())},
                                  {"categoryName", c.parent},
                                  {"level", 1},
                                  {"child", std::move(children)}}));
  }
  Reply out;
  out.members.append("content", std::move(roots));
  return out;
}

Reply get_attributes(World&, const Request& request) {
  const Category* c = category(request.argument);
  if (!c) return Reply::fail(kNotFound, "Category is not found or not of the deepest level");
  json::Array out;
  for (const Attribute& a : attributes_of(*c)) {
    json::Array options;
    for (const std::string& o : a.options) options.emplace_back(o);
    out.push_back(json::object({{"code", a.code},
                                {"name", a.name},
                                {"type", a.type},
                                {"mandatory", a.mandatory},
                                {"variantCreating", a.variant_creating},
                                {"specialAttribute", false},
                                {"options", std::move(options)}}));
  }
  return Reply::content(std::move(out));
}

Reply get_brands(World&, const Request& request) {
  const std::string wanted = lower(request.param("brandName"));
  json::Array out;
  for (const Brand& b : brands()) {
    if (lower(b.name).find(wanted) == std::string::npos) continue;
    out.push_back(json::object({{"code", b.code}, {"name", b.name}}));
  }
  const auto total = static_cast<std::int64_t>(out.size());
  Reply reply;
  reply.members.append("content", std::move(out));
  reply.members.append(
      "pageMetaData", json::object({{"pageSize", 50}, {"pageNumber", 0}, {"totalRecords", total}}));
  return reply;
}

Reply get_pickup_points(World&, const Request& request) {
  json::Array out;
  for (const std::string& code : request.store->pickup_points)
    out.push_back(json::object({{"code", code}, {"name", "Gudang " + code}}));
  Reply reply;
  reply.members.append("content", std::move(out));
  return reply;
}

Reply list_pickup_points(World&, const Request& request) {
  json::Array out;
  for (const std::string& code : request.store->pickup_points)
    out.push_back(json::object({{"code", code}, {"name", "Gudang " + code}}));
  const auto total = static_cast<std::int64_t>(out.size());
  return Reply::page(std::move(out), 0, 50, total);
}

Reply get_logistics(World&, const Request&) {
  return Reply::content(json::array({json::object({{"code", "JNE_REG"}, {"selected", true}}),
                                     json::object({{"code", "KARGO"}, {"selected", false}})}));
}

}  // namespace gerbang::sandbox::blibli
