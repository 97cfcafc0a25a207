#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/connector/connector.hpp"
#include "tests/fuzz/harness.hpp"

// Drives every operation of a connector against answers from anywhere: bytes of a fuzzer, or a
// sandbox whose answers become seeds. Whatever is answered, the contract of the port holds; that is
// what the checks in session.cpp say.
//
// An input, as answers.cpp reads it and record.cpp writes it:
//   1 byte    operation (modulo their number)
//   1 byte    variation
//   then sections, each ended by the byte 0xFF, which no UTF-8 text holds:
//   first     what earlier answers left behind, one per line (Remembered, in its order)
//   others    one answer each: a byte for the status, with 0x80 set when "Name: value" lines and an
//             empty line stand before the body; then the body
namespace gerbang::fuzz {

inline constexpr char kSectionEnd = '\xff';

// Values that came from the marketplace before and may be anything.
struct Remembered {
  std::string grant = "code=kode-1&shop_id=51001&state=st";
  std::string product = "1001";
  std::string variant = "2001";
  std::string second_variant = "2002";
  std::string order = "2611240001";
  std::string category = "100";
  std::string cursor;
  std::string confirm = "77";

  static Remembered read(std::string_view section);
  std::string print() const;
};

std::string print_answer(const HttpResponse& response);
HttpResponse read_answer(std::string_view section);

// The names of the operations, in the order of their numbers.
std::span<const std::string_view> operations();

// What the channel's sandbox says of the app that it expects, and of itself (sandbox/app.json).
json::Value expected_app(std::string_view channel);
// That app, at `base_url`.
App app_of(std::string_view channel, const std::string& base_url);
// Tokens that nothing else contains.
inline constexpr std::string_view kAccess = "token-akses-uji-4713";
inline constexpr std::string_view kRefresh = "token-segar-uji-4714";

class Session {
 public:
  using Answers = std::function<HttpResponse(const HttpRequest&)>;

  Session(const Connector& connector, App app, TimePoint now, Remembered remembered);

  // Performs operation `number`; gives what it asked for and how it ended, one line each: the same
  // session and answers give the same lines.
  std::vector<std::string> perform(std::size_t number, std::uint8_t variation,
                                   const Answers& answers);

  // What successful operations left behind.
  const Remembered& remembered() const { return remembered_; }
  void set_order(std::string number) { remembered_.order = std::move(number); }
  // Called when an operation asks for time to pass (publishing in two steps).
  std::function<void(Duration)> wait = [](Duration) {};

 private:
  CallContext context() const;
  template <class T>
  Result<T> run(Exchange<T> exchange);
  void check_request(const HttpRequest& request) const;
  void check_failure(Error error) const;
  ListingDraft draft() const;
  std::optional<ListingDraft> draft_with_facts();
  void publish(bool update_after);
  void sign_in();

  const Connector& connector_;
  App app_;
  TimePoint now_;
  Remembered remembered_;
  Secret access_{std::string(kAccess)};
  Secret refresh_{std::string(kRefresh)};
  std::string remote_shop_ = "51001";
  std::shared_ptr<const json::Value> shop_facts_;
  std::shared_ptr<const json::Value> category_facts_;
  mutable std::uint64_t contexts_ = 0;  // a nonce counts once
  std::uint8_t variation_ = 0;
  const Answers* answers_ = nullptr;
  std::vector<std::string> lines_;
};

// A delivery that a sandbox signed, as a line: the digest of its body and the headers that may
// carry or be covered by a signature. And whether a request is one of these: nothing of it may
// differ.
std::string print_signed(const InboundRequest& request);
bool was_signed(const InboundRequest& request, const std::vector<std::string>& lines);

// What a webhook may say, once verified or recovered.
void check_events(const std::vector<HookEvent>& events);

}  // namespace gerbang::fuzz
