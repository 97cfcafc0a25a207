#pragma once

// What every storage engine has to pass. Include it in exactly one source of a test program and
// instantiate StoreContract there.
#include "tests/contract/store_catalogue.hpp"
#include "tests/contract/store_nodes.hpp"
#include "tests/contract/store_reading.hpp"
#include "tests/contract/store_review.hpp"
#include "tests/contract/store_safety.hpp"
#include "tests/contract/store_shops.hpp"
