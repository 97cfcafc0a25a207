// Never compiled: the two shapes that tests/lint/co_await.sh must find.
#include <functional>
#include <string>
#include <vector>

#include "core/connector/exchange.hpp"

namespace gerbang {

struct Pair {
  std::string a;
  std::string b;
};

Exchange<int> take(std::function<std::string()> f);
Exchange<int> take_pair(Pair p);

Exchange<int> planted(std::string name) {
  Result<int> one = co_await take([name] { return name; });
  Result<int> two = co_await take_pair(Pair{name, name});
  co_return *one + *two;
}

}  // namespace gerbang
