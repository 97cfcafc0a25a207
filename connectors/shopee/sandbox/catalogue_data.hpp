#pragma once

#include <string_view>
#include <vector>

#include "connectors/shopee/sandbox/state.hpp"

// The marketplace's own data: an invented, small Indonesian catalogue in Shopee's shapes.
namespace gerbang::sandbox::shopee {

struct Category {
  Id id;
  Id parent;  // 0: top
  std::string_view id_name;
  std::string_view en_name;
  bool blocked = false;  // error_category_is_block
};

struct Choice {
  Id value_id;
  std::string_view name;
};

// Codes: facts 3.3.
struct Attribute {
  Id id;
  bool mandatory;
  std::string_view id_name;
  std::string_view en_name;
  int input_type;
  int validation;
  int format;
  int date_format;
  int max_values;
  std::vector<Choice> choices;
  std::vector<std::string_view> units;
};

struct Brand {
  Id id;
  std::string_view name;
};

struct Channel {
  Id id;
  std::string_view name;
  bool enabled;
  bool cod;
  std::string_view fee_type;
  Id mask;  // 0: chosen at check-out; else the channel that hides it
  std::int64_t max_kg;
};

const std::vector<Category>& categories();
const Category* find_category(Id id);
bool is_leaf(Id id);
// Of a leaf: those of its top category.
const std::vector<Attribute>& attributes_of(Id category);
const Attribute* find_attribute(Id category, Id attribute);
const std::vector<Brand>& brands();
const std::vector<Channel>& channels();
const Channel* find_channel(Id id);
// The size choices of a SIZE_SELECTION channel.
const std::vector<Choice>& channel_sizes();

}  // namespace gerbang::sandbox::shopee
