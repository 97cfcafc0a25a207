#pragma once

#include <string>
#include <string_view>

#include "core/base/random.hpp"
#include "core/base/time.hpp"

namespace gerbang {

// "<prefix>_" + a ULID: 48 bits of time, 80 bits of chance, Crockford base 32. Sorts by creation
// time. Prefixes in use: org, key, shp, ord, evt, mov, whk, req, lnk.
std::string new_id(std::string_view prefix, TimePoint now, Random& random);

// No id that new_id() made before `when` sorts after it, and none that it makes from then on
// before.
std::string first_id(std::string_view prefix, TimePoint when);

// Has the form of an id with that prefix. Says nothing about existence.
bool is_id(std::string_view text, std::string_view prefix);

}  // namespace gerbang
