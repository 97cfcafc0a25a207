#pragma once

#include <string>

#include "core/connector/types.hpp"

// A seller's fixed credentials (facts blibli.md 3.1). There is no token: they are what the engine
// keeps sealed as the shop's access token, as JSON.
namespace gerbang::blibli {

struct Access {
  std::string store_code;  // "TOQ-15126"
  Secret seller_key;       // 64 hex digits, upper case
  Secret signature_key;    // empty: calls are not signed
  std::string username;    // of the seller pages; may be empty (facts 3.2)
  std::string pickup_point;
  bool only_point = false;  // the shop had no other when the keys were checked
};

Secret pack(const Access& access);
// What the context holds; empty where it holds none.
Access access_of(const CallContext& ctx);
// From what the operator gave. Errors: rejected credentials_refused with the field.
Result<Access> access_from(const AuthorisationGrant& grant);

}  // namespace gerbang::blibli
