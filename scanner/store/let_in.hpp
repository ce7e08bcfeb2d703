// Which hosts accepted their credential in earlier runs: a new run shows it to those first.
#pragma once

#include "core/result.hpp"
#include "core/target.hpp"

#include <set>
#include <string>
#include <string_view>

namespace rdpsweep {

// A hint for the order of hosts, and nothing else: no host is trusted or left out by it. The file
// holds one line a host and credential, the beginning of a SHA-256, so it names neither.
class LetIn {
public:
    LetIn() = default; // knows no host and keeps none

    // Reads path. A file that is missing, damaged or not ours alone is one that knows no host.
    static LetIn open(std::string path);

    // Tells whether the host accepted the credential that it has now.
    [[nodiscard]] bool knows(const Target& target) const;

    void accepted(const Target& target) { hosts_.insert(key_of(target)); }

    void refused(const Target& target) { hosts_.erase(key_of(target)); }

    // Writes the file anew, if anything changed. Of two runs at once, the later one's stays.
    Status save();

private:
    explicit LetIn(std::string path) : path_(std::move(path)) {}

    static std::string key_of(const Target& target);
    static std::set<std::string> parse(std::string_view text);

    std::string path_;
    std::set<std::string> hosts_;
    std::set<std::string> stored_;
};

} // namespace rdpsweep
