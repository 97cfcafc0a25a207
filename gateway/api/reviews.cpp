// /v1/shops/{shop}/review: adopting a shop that sells already.
#include "gateway/api/common.hpp"

namespace gerbang::api {

namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxId = 64;

json::Value text_or_null(std::string_view text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value time_or_null(const std::optional<TimePoint>& t) {
  return t ? json::Value(to_rfc3339(*t)) : json::Value();
}

json::Value review_view(const Review& review, messages::Language language) {
  const bool begun = review.state != ReviewState::none;
  json::Value problem;
  if (!review.problem.empty()) {
    const messages::Message& words = messages::message(review.problem, language);
    problem =
        json::object({{"code", review.problem}, {"title", words.title}, {"remedy", words.remedy}});
  }
  return json::object(
      {{"shop", review.shop},
       {"state", to_string(review.state)},
       {"pages", review.pages},
       {"started_at", begun ? json::Value(to_rfc3339(review.started_at)) : json::Value()},
       {"ended_at",
        review.state == ReviewState::ended ? time_or_null(review.ended_at) : json::Value()},
       {"problem", std::move(problem)}});
}

json::Value proposal_view(const LinkProposal& p, messages::Language language) {
  json::Value reason;
  if (!p.reason.empty()) {
    const messages::Message& words = messages::message(p.reason, language);
    reason = json::object({{"code", p.reason}, {"title", words.title}, {"remedy", words.remedy}});
  }
  const FoundListing& f = p.found;
  return json::object(
      {{"id", p.id},
       {"listing", json::object({{"product", f.remote_product},
                                 {"variant", text_or_null(f.remote_variant)},
                                 {"title", f.title},
                                 {"sku", text_or_null(f.sku)},
                                 {"barcode", text_or_null(f.barcode)},
                                 {"price", f.price ? money_view(*f.price) : json::Value()},
                                 {"stock", json::Value(f.stock)},
                                 {"listed", json::Value(f.listed)},
                                 {"remote_state", text_or_null(f.remote_state)}})},
       {"candidate", text_or_null(p.candidate)},
       {"confidence", p.confidence},
       {"reason", std::move(reason)},
       {"decision", to_string(p.decision)},
       {"sku", text_or_null(p.sku)},
       {"decided_at", time_or_null(p.decided_at)}});
}

awaitable<Reply> get_review(Services& services, Call& call) {
  store::GetReview query;
  query.organisation = call.who.organisation;
  query.shop = call.parameter("shop");
  auto view = co_await sync::read(services.store, std::move(query));
  if (!view) co_return std::move(view).error();
  json::Value shown = review_view(view->review, call.language);
  shown.as_object()->set("counts", json::object({{"found", view->found},
                                                 {"undecided", view->undecided},
                                                 {"proposed", view->proposed},
                                                 {"confirmed", view->confirmed},
                                                 {"refused", view->refused}}));
  co_return json_reply(200, shown);
}

awaitable<Reply> start_review(Services& services, Call& call) {
  store::StartReview script;
  script.organisation = call.who.organisation;
  script.shop = call.parameter("shop");
  auto render = [language = call.language](const Review& review) {
    return stored_reply(202, review_view(review, language));
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

awaitable<Reply> list_proposals(Services& services, Call& call) {
  GERBANG_CO_TRY(paging, paging_of(call));
  GERBANG_CO_TRY(least, number_query(call, "min_confidence", 0, 0, 100));
  store::ListProposals query;
  query.organisation = call.who.organisation;
  query.shop = call.parameter("shop");
  query.decision = call.query_text("decision").value_or("");
  if (!query.decision.empty() && !link_decision_from(query.decision))
    co_return bad_query("decision", "undecided, confirmed or refused");
  query.min_confidence = static_cast<int>(least);
  query.cursor = std::move(paging.cursor);
  query.limit = paging.limit;
  auto page = co_await sync::read(services.store, std::move(query));
  if (!page) co_return std::move(page).error();
  json::Array data;
  for (const LinkProposal& p : page->data) data.push_back(proposal_view(p, call.language));
  co_return json_reply(200, page_view(std::move(data), page->next));
}

awaitable<Reply> confirm_proposal(Services& services, Call& call) {
  BodyRule rule;
  rule.empty_is_object = true;
  GERBANG_CO_TRY(body, json_body(call, rule));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  store::ConfirmLink script;
  script.organisation = call.who.organisation;
  script.shop = call.parameter("shop");
  script.proposal = call.parameter("proposal");
  script.sku = fields.identifier("sku", Need::optional).value_or(std::string());
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  auto render = [language = call.language](const LinkProposal& p) {
    return stored_reply(200, proposal_view(p, language));
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

awaitable<Reply> refuse_proposal(Services& services, Call& call) {
  store::RefuseLink script;
  script.organisation = call.who.organisation;
  script.shop = call.parameter("shop");
  script.proposal = call.parameter("proposal");
  auto render = [language = call.language](const LinkProposal& p) {
    return stored_reply(200, proposal_view(p, language));
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

awaitable<Reply> confirm_proposals(Services& services, Call& call) {
  GERBANG_CO_TRY(body, json_body(call));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  store::ConfirmLinks script;
  script.organisation = call.who.organisation;
  script.shop = call.parameter("shop");
  const auto least = fields.integer("min_confidence", Need::required, 0, 100);
  script.min_confidence = static_cast<int>(least.value_or(100));
  script.after = fields.text("after", Need::optional, {.max = kMaxId}).value_or(std::string());
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  auto render = [language = call.language,
                 id = call.request.request_id](const store::ConfirmLinks::Answer& answer) {
    json::Array failed;
    for (const auto& [proposal, error] : answer.failed)
      failed.push_back(item_problem("proposal", proposal, error, language, id));
    return stored_reply(200, json::object({{"confirmed", answer.confirmed},
                                           {"failed", std::move(failed)},
                                           {"next", text_or_null(answer.next)}}));
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render),
                                  store::WriteLane::bulk);
}

awaitable<Reply> end_review(Services& services, Call& call) {
  BodyRule rule;
  rule.empty_is_object = true;
  GERBANG_CO_TRY(body, json_body(call, rule));
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  store::EndReview script;
  script.organisation = call.who.organisation;
  script.shop = call.parameter("shop");
  script.refuse_undecided = fields.boolean("refuse_undecided", Need::optional).value_or(false);
  fields.finish();
  if (auto refused = refusal(std::move(errors))) co_return std::move(*refused);
  auto render = [language = call.language](const Review& review) {
    return stored_reply(200, review_view(review, language));
  };
  co_return co_await commit_reply(services, call, std::move(script), std::move(render));
}

Route step(std::string_view path, std::string_view id, Handle handle, std::string_view summary,
           Answer answer, Content request = {}) {
  Route route;
  route.method = Method::post;
  route.path = path;
  route.scope = Scope::write;
  route.handle = handle;
  route.operation.id = id;
  route.operation.tag = "Adoption";
  route.operation.summary = summary;
  route.operation.request = request;
  route.operation.answers = {answer};
  return route;
}

}  // namespace

std::vector<Route> review_routes() {
  const Content review{"application/json", "Review"};
  const Content proposal{"application/json", "LinkProposal"};
  return {
      step("/v1/shops/{shop}/review", "start_review", start_review,
           "Read the listings that the shop has; nothing new is published until the review has "
           "ended",
           {202, "Being read", review}),
      {.method = Method::get,
       .path = "/v1/shops/{shop}/review",
       .scope = Scope::read,
       .handle = get_review,
       .operation = {.id = "get_review",
                     .tag = "Adoption",
                     .summary = "How far the review of a shop is",
                     .answers = {{200, "The review", review}}}},
      {.method = Method::get,
       .path = "/v1/shops/{shop}/review/proposals",
       .scope = Scope::read,
       .handle = list_proposals,
       .operation = {.id = "list_proposals",
                     .tag = "Adoption",
                     .summary = "Listings found in the shop, and the variant that each may be",
                     .query = with_paging(
                         {{"decision", "With this decision",
                           R"({"type":"string","enum":["undecided","confirmed","refused"]})"},
                          {"min_confidence", "With at least this confidence",
                           R"({"type":"integer","minimum":0,"maximum":100,"default":0})"}}),
                     .answers = {{200, "A page", {"application/json", "LinkProposalPage"}}}}},
      step("/v1/shops/{shop}/review/proposals:confirm", "confirm_proposals", confirm_proposals,
           "Confirm every proposal with at least this confidence, 500 in a call",
           {200, "What was linked", {"application/json", "LinksConfirmed"}},
           {"application/json", "ConfirmLinks"}),
      step("/v1/shops/{shop}/review/proposals/{proposal}/confirm", "confirm_proposal",
           confirm_proposal, "The listing is this variant: the candidate, or the named SKU",
           {200, "Linked", proposal}, {"application/json", "ConfirmLink", false}),
      step("/v1/shops/{shop}/review/proposals/{proposal}/refuse", "refuse_proposal",
           refuse_proposal, "The listing is not ours, or not that variant; takes a link back",
           {200, "Refused", proposal}),
      step("/v1/shops/{shop}/review/end", "end_review", end_review,
           "Variants without a link are published from now on", {200, "Ended", review},
           {"application/json", "EndReview", false}),
  };
}

}  // namespace gerbang::api
