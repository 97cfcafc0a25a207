#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "core/base/result.hpp"

namespace gerbang::http {

// TLS 1.2 and newer, both ways. Errors: tls_configuration, saying which file.
Result<std::unique_ptr<boost::asio::ssl::context>> server_tls(const std::string& certificate_file,
                                                              const std::string& key_file);
// Verifies peers against `ca_file`, or the system's authorities when it is empty.
Result<std::unique_ptr<boost::asio::ssl::context>> client_tls(const std::string& ca_file);

}  // namespace gerbang::http
