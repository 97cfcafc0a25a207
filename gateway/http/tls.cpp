#include "gateway/http/tls.hpp"

#include <boost/system/error_code.hpp>

namespace gerbang::http {

namespace ssl = boost::asio::ssl;

namespace {
std::unique_ptr<ssl::context> modern(ssl::context::method method) {
  auto context = std::make_unique<ssl::context>(method);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  return context;
}
Error failed(const std::string& what, const boost::system::error_code& ec) {
  return Error(ErrorKind::invalid, "tls_configuration", what + ": " + ec.message());
}
}  // namespace

Result<std::unique_ptr<ssl::context>> server_tls(const std::string& certificate_file,
                                                 const std::string& key_file) {
  auto context = modern(ssl::context::tls_server);
  boost::system::error_code ec;
  context->use_certificate_chain_file(certificate_file, ec);
  if (ec) return failed(certificate_file, ec);
  context->use_private_key_file(key_file, ssl::context::pem, ec);
  if (ec) return failed(key_file, ec);
  return context;
}

Result<std::unique_ptr<ssl::context>> client_tls(const std::string& ca_file) {
  auto context = modern(ssl::context::tls_client);
  boost::system::error_code ec;
  if (ca_file.empty()) {
    context->set_default_verify_paths(ec);
  } else {
    context->load_verify_file(ca_file, ec);
  }
  if (ec) return failed(ca_file.empty() ? "system authorities" : ca_file, ec);
  context->set_verify_mode(ssl::verify_peer, ec);
  if (ec) return failed("verification", ec);
  return context;
}

}  // namespace gerbang::http
