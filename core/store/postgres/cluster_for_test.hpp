#pragma once

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/store/postgres/connection.hpp"
#include "core/store/postgres/migrations.hpp"
#include "tests/contract/temporary_folder.hpp"

// A PostgreSQL cluster of the test program's own, from Debian's packages: in a folder of its own,
// reached through a socket in that folder and through nothing else, stopped when the program ends
// (also when it is killed). The server keeps its durable settings; what makes it quick is that the
// folder lies in memory where the system offers that.
namespace gerbang::store::postgres {

class TestCluster {
 public:
  // The one of this program; started when it is first asked for.
  static TestCluster& shared() {
    static TestCluster cluster;
    return cluster;
  }

  TestCluster() : TestCluster(Bare()) {
    const std::string home = folder_.file("home");
    if (run({bin_ + "/initdb", "-D", home + "/data", "-U", "super", "--auth=trust", "--locale=C",
             "-E", "UTF8", "--no-sync", "--no-instructions"}) != 0)
      throw std::runtime_error("initdb failed: " + log());
    start();
    // Its tables belong to a role that row-level security holds for.
    Connection super(settings_of("super", "postgres"));
    super.execute("CREATE ROLE gerbang LOGIN");
  }
  TestCluster(const TestCluster&) = delete;
  TestCluster& operator=(const TestCluster&) = delete;
  ~TestCluster() { stop(SIGINT); }

  std::string address(const std::string& role, const std::string& database) const {
    return "host=" + folder_.file("home") + " port=5432 user=" + role + " dbname=" + database;
  }
  std::string socket() const { return folder_.file("home/.s.PGSQL.5432"); }
  ConnectionSettings settings_of(const std::string& role, const std::string& database) const {
    ConnectionSettings out;
    out.address = address(role, database);
    out.name = "test";
    return out;
  }

  // A database for gerbang, empty.
  std::string new_database() {
    const std::string name = "t" + std::to_string(++databases_);
    Connection super(settings_of("super", "postgres"));
    super.execute("CREATE DATABASE " + name + " OWNER gerbang");
    return name;
  }
  // One with the schema, and with nothing in it. The same database each time: to empty it costs a
  // few milliseconds, to make it a second.
  std::string empty_store(const std::string& kind = "plain",
                          const std::string& after_migration = {}) {
    std::string& name = stores_[kind];
    if (name.empty()) {
      name = new_database();
      Connection db(settings_of("gerbang", name));
      const auto migrated = migrate(db);
      if (!migrated) throw std::runtime_error(migrated.error().describe());
      if (!after_migration.empty()) db.execute(after_migration);
      return name;
    }
    Connection super(settings_of("super", name));
    super.execute(
        "DO $$ DECLARE t record; BEGIN FOR t IN SELECT relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition AND relname NOT IN ('gerbang_schema')"
        " ORDER BY relname IN ('organisations') LOOP"
        " EXECUTE format('DELETE FROM %I', t.relname); END LOOP; END $$");
    return name;
  }

  // Like a power cut for the server's processes, or an orderly end.
  void stop(int signal) {
    if (server_ <= 0) return;
    ::kill(server_, signal);
    int status = 0;
    ::waitpid(server_, &status, 0);
    server_ = -1;
  }
  void start() {
    const std::string home = folder_.file("home");
    server_ = spawn({bin_ + "/postgres", "-D", home + "/data", "-c", "listen_addresses=", "-c",
                     "unix_socket_directories=" + home, "-c", "max_connections=60", "-c",
                     "shared_buffers=32MB", "-c", "deadlock_timeout=100ms", "-c",
                     "log_min_messages=warning"});
    for (int i = 0; i < 600; ++i) {
      try {
        Connection probe(settings_of("super", "postgres"));
        return;
      } catch (const DatabaseError&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    }
    throw std::runtime_error("the server does not start: " + log());
  }

  std::string log() const {
    std::ifstream file(folder_.file("home/log"));
    std::ostringstream text;
    text << file.rdbuf();
    const std::string all = text.str();
    return all.substr(all.size() > 4000 ? all.size() - 4000 : 0);
  }

 protected:
  // A folder and a user, and nothing in it yet.
  struct Bare {};
  explicit TestCluster(Bare) {
    find_programs();
    find_user();
    if (::chmod(folder_.file("").c_str(), 0755) != 0) throw std::runtime_error("chmod");
    own(folder_.file("home"));
  }
  std::string home() const { return folder_.file("home"); }
  std::string program(const std::string& name) const { return bin_ + "/" + name; }
  bool runs() const { return server_ > 0; }

  void find_programs() {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
      if (std::filesystem::exists(version.path() / "bin/initdb")) found.push_back(version.path());
    }
    if (found.empty())
      throw std::runtime_error("no PostgreSQL server: install the packages in tests/packages.txt");
    std::sort(found.begin(), found.end());
    bin_ = (found.back() / "bin").string();
  }
  // The server refuses to run as root.
  void find_user() {
    if (::geteuid() != 0) return;
    for (const char* name : {"postgres", "nobody"}) {
      if (const passwd* user = ::getpwnam(name)) {
        uid_ = user->pw_uid;
        gid_ = user->pw_gid;
        return;
      }
    }
    throw std::runtime_error("no user to run the database server as");
  }
  void own(const std::string& path) {
    std::filesystem::create_directory(path);
    if (uid_ != 0 && ::chown(path.c_str(), uid_, gid_) != 0) throw std::runtime_error("chown");
  }
  pid_t spawn(const std::vector<std::string>& command) {
    std::vector<char*> argv;
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const std::string log_file = folder_.file("home/log");
    const std::string home = folder_.file("home");
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child > 0) return child;
    if (uid_ != 0 && (::setgroups(0, nullptr) != 0 || ::setgid(gid_) != 0 || ::setuid(uid_) != 0))
      ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    const int out = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(out, 1);
    ::dup2(out, 2);
    const int in = ::open("/dev/null", O_RDONLY);
    ::dup2(in, 0);
    if (::chdir(home.c_str()) != 0) ::_exit(126);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  int run(const std::vector<std::string>& command) {
    int status = 0;
    ::waitpid(spawn(command), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }

 private:
  TemporaryFolder folder_;
  std::string bin_;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
  pid_t server_ = -1;
  int databases_ = 0;
  std::map<std::string, std::string> stores_;
};

}  // namespace gerbang::store::postgres
