#!/usr/bin/env bash
# From a fresh Debian 12 to a running gateway with its sandbox marketplaces and a demo village.
#
#   deploy/quickstart.sh          installs, builds, starts, loads, prints what to do next
#   deploy/quickstart.sh stop     ends what it started
#   deploy/quickstart.sh reset    stop, and forget the demo's data
#
# Safe to repeat: what runs goes on running, what is loaded is loaded again without doubling.
# Everything it makes is in out/demo. Ports: 8080 gateway, 8099 images, 8101-8104 sandboxes.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
demo=$root/out/demo
bin=$root/build/release/bin
url=http://127.0.0.1:8080

say() { printf '\n== %s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# Whether the process of a pid file runs and is ours.
alive() {
  local pid
  pid=$(cat "$demo/$1.pid" 2>/dev/null) || return 1
  [ -n "$pid" ] && [ "$(readlink "/proc/$pid/exe" 2>/dev/null)" = "$bin/$2" ]
}

end() {
  alive "$1" "$2" || return 0
  kill -TERM "$(cat "$demo/$1.pid")"
  for _ in $(seq 1 120); do
    alive "$1" "$2" || { rm -f "$demo/$1.pid"; return 0; }
    sleep 0.1
  done
  die "$1 does not stop; see $demo/$1.log"
}

launch() {  # name program arguments…
  local name=$1 program=$2
  shift 2
  alive "$name" "$program" && return 0
  (cd "$demo" && exec setsid nohup "$bin/$program" "$@" >>"$name.log" 2>&1 </dev/null & echo $! >"$demo/$name.pid")
}

wait_until() {  # what seconds command…
  local what=$1 seconds=$2
  shift 2
  for _ in $(seq 1 $((seconds * 5))); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.2
  done
  die "not within $seconds s: $what (see $demo/*.log)"
}

api() { curl -fsS -H "Authorization: Bearer $1" -H 'Content-Type: application/json' "${@:3}" "$url$2"; }
admin() { api "$(cat "$demo/admin.key")" "$@"; }
village() { api "$(cat "$demo/village.key")" "$@"; }

secret() {  # file: a random secret, made once
  [ -s "$demo/$1" ] || (umask 077; openssl rand -hex 32 >"$demo/$1")
}

configure() {
  mkdir -p "$demo"
  secret master.key
  secret admin.key
  (
    umask 077
    # Invented credentials that the sandboxes expect; real ones come from each marketplace's console.
    printf sandbox-shopee-partner-key >"$demo/shopee.secret"
    printf sandbox-shopee-push-key >"$demo/shopee-push.secret"
    printf bukalapak-sandbox-secret >"$demo/bukalapak.secret"
    printf sandbox-tokopedia-app-secret >"$demo/tokopedia.secret"
  )
  cat >"$demo/gerbang.toml" <<TOML
# The demo's configuration; every setting is explained in config/gerbang.example.toml.
[server]
port = 8080
[store]
path = "gerbang.db"
master_key_file = "master.key"
[admin]
key_file = "admin.key"
[http_client]
# The demo's images and shops are on this machine; never set this in production.
allow_private_tenant_addresses = true
[sync]
poll_interval = "10s"
[[app]]
channel = "shopee"
app_id = "2007701"
secret_file = "shopee.secret"
push_secret_file = "shopee-push.secret"
api_url = "http://127.0.0.1:8101"
auth_url = "http://127.0.0.1:8101/auth"
rate_scale = 5.0
[[app]]
channel = "bukalapak"
enabled = true
app_id = "bukalapak-sandbox"
secret_file = "bukalapak.secret"
api_url = "http://127.0.0.1:8102"
auth_url = "http://127.0.0.1:8102"
rate_scale = 50.0
[[app]]
channel = "tokopedia"
app_id = "6gbsandbox7k2"
secret_file = "tokopedia.secret"
api_url = "http://127.0.0.1:8104"
auth_url = "http://127.0.0.1:8104/auth"
rate_scale = 5.0
TOML
}

# A shop of the demo village, connected once: the links a seller would click.
connect() {
  local channel=$1 port=$2 remote shop link
  if [ -s "$demo/$channel.shop" ]; then return 0; fi
  remote=$(curl -fsS "http://127.0.0.1:$port/_sandbox/shops" -d "{\"name\":\"BUM Desa Sukamaju\"}" | jq -r .shop_id)
  shop=$(village /v1/shops -d "{\"channel\":\"$channel\",\"name\":\"BUM Desa Sukamaju di $channel\"}")
  link=$(jq -r .authorise_url <<<"$shop")
  curl -fsSL "$link&shop_id=$remote&approve=$remote" >/dev/null
  jq -r .id <<<"$shop" >"$demo/$channel.shop"
  printf '%s' "$remote" >"$demo/$channel.remote"
}

load() {
  if [ ! -s "$demo/organisation" ]; then
    admin /admin/v1/organisations -d '{"name":"BUM Desa Sukamaju","kind":"bumdes","zone":"WIB"}' |
      jq -r .id >"$demo/organisation"
  fi
  if [ ! -s "$demo/village.key" ]; then
    (umask 077; admin "/admin/v1/organisations/$(cat "$demo/organisation")/keys" -d '{"label":"quickstart"}' |
      jq -r .key >"$demo/village.key")
  fi
  # Shops of earlier sandboxes are gone for good.
  local gone
  for gone in "$demo"/*.shop.gone; do
    [ -e "$gone" ] || continue
    village "/v1/shops/$(cat "$gone")/retire" -X POST >/dev/null
    rm -f "$gone"
  done
  connect shopee 8101
  connect bukalapak 8102
  connect tokopedia 8104
  local code
  for file in katalog.csv katalog.json; do
    code=0
    "$bin/gerbang" import "$root/deploy/demo/$file" --key-file "$demo/village.key" >"$demo/$file.report" || code=$?
    # 3: good rows were taken, bad ones (the demo has some on purpose) are in the report.
    [ "$code" = 0 ] || [ "$code" = 3 ] || die "import of $file failed: $(tail -3 "$demo/$file.report")"
    head -1 "$demo/$file.report"
  done
}

settled() { [ "$(village /v1/shops | jq '[.data[] | select(.state != "retired") | .work.waiting] | add')" = 0 ]; }

stop() {
  end gateway gerbang
  end sandboxes gerbang-sandboxes
}

case "${1:-start}" in
  stop) stop; echo "Stopped."; exit 0 ;;
  reset) stop; rm -rf "$demo"; echo "Stopped and forgotten."; exit 0 ;;
  start) ;;
  *) sed -n '2,10p' "$0"; exit 2 ;;
esac

say "Packages"
deploy/install-packages.sh
say "Build"
cmake --preset release >/dev/null
cmake --build --preset release --target gerbang gerbang-sandboxes -- --quiet
say "Start"
configure
"$bin/gerbang" check-config --config "$demo/gerbang.toml"
# The sandboxes keep their state in memory: after a new start their shops are new ones.
for file in "$demo"/*.shop; do
  alive sandboxes gerbang-sandboxes || [ ! -e "$file" ] || mv "$file" "$file.gone"
done
launch sandboxes gerbang-sandboxes --hook-base "$url" \
  --setting shopee.calls_per_second=50 --setting bukalapak.calls_per_minute=6000 \
  --setting tokopedia.audit_seconds=2
wait_until "the sandboxes listen" 20 curl -fsS http://127.0.0.1:8104/_sandbox/settings
launch gateway gerbang serve --config "$demo/gerbang.toml"
wait_until "the gateway is ready" 20 curl -fsS "$url/readyz"
say "Load the demo village"
load
echo "Publishing to the shops …"
wait_until "everything is published" 300 settled
for channel in shopee:8101 bukalapak:8102 tokopedia:8104; do
  remote=$(cat "$demo/${channel%:*}.remote")
  count=$(curl -fsS "http://127.0.0.1:${channel#*:}/_sandbox/listings?shop_id=$remote" | jq '[.listings[] | select(.listed)] | length')
  echo "${channel%:*}: $count listings on offer"
done

cat <<TXT

gerbang runs.
  Read the API:        $url/docs
  What was refused:    cat $demo/katalog.csv.report
  Shops and work:      $bin/gerbang shop list --key-file $demo/village.key
  Buy at Shopee:       curl -d '{"shop_id":"$(cat "$demo/shopee.remote")","lines":[{"sku":"KOPI-ROB-250","quantity":2}],"pay":true}' http://127.0.0.1:8101/_sandbox/orders
  See the order:       $bin/gerbang order list --key-file $demo/village.key
  Bukalapak's stock:   curl -s 'http://127.0.0.1:8102/_sandbox/listings?shop_id=$(cat "$demo/bukalapak.remote")' | jq '.listings[] | select(.sku=="KOPI-ROB-250")'
  Pull the plug:       kill -9 \$(cat $demo/gateway.pid); deploy/quickstart.sh
  End it:              deploy/quickstart.sh stop

Done: the demo village is on offer.
TXT
