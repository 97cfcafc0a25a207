// Nodes and leases. One process has the file, so that its clock is the database's.
#include <algorithm>

#include "core/store/sqlite/queries.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

namespace {

Error node_lost() {
  return Error(ErrorKind::conflict, "node_lost", "the node counts as dead");
}

std::vector<Node> nodes_from(Statement row, TimePoint now) {
  std::vector<Node> out;
  while (row.step()) {
    Node node;
    node.id = row.text(0);
    node.name = row.text(1);
    node.started_at = from_unix_millis(row.integer(2));
    node.left = std::max<Duration>(Duration(0), from_unix_millis(row.integer(3)) - now);
    node.counts = static_cast<int>(row.integer(4));
    node.serves = row.integer(5) != 0;
    node.held = row.integer(6);
    out.push_back(std::move(node));
  }
  return out;
}

}  // namespace

bool SqliteScripts::node_lives(const std::string& node) {
  auto row = db_.query("SELECT 1 FROM nodes WHERE id = ?1").bind(1, node);
  return row.step();
}

Result<Heartbeat::Answer> SqliteScripts::run(const Heartbeat& script) {
  bool changed = false;
  {
    auto before = db_.query("SELECT counts, serves FROM nodes WHERE id = ?1").bind(1, script.node);
    const bool there = before.step();
    if (there && script.join)
      return Error(ErrorKind::conflict, "node_known", "a node has this id already");
    if (!there && !script.join) return node_lost();
    changed =
        !there || before.integer(0) != script.counts || (before.integer(1) != 0) != script.serves;
  }
  // Not itself: as long as its row is there nobody has taken anything of it.
  const auto ended = db_.query("DELETE FROM nodes WHERE alive_until <= ?1 AND id <> ?2")
                         .bind(1, now())
                         .bind(2, script.node)
                         .run();
  db_.query(
         "INSERT INTO nodes (id, name, started_at, alive_until, counts, serves)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
         " alive_until = excluded.alive_until, counts = excluded.counts, serves = excluded.serves")
      .bind(1, script.node)
      .bind(2, script.name)
      .bind(3, now())
      .bind(4, now() + script.lease)
      .bind(5, script.counts)
      .bind(6, script.serves)
      .run();
  if (ended > 0 || changed) touched_.nodes = true;
  return nodes_from(
      db_.query(
          "SELECT id, name, started_at, alive_until, counts, serves, 0 FROM nodes ORDER BY id"),
      now());
}

Result<TakeLeases::Answer> SqliteScripts::run(const TakeLeases& script) {
  if (!node_lives(script.node)) return node_lost();
  TakeLeases::Answer out;
  for (const std::string& name : std::set<std::string>(script.names.begin(), script.names.end())) {
    auto row = db_.query(
                      "INSERT INTO leases (name, node, epoch) VALUES (?1, ?2, 1)"
                      " ON CONFLICT (name) DO UPDATE SET"
                      " epoch = epoch + (node <> excluded.node), node = excluded.node, free_at = 0"
                      " WHERE node = excluded.node OR (free_at <= ?3"
                      "  AND NOT EXISTS (SELECT 1 FROM nodes WHERE id = leases.node))"
                      " RETURNING epoch")
                   .bind(1, name)
                   .bind(2, script.node)
                   .bind(3, now());
    if (row.step()) out.push_back({name, script.node, row.integer(0)});
  }
  return out;
}

Result<ReleaseLeases::Answer> SqliteScripts::run(const ReleaseLeases& script) {
  std::int64_t released = 0;
  for (const auto& item : script.leases)
    released += db_.query(
                       "UPDATE leases SET node = '', free_at = ?4"
                       " WHERE name = ?1 AND node = ?2 AND epoch = ?3")
                    .bind(1, item.name)
                    .bind(2, script.node)
                    .bind(3, item.epoch)
                    .bind(4, now() + item.rest)
                    .run();
  if (released > 0) touched_.nodes = true;
  return released;
}

Result<EndNode::Answer> SqliteScripts::run(const EndNode& script) {
  const auto ended = db_.query("DELETE FROM nodes WHERE id = ?1").bind(1, script.node).run();
  if (ended > 0) touched_.nodes = true;
  return ended > 0;
}

void SqliteScripts::claim(const Lease& lease) {
  auto row = db_.query("SELECT 1 FROM leases WHERE name = ?1 AND node = ?2 AND epoch = ?3")
                 .bind(1, lease.name)
                 .bind(2, lease.node)
                 .bind(3, lease.epoch);
  claim_held_ = row.step();
}

Result<void> SqliteScripts::claimed() {
  if (claim_held_) return {};
  return Error(ErrorKind::conflict, "lease_lost", "the lease is another node's by now");
}

Result<ListNodes::Answer> SqliteQueries::run(const ListNodes&) {
  return nodes_from(db_.query("SELECT id, name, started_at, alive_until, counts, serves,"
                              " (SELECT count(*) FROM leases WHERE node = nodes.id)"
                              " FROM nodes WHERE alive_until > ?1 ORDER BY id")
                        .bind(1, clock_.now()),
                    clock_.now());
}

}  // namespace gerbang::store
