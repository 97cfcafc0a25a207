#pragma once

#include <signal.h>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/store/postgres/cluster_for_test.hpp"

// A PostgreSQL primary and a standby that it waits for, each with a folder, a socket and processes
// of its own, both of this test.
namespace gerbang::store::postgres {

// A copy of another server that follows it.
class StandbyCluster : public TestCluster {
 public:
  explicit StandbyCluster(const TestCluster& primary) : TestCluster(Bare()) {
    if (run({program("pg_basebackup"), "-D", home() + "/data", "-R", "-X", "stream", "--no-sync",
             "--checkpoint=fast", "-d",
             primary.address("super", "postgres") + " application_name=second"}) != 0)
      throw std::runtime_error("pg_basebackup failed: " + log());
    start();
  }
};

// Asks until it is so; a minute is more than any of it takes.
inline void wait_until(const std::string& what, const std::function<bool()>& so) {
  for (int i = 0; i < 3000; ++i) {
    if (so()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  throw std::runtime_error("in vain waited for: " + what);
}

class Pair {
 public:
  Pair() : standby_(first_) {
    database_ = first_.new_database();
    wait_for("second");
    wait_until("a synchronous standby", [&] {
      return ask(first_, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1;
    });
  }
  TestCluster& primary() { return first_; }
  TestCluster& standby() { return standby_; }

  // Both servers, in this order; the one that can write is taken.
  std::string address() const {
    return "host=" + folder(first_) + "," + folder(standby_) +
           " port=5432,5432 user=gerbang dbname=" + database_ + " target_session_attrs=read-write";
  }
  // The name of the standby whose word commits wait for; "" for none, "nobody" for ever.
  void wait_for(const std::string& name) {
    Connection super(first_.settings_of("super", "postgres"));
    super.execute("ALTER SYSTEM SET synchronous_standby_names = '" + name + "'");
    super.execute("SELECT pg_reload_conf()");
    wait_until("the setting", [&] {
      Connection fresh(first_.settings_of("super", "postgres"));
      return fresh.query("SELECT current_setting('synchronous_standby_names')")[0].text(0) == name;
    });
  }
  // The first server's power goes; nobody starts it again.
  void lose_primary() { first_.stop(SIGKILL); }
  void promote() {
    {
      Connection super(standby_.settings_of("super", "postgres"));
      super.query("SELECT pg_promote(false)");
    }
    wait_until("a standby that is promoted", [&] {
      return ask(standby_,
                 "SELECT count(*) FROM pg_settings WHERE name = 'in_hot_standby'"
                 " AND setting = 'off'") == 1;
    });
  }

  std::int64_t ask(TestCluster& server, const std::string& sql) {
    Connection super(server.settings_of("super", "postgres"));
    return super.query(*texts_.insert(sql).first)[0].integer(0);
  }
  // In gerbang's database, past its walls.
  std::int64_t count(TestCluster& server, const std::string& sql) {
    Connection super(server.settings_of("super", database_));
    return super.query(*texts_.insert(sql).first)[0].integer(0);
  }
  // Sessions of gerbang whose COMMIT waits for the standby.
  std::int64_t waiting_commits() {
    return ask(first_,
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
               " AND application_name LIKE 'gerbang-%'");
  }

 private:
  static std::string folder(const TestCluster& cluster) {
    const std::string socket = cluster.socket();
    return socket.substr(0, socket.rfind('/'));
  }

  TestCluster first_;
  StandbyCluster standby_;
  std::string database_;
  std::set<std::string> texts_;
};

}  // namespace gerbang::store::postgres
