#include "core/connector/label.hpp"

#include <algorithm>
#include <array>

namespace gerbang {

namespace {

struct Kind {
  std::string_view first_bytes;
  std::string_view media_type;
  std::string_view extension;
};
constexpr std::array<Kind, 4> kKinds = {{
    {"%PDF-", "application/pdf", "pdf"},
    {"PK\x03\x04", "application/zip", "zip"},
    {"\x89PNG\r\n\x1a\n", "image/png", "png"},
    {"\xFF\xD8\xFF", "image/jpeg", "jpg"},
}};

// Readers look for the end of a PDF in its last kilobyte (ISO 32000-1, annex H, note 18).
constexpr std::size_t kPdfTail = 1024;

Error unreadable(std::string detail) {
  return Error(ErrorKind::transient, "channel_answer_unreadable", std::move(detail));
}

// The word before ';', in lower case.
std::string essence(std::string_view content_type) {
  std::string out(content_type.substr(0, content_type.find(';')));
  std::erase(out, ' ');
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// An id of the channel as a part of a file's name: nothing of it may lead anywhere.
std::string name_part(std::string_view id) {
  std::string out;
  for (const char c : id.substr(0, 60)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '_';
    out += plain ? c : '_';
  }
  return out;
}

}  // namespace

Result<ShippingLabel> label_from(std::string bytes, std::string_view content_type,
                                 std::string_view order, std::string_view parcel) {
  if (bytes.size() > kLabelBytes)
    return Error(ErrorKind::rejected, "label_too_large",
                 std::to_string(bytes.size()) + " bytes of label");
  const std::string said = essence(content_type);
  if (said == "text/html" || said == "application/xhtml+xml" || said == "application/json")
    return unreadable("the label is " + said);
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) {
    return std::string_view(bytes).starts_with(k.first_bytes);
  });
  if (kind == kKinds.end()) return unreadable("the label is no document");
  if (kind->extension == "pdf") {
    const std::string_view all(bytes);
    const std::string_view tail = all.substr(all.size() - std::min(all.size(), kPdfTail));
    if (tail.find("%%EOF") == std::string_view::npos) return unreadable("the label is cut off");
  }
  ShippingLabel out;
  out.media_type = kind->media_type;
  out.file_name = "label-" + name_part(order);
  if (!parcel.empty()) out.file_name += "-" + name_part(parcel);
  out.file_name += "." + std::string(kind->extension);
  out.document = Secret(std::move(bytes));
  return out;
}

Error label_not_ready(std::string detail, Duration wait) {
  return Error(ErrorKind::transient, "label_not_ready", std::move(detail)).after(wait);
}

Error label_before_shipping(std::string detail) {
  return Error(ErrorKind::conflict, "label_before_shipping", std::move(detail));
}

Error label_after_end(std::string detail) {
  return Error(ErrorKind::conflict, "label_after_end", std::move(detail));
}

}  // namespace gerbang
