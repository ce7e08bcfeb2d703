// Asks libyaml for one event at a time and keeps the strings of the last one.
#include "scanner/inventory/yaml_events.hpp"

#include "core/text.hpp"
#include "scanner/inventory/yaml_merge.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <yaml.h>

namespace rdpsweep {

namespace {

using Kind = YamlEvent::Kind;

std::string_view text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

Position position_of(const yaml_mark_t& mark) {
    return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

bool is_null(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 5> words{"", "~", "null", "Null", "NULL"};
    for (const auto word : words) {
        if (text == word) return true;
    }
    return false;
}

YamlEvent scalar_of(const yaml_event_t& event) {
    const auto& data = event.data.scalar;
    YamlEvent scalar;
    scalar.text = {reinterpret_cast<const char*>(data.value), data.length};
    scalar.anchor = text_of(data.anchor);
    scalar.plain = data.style == YAML_PLAIN_SCALAR_STYLE && data.tag == nullptr;
    scalar.kind = scalar.plain && is_null(scalar.text) ? Kind::null : Kind::scalar;
    return scalar;
}

YamlEvent event_of(Kind kind, const yaml_char_t* anchor = nullptr) {
    YamlEvent event;
    event.kind = kind;
    event.anchor = text_of(anchor);
    return event;
}

// Returns nothing for what has no meaning here: where streams and documents begin.
std::optional<YamlEvent> meaning_of(const yaml_event_t& event) {
    switch (event.type) {
    case YAML_SCALAR_EVENT:
        return scalar_of(event);
    case YAML_ALIAS_EVENT:
        return event_of(Kind::alias, event.data.alias.anchor);
    case YAML_SEQUENCE_START_EVENT:
        return event_of(Kind::sequence_start, event.data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        return event_of(Kind::map_start, event.data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
        return event_of(Kind::sequence_end);
    case YAML_MAPPING_END_EVENT:
        return event_of(Kind::map_end);
    case YAML_STREAM_END_EVENT:
        return event_of(Kind::document_end);
    default:
        return {};
    }
}

// Returns where the library stopped. Of bytes that it does not take it knows their offset only.
Position position_of(const yaml_parser_t& parser, std::string_view text) {
    if (parser.error != YAML_READER_ERROR) return position_of(parser.problem_mark);
    const auto before = text.substr(0, std::min(parser.problem_offset, text.size()));
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const auto in_line = before.size() - (before.rfind('\n') + 1); // npos + 1 is 0
    return {static_cast<std::uint32_t>(lines + 1), static_cast<std::uint32_t>(in_line + 1)};
}

// Returns the offset of a position; in a line that is not ASCII, of one before it.
std::size_t offset_of(Position at, std::string_view text) {
    std::size_t begin = 0;
    for (std::uint32_t line = 1; line < at.line && begin < text.size(); ++line)
        begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
    return std::min(begin + at.column - 1, text.size());
}

// Returns what is wrong, as the library says it: what it was at, and what it found there.
std::string words_of(const yaml_parser_t& parser) {
    std::string words = parser.context == nullptr ? "" : std::string(parser.context) + ", ";
    return words + (parser.problem == nullptr ? "no reason given" : parser.problem);
}

} // namespace

struct YamlEvents::Library {
    yaml_parser_t parser{};
    yaml_event_t event{}; // the last one: its strings are in use
    bool open = false;

    ~Library() {
        yaml_event_delete(&event);
        if (open) yaml_parser_delete(&parser);
    }
};

YamlEvents::YamlEvents(std::string_view text) : text_(text), library_(std::make_unique<Library>()) {
    auto& parser = library_->parser;
    library_->open = yaml_parser_initialize(&parser) != 0;
    if (!library_->open) return;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    const char* bytes = text.empty() ? "" : text.data(); // a null pointer ends the library
    yaml_parser_set_input_string(
        &parser, reinterpret_cast<const unsigned char*>(bytes), text.size()
    );
}

YamlEvents::~YamlEvents() = default;

std::optional<YamlEvent> YamlEvents::refuse(YamlFault fault) {
    fault_ = std::move(fault);
    return {};
}

std::optional<YamlEvent> YamlEvents::next() {
    auto& library = *library_;
    if (!library.open) return refuse({{}, {"there is no memory to read YAML", {}}});
    for (;;) {
        yaml_event_delete(&library.event);
        if (yaml_parser_parse(&library.parser, &library.event) == 0) {
            const auto words = words_of(library.parser);
            const auto at = position_of(library.parser, text_);
            auto hint = hint_for_yaml(words, text_.substr(offset_of(at, text_)));
            return refuse({at, {"not YAML: " + printable(words), std::move(hint)}});
        }
        const auto at = position_of(library.event.start_mark);
        const auto type = library.event.type;
        if (type == YAML_DOCUMENT_START_EVENT && std::exchange(begun_, true))
            return refuse({at, {"a second YAML document", "use one file for each"}});
        if (type == YAML_STREAM_END_EVENT && !begun_)
            return refuse({{}, {"the inventory is empty", "start with: version: 1"}});
        auto event = meaning_of(library.event);
        if (!event) continue;
        event->at = at;
        return event;
    }
}

} // namespace rdpsweep
