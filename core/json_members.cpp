// Looks members up and says what is wrong with them.
#include "core/json_members.hpp"

#include "core/foreign_text.hpp"
#include "core/text.hpp"

namespace rdpsweep {

std::optional<JsonValue> Members::find(std::string_view key) const {
    const auto value = object_ ? object_->find(key) : std::nullopt;
    return value && value->is_null() ? std::nullopt : value;
}

std::string Members::text(std::string_view key) const {
    const auto value = find(key);
    if (!value) return {};
    const auto text = value->text();
    if (!text) wrong(place(key), "a string");
    return std::string(text.value_or(""));
}

bool Members::flag(std::string_view key) const {
    const auto value = find(key);
    if (!value) return false;
    const auto flag = value->flag();
    if (!flag) wrong(place(key), "true or false");
    return flag.value_or(false);
}

std::uint64_t Members::whole(std::string_view key, std::uint64_t most) const {
    const auto value = find(key);
    if (!value) return 0;
    const auto number = value->whole();
    if (number && *number <= most) return *number;
    wrong(place(key), "a whole number in range");
    return 0;
}

std::int64_t Members::time(std::string_view key) const {
    const auto value = text(key);
    if (value.empty()) return 0;
    const auto seconds = from_iso8601(value);
    if (!seconds) wrong(place(key), "a time such as 2026-11-23T03:00:00Z");
    return seconds.value_or(0);
}

Phase Members::phase(std::string_view key) const {
    const auto value = text(key);
    for (auto i = 0; i <= static_cast<int>(Phase::internal); ++i) {
        const auto candidate = static_cast<Phase>(i);
        if (rung(candidate) == value) return candidate;
    }
    wrong(place(key), "a rung such as tls");
    return Phase::internal;
}

std::map<std::string, std::string> Members::texts_by_name(std::string_view key) const {
    std::map<std::string, std::string> texts;
    const auto value = find(key);
    if (!value) return texts;
    const Members members(*value, place(key), problem_);
    value->each_member([&](std::string_view name, JsonValue text) {
        if (!text.is_null() && !text.text()) wrong(members.place(name), "a string");
        texts.emplace(name, text.text().value_or(""));
    });
    return texts;
}

void Members::each(std::string_view key, const std::function<void(const Members&)>& visit) const {
    elements(key, [&](JsonValue element, std::string where) {
        visit(Members(element, std::move(where), problem_));
    });
}

std::vector<std::string> Members::texts(std::string_view key) const {
    std::vector<std::string> all;
    elements(key, [&](JsonValue element, const std::string& where) {
        const auto text = element.text();
        if (!text) return wrong(where, "a string");
        all.emplace_back(*text);
    });
    return all;
}

Members Members::inside(std::string_view key) const {
    const auto value = find(key);
    return value ? Members(*value, place(key), problem_) : Members(place(key), problem_);
}

std::string Members::place(std::string_view key) const {
    return where_ + "/" + std::string(key);
}

void Members::elements(
    std::string_view key, const std::function<void(JsonValue, std::string)>& visit
) const {
    const auto value = find(key);
    if (!value) return;
    const auto list = place(key);
    if (!value->is_array()) return wrong(list, "an array");
    std::size_t index = 0;
    value->each([&](JsonValue element) { visit(element, list + "/" + std::to_string(index++)); });
}

void Members::wrong(std::string_view where, std::string_view expected) const {
    if (!problem_.empty()) return;
    problem_ = where.empty() ? "the document" : foreign_text(where);
    problem_.append(" is not ").append(expected);
}

} // namespace rdpsweep
