#pragma once

#include <string>
#include <vector>

#include "connectors/conformance/market.hpp"

// The conformance kit: what every connector has to do, tried against its sandbox. One entry,
//
//   const Report report = examine(subject);
//   std::cout << details(report);
//   return report.passed() ? 0 : 1;
//
// takes a few seconds, opens no socket and reads no clock. README.md says what each row means and
// what it expects of a sandbox.
namespace gerbang::conformance {

enum class Verdict {
  passed,
  failed,
  not_declared,  // the connector does not offer it, or the sandbox says it has no such thing
};

struct Row {
  std::string group;  // "Listings"
  std::string name;   // "a batch of the declared size"
  Verdict verdict = Verdict::failed;
  int trials = 0;                     // how often something was looked at
  std::vector<std::string> findings;  // of a failed row; at most 20
};

struct Report {
  std::string channel;
  std::vector<Row> rows;
  bool passed() const;  // no row failed, and something was tried
};

Report examine(const Subject& subject);

// "✓", "✗" or "–".
std::string_view mark(Verdict verdict);
// The report for a terminal: a line for each row, and below it what was found.
std::string details(const Report& report);
// All reports side by side, in Markdown.
std::string table(const std::vector<Report>& reports);

}  // namespace gerbang::conformance
