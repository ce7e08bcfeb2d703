// Finds the parts of secrets in bytes, whatever the number of secrets, in one pass a length.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <unordered_map>

namespace rdpsweep {

// How a text that holds a secret is mended.
enum class Mend : std::uint8_t {
    blank,    // the secret alone is replaced
    withhold, // the whole text is: the gap in a known sentence would tell which word is missing
};

// A part of a secret in bytes, from begin on. at_end: the bytes end in the middle of a secret.
struct Sighting {
    std::size_t begin = 0;
    std::size_t length = 0;
    bool at_end = false;
    Mend mend = Mend::blank;
};

// Keeps no secret, only the sums of its parts; so what is found may rarely be something else, which
// is then hidden without need.
//
// - A secret is found by parts of 16 bytes, or whole if it is shorter: a part of a long key is as
//   bad as all of it.
// - Its beginning is found at the end of the bytes, and its end at their beginning, from 3 bytes
//   on (8 of a secret of 32 bytes or more, which often begins with a known header): bytes may have
//   been cut by others before we saw them.
class SecretIndex {
public:
    static constexpr std::size_t shortest_blanked = 8; // shorter ones may be words: withheld

    // Adds a secret as UTF-8, UTF-16 of either order, and Latin-1, without line breaks and NULs.
    void add(std::string_view plain);

    [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }

    // Returns the length of the shortest secret, at most shortest_blanked.
    [[nodiscard]] std::size_t shortest() const noexcept {
        return empty() ? shortest_blanked : std::min(shortest_blanked, parts_.begin()->first);
    }

    // Calls found for each part of a secret. bytes: without line breaks and NULs.
    void find(std::string_view bytes, const std::function<void(const Sighting&)>& found) const;

private:
    class Sums {
    public:
        void add(std::uint64_t sum, Mend mend);
        [[nodiscard]] const Mend* find(std::uint64_t sum) const noexcept;

    private:
        std::bitset<4096>
            there_; // whether a sum with these highest bits is; answers most questions
        std::unordered_map<std::uint64_t, Mend> mends_;
    };

    using ByLength = std::map<std::size_t, Sums>;

    void add_form(std::string_view bytes, Mend mend);

    ByLength parts_;
    ByLength beginnings_;
    ByLength ends_;
};

} // namespace rdpsweep
