// Counts traits, and finds those that tell affected hosts from the others.
#include "reports/changes/shares.hpp"

#include "core/text.hpp"
#include "reports/host_build.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::size_t trait_bytes = 120;
constexpr std::size_t traits_a_host = 24; // Azure allows 50 tags; what tells hosts apart is few
constexpr std::size_t traits_counted = 20'000; // of all hosts: a tag may differ on each of them
constexpr std::size_t shares_said = 2;

} // namespace

std::vector<std::string> traits_of(const HostResult& host) {
    std::vector<std::string> traits;
    const auto add = [&traits](const std::string& name, const std::string& value) {
        if (value.empty() || traits.size() == traits_a_host) return;
        traits.push_back(printable(name + "=" + value, trait_bytes).str());
    };
    // What says most of a fault's origin comes first, in case there are too many.
    for (const auto* first : {"location", "resource_group", "subscription"}) {
        const auto tag = host.target.tags.find(first);
        if (tag != host.target.tags.end()) add(first, tag->second);
    }
    if (const auto build = os_build(host.facts_json); build != 0)
        add("build", std::to_string(build));
    for (const auto& [name, value] : host.target.tags)
        add(name, value);
    std::sort(traits.begin(), traits.end());
    traits.erase(std::unique(traits.begin(), traits.end()), traits.end());
    return traits;
}

void Shares::count_in(Counts& counts, const std::vector<std::string>& traits) {
    for (const auto& trait : traits) {
        const auto known = counts.find(trait);
        if (known != counts.end())
            ++known->second;
        else if (counts.size() < traits_counted)
            counts.emplace(trait, 1);
    }
}

void Shares::add_to_fleet(const std::vector<std::string>& traits) {
    ++fleet_;
    count_in(fleet_traits_, traits);
}

void Shares::add(Affected how, const std::vector<std::string>& traits) {
    auto& kind = kinds_[how];
    ++kind.hosts;
    count_in(kind.traits, traits);
}

std::vector<Share> Shares::of(Affected how) const {
    std::vector<Share> shares;
    const auto kind = kinds_.find(how);
    if (kind == kinds_.end() || kind->second.hosts < 2) return shares;
    const auto hosts = kind->second.hosts;
    for (const auto& [trait, count] : kind->second.traits) {
        const auto fleet = fleet_traits_.find(trait);
        if (fleet == fleet_traits_.end()) continue; // counted too late
        const bool nearly_all = count * 10 >= hosts * 9;
        const bool telling = fleet->second * hosts * 2 <= count * fleet_;
        if (nearly_all && telling) shares.push_back({trait, count, hosts, fleet->second, fleet_});
    }
    std::stable_sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) {
        return a.count != b.count ? a.count > b.count : a.fleet < b.fleet;
    });
    if (shares.size() > shares_said) shares.resize(shares_said);
    return shares;
}

std::size_t Shares::count(Affected how) const {
    const auto kind = kinds_.find(how);
    return kind == kinds_.end() ? 0 : kind->second.hosts;
}

} // namespace rdpsweep
