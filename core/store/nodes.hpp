#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/time.hpp"

// Several gateways on one database. What may be done by one of them at a time - the lane of a shop,
// a job for all - has a lease by its name: the shop's id, or "@trim". A lease belongs to a node for
// as long as the node lives, and a node lives for as long as its heartbeats come, by the clock of
// the database. Each change of hands raises the lease's epoch; what is written in the name of a
// lease carries it (Fenced), and is refused once the lease is another's.
namespace gerbang::store {

// One life of a gateway's process.
struct Node {
  std::string id;  // never used again after its end
  std::string name;
  TimePoint started_at;   // by the database's clock, like all here
  Duration left{0};       // until it counts as dead, unless it is heard of
  int counts = 0;         // by how many nodes it divides what all share, as it said last
  bool serves = false;    // it takes leases
  std::int64_t held = 0;  // leases; of ListNodes only
};

struct Lease {
  std::string name;
  std::string node;
  std::int64_t epoch = 0;
};

// A node lives for `lease` from now. First of all, nodes whose time is over are ended: their leases
// are free, and they cannot come back. Committed::nodes when others have to look: one came, one was
// ended, what it says of itself changed. Errors: conflict node_lost (it was ended meanwhile:
// whatever it held may be another's; it has to begin anew, with another id), conflict node_known
// (`join` of an id that is there).
struct Heartbeat {
  using Answer = std::vector<Node>;  // the living, by id, itself included
  std::string node;
  std::string name;
  Duration lease{60'000};
  int counts = 0;
  bool serves = false;
  bool join = false;  // the first of this node
};

// Takes those of the names that are free. A lease that is just being written under is left out.
// Errors: conflict node_lost.
struct TakeLeases {
  using Answer = std::vector<Lease>;  // of `names`, what the node holds now
  std::string node;
  std::vector<std::string> names;
};

// Gives back what the node still holds; nobody takes it before `rest` has passed. Committed::nodes.
struct ReleaseLeases {
  using Answer = std::int64_t;  // leases given back
  struct Item {
    std::string name;
    std::int64_t epoch = 0;
    Duration rest{0};
  };
  std::string node;
  std::vector<Item> leases;
};

// An orderly end: whatever it still holds is free. Committed::nodes.
struct EndNode {
  using Answer = bool;  // false: it was ended already
  std::string node;
};

}  // namespace gerbang::store
