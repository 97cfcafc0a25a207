#include "core/sync/await.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace gerbang::sync {
namespace {

// Completes each write or read on a thread of its own, with an error: what a closed store does.
class ClosedStore final : public store::Store {
 public:
  ~ClosedStore() override {
    for (auto& t : threads_) t.join();
  }
  void on_commit(std::function<void(const store::Committed&)>) override {}
  Result<void> backup(const std::string&) override { return Result<void>(); }
  Result<void> check() override { return Result<void>(); }
  void close() override {}

 protected:
  void submit_write(std::unique_ptr<Write> write, store::WriteLane lane) override {
    lane_ = lane;
    threads_.emplace_back([w = std::shared_ptr<Write>(std::move(write))] {
      w->finish(Error(ErrorKind::transient, "store_closed"));
    });
  }
  void submit_read(std::unique_ptr<Read> read) override {
    threads_.emplace_back([r = std::shared_ptr<Read>(std::move(read))] {
      r->finish(Error(ErrorKind::transient, "store_closed"));
    });
  }

 public:
  store::WriteLane lane_ = store::WriteLane::normal;

 private:
  std::vector<std::thread> threads_;
};

TEST(Await, the_coroutine_goes_on_on_its_own_executor) {
  boost::asio::io_context io(1);
  ClosedStore closed;
  int finished = 0;
  auto body = [&]() -> boost::asio::awaitable<void> {
    const auto mine = std::this_thread::get_id();
    store::RevokeKey script;
    auto written = co_await apply(closed, std::move(script), store::WriteLane::bulk);
    EXPECT_EQ(std::this_thread::get_id(), mine);
    EXPECT_EQ(written.error().code, "store_closed");
    store::ListShops query;
    auto seen = co_await read(closed, std::move(query));
    EXPECT_EQ(std::this_thread::get_id(), mine);
    EXPECT_EQ(seen.error().code, "store_closed");
    ++finished;
  };
  boost::asio::co_spawn(io, body, boost::asio::detached);
  io.run();  // returns only because the pending answers counted as work
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(closed.lane_, store::WriteLane::bulk);
}

}  // namespace
}  // namespace gerbang::sync
