#include "config/units.hpp"

#include <gtest/gtest.h>

namespace gerbang::config {
namespace {

using namespace std::chrono_literals;

TEST(Units, durations_have_a_unit) {
  EXPECT_EQ(*parse_duration("20s"), 20s);
  EXPECT_EQ(*parse_duration("5m"), 5min);
  EXPECT_EQ(*parse_duration("500ms"), 500ms);
  EXPECT_EQ(*parse_duration("1h30m"), 90min);
  EXPECT_EQ(*parse_duration("7d"), 24h * 7);
  EXPECT_EQ(*parse_duration("1m500ms"), 60500ms);
  EXPECT_EQ(*parse_duration("0s"), 0s);
  EXPECT_EQ(parse_duration("20").error().code, "unit_missing");
  for (const char* bad : {"", "s", "5 m", "-5m", "5x", "1.5h", "30m1h", "5m5m", "5m ", "5M",
                          "99999999999999999999s", "9223372036854775807d"}) {
    ASSERT_FALSE(parse_duration(bad).ok()) << bad;
    EXPECT_EQ(parse_duration(bad).error().code, "value_invalid") << bad;
  }
}

TEST(Units, sizes_are_binary) {
  EXPECT_EQ(*parse_size("1MiB"), 1048576u);
  EXPECT_EQ(*parse_size("256KiB"), 262144u);
  EXPECT_EQ(*parse_size("2GiB"), 2147483648u);
  EXPECT_EQ(*parse_size("17B"), 17u);
  EXPECT_EQ(parse_size("1024").error().code, "unit_missing");
  for (const char* bad : {"", "MiB", "1MB", "1 MiB", "-1B", "1.5MiB", "99999999999GiB"}) {
    ASSERT_FALSE(parse_size(bad).ok()) << bad;
  }
}

TEST(Units, what_is_written_reads_back) {
  for (const Duration d : {Duration(0s), Duration(1ms), Duration(20s), Duration(90min),
                           Duration(24h), Duration(25h), Duration(61001ms)}) {
    EXPECT_EQ(*parse_duration(format_duration(d)), d) << format_duration(d);
  }
  for (const std::uint64_t n : {0ULL, 1ULL, 1023ULL, 1024ULL, 1536ULL, 5ULL << 20, 3ULL << 30}) {
    EXPECT_EQ(*parse_size(format_size(n)), n) << format_size(n);
  }
  EXPECT_EQ(format_duration(5min), "5m");
  EXPECT_EQ(format_duration(25h), "25h");
  EXPECT_EQ(format_size(1 << 20), "1MiB");
  EXPECT_EQ(*parse_percent("75%"), 75);
  EXPECT_EQ(parse_percent("75").error().code, "unit_missing");
  EXPECT_FALSE(parse_percent("75 %").ok());
}

}  // namespace
}  // namespace gerbang::config
