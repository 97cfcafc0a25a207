#include "core/model/product.hpp"

#include <utility>

namespace gerbang {

const std::string& text_in(const LocalizedText& text, std::string_view language) {
  static const std::string kNone;
  if (const auto wanted = text.find(std::string(language)); wanted != text.end()) {
    return wanted->second;
  }
  if (const auto indonesian = text.find("id"); indonesian != text.end()) return indonesian->second;
  return text.empty() ? kNone : text.begin()->second;
}

std::vector<Component> Variant::takes() const {
  if (!components.empty()) return components;
  return {Component{sku, 1}};
}

const Variant* Product::variant(std::string_view sku) const {
  for (const Variant& v : variants) {
    if (v.sku == sku) return &v;
  }
  return nullptr;
}

namespace {

template <class Map>
json::Value strings(const Map& map) {
  json::Object out;
  for (const auto& [key, text] : map) out.append(key, text);
  return out;
}

json::Value strings_list(const std::vector<std::string>& list) {
  return json::Array(list.begin(), list.end());
}

json::Value money(const Money& m) {
  return json::object({{"amount", m.amount}, {"currency", m.currency}});
}

json::Value variant_json(const Variant& v) {
  json::Object out;
  out.append("sku", v.sku);
  out.append("options", strings_list(v.options));
  out.append("barcode", v.barcode);
  out.append("weight_grams", v.weight_grams);
  json::Value package;
  if (v.package_mm) package = json::Array(v.package_mm->begin(), v.package_mm->end());
  out.append("package_mm", std::move(package));
  out.append("price", v.price ? money(*v.price) : json::Value());
  json::Object prices;
  for (const auto& [channel, price] : v.channel_prices) prices.append(channel, money(price));
  out.append("channel_prices", std::move(prices));
  json::Array components;
  for (const Component& c : v.components) {
    components.push_back(json::object({{"item", c.item}, {"quantity", c.quantity}}));
  }
  out.append("components", std::move(components));
  return out;
}

json::Value override_json(const ChannelOverride& o) {
  json::Object out;
  if (!o.title.empty()) out.append("title", strings(o.title));
  if (!o.description.empty()) out.append("description", strings(o.description));
  if (o.category) out.append("category", *o.category);
  if (o.brand) out.append("brand", *o.brand);
  if (!o.attributes.empty()) out.append("attributes", strings(o.attributes));
  out.append("listed", o.listed);
  return out;
}

}  // namespace

json::Value to_json(const Product& p) {
  json::Object out;
  out.append("code", p.code);
  out.append("title", strings(p.title));
  out.append("description", strings(p.description));
  out.append("category", p.category.empty() ? json::Value() : json::Value(p.category));
  out.append("brand", p.brand);
  out.append("condition", p.condition == Condition::used ? "used" : "new");
  out.append("attributes", strings(p.attributes));
  json::Array images;
  for (const std::string& url : p.images) images.push_back(json::object({{"url", url}}));
  out.append("images", std::move(images));
  json::Array permits;
  for (const Permit& permit : p.permits) {
    json::Object one;
    one.append("kind", permit.kind);
    one.append("number", permit.number);
    one.append("expires", permit.expires);
    permits.emplace_back(std::move(one));
  }
  out.append("permits", std::move(permits));
  json::Array options;
  for (const Option& axis : p.options) {
    options.push_back(json::object({{"name", axis.name}, {"values", strings_list(axis.values)}}));
  }
  out.append("options", std::move(options));
  json::Array variants;
  for (const Variant& v : p.variants) variants.push_back(variant_json(v));
  out.append("variants", std::move(variants));
  json::Object channels;
  for (const auto& [name, o] : p.channels) channels.append(name, override_json(o));
  out.append("channels", std::move(channels));
  return out;
}

}  // namespace gerbang
