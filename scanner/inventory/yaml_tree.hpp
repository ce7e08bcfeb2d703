// YAML as small trees with positions, delivered piece by piece so that a long list of targets is
// never in memory as a whole.
#pragma once

#include "scanner/talk/problems.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct YamlEntry;

struct YamlNode {
    enum class Kind : std::uint8_t { null, scalar, sequence, map };
    Kind kind = Kind::null;
    Position at;
    std::string text;               // of a scalar
    std::vector<YamlNode> items;    // of a sequence
    std::vector<YamlEntry> entries; // of a map, in the order written, keys unique
};

struct YamlEntry {
    std::string key;
    Position key_at;
    YamlNode value;
};

// Returns "a map", "a list", "text", "nothing".
std::string_view to_text(YamlNode::Kind kind) noexcept;

// What a value takes: the nodes it consists of, and about the bytes it has when it is written out.
struct YamlExtent {
    std::size_t nodes = 0;
    std::size_t bytes = 0;

    YamlExtent& operator+=(const YamlExtent& other) {
        nodes += other.nodes;
        bytes += other.bytes;
        return *this;
    }
};

YamlExtent extent_of(const YamlNode& node);

struct YamlLimits {
    std::size_t depth = 16;
    // Live nodes at once, copies made by aliases included: a document of nested aliases grows
    // exponentially ("billion laughs") and is refused here.
    std::size_t nodes = 1'000'000;
    std::size_t anchored_nodes = 100'000; // kept for aliases
    std::size_t anchored_bytes = 16u << 20;
    // What all aliases of a document stand for, written out: a long text that a million short
    // aliases name is refused here. No more than the largest file could hold without aliases.
    std::size_t copied_bytes = 256u << 20;
    std::size_t keys = 10'000; // of one map
};

// Receives the pieces. The document must be a map; its values come one by one, except that the
// list under streamed_key comes item by item (and then once more as an empty list).
struct YamlReceiver {
    std::string_view streamed_key;
    std::function<void(YamlEntry)> entry;
    std::function<void(YamlNode)> item;
    std::function<bool()> stop; // asked after each piece; true ends the reading silently
    // For the complaint about a document that is no map.
    std::string_view called = "an inventory";
    std::string_view beginning = "start with: version: 1";
};

struct YamlFault {
    Position at;
    Mistake mistake;
};

// Reads one YAML document. Returns a fault when the text is not YAML, not one map, or beyond the
// limits; the pieces before it have been delivered.
std::optional<YamlFault> read_yaml_pieces(
    std::string_view text, const YamlReceiver& receiver, const YamlLimits& limits = {}
);

} // namespace rdpsweep
