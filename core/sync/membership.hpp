#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/store/nodes.hpp"
#include "core/sync/options.hpp"
#include "core/sync/tenure.hpp"

namespace gerbang::sync {

// This node among the others on the same database (core/store/nodes). It joins with its first beat;
// once it counts as dead it begins anew, as another node that holds nothing.
//
// What an app may do for all its shops together is divided by the living nodes. One that comes
// takes no shop before all others have said that they divide by its number too: so the parts never
// add up to more than the whole.
class Membership {
 public:
  // The options outlive it and have a node.
  Membership(const Ports& ports, const EngineOptions& options);

  // Says that we live, as often as what we have to say of ourselves changes with the answer. False:
  // the store did not answer.
  boost::asio::awaitable<bool> beat();
  // After it: how long until the next one is due. A node that is late is looked after when its time
  // is over.
  Duration until_next(bool answered) const;

  // Of `names`, what we hold now; none when we may not take any.
  boost::asio::awaitable<std::vector<store::Lease>> take(std::vector<std::string> names);
  // False: ask again later. What was ours before we began anew is not ours to give back.
  boost::asio::awaitable<bool> release(std::vector<store::ReleaseLeases::Item> leases);
  // From now on others are to have what we give back.
  void leave() { leaving_ = true; }
  // The orderly end, when nothing of ours runs any more.
  boost::asio::awaitable<void> end();

  const std::string& id() const { return id_; }
  // Of the leases that are taken now. Another one after each new beginning.
  const std::shared_ptr<Tenure>& tenure() const { return tenure_; }
  bool may_take() const { return admitted_ && !leaving_ && tenure_->lasts(); }
  // Whether this node should have it.
  bool wants(const std::string& name) const;
  // By how many the limits of apps are divided.
  int living() const { return living_; }

 private:
  void begin_anew();
  void learn(std::vector<store::Node> nodes);

  const Ports& ports_;
  const EngineOptions& options_;
  std::string id_;
  std::shared_ptr<Tenure> tenure_;
  bool joined_ = false;
  bool admitted_ = false;
  bool leaving_ = false;
  int living_ = 1;
  std::vector<store::Node> nodes_;    // as of the last answer
  std::vector<std::string> serving_;  // ids of those that take leases
};

}  // namespace gerbang::sync
