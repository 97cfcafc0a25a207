#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/work.hpp"

namespace gerbang::policy {

// Place in a lane, lower first: orders to fetch, acknowledgements and shipments, stock that fell,
// other stock, state, price, content; then the same without orders for routine work.
int rank_of(Aspect aspect, Urgency urgency);
// Order work and stock that fell: a delay costs a buyer.
bool is_urgent(Aspect aspect, Urgency urgency);

// Work of one kind that is due in a lane.
struct Waiting {
  Aspect aspect = Aspect::stock;
  Urgency urgency = Urgency::normal;
  std::size_t count = 0;
  TimePoint oldest;  // `since` of the oldest
};

// Shares a lane's scarce calls out. Urgent kinds go first but get at most 4 of 5 calls while
// others wait; of what is left to the others, the highest rank gets 3 of 4 turns and whoever has
// waited longest the fourth. So nothing starves. Deterministic; one object per lane.
class Turns {
 public:
  // The index of the kind whose turn it is (kinds with count 0 are passed over), counted as one
  // call; nothing when nothing waits.
  std::optional<std::size_t> choose(const std::vector<Waiting>& waiting);

 private:
  int urgent_in_a_row_ = 0;  // while others waited
  int ranked_in_a_row_ = 0;  // of the others' turns
};

}  // namespace gerbang::policy
