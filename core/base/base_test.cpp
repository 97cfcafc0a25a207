// Time, ids, random, crypto, secret, url, result.
#include <gtest/gtest.h>

#include "core/base/crypto.hpp"
#include "core/base/ids.hpp"
#include "core/base/metrics.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/base/url.hpp"

namespace gerbang {
namespace {

TEST(Rfc3339, ReadsOffsetsAndWritesUtc) {
  EXPECT_EQ(to_rfc3339(*from_rfc3339("2026-11-24T08:00:00+07:00")), "2026-11-24T01:00:00Z");
  EXPECT_EQ(to_rfc3339(*from_rfc3339("2026-11-24T01:00:00.125Z")), "2026-11-24T01:00:00.125Z");
  EXPECT_EQ(to_rfc3339(*from_rfc3339("2024-02-29T23:59:59-00:30")), "2024-03-01T00:29:59Z");
}

TEST(Rfc3339, RefusesWhatIsNoMoment) {
  for (const char* bad :
       {"", "2026-11-24", "2026-11-24T01:00:00", "2026-02-30T01:00:00Z", "2026-11-24T24:00:00Z",
        "2026-11-24T01:60:00Z", "2026-11-24T01:00:60Z", "2026-11-24 01:00:00Z",
        "2026-11-24T01:00:00Zx", "2026-11-24T01:00:00+7:00", "2026-11-24T01:00:00.Z",
        "+026-11-24T01:00:00Z", "2026-11-24T01:00:00+07:60"})
    EXPECT_FALSE(from_rfc3339(bad)) << bad;
}

TEST(Zones, KnowTheThreeOfIndonesia) {
  EXPECT_EQ(zone_offset("WIB")->count(), 7 * 60);
  EXPECT_EQ(zone_offset("Asia/Makassar")->count(), 8 * 60);
  EXPECT_EQ(zone_offset("WIT")->count(), 9 * 60);
  EXPECT_FALSE(zone_offset("Mars/Base"));
}

TEST(Ids, SortByCreationTimeAndCarryTheirPrefix) {
  SeededRandom random(7);
  const TimePoint t(std::chrono::hours(500000));
  const std::string a = new_id("ord", t, random), b = new_id("ord", t + Duration(1), random);
  EXPECT_LT(a, b);
  EXPECT_TRUE(is_id(a, "ord"));
  EXPECT_FALSE(is_id(a, "shp"));
  EXPECT_FALSE(is_id(a + "0", "ord"));
  EXPECT_NE(new_id("ord", t, random), new_id("ord", t, random));
}

TEST(Random, TheSameSeedGivesTheSameSequence) {
  SeededRandom a(42), b(42), c(43);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const auto x = a.next();
    EXPECT_EQ(x, b.next());
    differs |= x != c.next();
  }
  EXPECT_TRUE(differs);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(a.below(7), 7u);
  EXPECT_EQ(a.below(0), 0u);
}

TEST(Crypto, MatchesPublishedVectors) {
  // FIPS 180-2 and RFC 4231 test case 2.
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Crypto, EncodingsRoundTripAndRefuseGarbage) {
  for (const std::string s : {"", "f", "fo", "foo", "foob", "\xff\x01 z"}) {
    EXPECT_EQ(from_base64(to_base64(s)), s);
    EXPECT_EQ(from_hex(to_hex(s)), s);
  }
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  for (const char* bad : {"Zg", "Zg=", "Z===", "Zm9v\n", " Zm9v", "Zh==", "Zm9v=", "===="})
    EXPECT_FALSE(from_base64(bad)) << bad;
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
}

TEST(Vault, OpensOnlyWhatItSealedForThatRow) {
  const Vault vault = Vault::for_tests();
  const std::string sealed = vault.seal(Secret("token-1"), "shop|a|tokens");
  EXPECT_EQ(sealed.find("token-1"), std::string::npos);
  EXPECT_EQ(vault.open(sealed, "shop|a|tokens")->reveal(), "token-1");
  EXPECT_FALSE(vault.open(sealed, "shop|b|tokens"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(vault.open(changed, "shop|a|tokens")) << i;
  }
  EXPECT_FALSE(vault.open("", "shop|a|tokens"));
  EXPECT_NE(vault.seal(Secret("token-1"), "x"), vault.seal(Secret("token-1"), "x"));
}

TEST(Vault, SealsWithTheNewestKeyAndOpensWithTheOld) {
  SystemRandom random;
  std::map<std::uint32_t, Secret> keys;
  keys.emplace(1, Secret(std::string(32, 'a')));
  const Vault before = *Vault::create(keys, random);
  const std::string old = before.seal(Secret("x"), "c");
  keys.emplace(2, Secret(std::string(32, 'b')));
  const Vault after = *Vault::create(keys, random);
  EXPECT_EQ(after.open(old, "c")->reveal(), "x");
  EXPECT_FALSE(before.open(after.seal(Secret("y"), "c"), "c"));
  EXPECT_FALSE(Vault::create({}, random));
  keys.emplace(3, Secret("short"));
  EXPECT_FALSE(Vault::create(keys, random));
}

TEST(Secret, ComparesAndMovesWithoutLeavingACopy) {
  Secret a("geheim"), b("geheim");
  EXPECT_TRUE(a == b);
  const Secret c = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is the point
  EXPECT_EQ(c.reveal(), "geheim");
}

TEST(Url, TakesAbsoluteAddressesApart) {
  const auto u = parse_url("https://Toko.Example:8443/a%20b/c?x=1&y=%26");
  ASSERT_TRUE(u);
  EXPECT_EQ(u->host, "toko.example");
  EXPECT_EQ(u->port, 8443);
  EXPECT_EQ(u->target(), "/a%20b/c?x=1&y=%26");
  EXPECT_EQ(u->authority(), "toko.example:8443");
  EXPECT_EQ(parse_url("http://127.0.0.1")->target(), "/");
  EXPECT_EQ(parse_url("http://[::1]:8080/")->authority(), "[::1]:8080");
  EXPECT_EQ(parse_url("https://a.example")->authority(), "a.example");
}

TEST(Url, RefusesWhatMayMislead) {
  for (const char* bad :
       {"", "toko.example", "/a", "ftp://a/", "https://", "https://u:p@a/", "http://a:8443b/c",
        "http://a%2Fb/", "http://a%40b/", "http://%3A", "http://a%3Ab/", "http://[v1.a:b]/",
        "http://%c3%a9/", "https://a/#f", "https://a b/", "http://a:0/", "http://a:70000/",
        "https://a\r\nX: y/", "javascript:alert(1)"})
    EXPECT_FALSE(parse_url(bad)) << bad;
}

TEST(Query, RoundTripsAndTakesTheOdditiesOfSdks) {
  EXPECT_EQ(build_query({{"a", "1 2"}, {"b", "é&"}}), "a=1%202&b=%C3%A9%26");
  const auto q = parse_query("a=1+2&&b=%C3%A9&c&d=&");
  ASSERT_TRUE(q);
  EXPECT_EQ(*q, (QueryItems{{"a", "1 2"}, {"b", "é"}, {"c", ""}, {"d", ""}}));
  EXPECT_FALSE(parse_query("a=%2"));
  EXPECT_FALSE(parse_query("a=%00"));
}

TEST(LoggableUrl, LeavesSignaturesOut) {
  EXPECT_EQ(loggable_url("https://a.example/p?sign=abc&access_token=t"), "https://a.example/p");
}

Result<int> half(int x) {
  if (x % 2 != 0) return Error(ErrorKind::invalid, "odd", "not even").at_field("/x");
  return x / 2;
}
Result<int> quarter(int x) {
  GERBANG_TRY(h, half(x));
  return half(h);
}

TEST(Result, CarriesTheErrorOutWithItsPlace) {
  EXPECT_EQ(*quarter(8), 2);
  const auto bad = quarter(6);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, "odd");
  EXPECT_EQ(bad.error().field, "/x");
  EXPECT_NE(bad.error().describe().find("base_test.cpp"), std::string::npos);
}

TEST(ResultDeathTest, AskingForTheMissingSideStopsTheProcess) {
  EXPECT_DEATH(static_cast<void>(half(3).value()), "odd");
}

TEST(ErrorKinds, HaveNamesThatReadBack) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::bug); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    EXPECT_EQ(error_kind_from(to_string(kind)), kind);
  }
}

TEST(Metrics, RenderWhatWasCounted) {
  Metrics m;
  m.count("gerbang_x_total", "X.", {{"channel", "a"}});
  m.count("gerbang_x_total", "X.", {{"channel", "a"}}, 2);
  m.set("gerbang_y", "Y.", 7);
  m.observe_seconds("gerbang_z_seconds", "Z.", 0.2);
  const std::string text = m.render();
  EXPECT_NE(text.find("gerbang_x_total{channel=\"a\"} 3"), std::string::npos) << text;
  EXPECT_NE(text.find("gerbang_y 7"), std::string::npos);
  EXPECT_NE(text.find("gerbang_z_seconds_bucket{le=\"0.25\"} 1"), std::string::npos);
}

}  // namespace
}  // namespace gerbang
