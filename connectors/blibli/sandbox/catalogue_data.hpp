#pragma once

#include <string>
#include <string_view>
#include <vector>

// An invented part of Blibli's catalogue: what a village sells. Facts blibli.md 7.
namespace gerbang::sandbox::blibli {

struct Attribute {
  std::string code;
  std::string name;
  std::string type;  // DESCRIPTIVE_ATTRIBUTE, PREDEFINED_ATTRIBUTE, DEFINING_ATTRIBUTE
  bool mandatory = false;
  bool variant_creating = false;
  std::vector<std::string> options;
};

struct Category {
  std::string code;
  std::string name;
  std::string parent;  // the upper level's name
  bool food = false;
  bool fashion = false;
};

struct Brand {
  std::string_view code, name;
};

const std::vector<Category>& categories();  // the deepest level
const Category* category(std::string_view code);
std::vector<Attribute> attributes_of(const Category& category);
const std::vector<Brand>& brands();

}  // namespace gerbang::sandbox::blibli
