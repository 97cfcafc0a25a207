// Nodes and leases. Everything but the fence happens under one lock, held by one at a time over all
// processes: what one statement finds no other transaction changes before the commit. It is needed
// a few times a minute.
#include <algorithm>

#include "core/store/postgres/queries.hpp"
#include "core/store/postgres/scripts.hpp"

namespace gerbang::store::postgres {

namespace {

constexpr std::int64_t kNodesLock = 0x4e4f4445;  // "NODE"

#define GERBANG_PG_NOW "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

Error node_lost() {
  return Error(ErrorKind::conflict, "node_lost", "the node counts as dead");
}

std::vector<Node> nodes_from(const Rows& rows) {
  std::vector<Node> out;
  for (const Row row : rows) {
    Node node;
    node.id = row.text(0);
    node.name = row.text(1);
    node.started_at = row.time(2);
    node.left = Duration(std::max<std::int64_t>(0, row.integer(3)));
    node.counts = static_cast<int>(row.integer(4));
    node.serves = row.boolean(5);
    node.held = row.integer(6);
    out.push_back(std::move(node));
  }
  return out;
}

}  // namespace

Result<Heartbeat::Answer> PostgresScripts::run(const Heartbeat& script) {
  std::int64_t ended = 0;
  bool there = false, changed = false;
  Heartbeat::Answer nodes;
  db_.send("SELECT pg_advisory_xact_lock($1)::text", Params::of(kNodesLock));
  // Not itself: as long as its row is there nobody has taken anything of it.
  db_.send("DELETE FROM nodes WHERE alive_until <= " GERBANG_PG_NOW " AND id <> $1",
           Params::of(script.node), [&](const Rows& rows) { ended = rows.changed(); });
  if (script.join) {
    db_.send(
        "INSERT INTO nodes (id, name, started_at, alive_until, counts, serves)"
        " VALUES ($1, $2, " GERBANG_PG_NOW ", " GERBANG_PG_NOW
        " + $3, $4, $5)"
        " ON CONFLICT (id) DO NOTHING",
        Params::of(script.node, script.name, script.lease.count(), script.counts, script.serves),
        [&](const Rows& rows) { there = changed = rows.changed() > 0; });
  } else {
    db_.send(
        "UPDATE nodes n SET name = $2, alive_until = " GERBANG_PG_NOW
        " + $3, counts = $4,"
        " serves = $5 FROM (SELECT counts, serves FROM nodes WHERE id = $1) AS before"
        " WHERE n.id = $1 RETURNING before.counts <> $4 OR before.serves <> $5",
        Params::of(script.node, script.name, script.lease.count(), script.counts, script.serves),
        [&](const Rows& rows) {
          there = !rows.empty();
          changed = there && rows[0].boolean(0);
        });
  }
  db_.send("SELECT id, name, started_at, alive_until - " GERBANG_PG_NOW
           ", counts, serves, 0::bigint FROM nodes ORDER BY id",
           {}, [&](const Rows& rows) { nodes = nodes_from(rows); });
  db_.sync();
  if (!there)
    return script.join ? Error(ErrorKind::conflict, "node_known", "a node has this id already")
                       : node_lost();
  if (peers_) peers_->others = nodes.size() > 1;
  if (ended > 0 || changed) {
    touched_.nodes = true;
    // One that comes or goes is told of, also to the last one that is left.
    if (peers_) peers_->others = peers_->others || changed || ended > 0;
  }
  return nodes;
}

Result<TakeLeases::Answer> PostgresScripts::run(const TakeLeases& script) {
  bool lives = false;
  TakeLeases::Answer out;
  db_.send("SELECT pg_advisory_xact_lock($1)::text", Params::of(kNodesLock));
  db_.send("SELECT FROM nodes WHERE id = $1", Params::of(script.node),
           [&](const Rows& rows) { lives = !rows.empty(); });
  db_.send(
      "INSERT INTO leases (name, node, epoch) SELECT DISTINCT name, '', 0 FROM unnest($1) AS t "
      "(name)"
      " ON CONFLICT (name) DO NOTHING",
      Params::of(script.names));
  // What is locked is being written under by a node that holds it, or held it: another time.
  db_.send(
      "UPDATE leases SET node = $1, epoch = epoch + 1, free_at = 0 WHERE name IN ("
      "SELECT l.name FROM leases l WHERE l.name = ANY ($2) AND l.node <> $1"
      " AND l.free_at <= " GERBANG_PG_NOW
      " AND NOT EXISTS (SELECT FROM nodes n WHERE n.id = l.node)"
      " ORDER BY l.name FOR NO KEY UPDATE SKIP LOCKED)",
      Params::of(script.node, script.names));
  db_.send("SELECT name, epoch FROM leases WHERE node = $1 AND name = ANY ($2) ORDER BY name",
           Params::of(script.node, script.names), [&](const Rows& rows) {
             for (const Row row : rows) out.push_back({row.text(0), script.node, row.integer(1)});
           });
  db_.sync();
  if (!lives) return node_lost();
  return out;
}

Result<ReleaseLeases::Answer> PostgresScripts::run(const ReleaseLeases& script) {
  if (script.leases.empty()) return std::int64_t{0};
  Batch items;
  for (const auto& item : script.leases) items.row(item.name, item.epoch, item.rest.count());
  db_.send("SELECT pg_advisory_xact_lock($1)::text", Params::of(kNodesLock));
  const Rows rows = db_.query("UPDATE leases l SET node = '', free_at = " GERBANG_PG_NOW
                              " + t.rest FROM unnest($2, $3, $4) AS t (name, epoch, rest)"
                              " WHERE l.name = t.name AND l.node = $1 AND l.epoch = t.epoch",
                              items.after(Params::of(script.node)));
  if (rows.changed() > 0) touched_.nodes = true;
  return rows.changed();
}

Result<EndNode::Answer> PostgresScripts::run(const EndNode& script) {
  db_.send("SELECT pg_advisory_xact_lock($1)::text", Params::of(kNodesLock));
  const Rows rows = db_.query("DELETE FROM nodes WHERE id = $1", Params::of(script.node));
  if (rows.changed() > 0) touched_.nodes = true;
  return rows.changed() > 0;
}

// Until the commit nobody takes the lease: FOR SHARE stands against the UPDATE of TakeLeases.
void PostgresScripts::claim(const Lease& lease) {
  claim_ = lease;
  claim_held_.reset();
  db_.send("SELECT FROM leases WHERE name = $1 AND node = $2 AND epoch = $3 FOR SHARE",
           Params::of(lease.name, lease.node, lease.epoch),
           [this](const Rows& rows) { claim_held_ = !rows.empty(); });
}

Result<void> PostgresScripts::claimed() {
  // The script failed before it asked the server anything.
  if (!claim_held_)
    claim_held_ =
        !db_.query("SELECT FROM leases WHERE name = $1 AND node = $2 AND epoch = $3 FOR SHARE",
                   Params::of(claim_.name, claim_.node, claim_.epoch))
             .empty();
  if (*claim_held_) return {};
  return Error(ErrorKind::conflict, "lease_lost", "the lease is another node's by now");
}

Result<ListNodes::Answer> PostgresQueries::run(const ListNodes&) {
  return nodes_from(
      db_.query("SELECT n.id, n.name, n.started_at, n.alive_until - " GERBANG_PG_NOW
                ", n.counts, n.serves, (SELECT count(*) FROM leases l WHERE l.node = n.id)"
                " FROM nodes n WHERE n.alive_until > " GERBANG_PG_NOW " ORDER BY n.id"));
}

}  // namespace gerbang::store::postgres
