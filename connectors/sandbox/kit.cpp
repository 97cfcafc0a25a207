#include "connectors/sandbox/kit.hpp"

#include <algorithm>
#include <array>

#include "core/base/url.hpp"

namespace gerbang::sandbox {

namespace {

constexpr std::size_t kLedgerKept = 100'000;
constexpr std::string_view kControl = "/_sandbox/";

constexpr std::array<std::pair<Fault::Kind, std::string_view>, 9> kKinds = {{
    {Fault::Kind::slow, "slow"},
    {Fault::Kind::reset_before, "reset_before"},
    {Fault::Kind::reset_after, "reset_after"},
    {Fault::Kind::throttle, "throttle"},
    {Fault::Kind::server_error, "server_error"},
    {Fault::Kind::html, "html"},
    {Fault::Kind::empty, "empty"},
    {Fault::Kind::truncated, "truncated"},
    {Fault::Kind::auth_expired, "auth_expired"},
}};

HttpResponse problem(int status, std::string_view why) {
  return json_response(status, json::object({{"error", why}}));
}

HttpResponse answer_of(const Result<json::Value>& result, int success) {
  if (result) return json_response(success, *result);
  const ErrorKind kind = result.error().kind;
  const int status = kind == ErrorKind::not_found ? 404 : kind == ErrorKind::conflict ? 409 : 422;
  return problem(status, result.error().detail.empty() ? result.error().code
                                                       : result.error().detail);
}

json::Value entry_json(const LedgerEntry& e) {
  return json::object({{"sequence", e.sequence},
                       {"at", to_rfc3339(e.at)},
                       {"operation", e.operation},
                       {"shop", e.shop},
                       {"status", e.status},
                       {"error", e.error},
                       {"effect", e.effect}});
}

}  // namespace

HttpResponse json_response(int status, const json::Value& body) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "application/json");
  out.body = json::dump(body);
  return out;
}

std::optional<std::string> Kit::Call::param(std::string_view name) const {
  return query_value(query, name);
}

std::int64_t Kit::setting_or(std::string_view name, std::int64_t otherwise) const {
  return setting(name).as_int64().value_or(otherwise);
}

void Kit::note(std::string shop, std::string error, json::Value effect) {
  noted_shop_ = std::move(shop);
  noted_error_ = std::move(error);
  noted_effect_ = std::move(effect);
}

Answer Kit::handle(const HttpRequest& request) {
  Call call;
  call.request = &request;
  const auto mark = request.url.find('?');
  call.path = percent_decode(request.url.substr(0, mark)).value_or("");
  if (mark != std::string::npos) call.query_text = request.url.substr(mark + 1);
  auto query = parse_query(call.query_text);
  if (call.path.empty() || !query) return Answer{problem(400, "broken escape in the target")};
  call.query = std::move(*query);
  if (call.path.starts_with(kControl)) return Answer{control(call)};

  LedgerEntry entry;
  entry.at = now();
  entry.operation = operation_of(call);
  noted_shop_.clear();
  noted_error_.clear();
  noted_effect_ = {};

  Answer answer;
  const std::optional<Fault> fault = strike(entry.operation, call.path);
  const auto kind = fault ? std::optional(fault->kind) : std::nullopt;
  if (kind == Fault::Kind::reset_before) {
    answer.cut = Answer::Cut::reset_instead;
    noted_error_ = "fault:reset_before";
  } else if (kind == Fault::Kind::throttle) {
    answer.response = problem(429, "too many requests");
    if (fault->delay.count() > 0) {
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(fault->delay).count();
      answer.response.headers.set("Retry-After", std::to_string(seconds));
    }
    noted_error_ = "fault:throttle";
  } else if (kind == Fault::Kind::server_error) {
    answer.response = problem(503, "service unavailable");
    noted_error_ = "fault:server_error";
  } else if (kind == Fault::Kind::html) {
    answer.response.status = 200;
    answer.response.headers.set("Content-Type", "text/html");
    answer.response.body = "<!DOCTYPE html><html><body><h1>Maintenance</h1></body></html>";
    noted_error_ = "fault:html";
  } else if (kind == Fault::Kind::empty) {
    answer.response.status = 200;
    noted_error_ = "fault:empty";
  } else if (kind == Fault::Kind::auth_expired) {
    answer.response = token_expired_answer(call);
    noted_error_ = "fault:auth_expired";
  } else {
    answer.response = serve(call);
    if (kind == Fault::Kind::slow) answer.delay = fault->delay;
    if (kind == Fault::Kind::reset_after) answer.cut = Answer::Cut::reset_instead;
    if (kind == Fault::Kind::truncated) answer.cut = Answer::Cut::truncate_body;
  }

  entry.sequence = ++last_sequence_;
  entry.shop = noted_shop_;
  entry.status = answer.response.status;
  entry.error = noted_error_;
  entry.effect = noted_effect_;
  ledger_.push_back(std::move(entry));
  if (ledger_.size() > kLedgerKept) ledger_.pop_front();
  return answer;
}

std::optional<Fault> Kit::strike(const std::string& operation, const std::string& path) {
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    if (!it->operation.empty() && it->operation != "*" && it->operation != operation &&
        it->operation != path)
      continue;
    if (it->probability < 1 && random().unit() >= it->probability) continue;
    Fault hit = *it;
    if (it->times > 0 && --it->times == 0) faults_.erase(it);
    return hit;
  }
  return std::nullopt;
}

HttpResponse Kit::control(const Call& call) {
  const std::string what = call.path.substr(kControl.size());
  const Method method = call.request->method;
  json::Value body;
  if (!call.request->body.empty()) {
    auto parsed = json::parse(call.request->body);
    if (!parsed) return problem(400, parsed.error().detail);
    body = std::move(*parsed);
  }

  if (what == "ledger" && method == Method::get) {
    const std::int64_t after = std::atoll(call.param("after").value_or("0").c_str());
    const auto operation = call.param("operation");
    json::Array entries;
    for (const LedgerEntry& e : ledger_) {
      if (e.sequence > after && (!operation || e.operation == *operation) && entries.size() < 1000)
        entries.push_back(entry_json(e));
    }
    return json_response(200, json::object({{"entries", std::move(entries)}, {"last", last_sequence_}}));
  }
  if (what == "faults" && method == Method::del) {
    faults_.clear();
    push_faults_ = {};
    return json_response(200, json::object({}));
  }
  if (what == "faults" && method == Method::post) {
    std::vector<Fault> added;
    for (const json::Value& f : body["faults"].items()) {
      Fault fault;
      const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) {
        return k.second == f["kind"].text();
      });
      if (kind == kKinds.end()) return problem(422, "unknown fault kind");
      fault.kind = kind->first;
      fault.operation = f["operation"].text();
      fault.delay = Duration(f["delay_ms"].as_int64().value_or(0));
      fault.times = static_cast<int>(f["times"].as_int64().value_or(1));
      fault.probability = f["probability"].as_double().value_or(1.0);
      added.push_back(std::move(fault));
    }
    faults_.insert(faults_.end(), added.begin(), added.end());
    if (const json::Value& p = body["pushes"]; p.is_object()) {
      push_faults_.drop_every = static_cast<int>(p["drop_every"].as_int64().value_or(0));
      push_faults_.duplicate_every = static_cast<int>(p["duplicate_every"].as_int64().value_or(0));
      push_faults_.reorder = p["reorder"].as_bool().value_or(false);
      push_faults_.late = Duration(p["late_ms"].as_int64().value_or(0));
      push_faults_.silent = p["silent"].as_bool().value_or(false);
    }
    return json_response(200, json::object({{"active", static_cast<std::int64_t>(faults_.size())}}));
  }
  if (what == "shops" && method == Method::post) return json_response(201, add_shop(body));
  if (what == "consent" && method == Method::post) return answer_of(consent(body), 200);
  if (what == "listings" && method == Method::get)
    return json_response(200, json::object({{"listings", listings(call.param("shop_id").value_or(""))}}));
  if (what == "settings" && method == Method::put) {
    options_.settings = json::merge_patch(std::move(options_.settings), body);
    return json_response(200, options_.settings);
  }
  if (what == "settings" && method == Method::get) return json_response(200, options_.settings);
  if (what == "orders" && method == Method::post) return answer_of(place_order(body), 201);
  if (what.starts_with("orders/")) {
    const std::string rest = what.substr(7);
    const auto slash = rest.find('/');
    if (slash == std::string::npos && method == Method::get) return answer_of(order(rest), 200);
    if (slash != std::string::npos && method == Method::post)
      return answer_of(order_verb(rest.substr(0, slash), rest.substr(slash + 1), body), 200);
  }
  return problem(404, "no such control");
}

void Kit::enqueue(const HttpRequest& request, TimePoint due) {
  Queued q;
  q.request = request;
  q.due = due;
  queue_.emplace(next_push_id_++, std::move(q));
}

void Kit::push(HttpRequest request) {
  if (options_.hook_url.empty() || push_faults_.silent) return;
  ++pushes_made_;
  const auto every = [&](int n) { return n > 0 && pushes_made_ % static_cast<unsigned>(n) == 0; };
  if (every(push_faults_.drop_every)) return;
  TimePoint due = now() + push_faults_.late;
  // Every other one waits a little longer than its successor.
  if (push_faults_.reorder && pushes_made_ % 2 == 1) due += Duration(200);
  enqueue(request, due);
  if (every(push_faults_.duplicate_every)) enqueue(request, due + Duration(50));
}

std::vector<Push> Kit::due_pushes() {
  std::vector<Push> out;
  for (auto& [id, q] : queue_) {
    if (q.in_flight || q.due > now()) continue;
    q.in_flight = true;
    out.push_back(Push{id, q.request, q.due});
  }
  return out;
}

void Kit::push_answered(std::uint64_t id, const std::optional<HttpResponse>& response) {
  const auto it = queue_.find(id);
  if (it == queue_.end()) return;
  if (response && push_accepted(*response)) {
    queue_.erase(it);
    return;
  }
  const std::vector<Duration> waits = push_retries();
  Queued& q = it->second;
  if (static_cast<std::size_t>(q.failures) >= waits.size()) {
    push_lost(q.request);
    queue_.erase(it);
    return;
  }
  q.due = now() + waits[static_cast<std::size_t>(q.failures++)];
  q.in_flight = false;
}

std::optional<TimePoint> Kit::next_push() const {
  std::optional<TimePoint> next;
  for (const auto& [id, q] : queue_) {
    if (!q.in_flight && (!next || q.due < *next)) next = q.due;
  }
  return next;
}

}  // namespace gerbang::sandbox
