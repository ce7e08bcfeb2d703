// Has simdjson parse a document, and looks it through for what that does not refuse. What is
// refused goes to parse_json(), which says why, and takes numbers beyond 64 bits.
#include "core/json_document.hpp"

#include "core/terminal_text.hpp"

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <vector>

namespace rdpsweep {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t deepest = 64;
constexpr std::size_t least_room = std::size_t{16} * 1024;
constexpr std::size_t most_kept = std::size_t{256} * 1024; // by a parser that waits for more

// Looks a document through: nothing named twice, nothing too deep, not too much.
class Inspection {
public:
    explicit Inspection(const JsonLimits& limits) : limits_(limits) {}

    // depth: how many objects and arrays the value stands in.
    bool passes(dom::element value, std::size_t depth) {
        if (++nodes_ > limits_.nodes) return false;
        switch (value.type()) {
        case dom::element_type::OBJECT:
            return depth < limits_.depth && members(value.get_object().value_unsafe(), depth + 1);
        case dom::element_type::ARRAY:
            return depth < limits_.depth && elements(value.get_array().value_unsafe(), depth + 1);
        default:
            return true;
        }
    }

private:
    bool elements(dom::array array, std::size_t depth) {
        for (const auto element : array) {
            if (!passes(element, depth)) return false;
        }
        return true;
    }

    bool members(dom::object object, std::size_t depth) {
        const auto first = names_.size();
        for (const auto member : object) {
            names_.push_back(member.key);
            if (!passes(member.value, depth)) return false;
        }
        return differ(first);
    }

    // Tells whether the names of the object that ends are all different, and forgets them.
    bool differ(std::size_t first) {
        constexpr std::size_t few = 16; // so many are compared each with each
        const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = names_.end();
        bool twice = false;
        if (names_.size() - first > few) {
            std::sort(begin, end);
            twice = std::adjacent_find(begin, end) != end;
        } else {
            for (auto name = begin; name != end && !twice; ++name)
                twice = std::find(begin, name, *name) != name;
        }
        names_.resize(first);
        return !twice;
    }

    const JsonLimits& limits_;
    std::size_t nodes_ = 0;
    std::vector<std::string_view> names_; // of the objects that are open
};

} // namespace

struct JsonDocument::Parser : dom::parser {
    // Makes room for so many bytes, and for some more: documents of hosts are of about one size.
    bool make_room(std::size_t bytes) {
        if (bytes <= capacity()) return true;
        const auto room = std::bit_ceil(std::max(bytes, least_room));
        return allocate(room, deepest + 1) == simdjson::SUCCESS &&
               doc.allocate(room) == simdjson::SUCCESS;
    }
};

// A parser's buffers are many times as large as a document: one is kept for the next document.
std::unique_ptr<JsonDocument::Parser>& JsonDocument::spare() {
    thread_local std::unique_ptr<Parser> parser;
    return parser;
}

void JsonDocument::GiveBack::operator()(Parser* parser) const noexcept {
    std::unique_ptr<Parser> done(parser);
    if (done->capacity() <= most_kept) spare() = std::move(done);
}

JsonDocument::JsonDocument() : parser_(spare().release()) {
    if (parser_ == nullptr) parser_.reset(new Parser);
}

bool JsonDocument::parse(const std::string& text, const JsonLimits& limits) {
    if (!parser_->make_room(text.size())) return false;
    dom::element root;
    if (parser_->parse(text).get(root) != simdjson::SUCCESS) return false;
    root_ = JsonValue(root);
    return Inspection(limits).passes(root, 0);
}

Result<JsonDocument>
JsonDocument::read(const std::string& text, Phase phase, const JsonLimits& limits) {
    JsonDocument document;
    if (text.size() <= limits.bytes && document.parse(text, limits)) return document;
    const auto tree = parse_json(text, phase, limits);
    if (!tree) return tree.error();
    if (document.parse(tree->dump(), limits)) return document;
    return Error(phase, Errc::malformed_output, "not JSON");
}

bool JsonValue::is_null() const noexcept {
    return as<dom::element>().is_null();
}

bool JsonValue::is_object() const noexcept {
    return as<dom::element>().is_object();
}

bool JsonValue::is_array() const noexcept {
    return as<dom::element>().is_array();
}

std::optional<bool> JsonValue::flag() const noexcept {
    bool flag = false;
    if (as<dom::element>().get(flag) != simdjson::SUCCESS) return {};
    return flag;
}

std::optional<std::string_view> JsonValue::text() const noexcept {
    std::string_view text;
    if (as<dom::element>().get(text) != simdjson::SUCCESS) return {};
    return text;
}

std::optional<std::uint64_t> JsonValue::whole() const noexcept {
    std::uint64_t number = 0;
    if (as<dom::element>().get(number) != simdjson::SUCCESS) return {};
    return number;
}

std::optional<JsonValue> JsonValue::find(std::string_view name) const noexcept {
    dom::object object;
    dom::element member;
    if (as<dom::element>().get(object) != simdjson::SUCCESS) return {};
    if (object.at_key(name).get(member) != simdjson::SUCCESS) return {};
    return JsonValue(member);
}

std::size_t JsonValue::size() const noexcept {
    const auto value = as<dom::element>();
    dom::array array;
    if (value.get(array) == simdjson::SUCCESS) return array.size();
    dom::object object;
    return value.get(object) == simdjson::SUCCESS ? object.size() : 0;
}

void JsonValue::each(const std::function<void(JsonValue)>& visit) const {
    dom::array array;
    if (as<dom::element>().get(array) != simdjson::SUCCESS) return;
    for (const auto element : array)
        visit(JsonValue(element));
}

void JsonValue::each_member(const std::function<void(std::string_view name, JsonValue)>& visit
) const {
    dom::object object;
    if (as<dom::element>().get(object) != simdjson::SUCCESS) return;
    for (const auto member : object)
        visit(member.key, JsonValue(member.value));
}

std::string JsonValue::written() const {
    auto text = simdjson::minify(as<dom::element>());
    escape_for_display(text);
    return text;
}

} // namespace rdpsweep
