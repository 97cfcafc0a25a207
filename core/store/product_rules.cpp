#include "core/store/product_rules.hpp"

#include <algorithm>
#include <utility>

namespace gerbang::store {

json::Value document_of(Product product) {
  for (Variant& variant : product.variants) {
    variant.price.reset();
    variant.channel_prices.clear();
  }
  return to_json(product);
}

std::string shown_on(const json::Value& document, std::string_view channel) {
  json::Value shown = document;
  if (json::Object* product = shown.as_object()) {
    if (json::Value* channels = product->find("channels")) {
      json::Value here = (*channels)[channel];
      *channels = std::move(here);
    }
    if (json::Value* variants = product->find("variants")) {
      if (json::Array* list = variants->as_array()) {
        for (json::Value& variant : *list) {
          if (json::Object* members = variant.as_object()) members->erase("components");
        }
      }
    }
  }
  return json::dump(shown);
}

bool same_prices(const StoredPrices& a, const StoredPrices& b) {
  return a.price == b.price && a.channels == b.channels;
}

ListingDraft draft_of(const Product& product, const std::string& channel) {
  static const ChannelOverride kNone;
  const auto found = product.channels.find(channel);
  const ChannelOverride& own = found == product.channels.end() ? kNone : found->second;
  const auto text = [](const LocalizedText& theirs, const LocalizedText& ours) {
    const std::string& t = text_in(theirs, "id");
    return t.empty() ? text_in(ours, "id") : t;
  };
  ListingDraft draft;
  draft.code = product.code;
  draft.title = text(own.title, product.title);
  draft.description = text(own.description, product.description);
  draft.category = product.category;
  draft.channel_category = own.category.value_or("");
  draft.brand = own.brand ? own.brand : product.brand;
  draft.condition = product.condition;
  draft.attributes = product.attributes;
  for (const auto& [name, value] : own.attributes) draft.attributes[name] = value;
  draft.images = product.images;
  draft.permits = product.permits;
  draft.options = product.options;
  return draft;
}

Quantity share_of_shop(const Shop& shop, Quantity sellable) {
  const Quantity offer =
      std::max<Quantity>(0, std::min(sellable * shop.share_percent / 100, sellable - shop.buffer));
  ensure(offer <= std::max<Quantity>(0, sellable), "a shop would be offered more than there is");
  return offer;
}

}  // namespace gerbang::store
