#pragma once

#include <map>
#include <string>
#include <vector>

#include "connectors/blibli/plan.hpp"
#include "core/connector/types.hpp"

// Bodies of creating, revising and changing a product, and readers of what is there. The shapes
// inside create V3, revision, detail and variants are not documented: they are our choice, in this
// one file (facts blibli.md 8.1, 13).
namespace gerbang::blibli {

// What stands in imageMap for an address: the address itself where Blibli can fetch it (https), or
// the picture in base64.
using ImageData = std::map<std::string, std::string>;

// The picture that came from a seller's address. Errors: image_unreachable, image_too_large,
// image_format, blibli_image_too_small with "/images/n".
Result<std::string> picture(const HttpResponse& response, std::size_t index);
// Whether Blibli is left to fetch it: a public https address of a kind it takes (facts 8.1).
bool is_linkable(std::string_view url);

// The brand as Blibli names it, out of getBrands: {code, name}; null when none fits exactly.
json::Value brand_in(const json::Value& reply, std::string_view wanted);

json::Value create_body(const Plan& plan, const json::Value& brand, const ImageData& images);
json::Value revision_body(const Plan& plan, const json::Value& brand, const ImageData& images);

// A product as GET detail shows it.
struct RemoteVariant {
  std::string id;   // L4
  std::string sku;  // the seller's
  std::optional<Quantity> stock;
  std::optional<Money> price;
  bool buyable = true;
  std::string barcode;
};
struct RemoteProduct {
  std::string id;  // L3
  std::string title;
  std::string state;
  std::string note;  // why it needs correction
  std::vector<std::string> image_paths;
  std::vector<RemoteVariant> variants;
};
RemoteProduct product_from(const json::Value& reply);

// One product of the list (facts 8.4).
struct ListedProduct {
  std::string id;
  std::string title;
  std::string state;
};
struct ProductPage {
  std::vector<ListedProduct> products;
  bool more = false;
};
json::Value product_filter(std::string_view state, std::string_view product, std::string_view title,
                           std::int64_t page, std::size_t size);
ProductPage products_from(const json::Value& reply);

// Our variants' ids by SKU; those that are there.
std::map<std::string, std::string> variant_ids(const Plan& plan, const RemoteProduct& product);
// Whether it carries exactly our SKUs.
bool same_variants(const Plan& plan, const RemoteProduct& product);

// ---- what was sent last, in the listing's memo: {"sent":{"content","variants"},"images":[…]}
json::Value memo_of(const Plan& plan);
// The fields of PUT …/detail; the body of POST …/variants, all combinations.
json::Value detail_body(const Plan& plan);
json::Value variants_body(const Plan& plan, const RemoteProduct& product);

}  // namespace gerbang::blibli
