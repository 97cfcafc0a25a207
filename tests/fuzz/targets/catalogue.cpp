// The CSV import: cells survive printing, every accepted product passes the canonical reader, and
// no finding repeats what stands in a cell.
#include "gateway/cli/catalogue_csv.hpp"

#include <set>

#include "core/model/product.hpp"
#include "tests/fuzz/harness.hpp"

using namespace gerbang;

namespace {

std::string print(const std::vector<cli::CsvRecord>& records) {
  std::string out;
  for (const cli::CsvRecord& record : records) {
    for (std::size_t i = 0; i < record.cells.size(); ++i) {
      if (i > 0) out += ',';
      out += '"';
      for (const char c : record.cells[i]) {
        if (c == '"') out += '"';
        out += c;
      }
      out += '"';
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fuzz::MemoryWatch memory;
  const auto records = cli::read_csv(text);
  fuzz::check_memory(memory, size);
  if (records) {
    const std::string printed = print(*records);
    const auto again = cli::read_csv(printed);
    // A first line without ',' whose quoted cell holds ';' is read with the other separator.
    const bool one_cell = !records->empty() && records->front().cells.size() == 1;
    if (!one_cell) {
      FUZZ_CHECK(again, again ? "" : again.error().describe());
      FUZZ_CHECK(again->size() == records->size(), printed);
      for (std::size_t i = 0; i < records->size(); ++i)
        FUZZ_CHECK((*again)[i].cells == (*records)[i].cells, printed);
    }
  } else {
    fuzz::check_error(records.error());
  }

  const auto import = cli::read_catalogue(text);
  if (!import) return fuzz::check_error(import.error()), 0;
  FUZZ_CHECK(records, "a catalogue out of a file that is no CSV");
  std::set<std::string> codes, skus, items;
  for (const cli::ImportedProduct& p : import->products) {
    FUZZ_CHECK(codes.insert(p.code).second, p.code);
    const auto product = product_from_json(p.code, p.body);
    FUZZ_CHECK(product, p.code);
    for (const Variant& v : product->variants) FUZZ_CHECK(skus.insert(v.sku).second, v.sku);
  }
  for (const cli::ImportedCount& c : import->stock) {
    FUZZ_CHECK(items.insert(c.item).second && is_code(c.item), c.item);
    FUZZ_CHECK(c.on_hand >= 0 && c.on_hand <= kMaxQuantity, c.item);
  }
  std::size_t line = 0;
  for (const cli::Rejection& r : import->rejected) {
    FUZZ_CHECK(r.line >= line, "findings are not in the order of the lines");
    line = r.line;
    FUZZ_CHECK(messages::has_message(r.reason), r.reason);
    FUZZ_CHECK(r.code.empty() || !codes.contains(r.code), r.code + " is accepted and refused");
  }
  FUZZ_CHECK(import->rejected.empty() == (import->refused_products == 0), "refused without reason");
  return 0;
}
