// Labels (facts lazada.md 12, "label"): one document for all packages of an order. The answer holds
// it as base64 in `file`. The page's sample has beside it `pdf_url`, with a `file` that is a piece
// of HTML around that address: then the address is fetched, with nothing of ours on the request and
// only if it is https and public.
#include <algorithm>

#include "connectors/lazada/envelope.hpp"
#include "connectors/lazada/lazada.hpp"
#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/order_steps.hpp"
#include "connectors/lazada/request.hpp"
#include "connectors/lazada/units.hpp"
#include "core/base/crypto.hpp"
#include "core/connector/label.hpp"

namespace gerbang::lazada {

namespace {

// The packages of living units, each once, or why there is none.
Result<std::vector<std::string>> packages_of(const std::vector<UnitItem>& units,
                                             const std::string& parcel) {
  std::vector<std::string> out;
  bool living = false, by_lazada = true;
  for (const UnitItem& unit : units) {
    if (is_cancelled(unit.status)) continue;
    living = true;
    by_lazada = by_lazada && unit.by_lazada;
    if (unit.package.empty() || (!parcel.empty() && unit.package != parcel)) continue;
    if (std::find(out.begin(), out.end(), unit.package) == out.end()) out.push_back(unit.package);
  }
  if (!living) return label_after_end("every item is cancelled");
  if (by_lazada)
    return Error(ErrorKind::rejected, "lazada_order_by_fbl", "Lazada's warehouse ships it");
  if (out.empty()) return label_before_shipping("nothing is packed yet");
  if (out.size() > kPackagesPerCall) out.resize(kPackagesPerCall);
  return out;
}

std::string document_body(const std::vector<std::string>& packages) {
  json::Array list;
  for (const std::string& id : packages) list.push_back(json::object({{"package_id", id}}));
  json::Object body;
  body.append("doc_type", "PDF");
  body.append("packages", std::move(list));
  return json::dump(json::Value(std::move(body)));
}

// The document itself, or where it lies.
struct Told {
  std::string bytes;
  std::string url;
};
Exchange<Told> ask_document(CallContext ctx, std::vector<std::string> packages) {
  QueryItems params;
  params.emplace_back("getDocumentReq", document_body(packages));
  HttpRequest request =
      api_post(ctx, "/order/package/document/get", std::move(params), Effect::read);
  request.max_response = kReplyLimits.bytes;
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  Exchange<Answer> asking = ask(ctx, std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error) co_return std::move(*answer->error);
  GERBANG_CO_TRY(data, result_of(ctx, asked, answer->envelope));
  Told out;
  out.url = data["pdf_url"].text();
  const std::string_view file = data["file"].text();
  auto bytes = from_base64(file);
  if (!bytes && out.url.empty()) co_return unreadable(asked, "the file is no base64");
  if (bytes && bytes->starts_with("%PDF-")) {
    out.bytes = *std::move(bytes);
  } else if (out.url.empty()) {
    if (file.empty()) co_return label_not_ready("neither file nor pdf_url", kLabelWait);
    co_return unreadable(asked, "the file is no PDF");
  }
  co_return out;
}

}  // namespace

Exchange<ShippingLabel> Lazada::fetch_label(CallContext ctx, OrderAction action,
                                            std::string parcel) const {
  Exchange<std::vector<UnitItem>> reading = read_units(ctx, action.external_id);
  Result<std::vector<UnitItem>> units = co_await std::move(reading);
  if (!units) co_return std::move(units).error();
  Result<std::vector<std::string>> packages = packages_of(*units, parcel);
  if (!packages) co_return std::move(packages).error();
  Exchange<Told> asking = ask_document(ctx, *std::move(packages));
  Result<Told> told = co_await std::move(asking);
  if (!told) co_return std::move(told).error();
  if (!told->bytes.empty())
    co_return label_from(std::move(told->bytes), "application/pdf", action.external_id, parcel);

  HttpRequest fetch;
  fetch.url = std::move(told->url);
  fetch.operation = "label.fetch";
  fetch.trust = Trust::tenant;
  fetch.max_response = kLabelBytes;
  if (!parse_url(fetch.url))
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "pdf_url is no address");
  HttpResponse file = co_await std::move(fetch);
  if (file.status != 200)
    co_return Error(ErrorKind::transient, "channel_unavailable",
                    "the document's server answers " + std::to_string(file.status));
  const std::string type(file.headers.find("Content-Type").value_or(""));
  co_return label_from(std::move(file.body), type, action.external_id, parcel);
}

}  // namespace gerbang::lazada
