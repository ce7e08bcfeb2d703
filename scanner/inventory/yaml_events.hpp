// What a YAML text consists of, one event after the other. Only yaml_events.cpp knows libyaml.
#pragma once

#include "scanner/inventory/yaml_tree.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

struct YamlEvent {
    enum class Kind : std::uint8_t {
        null, // a value that is nothing, ~ or null, without quotes
        scalar,
        alias,
        sequence_start,
        sequence_end,
        map_start,
        map_end,
        document_end, // and nothing else follows
    };
    Kind kind = Kind::null;
    Position at;
    std::string_view text;   // of a scalar; valid until the next event
    std::string_view anchor; // its name, or that of an alias; empty: none
    bool plain = false;      // of a scalar: without quotes and without a tag
};

// Reads one document from a text that outlives it.
class YamlEvents {
public:
    explicit YamlEvents(std::string_view text);
    YamlEvents(const YamlEvents&) = delete;
    YamlEvents& operator=(const YamlEvents&) = delete;
    ~YamlEvents();

    // Returns the next event; nothing when the text is empty, is not YAML or has a second document:
    // then fault() says so.
    std::optional<YamlEvent> next();

    [[nodiscard]] YamlFault fault() const { return fault_; }

private:
    struct Library;

    std::optional<YamlEvent> refuse(YamlFault fault);

    std::string_view text_;
    std::unique_ptr<Library> library_;
    YamlFault fault_;
    bool begun_ = false; // the document
};

} // namespace rdpsweep
