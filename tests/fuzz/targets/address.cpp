// Addresses: escapes, queries, absolute URLs, Host. What was decoded holds no NUL and encodes back.
#include "core/base/url.hpp"

#include "gateway/http/framing.hpp"
#include "tests/fuzz/harness.hpp"

using namespace gerbang;

namespace {
bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);

  for (const bool plus : {false, true}) {
    if (const auto plain = percent_decode(text, plus)) {
      FUZZ_CHECK(plain->size() <= size, text);
      if (!has_nul(text)) FUZZ_CHECK(!has_nul(*plain), text);
    }
  }
  const std::string encoded = percent_encode(text);
  const auto back = percent_decode(encoded);
  FUZZ_CHECK(back.has_value() == !has_nul(text), encoded);
  if (back) FUZZ_CHECK(*back == text, encoded);

  if (const auto items = parse_query(text)) {
    const auto again = parse_query(build_query(*items));
    bool expressible = true;
    for (const auto& [key, value] : *items)
      expressible = expressible && !has_nul(key) && !has_nul(value);
    if (expressible) FUZZ_CHECK(again && *again == *items, text);
  }

  FUZZ_CHECK(loggable_url(text).find('?') == std::string::npos, text);
  if (const auto url = parse_url(text)) {
    FUZZ_CHECK(url->scheme == "http" || url->scheme == "https", text);
    FUZZ_CHECK(url->port != 0 && !url->host.empty() && url->path.starts_with('/'), text);
    for (const std::string& part : {url->host, url->path, url->query}) {
      for (const char c : part)
        FUZZ_CHECK(static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '#', text);
    }
    FUZZ_CHECK(url->path.find('?') == std::string::npos, text);
    const std::string printed = url->scheme + "://" + url->authority() + url->target();
    const auto again = parse_url(printed);
    FUZZ_CHECK(again || printed.size() > 4096, printed);
    if (again)
      FUZZ_CHECK(again->scheme == url->scheme && again->host == url->host &&
                     again->port == url->port && again->path == url->path &&
                     again->query == url->query,
                 printed);
  } else {
    fuzz::check_error(url.error());
  }

  if (http::valid_host(text)) {
    for (const char c : text)
      FUZZ_CHECK(static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '/' && c != '@' &&
                     c != ',' && c != '?',
                 text);
  }
  if (http::sane_request_id(text)) FUZZ_CHECK(percent_encode(text) == text, text);
  if (http::valid_traceparent(text)) FUZZ_CHECK(percent_encode(text) == text, text);
  return 0;
}
