#pragma once

#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/connector/http.hpp"

// Signatures of the Seller API (facts blibli.md 3.3, 10). Calls are signed only when the seller set
// a signature key. Nothing else knows how.
namespace gerbang::blibli {

// "Tue May 12 16:28:52 WIB 2020": Asia/Jakarta, English names, two-digit day, milliseconds dropped.
std::string wib_date(TimePoint time);

// The path as it is signed: what follows the first "/proxy" without query, its first "/mta" made
// "/mtaapi". `target` is a request target or an address.
std::string signed_path(std::string_view target);

//   METHOD LF md5hex(body) LF content type LF date LF path
// The body's line is empty without a body; the content type's for GET.
std::string string_to_sign(Method method, std::string_view body, TimePoint time,
                           std::string_view target);

// base64 of HMAC-SHA256 over it.
std::string signature(const Secret& key, Method method, std::string_view body, TimePoint time,
                      std::string_view target);

// Whether a webhook's `signature` is ours: over the raw body and the callback address, hex or
// base64 (facts 10: which of them is not settled). Constant time; an empty key fits nothing.
bool webhook_verifies(const Secret& key, std::string_view body, std::string_view content_type,
                      TimePoint time, std::string_view callback_url, std::string_view given);

}  // namespace gerbang::blibli
