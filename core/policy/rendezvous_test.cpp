#include "core/policy/rendezvous.hpp"

#include <gtest/gtest.h>

#include <map>

namespace gerbang::policy {
namespace {

std::string thing(int i) {
  return "shp_" + std::to_string(i);
}

TEST(Rendezvous, nobody_has_anything_without_nodes_and_one_node_has_everything) {
  EXPECT_EQ(owner_of("shp_1", {}), "");
  for (int i = 0; i < 50; ++i) EXPECT_EQ(owner_of(thing(i), {"a"}), "a");
}

TEST(Rendezvous, all_agree_in_whatever_order_they_know_the_nodes) {
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(owner_of(thing(i), {"a", "b", "c"}), owner_of(thing(i), {"c", "a", "b"}));
}

TEST(Rendezvous, everybody_has_about_the_same) {
  std::map<std::string, int> held;
  for (int i = 0; i < 3000; ++i)
    ++held[std::string(owner_of(thing(i), {"node-1", "node-2", "node-3"}))];
  for (const auto& [node, count] : held) {
    EXPECT_GT(count, 850) << node;
    EXPECT_LT(count, 1150) << node;
  }
}

TEST(Rendezvous, one_that_comes_or_goes_moves_its_own_part_alone) {
  int moved = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto before = owner_of(thing(i), {"a", "b", "c"});
    const auto after = owner_of(thing(i), {"a", "b", "c", "d"});
    if (before != after) {
      EXPECT_EQ(after, "d");
      ++moved;
    }
  }
  EXPECT_GT(moved, 180);
  EXPECT_LT(moved, 320);
}

}  // namespace
}  // namespace gerbang::policy
