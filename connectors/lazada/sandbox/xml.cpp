#include "connectors/lazada/sandbox/xml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace gerbang::sandbox::lazada {

namespace {

constexpr std::array<std::string_view, 5> kLists = {"Image", "Sku", "Url", "option",
                                                    "MultiWarehouseInventory"};
constexpr int kDeepest = 32;

Error broken(std::string detail) {
  return Error(ErrorKind::invalid, "json_invalid", std::move(detail));
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<json::Value> document() {
    GERBANG_CHECK(skip_between());
    std::string name;
    GERBANG_TRY(value, element(name, 0));
    GERBANG_CHECK(skip_between());
    if (at_ != text_.size()) return broken("something after the last element");
    json::Object out;
    out.append(name, std::move(value));
    return json::Value(std::move(out));
  }

 private:
  bool sees(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  Result<void> skip_past(std::string_view what) {
    const auto end = text_.find(what, at_);
    if (end == std::string_view::npos) return broken("no " + std::string(what));
    at_ = end + what.size();
    return {};
  }

  // Blanks, comments and the declaration.
  Result<void> skip_between() {
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (sees("<?")) {
        GERBANG_CHECK(skip_past("?>"));
      } else if (sees("<!--")) {
        GERBANG_CHECK(skip_past("-->"));
      } else {
        return {};
      }
    }
  }

  Result<std::string> entity() {
    const auto end = text_.find(';', at_);
    if (end == std::string_view::npos || end - at_ > 10) return broken("a bare &");
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    static constexpr std::array<std::pair<std::string_view, char>, 5> kNamed = {
        {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
    for (const auto& [known, c] : kNamed) {
      if (known == name) return std::string(1, c);
    }
    if (!name.starts_with('#')) return broken("an unknown entity");
    const bool hex = name.size() > 1 && name[1] == 'x';
    std::uint32_t cp = 0;
    const auto [stop, ec] =
        std::from_chars(name.data() + (hex ? 2 : 1), name.data() + name.size(), cp, hex ? 16 : 10);
    if (ec != std::errc{} || stop != name.data() + name.size() || cp == 0 || cp > 0x7F)
      return broken("a character reference");
    return std::string(1, static_cast<char>(cp));
  }

  Result<json::Value> element(std::string& name, int depth) {
    if (depth > kDeepest) return broken("too deep");
    if (!sees("<") || at_ + 1 >= text_.size() || !is_name_char(text_[at_ + 1]))
      return broken("no element");
    std::size_t end = ++at_;
    while (end < text_.size() && is_name_char(text_[end])) ++end;
    name = text_.substr(at_, end - at_);
    const auto close = text_.find('>', end);
    if (close == std::string_view::npos) return broken("an open tag");
    const bool empty = text_[close - 1] == '/';
    at_ = close + 1;
    if (empty) return json::Value("");

    json::Object children;
    std::string words;
    for (;;) {
      if (at_ >= text_.size()) return broken("no end of " + name);
      if (sees("</")) {
        at_ += 2;
        if (!sees(name)) return broken("a wrong end tag");
        at_ += name.size();
        GERBANG_CHECK(skip_past(">"));
        break;
      }
      if (sees("<![CDATA[")) {
        at_ += 9;
        const auto stop = text_.find("]]>", at_);
        if (stop == std::string_view::npos) return broken("an open CDATA");
        words += text_.substr(at_, stop - at_);
        at_ = stop + 3;
      } else if (sees("<!--")) {
        GERBANG_CHECK(skip_past("-->"));
      } else if (sees("<")) {
        std::string child;
        GERBANG_TRY(value, element(child, depth + 1));
        add(children, child, std::move(value));
      } else if (text_[at_] == '&') {
        GERBANG_TRY(c, entity());
        words += c;
      } else {
        words += text_[at_++];
      }
    }
    if (!children.empty()) {
      if (!std::all_of(words.begin(), words.end(), is_blank)) return broken("text among elements");
      return json::Value(std::move(children));
    }
    while (!words.empty() && is_blank(words.back())) words.pop_back();
    words.erase(0, static_cast<std::size_t>(std::find_if_not(words.begin(), words.end(), is_blank) -
                                            words.begin()));
    return json::Value(words);
  }

  static void add(json::Object& to, const std::string& name, json::Value value) {
    json::Value* known = to.find(name);
    if (known && known->is_array()) {
      known->as_array()->push_back(std::move(value));
    } else if (known) {
      json::Array both;
      both.push_back(*known);
      both.push_back(std::move(value));
      to.set(name, std::move(both));
    } else if (std::find(kLists.begin(), kLists.end(), name) != kLists.end()) {
      json::Array one;
      one.push_back(std::move(value));
      to.append(name, std::move(one));
    } else {
      to.append(name, std::move(value));
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<json::Value> parse_xml(std::string_view text) {
  return Reader(text).document();
}

}  // namespace gerbang::sandbox::lazada
