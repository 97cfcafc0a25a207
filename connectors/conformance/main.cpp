// The kit as a program for one connector: prints the report, exits with 1 unless it passes.
//   -DGERBANG_CHANNEL="pasar" -DGERBANG_MAKE_CONNECTOR=make_pasar_connector
//   -DGERBANG_MAKE_SANDBOX=make_pasar_sandbox -DGERBANG_APP_FILE="…/sandbox/app.json"
#include <iostream>

#include "connectors/conformance/conformance.hpp"

namespace gerbang {
std::unique_ptr<Connector> GERBANG_MAKE_CONNECTOR();
std::unique_ptr<sandbox::Sandbox> GERBANG_MAKE_SANDBOX(sandbox::Options options);
}  // namespace gerbang

int main() {
  using namespace gerbang;
  const auto subject = conformance::subject(GERBANG_CHANNEL, GERBANG_MAKE_CONNECTOR,
                                            GERBANG_MAKE_SANDBOX, GERBANG_APP_FILE);
  if (!subject) {
    std::cerr << subject.error().describe() << "\n";
    return 2;
  }
  const auto report = conformance::examine(*subject);
  std::cout << conformance::details(report);
  return report.passed() ? 0 : 1;
}
