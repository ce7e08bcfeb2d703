// Compares parts by a rolling sum: a polynomial in a base that nobody has to guess, since the worst
// that equal sums do is to hide a word.
#include "core/secret_index.hpp"

#include "core/decoded.hpp"
#include "core/secret.hpp"
#include "core/unicode.hpp"

#include <algorithm>
#include <string>

namespace rdpsweep {

namespace {

constexpr std::size_t longest_part = 16;
constexpr std::size_t shortest_rest = 3;           // of a secret that was cut
constexpr std::size_t shortest_long_rest = 8;      // of a long one
constexpr std::size_t long_secret = 32;            // bytes
constexpr std::uint64_t base = 0x9E3779B97F4A7C15; // odd, so that no byte's weight becomes 0

constexpr std::uint64_t value_of(char byte) {
    return static_cast<unsigned char>(byte) + std::uint64_t{1};
}

std::uint64_t sum_of(std::string_view bytes) {
    std::uint64_t sum = 0;
    for (const char byte : bytes)
        sum = sum * base + value_of(byte);
    return sum;
}

// Calls use(at, sum) for each part of that length, in order.
template <class Use>
void for_each_part(std::string_view bytes, std::size_t length, const Use& use) {
    if (bytes.size() < length) return;
    std::uint64_t weight = 1; // of the byte that leaves
    for (std::size_t i = 0; i < length; ++i)
        weight *= base;
    auto sum = sum_of(bytes.substr(0, length));
    use(std::size_t{0}, sum);
    for (std::size_t at = 1; at + length <= bytes.size(); ++at) {
        sum = sum * base + value_of(bytes[at + length - 1]) - weight * value_of(bytes[at - 1]);
        use(at, sum);
    }
}

// Returns the text with each code point as one byte; empty where one has no room in it.
std::string to_latin1(std::string_view text) {
    std::string out;
    out.reserve(text.size()); // growing it would leave parts of a secret behind
    while (!text.empty()) {
        const auto decoded = decode_utf8(text);
        if (!decoded.code || *decoded.code > 0xFF) {
            cleanse(out);
            return {};
        }
        out += static_cast<char>(*decoded.code);
        text.remove_prefix(decoded.length);
    }
    return out;
}

std::string swapped(std::string bytes) {
    for (std::size_t at = 1; at < bytes.size(); at += 2)
        std::swap(bytes[at - 1], bytes[at]);
    return bytes;
}

} // namespace

void SecretIndex::Sums::add(std::uint64_t sum, Mend mend) {
    there_.set(sum >> 52);
    auto& kept = mends_.try_emplace(sum, mend).first->second;
    if (mend == Mend::withhold) kept = mend;
}

const Mend* SecretIndex::Sums::find(std::uint64_t sum) const noexcept {
    if (!there_.test(sum >> 52)) return nullptr;
    const auto found = mends_.find(sum);
    return found == mends_.end() ? nullptr : &found->second;
}

void SecretIndex::add(std::string_view plain) {
    const auto mend = plain.size() < shortest_blanked ? Mend::withhold : Mend::blank;
    auto wide = utf8_to_utf16le(plain);
    auto turned = swapped(wide);
    auto narrow = to_latin1(plain);
    for (const std::string_view form :
         {plain, std::string_view(wide), std::string_view(turned), std::string_view(narrow)}) {
        auto bytes = without_breaks(form);
        if (!bytes.empty()) add_form(bytes, mend);
        cleanse(bytes);
    }
    cleanse(wide);
    cleanse(turned);
    cleanse(narrow);
}

void SecretIndex::add_form(std::string_view bytes, Mend mend) {
    const auto length = std::min(bytes.size(), longest_part);
    for_each_part(bytes, length, [&](std::size_t, std::uint64_t sum) {
        parts_[length].add(sum, mend);
    });
    auto rest = bytes.size() < long_secret ? shortest_rest : shortest_long_rest;
    for (; rest < length; ++rest) {
        beginnings_[rest].add(sum_of(bytes.substr(0, rest)), mend);
        ends_[rest].add(sum_of(bytes.substr(bytes.size() - rest)), mend);
    }
}

void SecretIndex::find(std::string_view bytes, const std::function<void(const Sighting&)>& found)
    const {
    for (const auto& [length, sums] : parts_) {
        for_each_part(bytes, length, [&, length = length](std::size_t at, std::uint64_t sum) {
            if (const auto* mend = sums.find(sum)) found({at, length, false, *mend});
        });
    }
    for (const auto& [length, sums] : beginnings_) {
        if (length > bytes.size()) break;
        const auto at = bytes.size() - length;
        if (const auto* mend = sums.find(sum_of(bytes.substr(at)))) {
            found({at, length, true, *mend});
        }
    }
    for (const auto& [length, sums] : ends_) {
        if (length > bytes.size()) break;
        if (const auto* mend = sums.find(sum_of(bytes.substr(0, length)))) {
            found({0, length, false, *mend});
        }
    }
}

} // namespace rdpsweep
