#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/result.hpp"
#include "core/connector/http.hpp"

namespace gerbang {

// An exchange is a conversation with a marketplace as straight-line code that performs no I/O: it
// yields an HttpRequest with co_await and gets the HttpResponse. It may await other exchanges.
//
//   Exchange<BatchAck> Sample::set_stock(CallContext ctx, StockBatch batch) const {
//     HttpRequest request = sign(ctx, wire::stock_request(batch));  // named first: g++ 12
//     HttpResponse response = co_await std::move(request);
//     co_return wire::stock_result(batch, response);
//   }
//
// Rules: parameters by value; nothing else than CallContext and the replies may decide what it does
// (the same context and replies give the same requests); never a temporary lambda or a braced
// aggregate in an expression with co_await. An exception inside becomes ErrorKind::bug.
//
// The driver:  request = ex.start(); while (request) request = ex.reply(response); ex.take().
// Cancelling is destroying. A transport failure ends an exchange from outside: it is never told.

namespace detail {
struct Baton {  // shared by an exchange and the exchanges it awaits
  std::optional<HttpRequest> pending;
  std::optional<HttpResponse> reply;
  std::coroutine_handle<> leaf;  // the frame that the next reply resumes
};
}  // namespace detail

template <class T>
class [[nodiscard]] Exchange {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  struct promise_type {
    detail::Baton* baton = nullptr;
    std::optional<Result<T>> out;
    std::coroutine_handle<> parent;

    Exchange get_return_object() { return Exchange(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }

    struct Final {  // hands control back to the awaiting exchange, or to the driver
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(Handle h) noexcept {
        promise_type& p = h.promise();
        if (!p.parent) return std::noop_coroutine();
        p.baton->leaf = p.parent;
        return p.parent;
      }
      void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    void return_value(Result<T> r) { out.emplace(std::move(r)); }
    void unhandled_exception() { out.emplace(Error(ErrorKind::bug, "exception_in_connector")); }

    struct AwaitReply {
      promise_type* promise;
      HttpRequest request;
      AwaitReply(promise_type* p, HttpRequest r) : promise(p), request(std::move(r)) {}
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<> h) {
        promise->baton->pending = std::move(request);
        promise->baton->leaf = h;
      }
      HttpResponse await_resume() {
        HttpResponse r = std::move(*promise->baton->reply);
        promise->baton->reply.reset();
        return r;
      }
    };
    AwaitReply await_transform(HttpRequest r) { return AwaitReply(this, std::move(r)); }

    template <class U>
    struct AwaitExchange {
      promise_type* promise;
      Exchange<U> sub;
      AwaitExchange(promise_type* p, Exchange<U> e) : promise(p), sub(std::move(e)) {}
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) {
        auto& q = sub.handle_.promise();
        q.baton = promise->baton;
        q.parent = h;
        promise->baton->leaf = sub.handle_;
        return sub.handle_;
      }
      Result<U> await_resume() { return std::move(*sub.handle_.promise().out); }
    };
    template <class U>
    AwaitExchange<U> await_transform(Exchange<U> e) {
      return AwaitExchange<U>(this, std::move(e));
    }
  };

  Exchange(Exchange&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), baton_(std::move(other.baton_)) {}
  Exchange& operator=(Exchange&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
      baton_ = std::move(other.baton_);
    }
    return *this;
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    if (handle_) handle_.destroy();
  }

  // The first request, or nothing when it finished without one.
  std::optional<HttpRequest> start() {
    ensure(handle_ && !baton_, "Exchange::start() on a moved-from or started exchange");
    baton_ = std::make_unique<detail::Baton>();
    handle_.promise().baton = baton_.get();
    baton_->leaf = handle_;
    return resume();
  }

  // The answer to the last request; gives the next one, or nothing when finished.
  std::optional<HttpRequest> reply(HttpResponse response) {
    ensure(handle_ && baton_ && !handle_.done(), "Exchange::reply() without an open request");
    baton_->reply = std::move(response);
    return resume();
  }

  // The outcome, once. Only after start() or reply() gave no request.
  Result<T> take() {
    ensure(handle_ && handle_.done() && handle_.promise().out.has_value(),
           "Exchange::take() before the end");
    Result<T> out = std::move(*handle_.promise().out);
    handle_.promise().out.reset();
    return out;
  }

 private:
  template <class>
  friend class Exchange;

  explicit Exchange(Handle h) : handle_(h) {}

  std::optional<HttpRequest> resume() {
    baton_->pending.reset();
    baton_->leaf.resume();
    return std::move(baton_->pending);
  }

  Handle handle_;
  std::unique_ptr<detail::Baton> baton_;
};

}  // namespace gerbang
