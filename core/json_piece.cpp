// Asks simdjson's On-Demand parser, which passes over what is not asked for.
#include "core/json_piece.hpp"

#include "core/json_document.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>

namespace rdpsweep {

namespace {

namespace ondemand = simdjson::ondemand;

using Found = simdjson::simdjson_result<std::string_view>;

constexpr std::size_t usual_bytes = std::size_t{16} * 1024;
constexpr std::size_t most_bytes_kept = std::size_t{256} * 1024;

// Made once a thread: its buffers are several times as large as a text.
ondemand::parser& kept_parser() {
    thread_local ondemand::parser parser;
    return parser;
}

bool make_room(ondemand::parser& parser, std::size_t bytes) {
    if (bytes <= parser.capacity()) return true;
    return parser.allocate(std::bit_ceil(std::max(bytes, usual_bytes))) == simdjson::SUCCESS;
}

// Returns the value's text, and blanks behind it.
Found text_of(ondemand::value value) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return error;
    if (type == ondemand::json_type::object) {
        ondemand::object object;
        const auto error = value.get_object().get(object);
        return error != simdjson::SUCCESS ? Found(error) : object.raw_json();
    }
    if (type == ondemand::json_type::array) {
        ondemand::array array;
        const auto error = value.get_array().get(array);
        return error != simdjson::SUCCESS ? Found(error) : array.raw_json();
    }
    return value.raw_json_token();
}

// Finds a member by its name, however that is written: the library's own search knows no escapes.
simdjson::error_code
find_member(ondemand::object object, std::string_view name, ondemand::value& to) {
    for (auto member : object) {
        ondemand::field field;
        std::string_view found;
        if (const auto error = std::move(member).get(field)) return error;
        if (const auto error = field.unescaped_key().get(found)) return error;
        if (found != name) continue;
        to = field.value();
        return simdjson::SUCCESS;
    }
    return simdjson::NO_SUCH_FIELD;
}

Found find(ondemand::document& document, std::initializer_list<std::string_view> path) {
    ondemand::object object;
    ondemand::value value;
    if (const auto error = document.get_object().get(object)) return error;
    for (const auto* name = path.begin(); name != path.end(); ++name) {
        if (name != path.begin()) {
            if (const auto error = value.get_object().get(object)) return error;
        }
        if (const auto error = find_member(object, *name, value)) return error;
    }
    return text_of(value);
}

} // namespace

std::optional<std::string_view>
json_piece(std::string& json, std::initializer_list<std::string_view> path) {
    json.reserve(json.size() + json_room);
    auto& parser = kept_parser();
    if (!make_room(parser, json.size())) return {};
    ondemand::document document;
    auto begun = parser.iterate(json.data(), json.size(), json.capacity());
    if (std::move(begun).get(document) != simdjson::SUCCESS) return {};
    std::string_view piece;
    const auto error = find(document, path).get(piece);
    if (parser.capacity() > most_bytes_kept) parser = ondemand::parser();
    if (error == simdjson::NO_SUCH_FIELD) return "";
    if (error != simdjson::SUCCESS) return {};
    return piece.substr(0, piece.find_last_not_of(" \t\r\n") + 1);
}

} // namespace rdpsweep
