#include "core/store/sqlite/scripts_world_for_test.hpp"

#include "tests/contract/scripts/inbox.hpp"
