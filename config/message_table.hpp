#pragma once

#include <span>
#include <string_view>

#include "config/messages.hpp"

namespace gerbang::messages {

struct Entry {
  std::string_view code;
  Message id;
  Message en;
};

// Sorted by code; generated.
std::span<const Entry> table();

}  // namespace gerbang::messages
