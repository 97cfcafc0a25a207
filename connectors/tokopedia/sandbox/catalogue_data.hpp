#pragma once

#include <string_view>
#include <vector>

// The channel's own data: an invented, small Indonesian catalogue in its shapes.
namespace gerbang::sandbox::tokopedia {

struct Category {
  std::string_view id, parent;  // "0": the root
  std::string_view name;
  bool shop = true, tokopedia = true;  // on which platform it is offered
  bool invited = false;                // INVITE_ONLY
};

struct Choice {
  std::string_view id, name;
};

struct Attribute {
  std::string_view id, name;
  bool sales = false;
  bool required = false;
  bool free = false;     // is_customizable
  bool several = false;  // is_multiple_selection
  std::vector<Choice> choices;
  std::string_view format;                      // value_data_format
  std::string_view when_attribute, when_value;  // required on that condition too
};

struct Brand {
  std::string_view id, name;
  bool authorised = true;
};

const std::vector<Category>& categories();
const Category* find_category(std::string_view id);
bool is_leaf(std::string_view id);
// Of a leaf: those of its top category.
const std::vector<Attribute>& attributes_of(std::string_view category);
const Attribute* find_attribute(std::string_view category, std::string_view attribute);
const std::vector<Brand>& brands();

}  // namespace gerbang::sandbox::tokopedia
