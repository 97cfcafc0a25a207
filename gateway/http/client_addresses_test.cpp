// Names, and addresses that an organisation gave.
#include <atomic>
#include <future>

#include "gateway/http/client_for_test.hpp"

namespace gerbang::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

// ---- names ----

TEST_F(Client, tries_every_address_of_a_name) {
  ScriptedServer server({say(kHello)});
  options.lookup = [](const std::string& host) -> Result<std::vector<std::string>> {
    EXPECT_EQ(host, "toko.test");
    return std::vector<std::string>{"127.0.0.2", "nonsense", "127.0.0.1"};
  };
  expect_hello(send(request("http://toko.test:" + std::to_string(server.port()) + "/")));
}

TEST_F(Client, a_name_that_cannot_be_resolved_sent_nothing) {
  options.lookup = [](const std::string&) -> Result<std::vector<std::string>> {
    return Error(ErrorKind::transient, "dns_failed", "no such name");
  };
  expect_error(send(request("http://toko.test/")), ErrorKind::transient, "dns_failed");
  options.lookup = [](const std::string&) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{};
  };
  reset_transport();
  expect_error(send(request("http://toko.test/")), ErrorKind::transient, "dns_failed");
}

// A look-up cannot be interrupted; nobody waits for it longer than he wanted.
TEST_F(Client, does_not_wait_for_a_slow_name_server) {
  auto release = std::make_shared<std::promise<void>>();
  auto done = std::make_shared<std::promise<void>>();
  options.lookup = [gate = release->get_future().share(),
                    done](const std::string&) -> Result<std::vector<std::string>> {
    gate.wait();
    done->set_value();
    return std::vector<std::string>{"127.0.0.1"};
  };
  expect_error(send(request("http://toko.test/"), 50ms), ErrorKind::transient, "dns_failed");
  reset_transport();  // the answer comes when nobody is there any more
  release->set_value();
  done->get_future().wait();
}

// ---- tenants' addresses ----

class TenantClient : public Client {
 protected:
  Result<HttpResponse> ask(const std::string& url) {
    HttpRequest what = request(url);
    what.trust = Trust::tenant;
    return send(what);
  }
};

TEST_F(TenantClient, reaches_no_address_inside) {
  ScriptedServer server({say(kHello)});
  const std::string port = ":" + std::to_string(server.port());
  for (const std::string& host :
       {"127.0.0.1"s, "[::1]"s, "[::ffff:127.0.0.1]"s, "[::ffff:7f00:1]"s, "0.0.0.0"s, "[::]"s,
        "10.0.0.1"s, "192.168.1.1"s, "172.16.0.1"s, "169.254.169.254"s, "100.64.0.1"s, "[fd00::1]"s,
        "[fe80::1]"s, "[64:ff9b::7f00:1]"s, "[2002:7f00:1::]"s})
    expect_error(ask("https://" + host + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://127.0.0.1" + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://1.1.1.1/"), ErrorKind::invalid, "address_refused");
  EXPECT_EQ(server.accepted(), 0);
}

// Numbers that are no address for us may be one for the system's resolver; what counts is what it
// says.
TEST_F(TenantClient, is_judged_by_the_address_that_is_dialled) {
  ScriptedServer server({say(kHello)});
  const std::string port = ":" + std::to_string(server.port());
  options.lookup = [](const std::string&) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{"127.0.0.1", "::1", "10.0.0.1"};
  };
  for (const char* host : {"toko.test", "localhost", "2130706433", "0x7f000001", "127.1", "0177.1"})
    expect_error(ask(std::string("https://") + host + port + "/"), ErrorKind::invalid,
                 "address_refused");
  EXPECT_EQ(server.accepted(), 0);
}

// A web shop of the organisation's own is guarded as its pictures are.
class ShopClient : public Client {
 protected:
  Result<HttpResponse> ask(const std::string& url) {
    HttpRequest what = request(url);
    what.trust = Trust::shop;
    return send(what);
  }
};

TEST_F(ShopClient, reaches_no_address_inside) {
  ScriptedServer server({say(kHello)});
  const std::string port = ":" + std::to_string(server.port());
  for (const std::string& host :
       {"127.0.0.1"s, "[::1]"s, "[::ffff:127.0.0.1]"s, "[::ffff:7f00:1]"s, "0.0.0.0"s, "10.0.0.1"s,
        "169.254.169.254"s, "[64:ff9b::7f00:1]"s, "[2002:7f00:1::]"s})
    expect_error(ask("https://" + host + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://127.0.0.1" + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://toko.example/"), ErrorKind::invalid, "address_refused");
  EXPECT_EQ(server.accepted(), 0);
}

// The system's own resolver takes more spellings for an address than ours does.
TEST_F(ShopClient, reaches_nothing_inside_by_a_number_in_another_spelling) {
  ScriptedServer server({say(kHello)});
  const std::string port = ":" + std::to_string(server.port());
  for (const char* host : {"2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
                           "127.1", "127.0.1", "localhost"}) {
    const auto got = ask(std::string("https://") + host + port + "/");
    ASSERT_FALSE(got) << host;
    // Refused by us, or unknown to the resolver: never dialled.
    EXPECT_TRUE(got.error().code == "address_refused" || got.error().code == "dns_failed" ||
                got.error().code == "url_invalid")
        << host << ": " << got.error().describe();
  }
  EXPECT_EQ(server.accepted(), 0);
}

// A name that answers differently each time: what is judged is what is dialled, from one look-up.
TEST_F(ShopClient, is_not_led_inside_by_a_name_that_changes_its_mind) {
  ScriptedServer server({say(kHello)});
  auto asked = std::make_shared<std::atomic<int>>(0);
  options.lookup = [asked](const std::string&) -> Result<std::vector<std::string>> {
    static const std::vector<std::string> kAnswers[] = {
        {"10.0.0.1"}, {"127.0.0.1"}, {"::ffff:127.0.0.1", "fe80::1"}};
    return kAnswers[static_cast<std::size_t>((*asked)++) % 3];
  };
  const std::string url = "https://toko.test:" + std::to_string(server.port()) + "/";
  for (int turn = 1; turn <= 6; ++turn) {
    expect_error(ask(url), ErrorKind::invalid, "address_refused");
    EXPECT_EQ(asked->load(), turn) << "one look-up for one request";
  }
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(ShopClient, is_led_nowhere_by_a_redirect) {
  ScriptedServer inside({say(kHello)});
  ScriptedServer shop({say("HTTP/1.1 301 Moved Permanently\r\nLocation: " + inside.url("/") +
                           "\r\nContent-Length: 0\r\n\r\n")});
  options.tenant_exceptions = {"127.0.0.1:" + std::to_string(shop.port())};
  const auto got = ask(shop.url("/"));
  ASSERT_TRUE(got) << got.error().describe();
  EXPECT_EQ(got->status, 301);
  expect_error(ask(inside.url("/")), ErrorKind::invalid, "address_refused");
  EXPECT_EQ(inside.accepted(), 0);
}

TEST_F(ShopClient, may_reach_the_one_address_that_is_named) {
  ScriptedServer server({say(kHello), say(kHello)});
  ScriptedServer other({say(kHello)});
  const std::string port = std::to_string(server.port());
  options.tenant_exceptions = {"127.0.0.1:" + port};
  expect_hello(ask(server.url("/")));
  HttpRequest picture = request(server.url("/a.png"));
  picture.trust = Trust::tenant;
  expect_hello(send(picture));
  // Not another port, nor another name for the same place.
  expect_error(ask(other.url("/")), ErrorKind::invalid, "address_refused");
  expect_error(ask("http://localhost:" + port + "/"), ErrorKind::invalid, "address_refused");
  expect_error(ask("https://127.0.0.2:" + port + "/"), ErrorKind::invalid, "address_refused");
  EXPECT_EQ(server.accepted(), 2);
  EXPECT_EQ(other.accepted(), 0);
}

TEST_F(TenantClient, may_reach_inside_when_a_demonstration_says_so) {
  options.allow_private_tenant_addresses = true;
  ScriptedServer server({say(kHello)});
  expect_hello(ask(server.url()));
}

TEST_F(TenantClient, shares_no_connection_with_channels) {
  options.allow_private_tenant_addresses = true;
  ScriptedServer server({say_and_stay(kHello), say_and_stay(kHello)});
  expect_hello(send(request(server.url())));
  expect_hello(ask(server.url()));
  EXPECT_EQ(server.accepted(), 2);
  EXPECT_EQ(transport().kept_connections(), 2u);
  reset_transport();  // lets the scripts go
}

}  // namespace
}  // namespace gerbang::http
