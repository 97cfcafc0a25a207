#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time.hpp"

namespace gerbang {

enum class Method { get, head, post, put, patch, del };
std::string_view to_string(Method m);  // "GET" … "DELETE"
std::optional<Method> method_from(std::string_view name);

// Header fields in order; names compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> items)
      : items_(items.begin(), items.end()) {}

  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void add(std::string_view name, std::string_view value);
  std::optional<std::string_view> find(std::string_view name) const;  // the first of that name
  std::size_t count(std::string_view name) const;
  void erase(std::string_view name);
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  std::size_t size() const { return items_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

// What a lost answer means for a request that was sent.
enum class Effect {
  read,    // nothing happened: repeat
  set,     // an absolute value: repeating is harmless, so a lost answer is transient
  create,  // may have happened: indeterminate, look first
};

// Whose address it is. Those that an organisation gave are https and public only, checked on the
// resolved address that is dialled (RELIABILITY section 3, Outbound).
enum class Trust {
  channel,  // from the configuration
  tenant,   // given by the organisation, or named in an answer, and no call of the channel:
            // pictures, a document to fetch
  shop,     // given by the organisation, and the channel itself: a web shop of its own
};

// A request as a value. The executor adds deadline, limiter and transport; it never changes a byte.
struct HttpRequest {
  Method method = Method::get;
  std::string url;  // absolute
  Headers headers;  // without Host and Content-Length, which the transport writes
  std::string body;
  std::string operation;  // stable name for limiter, metrics and logs: "product.update_stock"
  Effect effect = Effect::read;
  Trust trust = Trust::channel;
  std::size_t max_response = 8 * 1024 * 1024;  // bytes of body
};

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

// Seconds or HTTP-date in Retry-After; `now` for the date. Nothing when absent or unreadable.
std::optional<Duration> retry_after(const HttpResponse& response, TimePoint now);

// multipart/form-data with one file part and text parts. The boundary is derived from the content,
// so the same input gives the same bytes.
struct MultipartFile {
  std::string field;
  std::string filename;
  std::string content_type;
  std::string bytes;
};
struct MultipartBody {
  std::string content_type;  // for the Content-Type header
  std::string body;
};
MultipartBody multipart(const std::vector<std::pair<std::string, std::string>>& fields,
                        const std::vector<MultipartFile>& files);

// Reads such a body (sandboxes). Nothing when it is malformed.
struct MultipartPart {
  std::string field;
  std::optional<std::string> filename;
  std::string content_type;
  std::string bytes;
};
std::optional<std::vector<MultipartPart>> parse_multipart(std::string_view content_type,
                                                          std::string_view body);

}  // namespace gerbang
