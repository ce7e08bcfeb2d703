// Drives a fuzz target without libFuzzer, so that every build runs it a little: the seeds as they
// are, then many mutations of them. Repeatable: the same seeds and count give the same inputs.
//   usage: <target> SEED_FILE... [--count N] [--random N] [--seconds N] [--keep FILE]
// With --random other inputs, with --seconds as many as there is time for; --keep names a file for
// the input that something does not hold of.
#include "tests/fuzz/target.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using Bytes = std::vector<std::uint8_t>;

const Bytes* fed = nullptr; // what the target has now
const char* keep = nullptr;

void feed(const Bytes& bytes) {
    fed = &bytes;
    // A copy of exactly its size: a sanitizer then sees a read past the end.
    std::vector<std::uint8_t> exact(bytes);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
    fed = nullptr;
}

// Writes down what the target got, when it ends the process.
extern "C" void keep_input(int) {
    if (keep == nullptr || fed == nullptr) return;
    const int file = ::open(keep, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    [[maybe_unused]] const auto written = ::write(file, fed->data(), fed->size());
}

class Mutator {
public:
    Mutator(std::vector<Bytes> seeds, std::uint64_t random)
        : seeds_(std::move(seeds)), random_(random) {}

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
    std::mt19937_64 random_;
};

struct Asked {
    std::size_t count = 5000;
    std::uint64_t random = 20261123;
    std::optional<std::chrono::seconds> time;
    std::vector<Bytes> seeds;
};

bool add_seed(Asked& asked, const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) std::fprintf(stderr, "cannot read %s\n", path);
    if (!file) return false;
    asked.seeds.emplace_back(
        std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()
    );
    return true;
}

// False when the words cannot be understood.
bool read_words(int argc, char** argv, Asked& asked) {
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const bool option = word.starts_with("--") && i + 1 < argc;
        if (option && word == "--keep")
            keep = argv[++i];
        else if (option && word == "--count")
            asked.count = std::strtoull(argv[++i], nullptr, 10);
        else if (option && word == "--random")
            asked.random = std::strtoull(argv[++i], nullptr, 10);
        else if (option && word == "--seconds")
            asked.time = std::chrono::seconds(std::strtoll(argv[++i], nullptr, 10));
        else if (!add_seed(asked, argv[i]))
            return false;
    }
    if (asked.seeds.empty()) std::fprintf(stderr, "a fuzz target needs seeds\n");
    return !asked.seeds.empty();
}

} // namespace

int main(int argc, char** argv) {
    Asked asked;
    if (!read_words(argc, argv, asked)) return 2;
    std::signal(SIGABRT, keep_input);
    feed({});
    for (const auto& seed : asked.seeds)
        feed(seed);
    Mutator mutator(asked.seeds, asked.random);
    const auto begun = std::chrono::steady_clock::now();
    std::size_t done = 0;
    const auto goes_on = [&] {
        if (!asked.time) return done < asked.count;
        return std::chrono::steady_clock::now() - begun < *asked.time;
    };
    for (; goes_on(); ++done)
        feed(mutator.next());
    std::printf("%zu seeds, %zu mutations\n", asked.seeds.size(), done);
    return 0;
}
