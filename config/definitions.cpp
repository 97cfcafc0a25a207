#include "config/definitions.hpp"

#include <array>

#include "config/units.hpp"

namespace gerbang::config {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t ms(Duration d) {
  return d.count();
}
constexpr std::int64_t kKiB = 1 << 10;
constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kGiB = 1 << 30;

constexpr SectionInfo kSections[] = {
    {"server", "Where gerbang listens: API, console, webhooks, consent callbacks."},
    {"store", "Where the data are kept."},
    {"admin", "The host's own interface (/admin/v1)."},
    {"http_client", "Outgoing calls to marketplaces and to addresses that organisations give."},
    {"sync", "How shops are kept true to the catalogue."},
    {"node", "One of several gateways on one PostgreSQL database."},
    {"limits", "Bounds of what a peer can make this node hold."},
    {"connectors",
     "Extra connectors in shared objects, built against the SDK (connectors/README.md)."},
    {"log", "One JSON object per line on standard error."},
};

#define GERBANG_AT(field) [](Config& c) -> Target { return &c.field; }
const Setting<Config> kSettings[] = {
    {.section = "server",
     .key = "address",
     .kind = Kind::text,
     .at = GERBANG_AT(server.address),
     .description = "Address to listen on; \"0.0.0.0\" or \"::\" for all."},
    {.section = "server",
     .key = "port",
     .kind = Kind::integer,
     .at = GERBANG_AT(server.port),
     .description = "Port to listen on; 0 takes any free one.",
     .least = 0,
     .most = 65535},
    {.section = "server",
     .key = "tls_cert",
     .kind = Kind::path,
     .at = GERBANG_AT(server.tls_cert),
     .description = "Certificate chain (PEM). With tls_key: TLS 1.2 and newer only."},
    {.section = "server",
     .key = "tls_key",
     .kind = Kind::path,
     .at = GERBANG_AT(server.tls_key),
     .description = "Private key of the certificate (PEM)."},
    {.section = "server",
     .key = "edge_threads",
     .kind = Kind::integer,
     .at = GERBANG_AT(server.edge_threads),
     .description = "Threads that serve HTTP. One is right for two cores.",
     .least = 1,
     .most = 64},
    {.section = "server",
     .key = "public_url",
     .kind = Kind::url,
     .at = GERBANG_AT(server.public_url),
     .description = "The address under which the outside world reaches this node; webhook and "
                    "callback addresses are made from it. Empty: made from address and port.",
     .example = "\"https://gerbang.example\""},
    {.section = "server",
     .key = "trusted_proxies",
     .kind = Kind::list,
     .at = GERBANG_AT(server.trusted_proxies),
     .description = "Addresses or networks whose X-Forwarded-For is believed.",
     .example = "[\"127.0.0.1\", \"10.0.0.0/8\"]"},

    {.section = "store",
     .key = "path",
     .kind = Kind::path,
     .at = GERBANG_AT(store.path),
     .description = "The SQLite file. One process per file."},
    {.section = "store",
     .key = "address",
     .kind = Kind::text,
     .at = GERBANG_AT(store.address),
     .description = "A PostgreSQL database instead of the file, for several gateways; without a "
                    "password. Several "
                    "hosts and target_session_attrs=read-write for a primary that may change.",
     .example = "\"postgresql://gerbang@db.example/gerbang\""},
    {.section = "store",
     .key = "address_file",
     .kind = Kind::path,
     .at = GERBANG_AT(store.address_file),
     .description = "File with that address, when there is a secret in it."},
    {.section = "store",
     .key = "password_file",
     .kind = Kind::path,
     .at = GERBANG_AT(store.password_file),
     .description = "File with the password of the database's role.",
     .example = "\"/etc/gerbang/database.password\""},
    {.section = "store",
     .key = "master_key_file",
     .kind = Kind::path,
     .at = GERBANG_AT(store.master_key_file),
     .description =
         "The key that seals tokens, webhooks and buyers' data: 32 random bytes in hex or "
         "base64. Keep a copy elsewhere: without it sealed data are lost.",
     .example = "\"/etc/gerbang/master.key\"",
     .required = true},
    {.section = "store",
     .key = "min_free",
     .kind = Kind::size,
     .at = GERBANG_AT(store.min_free),
     .description = "Below this much free disk, writes are refused; reads go on.",
     .least = 1 * kMiB,
     .most = 1024 * kGiB},
    {.section = "store",
     .key = "group_rows",
     .kind = Kind::integer,
     .at = GERBANG_AT(store.group_rows),
     .description = "Writes that wait share one commit and its sync, until they have changed so "
                    "many rows. 1: a commit for each, which is many times slower; for comparison.",
     .least = 1,
     .most = 100'000},
    {.section = "store",
     .key = "backup_directory",
     .kind = Kind::path,
     .at = GERBANG_AT(store.backup_directory),
     .description =
         "The only folder that backups asked for over HTTP may be written to. Empty: any, by "
         "absolute path.",
     .example = "\"/var/backups/gerbang\""},

    {.section = "admin",
     .key = "key_file",
     .kind = Kind::path,
     .at = GERBANG_AT(admin.key_file),
     .description = "File with the host's key (24 characters or more) or \"sha256:<hex>\" of it. "
                    "Empty: no admin interface.",
     .example = "\"/etc/gerbang/admin.key\""},

    {.section = "http_client",
     .key = "ca_file",
     .kind = Kind::path,
     .at = GERBANG_AT(http_client.ca_file),
     .description = "Authorities to believe (PEM). Empty: the system's."},
    {.section = "http_client",
     .key = "allow_private_tenant_addresses",
     .kind = Kind::boolean,
     .at = GERBANG_AT(http_client.allow_private_tenant_addresses),
     .description = "Lets organisations name http and private addresses (images, their own shop). "
                    "For demonstrations only: it opens your network to them."},
    {.section = "http_client",
     .key = "tenant_exceptions",
     .kind = Kind::list,
     .at = GERBANG_AT(http_client.tenant_exceptions),
     .description = "The same for single addresses, host:port as organisations write them: a web "
                    "shop or a sandbox on this machine.",
     .example = "[\"127.0.0.1:8107\"]"},
    {.section = "http_client",
     .key = "connect_timeout",
     .kind = Kind::duration,
     .at = GERBANG_AT(http_client.connect_timeout),
     .description = "For name, connection and TLS, each.",
     .least = ms(100ms),
     .most = ms(60s)},
    {.section = "http_client",
     .key = "total_timeout",
     .kind = Kind::duration,
     .at = GERBANG_AT(http_client.total_timeout),
     .description = "For a whole call.",
     .least = ms(1s),
     .most = ms(5min)},

    {.section = "sync",
     .key = "poll_interval",
     .kind = Kind::duration,
     .at = GERBANG_AT(sync.poll_interval),
     .description = "How often each shop is asked for changed orders; finds what webhooks lost.",
     .least = ms(1s),
     .most = ms(24h)},
    {.section = "sync",
     .key = "poll_overlap",
     .kind = Kind::duration,
     .at = GERBANG_AT(sync.poll_overlap),
     .description = "How far each poll looks back beyond the last one.",
     .least = ms(0s),
     .most = ms(24h)},
    {.section = "sync",
     .key = "sweep_days",
     .kind = Kind::integer,
     .at = GERBANG_AT(sync.sweep_days),
     .description = "Days of orders that the nightly sweep reads again.",
     .least = 1,
     .most = 30},
    {.section = "sync",
     .key = "request_deadline",
     .kind = Kind::duration,
     .at = GERBANG_AT(sync.request_deadline),
     .description = "For one request to a marketplace, waiting for its turn not counted.",
     .least = ms(1s),
     .most = ms(5min)},
    {.section = "sync",
     .key = "read_back_interval",
     .kind = Kind::duration,
     .at = GERBANG_AT(sync.read_back_interval),
     .description = "How often listings are read at the marketplace and drift is repaired.",
     .least = ms(1min),
     .most = ms(24h * 30)},
    {.section = "sync",
     .key = "lost_events_interval",
     .kind = Kind::duration,
     .at = GERBANG_AT(sync.lost_events_interval),
     .description = "How often channels that keep missed webhooks are asked for them.",
     .least = ms(10s),
     .most = ms(24h)},
    {.section = "sync",
     .key = "refresh_at",
     .kind = Kind::percent,
     .at = GERBANG_AT(sync.refresh_at_percent),
     .description = "Share of an access token's life after which it is renewed.",
     .least = 10,
     .most = 95},
    {.section = "sync",
     .key = "shutdown_grace",
     .kind = Kind::duration,
     .at = GERBANG_AT(sync.shutdown_grace),
     .description = "How long open calls may finish when stopping.",
     .least = ms(0s),
     .most = ms(60s)},

    {.section = "node",
     .key = "name",
     .kind = Kind::text,
     .at = GERBANG_AT(node.name),
     .description = "What operators call it. Empty: the machine's name and the port."},
    {.section = "node",
     .key = "lease",
     .kind = Kind::duration,
     .at = GERBANG_AT(node.lease),
     .description = "How long a node may be silent before others take over its shops. More than "
                    "request_deadline and margin together, by a quarter.",
     .least = ms(1s),
     .most = ms(1h)},
    {.section = "node",
     .key = "margin",
     .kind = Kind::duration,
     .at = GERBANG_AT(node.margin),
     .description =
         "No call to a marketplace begins unless the lease lasts for request_deadline and "
         "this.",
     .least = ms(0s),
     .most = ms(10min)},

    {.section = "limits",
     .key = "request_body",
     .kind = Kind::size,
     .at = GERBANG_AT(limits.request_body),
     .description = "Body of an API request; imports are streamed.",
     .least = 64 * kKiB,
     .most = 16 * kMiB},
    {.section = "limits",
     .key = "webhook_body",
     .kind = Kind::size,
     .at = GERBANG_AT(limits.webhook_body),
     .description = "Body of a marketplace's webhook.",
     .least = 16 * kKiB,
     .most = 4 * kMiB},
    {.section = "limits",
     .key = "connections",
     .kind = Kind::integer,
     .at = GERBANG_AT(limits.connections),
     .description = "Open connections; some are kept for health checks.",
     .least = 64,
     .most = 65536},
    {.section = "limits",
     .key = "connections_per_address",
     .kind = Kind::integer,
     .at = GERBANG_AT(limits.connections_per_address),
     .description = "Of one client; trusted proxies excepted.",
     .least = 1,
     .most = 65536},
    {.section = "limits",
     .key = "queued_writes",
     .kind = Kind::integer,
     .at = GERBANG_AT(limits.queued_writes),
     .description = "Writes that may wait for the store; beyond: 503.",
     .least = 100,
     .most = 1'000'000},

    {.section = "connectors",
     .key = "directory",
     .kind = Kind::path,
     .at = GERBANG_AT(connectors.directory),
     .description = "The folder of their files. They run inside gerbang with all its rights: only "
                    "the host may write here.",
     .example = "\"/usr/lib/gerbang\""},
    {.section = "connectors",
     .key = "load",
     .kind = Kind::list,
     .at = GERBANG_AT(connectors.load),
     .description = "Channels to load, each from gerbang-<channel>.so in that folder.",
     .example = "[\"pasardesa\"]"},

    {.section = "log",
     .key = "level",
     .kind = Kind::choice,
     .at = GERBANG_AT(log.level),
     .description = "Least severity that is written.",
     .choices = "debug|info|warn|error|off"},
};
#undef GERBANG_AT

#define GERBANG_AT(field) [](App& a) -> Target { return &a.field; }
const Setting<App> kAppSettings[] = {
    {.section = {},
     .key = "channel",
     .kind = Kind::text,
     .at = GERBANG_AT(channel),
     .description = "The channel's name.",
     .example = "\"shopee\"",
     .required = true},
    {.section = {},
     .key = "enabled",
     .kind = Kind::boolean,
     .at = GERBANG_AT(enabled),
     .description =
         "Whether shops of it are served. Off unless written for bukalapak, which stopped "
         "selling goods on 9 February 2025."},
    {.section = {},
     .key = "app_id",
     .kind = Kind::text,
     .at = GERBANG_AT(app_id),
     .description =
         "Shopee partner_id, OAuth client_id. None for woocommerce, whose shops have keys "
         "of their own; it needs a push_secret alone.",
     .example = "\"1000000\""},
    {.section = {},
     .key = "secret_file",
     .kind = Kind::path,
     .at = GERBANG_AT(secret_file),
     .description = "File with the partner key or client secret …",
     .example = "\"/etc/gerbang/shopee.key\""},
    {.section = {},
     .key = "secret_env",
     .kind = Kind::text,
     .at = GERBANG_AT(secret_env),
     .description = "… or the environment variable that holds it.",
     .example = "\"SHOPEE_PARTNER_KEY\""},
    {.section = {},
     .key = "push_secret_file",
     .kind = Kind::path,
     .at = GERBANG_AT(push_secret_file),
     .description = "What webhooks are signed with, where that is a secret of its own …"},
    {.section = {},
     .key = "push_secret_env",
     .kind = Kind::text,
     .at = GERBANG_AT(push_secret_env),
     .description = "… or the environment variable."},
    {.section = {},
     .key = "push_secret_before_file",
     .kind = Kind::path,
     .at = GERBANG_AT(push_secret_before_file),
     .description = "The previous one, still accepted while it is being changed …"},
    {.section = {},
     .key = "push_secret_before_env",
     .kind = Kind::text,
     .at = GERBANG_AT(push_secret_before_env),
     .description = "… or the environment variable."},
    {.section = {},
     .key = "api_url",
     .kind = Kind::url,
     .at = GERBANG_AT(api_url),
     .description = "Where the channel's API lives; the live one unless written.",
     .example = "\"https://partner.shopeemobile.com\""},
    {.section = {},
     .key = "auth_url",
     .kind = Kind::url,
     .at = GERBANG_AT(auth_url),
     .description = "The seller's consent page; the live one unless written.",
     .example = "\"https://open.shopee.com/auth\""},
    {.section = {},
     .key = "hook_url",
     .kind = Kind::url,
     .at = GERBANG_AT(hook_url),
     .description = "Our webhook address exactly as registered at the channel (Shopee signs it).",
     .example = "\"https://gerbang.example/hooks/shopee\""},
    {.section = {},
     .key = "redirect_url",
     .kind = Kind::url,
     .at = GERBANG_AT(redirect_url),
     .description = "Our callback address as registered at the channel.",
     .example = "\"https://gerbang.example/oauth/shopee/callback\""},
    {.section = {},
     .key = "rate_scale",
     .kind = Kind::number,
     .at = GERBANG_AT(rate_scale),
     .description = "Multiplies the channel's published call limits. For sandboxes; 1 otherwise.",
     .least = 0,
     .most = 1000},
};
#undef GERBANG_AT

constexpr ChannelDefaults kChannels[] = {
    {"shopee", "https://partner.shopeemobile.com", "https://open.shopee.com/auth", true},
    {"bukalapak", "https://api.bukalapak.com", "https://accounts.bukalapak.com", false},
    {"woocommerce", "", "", true, true},
    {"tokopedia", "https://open-api.tiktokglobalshop.com",
     "https://auth.tiktok-shops.com/oauth/authorize", true},
    {"lazada", "https://api.lazada.co.id/rest", "https://auth.lazada.com/oauth/authorize", true},
    {"blibli", "https://api.blibli.com", "", true},
};

}  // namespace

std::span<const SectionInfo> sections() {
  return kSections;
}
std::span<const Setting<Config>> settings() {
  return kSettings;
}
std::span<const Setting<App>> app_settings() {
  return kAppSettings;
}

const ChannelDefaults* channel_defaults(std::string_view channel) {
  for (const ChannelDefaults& c : kChannels) {
    if (c.channel == channel) return &c;
  }
  return nullptr;
}

std::string_view wanted(Kind kind) {
  switch (kind) {
    case Kind::text:
    case Kind::path:
    case Kind::choice:
      return "a text in quotes";
    case Kind::url:
      return "an address in quotes";
    case Kind::integer:
      return "a whole number";
    case Kind::boolean:
      return "true or false";
    case Kind::duration:
      return "a duration such as \"5m\"";
    case Kind::size:
      return "a size such as \"1MiB\"";
    case Kind::percent:
      return "a share such as \"75%\"";
    case Kind::number:
      return "a number";
    case Kind::list:
      return "a list of texts such as [\"a\", \"b\"]";
  }
  invariant_broken("a kind of setting without a name");
}

std::string limits_text(Kind kind, std::int64_t least, std::int64_t most,
                        std::string_view choices) {
  const auto from_to = [&](const auto& format) { return format(least) + " to " + format(most); };
  switch (kind) {
    case Kind::integer:
    case Kind::number:
      return from_to([](std::int64_t n) { return std::to_string(n); });
    case Kind::percent:
      return from_to([](std::int64_t n) { return std::to_string(n) + "%"; });
    case Kind::duration:
      return from_to([](std::int64_t n) { return format_duration(Duration(n)); });
    case Kind::size:
      return from_to([](std::int64_t n) { return format_size(static_cast<std::uint64_t>(n)); });
    case Kind::choice: {
      std::string out;
      for (char c : choices) out += c == '|' ? std::string(", ") : std::string(1, c);
      return out;
    }
    default:
      return {};
  }
}

}  // namespace gerbang::config
