#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/store/postgres/connection.hpp"
#include "core/store/queries.hpp"

namespace gerbang::store::postgres {

// After a backup was put back, or a standby without the last commits took over, and before the
// first gateway connects: marks the shops for recovery (core/store/scripts.hpp) and lifts what is
// counted, so that no revision or event number is given a second time. The schema is this program's
// already. Throws DatabaseError.
void mark_restored(Connection& db, TimePoint now);

// Where a shop stands, by its own step and whether another shop's orders are not in yet.
RecoveryStep recovery_step(const std::string& own, bool orders_missing);

}  // namespace gerbang::store::postgres
