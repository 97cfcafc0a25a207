#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "gateway/http/stream.hpp"

namespace gerbang::http {

// Names to addresses with a deadline. getaddrinfo cannot be interrupted and Asio's own resolver
// runs one look-up after the other, so that one dead name server would hold up every shop: here
// each look-up has a short-lived thread, and one that is late is left behind.
class Resolver {
 public:
  using Lookup = std::function<Result<std::vector<std::string>>(const std::string& host)>;

  // `lookup` empty: getaddrinfo.
  Resolver(boost::asio::io_context& context, Lookup lookup);
  ~Resolver();

  // Errors: dns_failed (transient). An address stands for itself.
  boost::asio::awaitable<Result<std::vector<boost::asio::ip::address>>> resolve(
      std::string host, Steady::time_point deadline);
  void cancel();  // ends all waits

 private:
  struct Waiting;
  struct Mailbox;

  boost::asio::io_context& context_;
  Lookup lookup_;
  std::shared_ptr<Mailbox> mailbox_;
  std::set<Waiting*> waiting_;
};

}  // namespace gerbang::http
