#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/messages.hpp"
#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/model/money.hpp"
#include "gateway/cli/csv.hpp"

// The catalogue as an operator keeps it in a spreadsheet; columns as in deploy/demo/README.md.
namespace gerbang::cli {

struct ImportedProduct {
  std::size_t line = 0;  // of its first row
  std::string code;
  json::Value body;  // for PUT /v1/products/{code}; passes product_from_json
};

struct ImportedCount {
  std::size_t line = 0;
  std::string item;
  Quantity on_hand = 0;  // base units
};

// One finding. A product is accepted or refused whole; a refused one has at least one of these.
struct Rejection {
  std::size_t line = 0;
  std::string code;    // of the product, as written
  std::string column;  // "harga"; empty when it is about the row
  std::string reason;  // message code
  std::string detail;  // English; never what stands in the cell

  const messages::Message& words(messages::Language language) const {
    return messages::message(reason, language);
  }
};

struct CatalogueImport {
  std::vector<ImportedProduct> products;  // in the order of the file
  std::vector<ImportedCount> stock;       // of accepted products only, each item once
  std::vector<Rejection> rejected;        // by line
  std::size_t refused_products = 0;
};

// Rows with the same `kode` are one product. SKUs must be unique in the file. Errors of the file as
// a whole: those of read_csv, and csv_columns (a column is missing, unknown or there twice;
// `fields` lists them).
Result<CatalogueImport> read_catalogue(std::string_view bytes);

}  // namespace gerbang::cli
