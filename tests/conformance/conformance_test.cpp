// Every channel of the build by the conformance kit, and the table of connectors/README.md.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "connectors/conformance/conformance.hpp"
#include "connectors/list.hpp"

namespace gerbang::conformance {
namespace {

const std::string kReadme = GERBANG_SOURCE_DIR "/connectors/README.md";
constexpr std::string_view kBegin = "<!-- conformance: begin -->\n";
constexpr std::string_view kEnd = "<!-- conformance: end -->";

Subject of(const std::string& channel) {
  const auto connector = [channel] { return make_connector(channel); };
  const auto sandbox = [channel](sandbox::Options options) {
    return make_sandbox(channel, std::move(options));
  };
  auto out = subject(channel, connector, sandbox,
                     GERBANG_SOURCE_DIR "/connectors/" + channel + "/sandbox/app.json");
  ensure(out.ok(), "an app file cannot be read");
  return std::move(*out);
}

std::string readme() {
  std::ifstream file(kReadme, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Conformance : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Channel, Conformance, testing::ValuesIn(sandbox_channels()),
                         [](const auto& of) { return of.param; });

TEST_P(Conformance, EveryCheckPassesAndTheTableSaysSo) {
  const Report report = examine(of(GetParam()));
  std::cout << details(report);
  for (const Row& row : report.rows) {
    for (const std::string& finding : row.findings)
      ADD_FAILURE() << row.group << ", " << row.name << ": " << finding;
  }
  EXPECT_TRUE(report.passed());

  // Its column of the table, row by row.
  const std::string text = readme();
  std::size_t column = 1;
  for (const std::string& name : sandbox_channels()) {
    if (name == GetParam()) break;
    ++column;
  }
  for (const Row& row : report.rows) {
    const auto at = text.find("\n| " + row.name + " |");
    ASSERT_NE(at, std::string::npos)
        << "no row in connectors/README.md: " << row.name << " (GERBANG_WRITE_TABLE=1)";
    std::size_t cell = at + 1;
    for (std::size_t i = 0; i < column; ++i) cell = text.find('|', cell + 1);
    const std::string shown = text.substr(cell + 2, text.find('|', cell + 1) - cell - 3);
    EXPECT_EQ(shown, mark(row.verdict)) << row.name << " (GERBANG_WRITE_TABLE=1)";
  }
}

// Regenerate with: GERBANG_WRITE_TABLE=1 conformance_test --gtest_filter=Table.*
TEST(Table, IsWrittenOnRequest) {
  if (std::getenv("GERBANG_WRITE_TABLE") == nullptr) GTEST_SKIP() << "GERBANG_WRITE_TABLE=1";
  std::vector<Report> reports;
  for (const std::string& channel : sandbox_channels()) reports.push_back(examine(of(channel)));
  std::string text = readme();
  const auto begin = text.find(kBegin), end = text.find(kEnd);
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos && begin < end);
  text.replace(begin + kBegin.size(), end - begin - kBegin.size(), table(reports));
  std::ofstream(kReadme, std::ios::binary) << text;
}

}  // namespace
}  // namespace gerbang::conformance
