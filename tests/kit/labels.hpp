#pragma once

#include <string>

#include "core/base/crypto.hpp"
#include "tests/kit/script.hpp"

// What a channel may answer when it is asked for a label.
namespace gerbang::kit {

inline const std::string kLabel =
    "%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R "
    ">>\nstartxref\n9\n%%EOF\n";

inline HttpResponse file(std::string bytes = kLabel, const std::string& type = "application/pdf") {
  HttpResponse out;
  out.status = 200;
  out.headers.set("Content-Type", type);
  out.body = std::move(bytes);
  return out;
}

// Fetched from an address that the channel named.
inline Step fetched_from(const std::string& url, HttpResponse response = file()) {
  return step(
      "image",  // what play_all leaves alone: it is no call of the channel
      [url](const HttpRequest& r) {
        EXPECT_EQ(r.method, Method::get);
        EXPECT_EQ(r.url, url);
        EXPECT_EQ(r.trust, Trust::tenant) << "public https only";
        EXPECT_EQ(r.headers.size(), 0u) << "nothing of the shop travels there";
        EXPECT_EQ(r.operation, "label.fetch");
      },
      std::move(response));
}

}  // namespace gerbang::kit
