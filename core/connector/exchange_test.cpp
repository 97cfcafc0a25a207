#include "core/connector/exchange.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace gerbang {
namespace {

HttpRequest get(std::string url) {
  HttpRequest r;
  r.url = std::move(url);
  return r;
}
HttpResponse ok(std::string body) {
  HttpResponse r;
  r.status = 200;
  r.body = std::move(body);
  return r;
}

Exchange<std::string> fetch(std::string url) {
  HttpRequest request = get(std::move(url));
  HttpResponse response = co_await std::move(request);
  if (response.status != 200) co_return Error(ErrorKind::transient, "bad_status");
  co_return response.body;
}

Exchange<std::string> fetch_two() {
  Exchange<std::string> first = fetch("/one");
  Result<std::string> a = co_await std::move(first);
  if (!a) co_return a.error();
  HttpRequest between = get("/between");
  HttpResponse middle = co_await std::move(between);
  Exchange<std::string> second = fetch("/two?" + *a);
  Result<std::string> b = co_await std::move(second);
  if (!b) co_return b.error();
  co_return *a + middle.body + *b;
}

TEST(Exchange, YieldsItsRequestsInOrderThroughSubExchanges) {
  Exchange<std::string> ex = fetch_two();
  auto r = ex.start();
  ASSERT_TRUE(r);
  EXPECT_EQ(r->url, "/one");
  r = ex.reply(ok("A"));
  ASSERT_TRUE(r);
  EXPECT_EQ(r->url, "/between");
  r = ex.reply(ok("-"));
  ASSERT_TRUE(r);
  EXPECT_EQ(r->url, "/two?A");
  EXPECT_FALSE(ex.reply(ok("B")));
  EXPECT_EQ(*ex.take(), "A-B");
}

TEST(Exchange, AnErrorOfASubExchangeEndsTheWhole) {
  Exchange<std::string> ex = fetch_two();
  ex.start();
  HttpResponse bad;
  bad.status = 503;
  EXPECT_FALSE(ex.reply(bad));
  EXPECT_EQ(ex.take().error().code, "bad_status");
}

TEST(Exchange, CancellingIsDestroyingAtAnyStep) {
  for (int steps = 0; steps < 3; ++steps) {
    Exchange<std::string> ex = fetch_two();
    auto r = ex.start();
    for (int i = 0; i < steps; ++i) r = ex.reply(ok("x"));
    EXPECT_TRUE(r);
  }
}

TEST(Exchange, MayBeMovedWhileItWaits) {
  Exchange<std::string> a = fetch_two();
  a.start();
  Exchange<std::string> b = std::move(a);
  b.reply(ok("A"));
  b.reply(ok("-"));
  Exchange<std::string> c = fetch("/other");
  c = std::move(b);
  EXPECT_FALSE(c.reply(ok("B")));
  EXPECT_EQ(*c.take(), "A-B");
}

Exchange<int> without_request() {
  co_return 7;
}
Exchange<int> throwing(std::string what) {
  HttpRequest request = get("/");
  HttpResponse response = co_await std::move(request);
  if (!response.body.empty()) throw std::runtime_error(what);
  co_return 1;
}

TEST(Exchange, MayFinishWithoutARequest) {
  Exchange<int> ex = without_request();
  EXPECT_FALSE(ex.start());
  EXPECT_EQ(*ex.take(), 7);
}

TEST(Exchange, AnExceptionInsideIsABugNotACrash) {
  Exchange<int> ex = throwing("secret text");
  ex.start();
  EXPECT_FALSE(ex.reply(ok("x")));
  const auto out = ex.take();
  EXPECT_EQ(out.error().kind, ErrorKind::bug);
  EXPECT_EQ(out.error().describe().find("secret text"), std::string::npos);
}

TEST(ExchangeDeathTest, MisuseStopsTheProcess) {
  EXPECT_DEATH(
      {
        Exchange<int> ex = without_request();
        ex.start();
        ex.reply(HttpResponse());
      },
      "without an open request");
  EXPECT_DEATH(
      {
        Exchange<std::string> ex = fetch("/");
        ex.start();
        static_cast<void>(ex.take());
      },
      "before the end");
}

}  // namespace
}  // namespace gerbang
