#include "connectors/sandbox/kit.hpp"

#include <algorithm>
#include <array>

#include "core/base/url.hpp"

namespace gerbang::sandbox {

namespace {

constexpr std::size_t kLedgerKept = 100'000;
constexpr std::string_view kControl = "/_sandbox/";

constexpr std::size_t kLedgerPage = 1000;
constexpr std::array<std::pair<Fault::Kind, std::string_view>, 11> kKinds = {{
    {Fault::Kind::slow, "slow"},
    {Fault::Kind::reset_before, "reset_before"},
    {Fault::Kind::reset_after, "reset_after"},
    {Fault::Kind::throttle, "throttle"},
    {Fault::Kind::server_error, "server_error"},
    {Fault::Kind::html, "html"},
    {Fault::Kind::empty, "empty"},
    {Fault::Kind::truncated, "truncated"},
    {Fault::Kind::auth_expired, "auth_expired"},
    {Fault::Kind::bad_gateway, "bad_gateway"},
    {Fault::Kind::refuse, "refuse"},
}};

HttpResponse html_page(int status, std::string_view title) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "text/html");
  out.body = "<!DOCTYPE html><html><body><h1>" + std::string(title) + "</h1></body></html>";
  return out;
}

HttpResponse problem(int status, std::string_view why) {
  return json_response(status, json::object({{"error", why}}));
}

HttpResponse answer_of(const Result<json::Value>& result, int success) {
  if (result) return json_response(success, *result);
  const ErrorKind kind = result.error().kind;
  const int status = kind == ErrorKind::not_found ? 404 : kind == ErrorKind::conflict ? 409 : 422;
  return problem(status,
                 result.error().detail.empty() ? result.error().code : result.error().detail);
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

Kit::Kit(Options options) : options_(std::move(options)) {
  ensure(options_.clock != nullptr && options_.random != nullptr,
         "a sandbox needs a clock and a source of chance");
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

  const std::optional<Fault> fault = strike(entry.operation, call.path);
  Answer answer = fault ? faulty(call, *fault) : Answer{serve(call)};

  entry.sequence = ++last_sequence_;
  entry.shop = noted_shop_;
  entry.status = answer.response.status;
  entry.error = noted_error_;
  entry.effect = noted_effect_;
  ledger_.push_back(std::move(entry));
  if (ledger_.size() > kLedgerKept) ledger_.pop_front();
  return answer;
}

// What a fault makes of this call. The kinds that strike before the marketplace sees the call leave
// its state alone; the others serve it first.
Answer Kit::faulty(const Call& call, const Fault& fault) {
  Answer answer;
  const auto named = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const auto& kind) { return kind.first == fault.kind; });
  const std::string error = "fault:" + std::string(named->second);
  switch (fault.kind) {
    case Fault::Kind::reset_before:
      answer.cut = Answer::Cut::reset_instead;
      break;
    case Fault::Kind::throttle:
      answer.response = throttle_answer(call);
      if (fault.delay.count() > 0) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(fault.delay).count();
        answer.response.headers.set("Retry-After", std::to_string(seconds));
      }
      break;
    case Fault::Kind::server_error:
      answer.response = problem(503, "service unavailable");
      break;
    case Fault::Kind::html:
      answer.response = html_page(200, "Maintenance");
      break;
    case Fault::Kind::bad_gateway:
      answer.response = html_page(502, "502 Bad Gateway");
      break;
    case Fault::Kind::empty:
      answer.response.status = 200;
      break;
    case Fault::Kind::auth_expired:
      answer.response = token_expired_answer(call);
      break;
    case Fault::Kind::refuse:
      answer.response = refusal_answer(call, fault.code, fault.message);
      break;
    case Fault::Kind::slow:
    case Fault::Kind::reset_after:
    case Fault::Kind::truncated:
      answer.response = serve(call);
      if (fault.kind == Fault::Kind::slow) answer.delay = fault.delay;
      if (fault.kind == Fault::Kind::reset_after) answer.cut = Answer::Cut::reset_instead;
      if (fault.kind == Fault::Kind::truncated) answer.cut = Answer::Cut::truncate_body;
      return answer;
  }
  noted_error_ = error;
  return answer;
}

HttpResponse Kit::throttle_answer(const Call&) {
  return problem(429, "too many requests");
}

HttpResponse Kit::refusal_answer(const Call&, const std::string& code, const std::string& message) {
  return json_response(400, json::object({{"error", code}, {"message", message}}));
}

Result<void> Kit::settings_changing(const json::Value&) {
  return {};
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

HttpResponse Kit::ledger_page(const Call& call) const {
  const std::string after_text = call.param("after").value_or("0");
  const auto after = json::Value(after_text).to_integral();
  if (!after || *after < 0) return problem(400, "after is no number");
  const auto operation = call.param("operation");
  // Sequence numbers have no gaps, so the place of an entry is known.
  const std::int64_t first = ledger_.empty() ? last_sequence_ + 1 : ledger_.front().sequence;
  std::int64_t at = std::max(*after + 1, first);
  json::Array entries;
  for (; at <= last_sequence_ && entries.size() < kLedgerPage; ++at) {
    const LedgerEntry& e = ledger_[static_cast<std::size_t>(at - first)];
    if (!operation || e.operation == *operation) entries.push_back(entry_json(e));
  }
  const bool more = at <= last_sequence_;
  return json_response(200, json::object({{"entries", std::move(entries)},
                                          {"last", std::max(at - 1, *after)},
                                          {"more", more}}));
}

HttpResponse Kit::set_faults(const json::Value& body) {
  std::vector<Fault> added;
  for (const json::Value& f : body["faults"].items()) {
    Fault fault;
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const auto& k) { return k.second == f["kind"].text(); });
    if (kind == kKinds.end()) return problem(422, "unknown fault kind");
    fault.kind = kind->first;
    fault.operation = f["operation"].text();
    fault.delay = Duration(f["delay_ms"].as_int64().value_or(0));
    fault.times = static_cast<int>(f["times"].as_int64().value_or(1));
    fault.probability = f["probability"].as_double().value_or(1.0);
    fault.code = f["code"].text();
    fault.message = f["message"].text();
    if (fault.delay.count() < 0) return problem(422, "delay_ms is negative");
    if (fault.times == 0 || fault.times < -1) return problem(422, "times is a count, or -1");
    if (fault.kind == Fault::Kind::refuse && fault.code.empty())
      return problem(422, "refuse needs a code");
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

HttpResponse Kit::control(const Call& call) {
  const std::string what = call.path.substr(kControl.size());
  const Method method = call.request->method;
  json::Value body;
  if (!call.request->body.empty()) {
    auto parsed = json::parse(call.request->body);
    if (!parsed) return problem(400, parsed.error().detail);
    body = std::move(*parsed);
  }

  if (what == "ledger" && method == Method::get) return ledger_page(call);
  if (what == "faults" && method == Method::del) {
    faults_.clear();
    push_faults_ = {};
    return json_response(200, json::object({}));
  }
  if (what == "faults" && method == Method::post) return set_faults(body);
  if (what == "pushes" && method == Method::get) {
    return json_response(200, json::object({{"made", counts_.made},
                                            {"dropped", counts_.dropped},
                                            {"waiting", static_cast<std::int64_t>(queue_.size())},
                                            {"accepted", counts_.accepted},
                                            {"failed_attempts", counts_.failed_attempts},
                                            {"lost", counts_.lost}}));
  }
  if (what == "shops" && method == Method::post) return json_response(201, add_shop(body));
  if (what == "consent" && method == Method::post) return answer_of(consent(body), 200);
  if (what == "listings" && method == Method::get)
    return json_response(
        200, json::object({{"listings", listings(call.param("shop_id").value_or(""))}}));
  if (what == "settings" && method == Method::put) {
    if (!body.is_object()) return problem(422, "settings are an object");
    if (const auto agreed = settings_changing(body); !agreed) return answer_of(agreed.error(), 200);
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
  due_.emplace(due, next_push_id_);
  queue_.emplace(next_push_id_++, std::move(q));
}

bool Kit::push(HttpRequest request, Duration after) {
  if (options_.hook_url.empty() || push_faults_.silent) return false;
  ++counts_.made;
  const auto every = [&](int n) { return n > 0 && counts_.made % n == 0; };
  if (every(push_faults_.drop_every)) {
    ++counts_.dropped;
    return false;
  }
  TimePoint due = now() + after + push_faults_.late;
  // Every other one waits a little longer than its successor.
  if (push_faults_.reorder && counts_.made % 2 == 1) due += Duration(200);
  enqueue(request, due);
  if (every(push_faults_.duplicate_every)) enqueue(request, due + Duration(50));
  return true;
}

void Kit::clear_pushes() {
  queue_.clear();
  due_.clear();
}

std::vector<Push> Kit::due_pushes() {
  std::vector<Push> out;
  while (!due_.empty() && due_.begin()->first <= now()) {
    const auto [due, id] = *due_.begin();
    due_.erase(due_.begin());
    Queued& q = queue_.at(id);
    if (!push_leaves(q.request)) {
      ++counts_.dropped;
      queue_.erase(id);
      continue;
    }
    q.sent = now();
    out.push_back(Push{id, q.request, due});
  }
  return out;
}

void Kit::push_answered(std::uint64_t id, const std::optional<HttpResponse>& response) {
  const auto it = queue_.find(id);
  if (it == queue_.end() || !it->second.sent) return;
  const bool in_time = now() - *it->second.sent <= push_deadline();
  const bool accepted = response && in_time && push_accepted(*response);
  const HttpRequest request = it->second.request;
  const std::vector<Duration> waits = push_retries();
  if (accepted) {
    ++counts_.accepted;
    queue_.erase(it);
  } else if (++counts_.failed_attempts;
             static_cast<std::size_t>(it->second.failures) < waits.size()) {
    Queued& q = it->second;
    q.due = now() + waits[static_cast<std::size_t>(q.failures++)];
    q.sent.reset();
    due_.emplace(q.due, id);
  } else {
    ++counts_.lost;
    queue_.erase(it);
    push_lost(request);
  }
  // Last: it may switch the webhooks off and clear the queue.
  push_attempted(request, accepted);
}

std::optional<TimePoint> Kit::next_push() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

}  // namespace gerbang::sandbox
