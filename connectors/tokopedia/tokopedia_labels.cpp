// Labels (facts tiktok_tokopedia 6). The channel does not send the document but names an address
// for 24 hours, which is fetched with a bare GET, without token or signature. It is fetched here
// rather than handed on: whoever prints would need to reach the vendor's file server, and an
// address that opens a buyer's name and street for a day would travel through browsers and logs.
// The address is the channel's word, not its API: it gets no header of ours, and the transport
// dials it only if it is https and public, as it does for an organisation's pictures.
#include <algorithm>

#include "connectors/tokopedia/envelope.hpp"
#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/order_steps.hpp"
#include "connectors/tokopedia/request.hpp"
#include "connectors/tokopedia/tokopedia.hpp"
#include "core/connector/label.hpp"

namespace gerbang::tokopedia {

namespace {

// The only parcel of the order, where we have not seen it yet.
Exchange<std::string> only_parcel(CallContext ctx, std::string order) {
  Exchange<RemoteOrder> looking = look_up(std::move(ctx), std::move(order));
  Result<RemoteOrder> found = co_await std::move(looking);
  if (!found) co_return std::move(found).error();
  if (found->status == OrderStatus::cancelled) co_return label_after_end("the order is cancelled");
  if (found->shipments.empty()) co_return label_before_shipping("the order has no parcel yet");
  if (found->shipments.size() > 1)
    co_return Error(ErrorKind::conflict, "parcel_wanted", "the order has several parcels")
        .at_field("parcel");
  co_return found->shipments.front().remote_package;
}

// Where the document lies.
Exchange<std::string> document_address(CallContext ctx, std::string parcel) {
  QueryItems kind;
  kind.emplace_back("document_type", "SHIPPING_LABEL");
  kind.emplace_back("document_size", "A6");
  HttpRequest request =
      get(ctx, "/fulfillment/202309/packages/" + parcel + "/shipping_documents", kind);
  Exchange<json::Value> asking = ask_for(std::move(ctx), std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  std::string url((*data)["doc_url"].text());
  // It may be empty for some seconds after shipping.
  if (url.empty()) co_return label_not_ready("no doc_url yet", kLabelWait);
  if (!parse_url(url))
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "doc_url is no address");
  co_return url;
}

}  // namespace

Exchange<ShippingLabel> Tokopedia::fetch_label(CallContext ctx, OrderAction action,
                                               std::string parcel) const {
  if (parcel.empty() && action.shipments.size() == 1)
    parcel = action.shipments.front().remote_package;
  if (parcel.empty()) {
    Exchange<std::string> looking = only_parcel(ctx, action.external_id);
    Result<std::string> found = co_await std::move(looking);
    if (!found) co_return std::move(found).error();
    parcel = *std::move(found);
  }
  if (!is_id(parcel))
    co_return Error(ErrorKind::not_found, "parcel_not_in_order", "no parcel of the channel's");
  Exchange<std::string> asking = document_address(ctx, parcel);
  Result<std::string> url = co_await std::move(asking);
  if (!url) co_return std::move(url).error();

  HttpRequest fetch;
  fetch.url = *std::move(url);
  fetch.operation = "label.fetch";
  fetch.trust = Trust::tenant;
  fetch.max_response = kLabelBytes;
  HttpResponse file = co_await std::move(fetch);
  if (file.status == 404) co_return label_not_ready("the document is not there yet", kLabelWait);
  if (file.status != 200)
    co_return Error(ErrorKind::transient, "channel_unavailable",
                    "the document's server answers " + std::to_string(file.status));
  const std::string type(file.headers.find("Content-Type").value_or(""));
  co_return label_from(std::move(file.body), type, action.external_id, parcel);
}

}  // namespace gerbang::tokopedia
