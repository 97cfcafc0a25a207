#include "core/store/postgres/peers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gerbang::store::postgres {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Committed heard_of(const std::string& instance, const std::vector<std::string>& announcements) {
  Committed out;
  for (const std::string& a : announcements) hear(instance, a, out);
  return out;
}

TEST(Peers, what_is_announced_is_heard_by_others) {
  Committed touched;
  touched.shops_with_work = {"shp_1", "shp_2"};
  touched.shops_in_a_hurry = {"shp_2"};
  touched.organisations_with_events = {"org_1"};
  touched.nodes = true;
  const auto said = announcements("one", touched);
  EXPECT_THAT(said, SizeIs(1));
  const Committed heard = heard_of("two", said);
  EXPECT_EQ(heard.shops_with_work, touched.shops_with_work);
  EXPECT_EQ(heard.shops_in_a_hurry, touched.shops_in_a_hurry);
  EXPECT_EQ(heard.organisations_with_events, touched.organisations_with_events);
  EXPECT_TRUE(heard.nodes);
  EXPECT_FALSE(heard.everything);
}

TEST(Peers, nothing_touched_is_nothing_said) {
  EXPECT_THAT(announcements("one", {}), IsEmpty());
}

TEST(Peers, ones_own_voice_adds_nothing) {
  Committed touched;
  touched.shops_with_work = {"shp_1"};
  touched.nodes = true;
  const Committed heard = heard_of("one", announcements("one", touched));
  EXPECT_THAT(heard.shops_with_work, IsEmpty());
  EXPECT_FALSE(heard.nodes);
}

TEST(Peers, much_is_said_in_pieces_within_the_limit_and_nothing_is_lost) {
  Committed touched;
  for (int i = 0; i < 1000; ++i) {
    touched.shops_with_work.insert("shp_" + std::to_string(i));
    touched.organisations_with_events.insert("org_" + std::to_string(i));
  }
  const auto said = announcements("one", touched, 100);
  for (const std::string& a : said) EXPECT_LE(a.size(), 100U);
  const Committed heard = heard_of("two", said);
  EXPECT_EQ(heard.shops_with_work, touched.shops_with_work);
  EXPECT_EQ(heard.organisations_with_events, touched.organisations_with_events);
}

TEST(Peers, what_is_not_understood_is_passed_over) {
  const Committed heard = heard_of("two", {"", "one", "one x1 s ss1  q", "one n"});
  EXPECT_EQ(heard.shops_with_work, std::set<std::string>{"s1"});
  EXPECT_TRUE(heard.nodes);
}

}  // namespace
}  // namespace gerbang::store::postgres
