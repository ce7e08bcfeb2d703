// What the history keeps of a run, gathered host by host: some 4 KiB each, and each text once.
#pragma once

#include "core/outcome.hpp"
#include "core/word_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rdpsweep {

// Returns a word as the history keeps it: valid UTF-8, and cut where it is longer than any of ours.
std::string as_kept(std::string_view text);

// Numbers are of the night's words and texts.
struct NightFinding {
    std::uint32_t rule = 0;
    std::uint32_t verdict = 0;
    std::uint32_t severity = 0;
    std::uint32_t message = 0; // key of the sentence
    std::optional<std::uint32_t> text;
};

struct NightHost {
    std::size_t index = 0; // in the inventory
    std::string uid;       // Target::id
    std::string name;
    std::string machine_guid; // lower-case; empty: not known
    Outcome outcome = Outcome::not_attempted;
    // Of one that was assessed:
    Verdict verdict = Verdict::unknown;
    Cause cause = Cause::none;
    std::uint32_t fingerprint = 0;
    std::uint32_t transport = 0;
    std::vector<NightFinding> findings; // one a rule
};

// A text as the table has it.
struct NightText {
    std::string sha;    // 32 bytes
    std::string packed; // deflate_raw()
};

class Night {
public:
    // Hosts may come in any order; what is written of them does not depend on it.
    void add(const HostResult& host);

    // Puts the hosts in the order of the inventory. Of two that are one, by their ids, the first
    // stays.
    void settle();

    [[nodiscard]] const std::vector<NightHost>& hosts() const noexcept { return hosts_; }

    [[nodiscard]] const std::vector<std::string>& words() const noexcept { return words_.words(); }

    [[nodiscard]] const std::vector<NightText>& texts() const noexcept { return texts_; }

private:
    std::uint32_t text_of(const Finding& finding);

    std::vector<NightHost> hosts_;
    WordTable words_;
    std::unordered_map<std::string, std::uint32_t> numbers_; // of texts, by their sha
    std::vector<NightText> texts_;
};

} // namespace rdpsweep
