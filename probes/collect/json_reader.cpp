// Strict, bounded reading of JSON values.
#include "probes/collect/json_reader.hpp"

#include "core/encoding.hpp"
#include "core/foreign_text.hpp"
#include "core/text.hpp"

#include <limits>

namespace rdpsweep {
namespace {

constexpr std::uint64_t max_dword = std::numeric_limits<std::uint32_t>::max();

// Escapes a key by RFC 6901: "~" and "/" within a key are "~0" and "~1".
std::string escaped(std::string_view key) {
    std::string result;
    for (const char c : key) {
        if (c == '~') {
            result.append("~0");
        } else if (c == '/') {
            result.append("~1");
        } else {
            result.push_back(c);
        }
    }
    return result;
}

} // namespace

void DocumentProblem::note(Errc code, std::string_view pointer, std::string_view what) {
    if (first_) return;
    std::string detail = "facts: " + foreign_text(pointer.empty() ? "the document" : pointer, 200);
    first_.emplace(Phase::decode, code, detail.append(" ").append(what));
}

std::string JsonReader::pointer() const {
    std::string pointer;
    for (std::size_t i = 0; i < steps_; ++i) {
        const auto [key, size] = path_[i];
        pointer += '/';
        pointer += key == nullptr ? std::to_string(size) : escaped({key, size});
    }
    return pointer;
}

void JsonReader::wrong(std::string_view what) const {
    problem_->note(Errc::malformed_output, pointer(), what);
}

JsonReader JsonReader::child(std::optional<JsonValue> value, Step step) const {
    auto child = *this;
    child.value_ = value;
    child.path_.at(child.steps_++) = step;
    return child;
}

bool JsonReader::within(std::size_t size, std::size_t cap, std::string_view unit) const {
    if (size <= cap) return true;
    problem_->note(
        Errc::output_limit,
        pointer(),
        "holds more than " + std::to_string(cap) + " " + std::string(unit)
    );
    return false;
}

JsonReader JsonReader::at(std::string_view key) const {
    const Step step{key.data(), key.size()};
    if (!present()) return child({}, step);
    if (!value_->is_object()) wrong("is not an object");
    return child(value_->find(key), step);
}

std::optional<std::uint32_t> JsonReader::dword() const {
    if (!present()) return std::nullopt;
    const auto number = value_->whole();
    if (!number || *number > max_dword) {
        wrong("is not a number from 0 to 4294967295");
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*number);
}

std::uint32_t JsonReader::number(std::uint32_t fallback) const {
    return dword().value_or(fallback);
}

std::uint64_t JsonReader::large_number() const {
    if (!present()) return 0;
    const auto number = value_->whole();
    if (!number) wrong("is not a number from 0 up");
    return number.value_or(0);
}

std::optional<bool> JsonReader::maybe_flag() const {
    if (!present()) return std::nullopt;
    const auto flag = value_->flag();
    if (!flag) wrong("is not true or false");
    return flag;
}

bool JsonReader::flag(bool fallback) const {
    return maybe_flag().value_or(fallback);
}

std::optional<std::string> JsonReader::maybe_text(std::size_t cap) const {
    if (!present()) return std::nullopt;
    const auto text = value_->text();
    if (!text) {
        wrong("is not a text");
        return std::nullopt;
    }
    if (!within(text->size(), cap, "bytes")) return std::nullopt;
    return std::string(*text);
}

std::string JsonReader::text(std::size_t cap) const {
    return maybe_text(cap).value_or(std::string());
}

std::optional<std::string> JsonReader::maybe_hex(std::size_t cap) const {
    const auto text = maybe_text(cap);
    if (!text) return std::nullopt;
    if (!hex_decode(*text)) {
        wrong("is not hexadecimal");
        return std::nullopt;
    }
    return ascii_lower(*text);
}

std::optional<std::int64_t> JsonReader::time() const {
    const auto text = maybe_text(64);
    if (!text) return std::nullopt;
    const auto seconds = from_iso8601(*text);
    if (!seconds) wrong("is not a time such as 2026-11-23T03:00:00Z");
    return seconds;
}

std::vector<std::string> JsonReader::texts(std::size_t cap) const {
    std::vector<std::string> result;
    each(cap, [&](const JsonReader& element) { result.push_back(element.text()); });
    return result;
}

void JsonReader::each(std::size_t cap, const std::function<void(const JsonReader&)>& visit) const {
    if (!present()) return;
    if (!value_->is_array()) return wrong("is not a list");
    if (!within(value_->size(), cap, "elements")) return;
    std::size_t index = 0;
    value_->each([&](JsonValue element) { visit(child(element, {nullptr, index++})); });
}

void JsonReader::each_member(
    std::size_t cap, const std::function<void(const std::string&, const JsonReader&)>& visit
) const {
    if (!present()) return;
    if (!value_->is_object()) return wrong("is not an object");
    if (!within(value_->size(), cap, "members")) return;
    value_->each_member([&](std::string_view name, JsonValue member) {
        visit(std::string(name), child(member, {name.data(), name.size()}));
    });
}

} // namespace rdpsweep
