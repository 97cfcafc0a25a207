#pragma once

#include "core/base/secret.hpp"
#include "core/connector/types.hpp"

// A shop-level call needs the access token and the shop's cipher (facts tiktok_tokopedia 2.5, 3.1).
// Webhooks name the shop by its id, so the remote shop id is the id, and the cipher travels with
// the token it was given with, as one secret: "<token> <cipher>". Neither holds a blank.
namespace gerbang::tokopedia {

struct Access {
  Secret token;
  Secret cipher;  // empty: not known; the next refresh reads it
};
Access access_of(const CallContext& ctx);
Secret packed(const Secret& token, const Secret& cipher);

}  // namespace gerbang::tokopedia
