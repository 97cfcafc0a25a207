#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.hpp"

// A disk in memory for the real SQLite store. What was written is seen at once, and survives the
// death of the process; what was not synced may be lost with the power, all of it or some of it,
// a write torn in the middle included.
//
// It is SQLite's default file system of this process from the first Disk on. One Disk at a time is
// the present one; one thread.
namespace gerbang::sim {

class Disk {
 public:
  explicit Disk(Random& random);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // From now on every operation fails and changes nothing: the process is dying. `on_freeze` is
  // told once.
  void freeze();
  bool frozen() const { return frozen_; }
  // freeze() by itself at the n-th write or sync from now, before it happens; 0: never.
  void freeze_after(std::size_t operations) { countdown_ = operations; }
  std::function<void()> on_freeze;

  // After freeze(), when every connection is closed: the machine runs again. With `power_lost`
  // unsynced writes are rolled back, each surviving by chance.
  void thaw(bool power_lost);

  std::size_t syncs() const { return syncs_; }
  std::size_t lost_writes() const { return lost_writes_; }

  // ---- for the file system
  struct Write {
    std::size_t offset = 0;
    std::string before;  // what the write replaced
    std::string after;
    std::size_t size_before = 0;
    bool truncation = false;
  };
  struct File {
    std::string bytes;
    std::vector<Write> unsynced;
    std::vector<std::unique_ptr<char[]>> shared;  // regions of the write-ahead log's index
    bool exists = false;
  };
  static Disk* present();
  File& file(const std::string& name);
  void remove(const std::string& name);
  void write(File& file, const void* from, std::size_t n, std::size_t offset);
  void truncate(File& file, std::size_t n);
  void sync(File& file);
  bool strikes();  // an operation begins: whether the disk is, or just became, frozen

 private:
  Random& random_;
  std::map<std::string, std::unique_ptr<File>> files_;
  bool frozen_ = false;
  std::size_t countdown_ = 0;
  std::size_t syncs_ = 0;
  std::size_t lost_writes_ = 0;
};

}  // namespace gerbang::sim
