// Keeps a line for each host that was let in.
#include "scanner/store/let_in.hpp"

#include "core/digest.hpp"
#include "scanner/store/state_folder.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

// Hex digits of a key: among the million hosts that an inventory may have, two share one with a
// chance of 1 in 30 million.
constexpr std::size_t key_digits = 16;

// Two for each host that an inventory may have (scanner/inventory/inventory.hpp).
constexpr std::size_t most_hosts = 2'000'000;

bool is_key(std::string_view line) {
    return line.size() == key_digits &&
           line.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

std::string LetIn::key_of(const Target& target) {
    return sha256_hex(target.credential + '\n' + target.id).substr(0, key_digits);
}

// Returns nothing where a single line is not one of ours: then none of it is.
std::set<std::string> LetIn::parse(std::string_view text) {
    std::set<std::string> hosts;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        if (!is_key(line) || line.size() == text.size()) return {};
        hosts.emplace_hint(hosts.end(), line);
        text.remove_prefix(line.size() + 1);
    }
    return hosts;
}

LetIn LetIn::open(std::string path) {
    LetIn let_in(std::move(path));
    const auto place = place_in_state(let_in.path_);
    const auto folder = StateFolder::open(place.folder, IfMissing::fail);
    const auto text = folder ? folder->read(place.name, most_hosts * (key_digits + 1))
                             : Result<std::string>(folder.error());
    if (text) let_in.stored_ = parse(*text);
    let_in.hosts_ = let_in.stored_;
    return let_in;
}

bool LetIn::knows(const Target& target) const {
    return stored_.contains(key_of(target));
}

Status LetIn::save() {
    if (hosts_ == stored_) return {};
    // Too many are those of inventories that are gone: it begins anew.
    if (hosts_.size() > most_hosts) hosts_.clear();
    std::string text;
    for (const auto& host : hosts_)
        text += host + '\n';
    const auto place = place_in_state(path_);
    const auto folder = StateFolder::open(place.folder, IfMissing::fail);
    auto written = folder ? folder->replace(place.name, text) : folder.error();
    if (written) stored_ = hosts_;
    return written;
}

} // namespace rdpsweep
