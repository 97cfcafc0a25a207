#!/usr/bin/env bash
# From a fresh Debian 12 to a running gateway with its sandbox marketplaces and a demo village.
#
#   deploy/quickstart.sh          installs, builds, starts, loads, prints what to do next
#   deploy/quickstart.sh stop     ends what it started
#   deploy/quickstart.sh reset    stop, and forget the demo's data
#
# Safe to repeat: what runs goes on running, what is loaded is loaded again without doubling.
# Everything it makes is in out/demo. Ports: 8080 gateway, 8099 images, from 8101 on the sandboxes.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
demo=$root/out/demo
bin=$root/build/release/bin
url=http://127.0.0.1:8080
# Marketplaces of the demo: those whose sandbox has demo settings.
mapfile -t channels < <(grep -l '"demo"' connectors/*/sandbox/app.json | cut -d/ -f2)

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

expects() { jq -j "$2" "connectors/$1/sandbox/app.json"; }   # channel, jq filter
port() { jq -j --arg c "$1" '.[$c]' "$demo/sandboxes.json"; }
listings() { curl -fsS "http://127.0.0.1:$(port "$1")/_sandbox/listings?shop_id=$(cat "$demo/$1.remote")"; }

secret() {  # file: a random secret, made once
  [ -s "$demo/$1" ] || (umask 077; openssl rand -hex 32 >"$demo/$1")
}

configure() {
  mkdir -p "$demo"
  secret master.key
  secret admin.key
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
TOML
  local channel
  for channel in "${channels[@]}"; do
    # Invented credentials that the sandbox expects; real ones come from each marketplace's console.
    (umask 077; expects "$channel" .secret >"$demo/$channel.secret")
    (umask 077; expects "$channel" '.push_secret // .secret' >"$demo/$channel-push.secret")
    cat >>"$demo/gerbang.toml" <<TOML
[[app]]
channel = "$channel"
enabled = true
app_id = "$(expects "$channel" .app_id)"
secret_file = "$channel.secret"
push_secret_file = "$channel-push.secret"
api_url = "http://127.0.0.1:$(port "$channel")"
auth_url = "http://127.0.0.1:$(port "$channel")$(expects "$channel" .auth_path)"
rate_scale = $(expects "$channel" '.demo.rate_scale | tostring | if test("[.]") then . else . + ".0" end')
TOML
  done
}

# A shop of the demo village, connected once: the links a seller would click, or the shop's keys where
# the channel has no consent page.
connect() {
  local channel=$1 remote shop link
  if [ -s "$demo/$channel.shop" ]; then return 0; fi
  remote=$(curl -fsS "http://127.0.0.1:$(port "$channel")/_sandbox/shops" -d "{\"name\":\"BUM Desa Sukamaju\"}" | jq -r .shop_id)
  shop=$(village /v1/shops -d "{\"channel\":\"$channel\",\"name\":\"BUM Desa Sukamaju di $channel\"}")
  link=$(jq -r '.authorise_url // empty' <<<"$shop")
  if [ -n "$link" ]; then
    curl -fsSL "$link&shop_id=$remote&approve=$remote" >/dev/null
  else
    curl -fsS "http://127.0.0.1:$(port "$channel")/_sandbox/consent" -d "{\"shop_id\":\"$remote\"}" |
      jq '{credentials}' | village "/v1/shops/$(jq -r .id <<<"$shop")/credentials" -X PUT -d @- >/dev/null
  fi
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
  local channel code
  for channel in "${channels[@]}"; do connect "$channel"; done
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
mkdir -p "$demo"
# The sandboxes keep their state in memory: after a new start their shops are new ones.
if ! alive sandboxes gerbang-sandboxes; then
  rm -f "$demo/sandboxes.json"
  for file in "$demo"/*.shop; do [ ! -e "$file" ] || mv "$file" "$file.gone"; done
  settings=()
  for channel in "${channels[@]}"; do
    while read -r setting; do settings+=(--setting "$channel.$setting"); done \
      < <(expects "$channel" '.demo.settings | to_entries[] | "\(.key)=\(.value)\n"')
  done
  launch sandboxes gerbang-sandboxes --hook-base "$url" --ready-file "$demo/sandboxes.json" "${settings[@]}"
fi
wait_until "the sandboxes listen" 20 test -s "$demo/sandboxes.json"
configure
"$bin/gerbang" check-config --config "$demo/gerbang.toml"
launch gateway gerbang serve --config "$demo/gerbang.toml"
wait_until "the gateway is ready" 20 curl -fsS "$url/readyz"
say "Load the demo village"
load
echo "Publishing to ${#channels[@]} shops …"
wait_until "everything is published" 1200 settled
for channel in "${channels[@]}"; do
  echo "$channel: $(listings "$channel" | jq '[.listings[] | select(.listed)] | length') listings on offer"
done

cat <<TXT

gerbang runs.
  Read the API:        $url/docs
  What was refused:    cat $demo/katalog.csv.report
  Shops and work:      $bin/gerbang shop list --key-file $demo/village.key
  Buy at Shopee:       curl -d '{"shop_id":"$(cat "$demo/shopee.remote")","lines":[{"sku":"KOPI-ROB-250","quantity":2}],"pay":true}' http://127.0.0.1:$(port shopee)/_sandbox/orders
  See the order:       $bin/gerbang order list --key-file $demo/village.key
  Bukalapak's stock:   curl -s 'http://127.0.0.1:$(port bukalapak)/_sandbox/listings?shop_id=$(cat "$demo/bukalapak.remote")' | jq '.listings[] | select(.sku=="KOPI-ROB-250")'
  Pull the plug:       kill -9 \$(cat $demo/gateway.pid); deploy/quickstart.sh
  End it:              deploy/quickstart.sh stop

Done: the demo village is on offer.
TXT
