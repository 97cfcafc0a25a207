#include "gateway/http/memory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/contract/temporary_folder.hpp"

namespace gerbang::http {
namespace {

class GroupMemory : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_.file(name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << "\n";
  }
  std::uint64_t bound() { return group_memory_bound(folder_.file("cgroup"), folder_.file("tree")); }
  TemporaryFolder folder_;
};

TEST_F(GroupMemory, of_a_service_is_its_own) {
  write("cgroup", "0::/system.slice/gerbang.service");
  write("tree/system.slice/memory.max", "max");
  write("tree/system.slice/gerbang.service/memory.max", "1073741824");
  EXPECT_EQ(bound(), 1073741824u);
}

TEST_F(GroupMemory, is_the_least_on_the_way_up) {
  write("cgroup", "4:cpu:/old\n0::/system.slice/gerbang.service");
  write("tree/memory.max", "9000");
  write("tree/system.slice/memory.max", "5000");
  write("tree/system.slice/gerbang.service/memory.max", "7000");
  EXPECT_EQ(bound(), 5000u);
}

TEST_F(GroupMemory, of_a_container_stands_at_the_top) {
  write("tree/memory.max", "600");
  write("cgroup", "0::/");
  EXPECT_EQ(bound(), 600u);
  write("cgroup", "0::/../../machine.slice/other");
  EXPECT_EQ(bound(), 600u);
}

TEST_F(GroupMemory, is_none_where_nothing_is_bounded_or_told) {
  EXPECT_EQ(bound(), 0u);
  write("cgroup", "0::/user.slice");
  write("tree/user.slice/memory.max", "max");
  EXPECT_EQ(bound(), 0u);
}

}  // namespace
}  // namespace gerbang::http
