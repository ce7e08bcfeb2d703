// One sentence for many hosts: what they share stands, what differs is folded to "…".
#pragma once

#include "core/finding.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace rdpsweep {

class FoldedMessage {
public:
    // Adds a host's sentence. All have the same key, or the first in alphabetical order stands.
    void add(const Message& message);

    // Returns the sentence: it is the same in whatever order the hosts came. A value that differs
    // keeps the words at its beginning and its end that all have.
    [[nodiscard]] Message message() const;

private:
    struct Common {
        std::string first; // as said of the first host
        bool same = true;
        std::size_t head = 0, tail = 0, shortest = 0; // bytes that all share; of the shortest
    };

    static void fold(Common& common, const std::string& value);

    std::string key_;
    std::map<std::string, Common> arguments_;
};

} // namespace rdpsweep
