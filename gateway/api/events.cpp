// /v1/events: what changed, in commit order; waits for news when asked to.
#include <algorithm>
#include <chrono>

#include "gateway/api/common.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr std::int64_t kMaxWait = 60;
// The edge ends a handler after 60 s: a long poll must have answered by then.
constexpr std::chrono::seconds kLongestWait{50};
constexpr std::size_t kMaxTypes = 20;

bool is_known_type(std::string_view type) {
  const auto known = messages::event_types();
  if (type.ends_with(".*")) {
    const std::string_view group = type.substr(0, type.size() - 1);
    return std::any_of(known.begin(), known.end(),
                       [&](std::string_view t) { return t.starts_with(group); });
  }
  return std::find(known.begin(), known.end(), type) != known.end();
}

Result<std::vector<std::string>> types_of(const Call& call) {
  std::vector<std::string> out;
  const auto text = call.query_text("types");
  if (!text) return out;
  std::string_view rest = *text;
  for (;;) {
    const auto comma = rest.find(',');
    const std::string_view type = rest.substr(0, comma);
    if (!is_known_type(type)) return bad_query("types", "no event type of that name");
    out.emplace_back(type);
    if (out.size() > kMaxTypes) return bad_query("types", "at most 20 types");
    if (comma == std::string_view::npos) return out;
    rest.remove_prefix(comma + 1);
  }
}

http::ServerReply events_reply(const std::vector<Event>& events, std::int64_t after) {
  json::Array data;
  for (const Event& e : events) data.push_back(event_view(e));
  const std::int64_t next = events.empty() ? after : events.back().sequence;
  return json_reply(200,
                    json::object({{"events", std::move(data)}, {"next", std::to_string(next)}}));
}

awaitable<Reply> list_events(Services& services, Call& call) {
  store::ListEvents query;
  query.organisation = call.who.organisation;
  GERBANG_CO_TRY(after, number_query(call, "after", 0, 0, INT64_MAX));
  GERBANG_CO_TRY(wait, number_query(call, "wait", 0, 0, kMaxWait));
  GERBANG_CO_TRY(limit, number_query(call, "limit", 100, 1, static_cast<std::int64_t>(kMaxPage)));
  GERBANG_CO_TRY(types, types_of(call));
  query.after = after;
  query.limit = static_cast<std::size_t>(limit);
  query.types = std::move(types);

  const auto deadline = std::chrono::steady_clock::now() +
                        std::min<std::chrono::seconds>(std::chrono::seconds(wait), kLongestWait);
  std::unique_ptr<Signals::Place> place;
  if (wait > 0) {
    const auto executor = co_await boost::asio::this_coro::executor;
    place = services.signals.join(call.who.organisation, executor);
    if (!place) {
      Error busy(ErrorKind::throttled, "too_many_waiters", "too many requests wait for events");
      busy.retry_after = std::chrono::seconds(5);
      co_return std::move(busy);
    }
  }
  for (;;) {
    store::ListEvents ask = query;
    auto events = co_await sync::read(services.store, std::move(ask));
    if (!events) co_return std::move(events).error();
    bool news = false;
    if (events->empty() && place && std::chrono::steady_clock::now() < deadline) {
      news = co_await place->wait_until(deadline);
    }
    if (!news) co_return events_reply(*events, after);
  }
}

}  // namespace

std::vector<Route> event_routes() {
  return {
      {.method = Method::get,
       .path = "/v1/events",
       .scope = Scope::read,
       .handle = list_events,
       .operation =
           {.id = "list_events",
            .tag = "Events",
            .summary = "What happened, in order; kept 30 days",
            .query = {{"after", "`next` of the answer before",
                       R"({"type":"integer","format":"int64","minimum":0,"default":0})"},
                      {"wait", "Seconds to wait when there is nothing yet; may end earlier",
                       R"({"type":"integer","minimum":0,"maximum":60,"default":0})"},
                      {"types", "Types with commas between them; \"order.*\" is all of a group",
                       R"({"type":"string"})"},
                      {"limit", "Most events of an answer",
                       R"({"type":"integer","minimum":1,"maximum":200,"default":100})"}},
            .answers = {{200, "The events", {"application/json", "Events"}}},
            .problems = {429}}},
  };
}

}  // namespace gerbang::api
