#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
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

// Shares a lane's scarce calls out. Urgent kinds go first but get at most 4 of 5 calls in the long
// run while others wait: what the others had beyond their fifth is a credit for a burst, of at most
// 20 urgent calls in a row. Among the urgent ones, and among the others, the highest rank gets 3 of
// 4 turns; the fourth goes to that one of the rest that has gone longest without a turn, of those
// that never had one to whoever has waited longest. So nothing starves, not even behind a kind that
// is refused again and again and is due each time the lane may call. Deterministic; one object per
// lane.
class Turns {
 public:
  // The index of the kind whose turn it is (kinds with count 0 are passed over), counted as one
  // call; nothing when nothing waits.
  std::optional<std::size_t> choose(const std::vector<Waiting>& waiting);
  // Whether choose() would take an urgent kind.
  bool urgent_next(const std::vector<Waiting>& waiting) const;

 private:
  std::optional<std::size_t> choose_among(const std::vector<Waiting>& waiting, bool urgent);

  int owed_ = 0;  // to the others, in quarters of a call; below zero: they had more than a fifth
  std::array<int, 2> ranked_in_a_row_{};  // turns of the others and of the urgent ones
  std::int64_t turn_ = 0;
  std::map<std::pair<Aspect, Urgency>, std::int64_t> last_turn_;
};

}  // namespace gerbang::policy
