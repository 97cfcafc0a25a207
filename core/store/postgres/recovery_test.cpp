#include "core/store/postgres/scripts_world_for_test.hpp"

#include "tests/contract/scripts/recovery.hpp"
