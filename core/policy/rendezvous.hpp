#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gerbang::policy {

// Which of the nodes has a thing: the one whose score with it is highest. All who know the same
// nodes agree without a word; a node that comes takes its part from all others, and what one leaves
// behind goes to all others. Empty without nodes. The order of the nodes does not matter.
std::string owner_of(std::string_view thing, const std::vector<std::string>& nodes);

}  // namespace gerbang::policy
