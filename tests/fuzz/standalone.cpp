// Drives a fuzz target without libFuzzer, so that every build runs it a little: the seeds as they
// are, then many mutations of them. Repeatable: the same seeds and count give the same inputs.
//   usage: <target> SEED_FILE... [--count N]
#include "tests/fuzz/target.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<std::uint8_t>;

void feed(const Bytes& bytes) {
    // A copy of exactly its size: a sanitizer then sees a read past the end.
    std::vector<std::uint8_t> exact(bytes);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

class Mutator {
public:
    explicit Mutator(std::vector<Bytes> seeds) : seeds_(std::move(seeds)) {}

    Bytes next() {
        auto bytes = seeds_[pick(seeds_.size())];
        const auto changes = 1 + pick(6);
        for (std::size_t i = 0; i < changes; ++i)
            change(bytes);
        return bytes;
    }

private:
    std::size_t pick(std::size_t below) { return below == 0 ? 0 : random_() % below; }

    void change(Bytes& bytes) {
        const auto at = pick(bytes.size());
        const auto length = std::min(bytes.size() - at, pick(24) + 1);
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        const auto to = from + static_cast<std::ptrdiff_t>(bytes.empty() ? 0 : length);
        switch (pick(7)) {
        case 0:
            bytes.erase(from, to);
            break;
        case 1:
            bytes.insert(from, 1 + pick(8), static_cast<std::uint8_t>(random_()));
            break;
        case 2:
            if (!bytes.empty()) bytes[at] = static_cast<std::uint8_t>(random_());
            break;
        case 3:
            if (!bytes.empty()) bytes[at] ^= static_cast<std::uint8_t>(1u << pick(8));
            break;
        case 4:
            bytes.resize(at);
            break;
        case 5: {
            const Bytes again(from, to);
            bytes.insert(
                bytes.begin() + static_cast<std::ptrdiff_t>(pick(bytes.size())),
                again.begin(),
                again.end()
            );
            break;
        }
        default: {
            static constexpr std::uint8_t loud[] = {
                0x00, 0xFF, 0x7F, 0x80, '<', '{', '"', '(', ';', ' '};
            if (!bytes.empty()) bytes[at] = loud[pick(sizeof loud)];
        }
        }
    }

    std::vector<Bytes> seeds_;
    std::mt19937_64 random_{20261123};
};

} // namespace

int main(int argc, char** argv) {
    std::size_t count = 5000;
    std::vector<Bytes> seeds;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--count") == 0 && i + 1 < argc) {
            count = std::strtoul(argv[++i], nullptr, 10);
            continue;
        }
        std::ifstream file(argv[i], std::ios::binary);
        if (!file) {
            std::fprintf(stderr, "cannot read %s\n", argv[i]);
            return 2;
        }
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    if (seeds.empty()) {
        std::fprintf(stderr, "a fuzz target needs seeds\n");
        return 2;
    }
    feed({});
    for (const auto& seed : seeds)
        feed(seed);
    Mutator mutator(seeds);
    for (std::size_t i = 0; i < count; ++i)
        feed(mutator.next());
    std::printf("%zu seeds, %zu mutations\n", seeds.size(), count);
    return 0;
}
