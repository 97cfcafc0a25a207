#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/messages.hpp"
#include "core/base/error.hpp"
#include "core/base/json.hpp"
#include "core/connector/http.hpp"

// RFC 9457 documents from Errors. Title and remedy come from the message catalogue; `detail` is the
// developer's English and is left out where it could tell about our inside (bug, transient,
// indeterminate, cancelled): there the request id leads to the log line.
namespace gerbang::api {

inline constexpr std::string_view kProblemType = "application/problem+json";

// The HTTP status of a failure: by its kind, and by its code where HTTP is finer than the kind
// (a body that is no JSON is 400, a value that breaks a rule is 422).
int status_of(const Error& error);

// The document. Its members: type, code, status, title, detail, remedy, field, request_id, errors.
json::Value problem_body(const Error& error, messages::Language language,
                         std::string_view request_id);

// With Content-Type, Content-Language, Retry-After (429, 503 and where the error names a time) and
// WWW-Authenticate (401).
HttpResponse problem_response(const Error& error, messages::Language language,
                              std::string_view request_id);

// One with a status of its own, for what the edge refuses.
HttpResponse problem_response(int status, std::string_view code, std::string_view detail,
                              messages::Language language, std::string_view request_id);

}  // namespace gerbang::api
