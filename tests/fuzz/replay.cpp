// Runs a fuzz target over files instead of under libFuzzer: the seeds and every case ever found
// stay tests of the ordinary suites.
//
//   fuzz_<target> FOLDER_OR_FILE…     a folder that is not there counts as empty; none at all fails
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  for (int i = 1; i < count; ++i) {
    const fs::path path = arguments[i];
    if (fs::is_directory(path)) {
      for (const auto& entry : fs::directory_iterator(path)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
      }
    } else if (fs::exists(path)) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in.good() && !in.eof()) {
      std::fprintf(stderr, "%s cannot be read\n", file.c_str());
      return 1;
    }
    // Printed first: after an abort the last line names the case.
    std::printf("%s (%zu bytes)\n", file.c_str(), bytes.size());
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  // Every prefix of the smallest ones costs nothing and meets many ends of input.
  std::size_t prefixes = 0;
  for (const fs::path& file : files) {
    if (fs::file_size(file) > 2048) continue;
    std::ifstream in(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const std::size_t stride = bytes.size() / 64 + 1;
    for (std::size_t n = 0; n < bytes.size(); n += stride, ++prefixes) {
      const std::string part = bytes.substr(0, n);
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
    }
  }
  if (files.empty()) {
    std::fprintf(stderr, "no cases: a target needs seeds\n");
    return 1;
  }
  std::printf("%zu cases and %zu prefixes, nothing found\n", files.size(), prefixes);
  return 0;
}
