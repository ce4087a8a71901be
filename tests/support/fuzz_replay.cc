// SPDX-License-Identifier: Apache-2.0
// The main of a fuzz target where libFuzzer is not there: gives the target every file of a corpus
// folder, then mutations of them from a fixed seed, until a count or a time is reached. The target
// aborts on what must not be.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kMutations = 300'000;
constexpr std::chrono::seconds kTimeLimit(5);
constexpr size_t kMaxBytes = 4096;

using Random = std::mt19937;

size_t Below(Random& random, size_t limit) {
  return std::uniform_int_distribution<size_t>(0, limit - 1)(random);
}

/// One to four small changes; bytes come from all of the corpus, so that they mean something.
std::string Mutate(std::string text, const std::string& all_bytes, Random& random) {
  const size_t changes = 1 + Below(random, 4);
  for (size_t i = 0; i < changes; ++i) {
    const size_t at = Below(random, text.size() + 1);
    const char byte = Below(random, 8) == 0 ? static_cast<char>(Below(random, 256))
                                            : all_bytes[Below(random, all_bytes.size())];
    switch (Below(random, 5)) {
      case 0:
        text.insert(at, 1, byte);
        break;
      case 1:
        text.erase(at, 1 + Below(random, 4));
        break;
      case 2:
        if (at < text.size()) text[at] = byte;
        break;
      case 3: {  // splice a piece of another input in
        const size_t from = Below(random, all_bytes.size());
        text.insert(at, all_bytes, from, 1 + Below(random, 24));
        break;
      }
      default:
        text.insert(at, text.substr(Below(random, text.size() + 1), 1 + Below(random, 24)));
    }
    text.resize(std::min(text.size(), kMaxBytes));
  }
  return text;
}

void Run(const std::string& input) {
  // A copy of its own, so that a sanitizer sees every byte read past the end.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
    return 2;
  }
  std::vector<std::string> corpus;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1], error)) {
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::sort(corpus.begin(), corpus.end());  // the order of a folder is not fixed
  std::string all_bytes;
  for (const std::string& input : corpus) all_bytes += input;
  if (error || all_bytes.empty()) {
    std::fprintf(stderr, "no inputs in %s\n", argv[1]);
    return 1;
  }
  Run("");
  for (const std::string& input : corpus) Run(input);

  Random random(1);
  const auto start = std::chrono::steady_clock::now();
  int count = 0;
  for (; count < kMutations && std::chrono::steady_clock::now() - start < kTimeLimit; ++count) {
    // Now and then a mutation is mutated further.
    const std::string mutated = Mutate(corpus[Below(random, corpus.size())], all_bytes, random);
    Run(mutated);
    if (Below(random, 16) == 0) corpus[Below(random, corpus.size())] = mutated;
  }
  std::printf("%zu inputs of the corpus and %d mutations\n", corpus.size(), count);
  return 0;
}
