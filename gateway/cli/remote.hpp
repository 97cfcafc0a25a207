#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/connector/http.hpp"

namespace gerbang::cli {

// Where the running gateway is and with which key to speak to it.
struct RemoteOptions {
  std::string url = "http://127.0.0.1:8080";
  Secret key;
  std::string language = "id";  // of problem documents
  std::string ca_file;
};

// A blocking client of the gateway's API.
class Remote {
 public:
  explicit Remote(RemoteOptions options);
  ~Remote();

  // The decoded answer. A problem document becomes an Error: its code, its title and remedy as
  // detail. Bodies up to 64 MiB.
  Result<json::Value> call(Method method, const std::string& path, const json::Value& body = {},
                           const std::string& idempotency_key = {});
  // All pages of a list as one {"data": […]}.
  Result<json::Value> all_pages(const std::string& path);
  // The answer as text (NDJSON).
  Result<std::string> text(Method method, const std::string& path);
  // A document with its headers. An Error has `retry_after` where the answer names a time.
  Result<HttpResponse> document(const std::string& path);

 private:
  Result<HttpResponse> send(HttpRequest request);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gerbang::cli
