#pragma once

#include <string>
#include <vector>

#include "core/base/json.hpp"

// An invented part of a category tree, its attributes and brands, in the shape of facts
// lazada.md 6. Ids are invented; "No Brand" has the id of the facts' sample.
namespace gerbang::sandbox::lazada {

struct Category {
  std::int64_t id;
  std::int64_t parent;  // 0: top
  std::string name;     // Indonesian
  std::string english;
  bool active = true;
};
const std::vector<Category>& categories();
const Category* find_category(std::int64_t id);
bool is_leaf(std::int64_t id);

struct Attribute {
  std::string name;
  std::string label;    // Indonesian
  std::string english;  // label in English
  bool mandatory = false;
  bool sale = false;
  bool of_sku = false;
  std::string input = "text";  // text, numeric, richText, singleSelect, enumInput, multiEnumInput
  std::vector<std::pair<std::string, std::string>> options = {};  // Indonesian, English
};
// Of a leaf.
std::vector<Attribute> attributes_of(std::int64_t category);

struct Brand {
  std::int64_t id;
  std::string name;
};
inline constexpr std::int64_t kNoBrand = 30768;
const std::vector<Brand>& brands();

}  // namespace gerbang::sandbox::lazada
