#include "connectors/conformance/conformance.hpp"

#include <algorithm>

#include "connectors/conformance/checks.hpp"

namespace gerbang::conformance {

namespace {

Row run(const Check& check, Bench& bench) {
  Row row{check.group, check.name, Verdict::not_declared, 0, {}};
  if (!check.declared(bench)) return row;
  Findings findings;
  try {
    check.run(bench, findings);
  } catch (const Stop& stop) {
    findings.expect(false, stop.what());
  } catch (const std::exception& failure) {
    findings.expect(false, std::string("an exception leaves the connector: ") + failure.what());
  }
  row.trials = findings.trials;
  row.findings = std::move(findings.list);
  // What looked at nothing has shown nothing.
  row.verdict = !row.findings.empty() ? Verdict::failed
                : row.trials == 0     ? Verdict::not_declared
                                      : Verdict::passed;
  return row;
}

}  // namespace

const Goods& Bench::first() {
  if (goods.empty()) throw Stop("nothing was published");
  return goods.front();
}

std::string unknown_id(std::string id) {
  std::size_t changed = 0;
  for (std::size_t i = id.size(); i-- > 0 && changed < 5;) {
    if (id[i] < '0' || id[i] > '9') continue;
    id[i] = '9';
    ++changed;
  }
  return changed > 0 ? id : id + "9";
}

Report examine(const Subject& subject) {
  Report report{subject.channel, {}};
  Bench bench(subject);
  for (const auto checks :
       {access_checks(), listing_checks(), order_checks(), webhook_checks(), outcome_checks()}) {
    for (const Check& check : checks) report.rows.push_back(run(check, bench));
  }
  return report;
}

bool Report::passed() const {
  const auto any = [&](Verdict v) {
    return std::any_of(rows.begin(), rows.end(), [&](const Row& r) { return r.verdict == v; });
  };
  return any(Verdict::passed) && !any(Verdict::failed);
}

std::string_view mark(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "✓";
    case Verdict::failed:
      return "✗";
    case Verdict::not_declared:
      return "–";
  }
  return "";
}

std::string details(const Report& report) {
  std::string out = report.channel + "\n";
  std::string group;
  int passed = 0, failed = 0, not_declared = 0, trials = 0;
  for (const Row& row : report.rows) {
    if (row.group != group) out += "  " + row.group + "\n";
    group = row.group;
    out += "    " + std::string(mark(row.verdict)) + " " + row.name;
    if (row.trials > 0) out += " (" + std::to_string(row.trials) + ")";
    out += "\n";
    for (const std::string& finding : row.findings) out += "        " + finding + "\n";
    (row.verdict == Verdict::passed   ? passed
     : row.verdict == Verdict::failed ? failed
                                      : not_declared)++;
    trials += row.trials;
  }
  out += "  " + std::to_string(passed) + " passed, " + std::to_string(failed) + " failed, " +
         std::to_string(not_declared) + " not declared; " + std::to_string(trials) + " trials\n";
  return out;
}

std::string table(const std::vector<Report>& reports) {
  std::string out = "| |";
  std::string rule = "| --- |";
  for (const Report& r : reports) {
    out += " " + r.channel + " |";
    rule += " :-: |";
  }
  out += "\n" + rule + "\n";
  if (reports.empty()) return out;
  std::string group;
  for (std::size_t i = 0; i < reports.front().rows.size(); ++i) {
    const Row& named = reports.front().rows[i];
    if (named.group != group) {
      group = named.group;
      out += "| **" + group + "** |";
      for (std::size_t k = 0; k < reports.size(); ++k) out += " |";
      out += "\n";
    }
    out += "| " + named.name + " |";
    for (const Report& r : reports) out += " " + std::string(mark(r.rows[i].verdict)) + " |";
    out += "\n";
  }
  return out;
}

}  // namespace gerbang::conformance
