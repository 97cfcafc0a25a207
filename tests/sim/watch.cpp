#include "tests/sim/watch.hpp"

namespace gerbang::sim {

Exchange<TokenSet> Watched::refresh_tokens(CallContext c) const {
  observer_.refresh_began(c);
  // A transport failure, or the death of the process, ends an exchange from outside.
  struct Dropped {
    Observer& observer;
    const CallContext& context;
    bool ended = false;
    ~Dropped() {
      if (!ended) observer.refresh_dropped(context);
    }
  } dropped{observer_, c};
  Exchange<TokenSet> refreshing = real_.refresh_tokens(c);
  Result<TokenSet> tokens = co_await std::move(refreshing);
  dropped.ended = true;
  observer_.refresh_ended(c, tokens);
  co_return tokens;
}

}  // namespace gerbang::sim
