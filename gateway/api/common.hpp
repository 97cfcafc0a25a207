#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/sync/await.hpp"
#include "gateway/api/fields.hpp"
#include "gateway/api/problem.hpp"
#include "gateway/api/route.hpp"
#include "gateway/api/views.hpp"

// What the handlers share.
namespace gerbang::api {

// ---- answers --------------------------------------------------------------------------------

http::ServerReply json_reply(int status, const json::Value& body);
http::ServerReply text_reply(int status, std::string_view content_type, std::string body);
store::StoredReply stored_reply(int status, const json::Value& body);
// "12" in quotes.
std::string etag_of(std::int64_t revision);

// ---- requests -------------------------------------------------------------------------------

// The body as JSON. Errors: unsupported media_type_unsupported, json_invalid, json_too_large,
// invalid body_missing. `empty_is_object`: no body means {}.
struct BodyRule {
  bool empty_is_object = false;
  std::size_t values = 20'000;
};
Result<json::Value> json_body(const Call& call, const BodyRule& rule = {});
// Batches of products hold more values than other bodies may.
inline constexpr std::size_t kBatchValues = 100'000;
inline constexpr std::size_t kBatchItems = 1000;

// Error query_invalid with the parameter's name as field.
Error bad_query(std::string_view name, std::string_view why);
struct Paging {
  std::string cursor;
  std::size_t limit = 100;
};
inline constexpr std::size_t kMaxPage = 200;
Result<Paging> paging_of(const Call& call);
// For the documentation: cursor and limit after a route's own parameters.
std::vector<QueryParameter> with_paging(std::vector<QueryParameter> own = {});
Result<std::optional<TimePoint>> time_query(const Call& call, std::string_view name);
Result<bool> flag_query(const Call& call, std::string_view name);
Result<std::int64_t> number_query(const Call& call, std::string_view name, std::int64_t otherwise,
                                  std::int64_t min, std::int64_t max);

// What If-Match and If-None-Match ask of a write.
struct Precondition {
  enum class Is { none, revision, exists, absent };
  Is is = Is::none;
  std::int64_t revision = 0;
};
Result<Precondition> precondition_of(const Call& call);  // invalid if_match_invalid

// ---- writes ---------------------------------------------------------------------------------

// SHA-256 of method, path and body, hex.
std::string fingerprint_of(const http::ServerRequest& request);

// Applies a script, as Once when the request carries an Idempotency-Key. `render` makes the reply
// from the script's answer; it runs on the store's thread, so it must hold what it needs. An Error
// from it undoes the script.
template <class Script, class Render>
boost::asio::awaitable<Result<store::StoredReply>> commit(
    Services& services, const Call& call, Script script, Render render,
    store::WriteLane lane = store::WriteLane::normal) {
  store::Once<Script> once;
  once.script = std::move(script);
  once.render = std::move(render);
  if (!call.idempotency_key) {
    auto answer = co_await sync::apply(services.store, std::move(once.script), lane);
    if (!answer) co_return std::move(answer).error();
    co_return once.render(*answer);
  }
  once.organisation = call.who.organisation;
  once.key = *call.idempotency_key;
  once.fingerprint = fingerprint_of(call.request);
  co_return co_await sync::apply(services.store, std::move(once), lane);
}

http::ServerReply to_reply(store::StoredReply stored);

// commit(), and its outcome as the reply.
template <class Script, class Render>
boost::asio::awaitable<Reply> commit_reply(Services& services, const Call& call, Script script,
                                           Render render,
                                           store::WriteLane lane = store::WriteLane::normal) {
  auto stored = co_await commit(services, call, std::move(script), std::move(render), lane);
  if (!stored) co_return std::move(stored).error();
  co_return to_reply(std::move(*stored));
}

// {"<key_name>": key, "status": …, "problem": …}: the answer of one item of a batch.
json::Object item_problem(std::string_view key_name, const json::Value& key, const Error& error,
                          messages::Language language, std::string_view request_id);

}  // namespace gerbang::api
