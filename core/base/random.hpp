#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace gerbang {

// The only source of chance: jitter, ids, nonces. Seeded in simulation.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
  // Uniform in [0, bound); 0 for a bound of 0.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  void fill(std::span<std::uint8_t> out);
  std::string hex(std::size_t bytes);
};

// The operating system's generator (OpenSSL). Thread-safe.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;
};

// xoshiro256**, for simulation and tests: the same seed gives the same sequence everywhere.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace gerbang
