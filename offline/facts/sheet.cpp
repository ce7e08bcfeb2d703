// Puts values by their types.
#include "offline/facts/sheet.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

#include "offline/bytes.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_hex_bytes = 1024; // a hash has 20; a reader takes as many
constexpr std::size_t most_texts = 1024;

Error too_long_fact() {
    return {Phase::run, Errc::output_limit, "the value is longer than any that makes sense"};
}

// Splits texts at commas, as they are listed in one value or in several.
nlohmann::json listed_texts(const std::vector<std::string>& texts) {
    auto list = nlohmann::json::array();
    for (const auto& text : texts) {
        for (const auto& part : split(text, ',')) {
            const auto word = trim(part);
            if (!word.empty()) list.push_back(std::string(word));
        }
    }
    return list;
}

} // namespace

Sheet::Sheet(nlohmann::json& into, std::string pointer, Document& document)
    : into_(into), pointer_(std::move(pointer)), document_(document) {
    if (!into_.is_object()) into_ = nlohmann::json::object();
}

std::string Sheet::at(std::string_view member) const {
    return pointer_ + "/" + std::string(member);
}

void Sheet::failed(std::string_view member, const Error& error) {
    // Of a value that means: it is there, and of another type.
    if (error.code() == Errc::unsupported)
        return document_.unread(at(member), "error", "wrong type");
    document_.failed(at(member), error);
}

void Sheet::put(std::string_view member, std::string text) {
    if (text.size() > longest_fact) return failed(member, too_long_fact());
    into_[std::string(member)] = std::move(text);
}

void Sheet::dwords(const Place& place, std::initializer_list<Source> sources) {
    for (const auto& [member, value] : sources) {
        if (!place.key) {
            failed(member, place.key.error());
            continue;
        }
        if (!place.there()) continue;
        const auto found = read_dword(*place.hive, *place.key, value);
        if (!found)
            failed(member, found.error());
        else if (*found)
            into_[std::string(member)] = **found;
    }
}

void Sheet::text(const Place& place, Source source) {
    if (!place.key) return failed(source.member, place.key.error());
    if (!place.there()) return;
    auto found = read_text(*place.hive, *place.key, source.value);
    if (!found) return failed(source.member, found.error());
    if (*found) put(source.member, **std::move(found));
}

void Sheet::text_or_empty(const Place& place, Source source) {
    if (!place.key) return failed(source.member, place.key.error());
    auto found = place.there() ? read_text(*place.hive, *place.key, source.value)
                               : Found<std::string>(std::optional<std::string>());
    if (!found) return failed(source.member, found.error());
    put(source.member, std::move(*found).value_or(""));
}

void Sheet::list(const Place& place, Source source) {
    if (!place.key) return failed(source.member, place.key.error());
    if (!place.there()) return;
    const auto found = read_value(*place.hive, *place.key, source.value);
    if (!found) return failed(source.member, found.error());
    if (!*found) return;
    const auto text = text_of(**found);
    const auto texts = text ? std::vector{*text} : texts_of(**found);
    if (!texts) return document_.unread(at(source.member), "error", "wrong type");
    auto list = listed_texts(*texts);
    for (const auto& word : list) {
        if (list.size() > most_texts || word.get_ref<const std::string&>().size() > longest_fact)
            return failed(source.member, too_long_fact());
    }
    into_[std::string(source.member)] = std::move(list);
}

bool Sheet::hex(const Place& place, Source source) {
    if (!place.key) failed(source.member, place.key.error());
    if (!place.there()) return false;
    const auto found = read_binary(*place.hive, *place.key, source.value);
    if (!found) failed(source.member, found.error());
    if (!found || !*found) return false;
    const auto& bytes = **found;
    if (bytes.size() > most_hex_bytes) {
        failed(source.member, too_long_fact());
        return false;
    }
    const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    into_[std::string(source.member)] = hex_encode(raw);
    return !bytes.empty();
}

void Sheet::presence(std::string_view member, const Place& place) {
    if (!place.key) return failed(member, place.key.error());
    into_[std::string(member)] = place.there();
}

} // namespace rdpsweep::offline
