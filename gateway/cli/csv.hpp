#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace gerbang::cli {

struct CsvRecord {
  std::size_t line = 0;  // physical line on which it begins, from 1, as `wc -l` counts
  std::vector<std::string> cells;
};

// RFC 4180, strictly: a quote inside an unquoted cell, text after a closing quote, a quote that is
// never closed and a lone CR are errors (csv_syntax, with the line in `detail`). A byte order mark
// is passed over; records end in CRLF or LF; quoted line breaks are kept as they are. The separator
// is ',', or ';' when the first line has no ',' (spreadsheets in Indonesian write that). Bytes that
// are not UTF-8: csv_encoding. At most 16 MiB: csv_too_large.
Result<std::vector<CsvRecord>> read_csv(std::string_view bytes);

}  // namespace gerbang::cli
