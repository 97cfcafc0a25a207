#include "gateway/cli/catalogue_csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "core/model/product.hpp"

namespace gerbang::cli {

namespace {

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

// ---- the sheet ------------------------------------------------------------------------------

enum Column : std::size_t {
  kode,
  nama,
  deskripsi,
  kategori,
  merek,
  kondisi,
  opsi_1,
  nilai_1,
  opsi_2,
  nilai_2,
  sku,
  barcode,
  berat_gram,
  panjang_mm,
  lebar_mm,
  tinggi_mm,
  harga,
  stok,
  item_stok,
  pakai_per_unit,
  gambar,
  izin_pirt,
  izin_bpom,
  halal,
  atribut,
  kColumns
};
constexpr std::array<std::string_view, kColumns> kNames = {
    "kode",      "nama",      "deskripsi", "kategori", "merek",     "kondisi",        "opsi_1",
    "nilai_1",   "opsi_2",    "nilai_2",   "sku",      "barcode",   "berat_gram",     "panjang_mm",
    "lebar_mm",  "tinggi_mm", "harga",     "stok",     "item_stok", "pakai_per_unit", "gambar",
    "izin_pirt", "izin_bpom", "halal",     "atribut"};
constexpr Column kOfProduct[] = {nama,   deskripsi, kategori,  merek, kondisi,
                                 gambar, izin_pirt, izin_bpom, halal, atribut};
constexpr std::array<std::pair<Column, Column>, 2> kAxes = {{{opsi_1, nilai_1}, {opsi_2, nilai_2}}};
constexpr std::array<Column, 3> kPackage = {panjang_mm, lebar_mm, tinggi_mm};
constexpr std::array<std::pair<Column, std::string_view>, 3> kPermits = {
    {{izin_pirt, "pirt"}, {izin_bpom, "bpom"}, {halal, "halal"}}};

struct Row {
  std::size_t line = 0;
  bool complete = true;  // as many cells as the header
  std::array<std::string, kColumns> cells;
  const std::string& operator[](Column c) const { return cells[c]; }
};

std::string_view trimmed(std::string_view s) {
  for (bool more = true; more;) {
    more = false;
    for (const std::string_view blank :
         {std::string_view(" "), std::string_view("\t"), kNoBreakSpace}) {
      if (s.starts_with(blank)) s.remove_prefix(blank.size()), more = true;
      if (s.ends_with(blank)) s.remove_suffix(blank.size()), more = true;
    }
  }
  return s;
}

std::string lower_case(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

bool all_digits(std::string_view s) {
  return !s.empty() && s.size() <= 18 &&
         std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> digits(std::string_view s) {
  if (!all_digits(s)) return std::nullopt;
  std::int64_t n = 0;
  std::from_chars(s.data(), s.data() + s.size(), n);
  return n;
}

// "35000", "35.000", "Rp 35.000", "Rp. 35.000"; a minus is read so that it can be refused as what
// it is.
std::optional<std::int64_t> rupiah(std::string_view text) {
  text = trimmed(text);
  const bool negative = text.starts_with('-');
  if (negative) text = trimmed(text.substr(1));
  if (lower_case(text.substr(0, 2)) == "rp") {
    text.remove_prefix(2);
    if (text.starts_with('.')) text.remove_prefix(1);
    text = trimmed(text);
  }
  std::string plain;
  const auto first = text.find('.');
  if (first == std::string_view::npos) {
    plain = text;
  } else {
    // Groups of three after the first: "35.00" is not a price but a typing error.
    if (first == 0 || first > 3 || (text.size() - first) % 4 != 0) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool dot = i >= first && (i - first) % 4 == 0;
      if (dot != (text[i] == '.')) return std::nullopt;
      if (!dot) plain += text[i];
    }
  }
  const auto n = digits(plain);
  if (!n) return std::nullopt;
  return negative ? -*n : *n;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (true) {
    const auto end = text.find(separator);
    out.emplace_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

// A number with a fraction in Indonesian or English spelling: worth a reason of its own.
bool is_fraction(std::string_view text) {
  const auto point = text.find_first_of(".,");
  return point != std::string_view::npos && all_digits(text.substr(0, point)) &&
         all_digits(text.substr(point + 1));
}

class CatalogueReader {
 public:
  Result<CatalogueImport> read(std::string_view bytes);

 private:
  Result<std::vector<Row>> rows_of(std::vector<CsvRecord> records);
  void read_product(std::span<const Row> rows);
  void check_repeats(std::span<const Row> rows);
  json::Value body_of(std::span<const Row> rows);
  json::Array options_of(std::span<const Row> rows);
  json::Value variant_of(const Row& row, std::span<const Row> rows);
  json::Array components_of(const Row& row);
  std::vector<ImportedCount> counts_of(std::span<const Row> rows);
  void claim_skus(std::span<const Row> rows);
  std::optional<std::int64_t> whole(const Row& row, Column column, std::string_view text);
  void take(std::span<const Row> rows, const FieldError& finding);

  void fail(const Row& row, std::optional<Column> column, std::string_view reason,
            std::string detail) {
    const std::string name = column ? std::string(kNames[*column]) : std::string();
    for (const Rejection& r : found_) {  // one reason for a cell is enough
      if (r.line == row.line && r.column == name) return;
    }
    found_.push_back({row.line, row[kode], name, std::string(reason), std::move(detail)});
  }

  CatalogueImport out_;
  std::vector<Rejection> found_;               // of the product at hand
  std::set<std::string> apart_;                // codes whose rows do not stand together
  std::map<std::string, std::string> sku_of_;  // SKU → the product that named it first
  std::set<std::string> named_;                // stock items of earlier rows
};

Result<std::vector<Row>> CatalogueReader::rows_of(std::vector<CsvRecord> records) {
  Error columns(ErrorKind::invalid, "csv_columns",
                "the first line does not name the right columns");
  std::vector<std::size_t> place(kColumns, records.empty() ? 0 : records[0].cells.size());
  if (!records.empty()) {
    const auto& header = records[0].cells;
    for (std::size_t i = 0; i < header.size(); ++i) {
      const auto name = lower_case(trimmed(header[i]));
      const auto known = std::find(kNames.begin(), kNames.end(), name);
      if (known == kNames.end()) {
        columns.fields.push_back(
            {"/" + std::to_string(i + 1), "unknown_field", "an unknown column"});
        continue;
      }
      auto& at = place[static_cast<std::size_t>(known - kNames.begin())];
      if (at < header.size()) columns.fields.push_back({"/" + name, "duplicate", "there twice"});
      at = i;
    }
  }
  for (std::size_t c = 0; c < kColumns; ++c) {
    if (records.empty() || place[c] == records[0].cells.size()) {
      columns.fields.push_back({"/" + std::string(kNames[c]), "field_missing", "not there"});
    }
  }
  if (!columns.fields.empty()) return columns;

  std::vector<Row> rows;
  for (std::size_t i = 1; i < records.size(); ++i) {
    auto& cells = records[i].cells;
    const bool blank = std::all_of(cells.begin(), cells.end(),
                                   [](const std::string& c) { return trimmed(c).empty(); });
    if (blank) continue;  // spreadsheets leave them at the end
    Row row;
    row.line = records[i].line;
    row.complete = cells.size() == records[0].cells.size();
    for (std::size_t c = 0; c < kColumns; ++c) {
      if (place[c] < cells.size()) row.cells[c] = trimmed(cells[place[c]]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<CatalogueImport> CatalogueReader::read(std::string_view bytes) {
  GERBANG_TRY(records, read_csv(bytes));
  GERBANG_TRY(rows, rows_of(std::move(records)));
  std::vector<std::span<const Row>> groups;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i + 1;
    while (end < rows.size() && !rows[i][kode].empty() && rows[end][kode] == rows[i][kode]) ++end;
    if (!rows[i][kode].empty() && !seen.insert(rows[i][kode]).second) apart_.insert(rows[i][kode]);
    groups.emplace_back(rows.data() + i, end - i);
    i = end;
  }
  seen.clear();
  for (const auto group : groups) {
    const std::string& code = group[0][kode];
    if (!apart_.contains(code)) {
      read_product(group);
      continue;
    }
    // Half a product would look like a whole one: refuse all of it, where the second part begins.
    if (seen.insert(code).second) {
      ++out_.refused_products;
    } else {
      out_.rejected.push_back(
          {group[0].line, code, "kode", "rows_apart", "rows of one product must stand together"});
    }
  }
  std::stable_sort(out_.rejected.begin(), out_.rejected.end(),
                   [](const Rejection& a, const Rejection& b) { return a.line < b.line; });
  return std::move(out_);
}

void CatalogueReader::read_product(std::span<const Row> rows) {
  found_.clear();
  const Row& first = rows[0];
  if (first[kode].empty()) fail(first, kode, "field_missing", "the product code is missing");
  for (const Row& row : rows) {
    if (!row.complete) {
      fail(row, std::nullopt, "csv_cell_count",
           "the row has more or fewer cells than the first line");
    }
  }
  check_repeats(rows);
  json::Value body = body_of(rows);
  auto counts = counts_of(rows);
  claim_skus(rows);
  const auto product = product_from_json(first[kode], body);
  if (!product) {
    for (const FieldError& f : product.error().fields) take(rows, f);
  }
  if (found_.empty()) {
    out_.products.push_back({first.line, first[kode], std::move(body)});
    std::move(counts.begin(), counts.end(), std::back_inserter(out_.stock));
  } else {
    ++out_.refused_products;
    std::move(found_.begin(), found_.end(), std::back_inserter(out_.rejected));
  }
}

void CatalogueReader::check_repeats(std::span<const Row> rows) {
  for (const Row& row : rows.subspan(1)) {
    for (const Column c : kOfProduct) {
      if (!row[c].empty() && row[c] != rows[0][c]) {
        fail(row, c, "product_differs", "differs from the first row of the product");
      }
    }
    for (const auto& [name, value] : kAxes) {
      if (row[name] != rows[0][name]) {
        fail(row, name, "product_differs", "differs from the first row of the product");
      }
    }
  }
}

json::Value CatalogueReader::body_of(std::span<const Row> rows) {
  const Row& first = rows[0];
  json::Object body;
  if (!first[nama].empty()) body.set("title", json::object({{"id", first[nama]}}));
  if (!first[deskripsi].empty()) body.set("description", json::object({{"id", first[deskripsi]}}));
  if (!first[kategori].empty()) body.set("category", first[kategori]);
  if (!first[merek].empty()) body.set("brand", first[merek]);
  const std::string condition = lower_case(first[kondisi]);
  if (condition == "bekas") {
    body.set("condition", "used");
  } else if (condition == "baru" || condition.empty()) {
    body.set("condition", "new");
  } else {
    fail(first, kondisi, "condition_unknown", "baru or bekas");
  }
  json::Array images;
  for (const std::string& url : split(first[gambar], ' ')) {
    if (!url.empty()) images.push_back(json::object({{"url", url}}));
  }
  if (!images.empty()) body.set("images", std::move(images));
  json::Array permits;
  for (const auto& [column, kind] : kPermits) {
    if (first[column].empty()) continue;
    permits.push_back(json::object({{"kind", kind}, {"number", first[column]}}));
  }
  if (!permits.empty()) body.set("permits", std::move(permits));
  // "Negara Asal=Indonesia; Masa Penyimpanan=12 Bulan"
  json::Object attributes;
  for (const std::string& pair : split(first[atribut], ';')) {
    if (trimmed(pair).empty()) continue;
    const auto equals = pair.find('=');
    const std::string_view name = trimmed(std::string_view(pair).substr(0, equals));
    if (equals == std::string::npos || name.empty()) {
      fail(first, atribut, "attribute_unreadable", "name=value; name=value");
      break;
    }
    attributes.set(name, trimmed(std::string_view(pair).substr(equals + 1)));
  }
  if (!attributes.empty()) body.set("attributes", json::Value(std::move(attributes)));
  if (json::Array options = options_of(rows); !options.empty()) {
    body.set("options", std::move(options));
  }
  json::Array variants;
  for (const Row& row : rows) variants.push_back(variant_of(row, rows));
  body.set("variants", std::move(variants));
  return body;
}

// The axes, with values in the order in which they first appear.
json::Array CatalogueReader::options_of(std::span<const Row> rows) {
  json::Array out;
  for (const auto& [name, value] : kAxes) {
    if (rows[0][name].empty()) continue;
    json::Array values;
    std::set<std::string> seen;
    for (const Row& row : rows) {
      if (!row[value].empty() && seen.insert(row[value]).second) values.emplace_back(row[value]);
    }
    out.push_back(json::object({{"name", rows[0][name]}, {"values", std::move(values)}}));
  }
  return out;
}

std::optional<std::int64_t> CatalogueReader::whole(const Row& row, Column column,
                                                   std::string_view text) {
  const auto n = digits(text);
  if (!n && is_fraction(text)) {
    fail(row, column, "not_whole", "whole numbers only, without separators");
  } else if (!n) {
    fail(row, column, "number_unreadable", "digits only");
  }
  return n;
}

json::Value CatalogueReader::variant_of(const Row& row, std::span<const Row> rows) {
  json::Object out;
  if (!row[sku].empty()) out.set("sku", row[sku]);
  json::Array values;
  for (const auto& [name, value] : kAxes) {
    if (rows[0][name].empty()) {
      if (!row[value].empty()) {
        fail(row, value, "option_without_name", "a value, but no option name beside it");
      }
    } else if (row[value].empty()) {
      fail(row, value, "option_value_missing", "the other variants have a value here");
    } else {
      values.emplace_back(row[value]);
    }
  }
  if (!values.empty()) out.set("options", std::move(values));
  if (!row[barcode].empty()) out.set("barcode", row[barcode]);
  if (!row[berat_gram].empty()) {
    if (const auto grams = whole(row, berat_gram, row[berat_gram])) out.set("weight_grams", *grams);
  }
  json::Array package;
  std::size_t given = 0;
  for (const Column side : kPackage) {
    if (row[side].empty()) continue;
    ++given;
    if (const auto mm = whole(row, side, row[side])) package.emplace_back(*mm);
  }
  if (given > 0 && given < kPackage.size()) {
    for (const Column side : kPackage) {
      if (row[side].empty()) fail(row, side, "field_missing", "all three measures or none");
    }
  } else if (package.size() == kPackage.size()) {
    out.set("package_mm", std::move(package));
  }
  if (row[harga].empty()) {
    fail(row, harga, "field_missing", "the price is missing");
  } else if (const auto price = rupiah(row[harga])) {
    out.set("price", json::object({{"amount", *price}, {"currency", "IDR"}}));
  } else {
    fail(row, harga, "price_unreadable", "35000, 35.000 or Rp 35.000");
  }
  if (json::Array components = components_of(row); !components.empty()) {
    out.set("components", std::move(components));
  }
  return out;
}

json::Array CatalogueReader::components_of(const Row& row) {
  json::Array out;
  if (row[item_stok].empty() && row[pakai_per_unit].empty()) return out;
  const auto items = split(row[item_stok].empty() ? row[sku] : row[item_stok], '+');
  std::vector<std::string> takes(items.size(), "1");
  if (!row[pakai_per_unit].empty()) takes = split(row[pakai_per_unit], '+');
  if (takes.size() != items.size()) {
    fail(row, pakai_per_unit, "component_count", "one quantity for each stock item");
    return out;
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto quantity = whole(row, pakai_per_unit, takes[i]);
    if (!quantity) return {};
    out.push_back(json::object({{"item", items[i]}, {"quantity", *quantity}}));
  }
  return out;
}

std::vector<ImportedCount> CatalogueReader::counts_of(std::span<const Row> rows) {
  std::vector<ImportedCount> out;
  for (const Row& row : rows) {
    const auto items = split(row[item_stok].empty() ? row[sku] : row[item_stok], '+');
    const bool named_before = named_.contains(items[0]);
    named_.insert(items.begin(), items.end());
    if (row[stok].empty()) continue;
    const auto n = whole(row, stok, row[stok]);
    if (!n) continue;
    if (*n > kMaxQuantity) {
      fail(row, stok, "out_of_range", "at most " + std::to_string(kMaxQuantity));
    } else if (items.size() > 1) {
      fail(row, stok, "stock_ambiguous", "the row takes several stock items");
    } else if (named_before) {
      fail(row, stok, "stock_counted_twice", "an earlier row names this stock item");
    } else {
      out.push_back({row.line, items[0], *n});
    }
  }
  return out;
}

void CatalogueReader::claim_skus(std::span<const Row> rows) {
  for (const Row& row : rows) {
    if (row[sku].empty()) continue;
    const auto [owner, first] = sku_of_.emplace(row[sku], row[kode]);
    if (!first && owner->second != row[kode]) {
      fail(row, sku, "sku_taken", "the SKU belongs to another product of this file");
    }
  }
}

// A finding of product_from_json, told in rows and columns.
void CatalogueReader::take(std::span<const Row> rows, const FieldError& finding) {
  const auto part = split(finding.field, '/');  // "", "variants", "2", "price", "amount"
  const auto text = [&](std::size_t i) { return i < part.size() ? std::string_view(part[i]) : ""; };
  const auto index = [&](std::size_t i) {
    return static_cast<std::size_t>(digits(text(i)).value_or(0));
  };
  // The columns of the axes in use, by their place in the body.
  std::vector<std::pair<Column, Column>> axes;
  for (const auto& axis : kAxes) {
    if (!rows[0][axis.first].empty()) axes.push_back(axis);
  }
  const auto axis = [&](std::size_t i) {
    return axes.empty() ? kAxes[0] : axes[std::min(i, axes.size() - 1)];
  };

  static const std::map<std::string_view, Column> kSimple = {
      {"code", kode},         {"title", nama},        {"description", deskripsi},
      {"category", kategori}, {"brand", merek},       {"condition", kondisi},
      {"images", gambar},     {"attributes", atribut}};
  static const std::map<std::string_view, Column> kOfVariant = {
      {"sku", sku}, {"barcode", barcode}, {"weight_grams", berat_gram}, {"price", harga}};

  const Row* row = &rows[0];
  std::optional<Column> column;
  if (const auto simple = kSimple.find(text(1)); simple != kSimple.end()) {
    column = simple->second;
  } else if (text(1) == "permits") {
    std::size_t place = index(2);
    for (const auto& [permit, kind] : kPermits) {
      if (!rows[0][permit].empty() && place-- == 0) column = permit;
    }
  } else if (text(1) == "options") {
    const auto [name, value] = axis(index(2));
    column = text(3) == "values" ? value : name;
    if (text(3) == "values" && part.size() > 4) {  // the row in which that value first appears
      std::set<std::string> seen;
      for (const Row& r : rows) {
        if (r[value].empty() || !seen.insert(r[value]).second) continue;
        if (seen.size() == index(4) + 1) row = &r;
      }
    }
  } else if (text(1) == "variants" && part.size() > 2) {
    row = &rows[std::min(index(2), rows.size() - 1)];
    const auto of_variant = kOfVariant.find(text(3));
    if (of_variant != kOfVariant.end()) {
      column = of_variant->second;
    } else if (text(3) == "options") {
      column = axis(index(4)).second;
    } else if (text(3) == "package_mm") {
      column = kPackage[std::min(index(4), kPackage.size() - 1)];
    } else if (text(3) == "components") {
      column = text(5) == "quantity" ? pakai_per_unit : item_stok;
    }
  } else if (text(1) == "variants" && finding.code == "options_missing") {
    column = opsi_1;
  }
  fail(*row, column, finding.code, finding.detail);
}

}  // namespace

Result<CatalogueImport> read_catalogue(std::string_view bytes) {
  return CatalogueReader().read(bytes);
}

}  // namespace gerbang::cli
