#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

namespace gerbang::kit {

// The last line of a proof (RELIABILITY section 4), which tests/proofs.py adds up over all programs
// of a run: how often it was tried, how many faults were put in its way, how often an invariant did
// not hold. Names are those of tests/proofs.py; details are for people.
inline void print_proof(std::string_view name, std::int64_t rounds, std::int64_t faults,
                        std::int64_t violations, const std::string& details = "") {
  // A line of its own, whatever a test left unfinished on the line before.
  std::cout << "\nproof: " << name << ": " << rounds << " rounds, " << faults
            << " faults injected, " << violations << " violations"
            << (details.empty() ? "" : " (" + details + ")") << std::endl;
}

// The same for a suite each of whose tests is a round; without a number of faults each test makes
// trouble once. Call it in TearDownTestSuite.
inline void print_proof_of_suite(std::string_view name, std::optional<std::int64_t> faults = {}) {
  const testing::TestSuite* suite = testing::UnitTest::GetInstance()->current_test_suite();
  const int rounds = suite->successful_test_count() + suite->failed_test_count();
  print_proof(name, rounds, faults.value_or(rounds), suite->failed_test_count());
}

}  // namespace gerbang::kit
