// Finds places in the two hives.
#include "offline/facts/registry.hpp"

#include <utility>

#include "offline/hive/names.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_subkeys = 64;

Error damaged_list(std::size_t count, const char* what) {
    return {
        Phase::run,
        Errc::malformed_output,
        std::to_string(count) + " " + what + " of a key cannot be read"};
}

} // namespace

Place Registry::current(std::string_view path) const {
    return {&system_, system_.find(set_ + "\\" + std::string(path))};
}

Place Registry::software(std::string_view path) const {
    if (software_ == nullptr) return {nullptr, no_software_};
    return {software_, software_->find(path)};
}

Place below(const Place& place, std::string_view path) {
    if (!place.there()) return place;
    return {place.hive, place.hive->find(**place.key, path)};
}

std::vector<Key> keys_below(const Place& place, std::string_view pointer, Document& document) {
    if (!place.key) document.failed(std::string(pointer), place.key.error());
    if (!place.there()) return {};
    auto listed = place.hive->subkeys(**place.key);
    if (!listed) {
        document.failed(std::string(pointer), listed.error());
        return {};
    }
    if (listed->unreadable != 0)
        document.failed(std::string(pointer), damaged_list(listed->unreadable, "subkeys"));
    if (listed->found.size() > most_subkeys) listed->found.resize(most_subkeys);
    return std::move(listed->found);
}

std::vector<ValueEntry>
values_of(const Place& place, std::string_view pointer, Document& document) {
    if (!place.key) document.failed(std::string(pointer), place.key.error());
    if (!place.there()) return {};
    auto listed = place.hive->values(**place.key);
    if (!listed) {
        document.failed(std::string(pointer), listed.error());
        return {};
    }
    if (listed->unreadable != 0)
        document.failed(std::string(pointer), damaged_list(listed->unreadable, "values"));
    return std::move(listed->found);
}

std::string name_of_key(const Key& key) {
    constexpr std::size_t longest = 255;
    return name_text(std::u16string_view(key.name).substr(0, longest));
}

std::string name_of_value(const ValueEntry& value) {
    constexpr std::size_t longest = 1024; // of those that are asked for here
    return name_text(std::u16string_view(value.name).substr(0, longest));
}

std::optional<std::int64_t> unix_of_filetime(std::uint64_t filetime) noexcept {
    constexpr std::uint64_t ticks = 10'000'000;       // a second
    constexpr std::uint64_t before = 11'644'473'600;  // seconds from 1601 to 1970
    constexpr std::uint64_t latest = 265'000'000'000; // seconds from 1601: year 9998
    const auto seconds = filetime / ticks;
    if (seconds <= before || seconds > latest) return std::nullopt;
    return static_cast<std::int64_t>(seconds - before);
}

} // namespace rdpsweep::offline
