#include "gateway/cli/csv.hpp"

#include "core/base/json.hpp"

namespace gerbang::cli {

namespace {

constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Error syntax(std::size_t line, std::string_view what) {
  return Error(ErrorKind::invalid, "csv_syntax",
               "line " + std::to_string(line) + ": " + std::string(what));
}

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
    const std::string_view first = text_.substr(0, text_.find('\n'));
    if (first.find(',') == std::string_view::npos && first.find(';') != std::string_view::npos) {
      separator_ = ';';
    }
  }

  Result<std::vector<CsvRecord>> read() {
    std::vector<CsvRecord> out;
    while (at_ < text_.size()) {
      CsvRecord record;
      record.line = line_;
      bool more = true;
      while (more) {
        GERBANG_TRY(cell, text_.substr(at_).starts_with('"') ? quoted() : plain());
        record.cells.push_back(std::move(cell));
        GERBANG_TRY(same_record, after_cell());
        more = same_record;
      }
      out.push_back(std::move(record));
    }
    return out;
  }

 private:
  Result<std::string> plain() {
    const std::size_t begin = at_;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == separator_ || c == '\n' || c == '\r') break;
      if (c == '"') return syntax(line_, "a quote inside a cell that is not quoted");
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<std::string> quoted() {
    const std::size_t opened = line_;
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
          ++at_;
          return out;
        }
        ++at_;
      } else if (c == '\n') {
        ++line_;
      }
      out += c;
    }
    return syntax(opened, "a quote that is never closed");
  }

  // Past the separator or the line end; whether another cell follows in this record.
  Result<bool> after_cell() {
    if (at_ == text_.size()) return false;
    if (text_[at_] == separator_) {
      ++at_;
      return true;
    }
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    if (text_[at_] != '\n') return syntax(line_, "text or a lone CR after a cell");
    ++at_;
    ++line_;
    return false;
  }

  std::string_view text_;
  char separator_ = ',';
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

// The json guard writes invalid UTF-8 as U+FFFD and refuses U+0000, so only sound text survives.
bool is_sound_text(const std::string& text) {
  json::Limits limits;
  limits.bytes = 6 * kMostBytes + 2;
  const auto back = json::parse(json::dump(json::Value(text)), limits);
  return back && back->text() == text;
}

}  // namespace

Result<std::vector<CsvRecord>> read_csv(std::string_view bytes) {
  if (bytes.size() > kMostBytes) {
    return Error(ErrorKind::too_large, "csv_too_large", "at most 16 MiB");
  }
  GERBANG_TRY(records, CsvReader(bytes).read());
  for (const CsvRecord& record : records) {
    for (const std::string& cell : record.cells) {
      if (is_sound_text(cell)) continue;
      return Error(ErrorKind::invalid, "csv_encoding",
                   "line " + std::to_string(record.line) + ": not UTF-8");
    }
  }
  return records;
}

}  // namespace gerbang::cli
