// Groups, hosts and variables of an Ansible inventory, and the ranges in its hosts' names.
#include "scanner/inventory/ansible_model.hpp"

#include "core/text.hpp"
#include "scanner/inventory/ansible_plugin.hpp"
#include "scanner/inventory/endpoint.hpp"

#include <algorithm>
#include <charconv>

namespace rdpsweep {

namespace {

constexpr std::size_t most_names = 100'000;  // of one range
constexpr std::size_t longest_pattern = 300; // with a range in it; a DNS name has at most 253

struct Range {
    std::size_t begin = 0; // of '[' and behind ']' in the pattern
    std::size_t end = 0;
    std::vector<std::string> values;
};

std::optional<unsigned> number(std::string_view text) {
    unsigned value = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end || text.size() > 9) return std::nullopt;
    return value;
}

// Numbers keep the width of the first: [01:10] is 01, 02, ... 10.
std::vector<std::string>
numbers(std::string_view from, unsigned first, unsigned last, unsigned step) {
    std::vector<std::string> values;
    const std::size_t width = from.size() > 1 && from.front() == '0' ? from.size() : 0;
    for (auto value = first; value <= last && values.size() <= most_names; value += step) {
        auto text = std::to_string(value);
        if (text.size() < width) text.insert(0, width - text.size(), '0');
        values.push_back(std::move(text));
    }
    return values;
}

bool is_letter(std::string_view text) {
    return text.size() == 1 &&
           ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

std::vector<std::string> range_values(std::string_view text) {
    const auto parts = split(text, ':');
    if (parts.size() < 2 || parts.size() > 3) return {};
    const auto step = parts.size() == 3 ? number(parts[2]) : 1u;
    if (!step || *step == 0) return {};
    const auto first = number(parts[0].empty() ? "0" : parts[0]);
    const auto last = number(parts[1]);
    if (first && last) return numbers(parts[0], *first, *last, *step);
    if (!is_letter(parts[0]) || !is_letter(parts[1])) return {};
    std::vector<std::string> values;
    for (int letter = parts[0][0]; letter <= parts[1][0]; letter += static_cast<int>(*step)) {
        values.emplace_back(1, static_cast<char>(letter));
    }
    return values;
}

std::optional<Range> find_range(std::string_view pattern, Complaint& complaint) {
    const auto open = pattern.find('[');
    if (open == std::string_view::npos) return std::nullopt;
    const auto close = pattern.find(']', open);
    Range range;
    if (close != std::string_view::npos) {
        range = {open, close + 1, range_values(pattern.substr(open + 1, close - open - 1))};
    }
    if (range.values.empty() || range.values.size() > most_names) {
        complaint = Mistake{
            "the range in " + in_quotes(pattern) + " is none", "write web[01:50] or db[a:f]"};
        return std::nullopt;
    }
    return range;
}

// Returns the port behind a host or a range of hosts; IPv6 addresses keep their colons.
std::string_view take_port(std::string_view& pattern) {
    const auto colon = pattern.rfind(':');
    if (colon == std::string_view::npos || !parse_port(pattern.substr(colon + 1))) return {};
    const auto host = pattern.substr(0, colon);
    const bool inside_range = host.rfind('[') != std::string_view::npos &&
                              host.find(']', host.rfind('[')) == std::string_view::npos;
    const bool v6 = host.find(':') != std::string_view::npos && !host.ends_with(']') &&
                    host.find('[') == std::string_view::npos;
    if (inside_range || v6) return {};
    const auto port = pattern.substr(colon + 1);
    pattern = host;
    return port;
}

using ValuePlaces = std::map<std::pair<std::string, std::string>, Position>;

// Returns where groups say what of a variable.
ValuePlaces places_in(const std::map<std::string, AnsibleGroup, std::less<>>& groups) {
    ValuePlaces places;
    for (const auto& [name, group] : groups) {
        for (const auto& [variable, value] : group.vars)
            places.try_emplace({variable, value.text}, value.at);
    }
    return places;
}

} // namespace

AnsibleGroup& AnsibleFleet::group(std::string_view name, Position at) {
    const auto found = groups_.find(name);
    if (found != groups_.end()) return found->second;
    auto& made = groups_[std::string(name)];
    made.at = at;
    return made;
}

AnsibleHost& AnsibleFleet::host(std::string_view name, std::string_view in, Position at) {
    group(in, at).hosts.emplace_back(name);
    const auto [found, fresh] = by_name_.try_emplace(std::string(name), hosts_.size());
    if (fresh) hosts_.push_back({std::string(name), {}, {}, at});
    auto& host = hosts_[found->second];
    if (std::find(host.groups.begin(), host.groups.end(), in) == host.groups.end()) {
        host.groups.emplace_back(in);
    }
    return host;
}

void AnsibleFleet::take_places(const AnsibleFleet& written) {
    const auto rank = [&written](const AnsibleHost& host) {
        const auto at = written.by_name_.find(host.name);
        return at == written.by_name_.end() ? written.hosts_.size() : at->second;
    };
    std::stable_sort(hosts_.begin(), hosts_.end(), [&rank](const auto& a, const auto& b) {
        return rank(a) < rank(b);
    });
    const auto shared = places_in(written.groups_);
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        auto& host = hosts_[i];
        by_name_[host.name] = i;
        const auto at = rank(host);
        if (at == written.hosts_.size()) continue;
        const auto& own = written.hosts_[at];
        host.at = own.at;
        for (auto& [name, value] : host.vars) {
            const auto with_host = own.vars.find(name);
            const auto with_group = shared.find({name, value.text});
            value.at = with_host != own.vars.end()  ? with_host->second.at
                       : with_group != shared.end() ? with_group->second
                                                    : own.at;
        }
    }
}

void keep_variable(AnsibleVars& vars, std::string_view name, AnsibleValue value) {
    if (!is_connection_variable(name)) return;
    // One text may be said of a million hosts. What is cut off is too long to be used, too.
    if (value.text.size() > longest_variable) {
        value.text.resize(longest_variable + 1);
        value.text.shrink_to_fit();
    }
    vars.insert_or_assign(std::string(name), std::move(value));
}

std::vector<std::string> expand_host_range(std::string_view pattern, Complaint& complaint) {
    std::vector<std::string> names{std::string(pattern)};
    if (pattern.size() > longest_pattern && pattern.find('[') != std::string_view::npos) {
        complaint = Mistake{
            "the range in " + in_quotes(pattern) + " is in a name of more than 300 bytes", ""};
        return {};
    }
    while (const auto range = find_range(names.front(), complaint)) {
        if (names.size() * range->values.size() > most_names) {
            complaint = Mistake{in_quotes(pattern) + " stands for more than 100,000 hosts", ""};
            return {};
        }
        std::vector<std::string> longer;
        for (const auto& name : names) {
            // All names have the range at the same distance from their end.
            const auto behind = names.front().size() - range->end;
            const auto open = name.find('[');
            for (const auto& value : range->values) {
                longer.push_back(name.substr(0, open) + value + name.substr(name.size() - behind));
            }
        }
        names = std::move(longer);
    }
    if (complaint) return {};
    return names;
}

std::vector<std::string> list_hosts(
    AnsibleFleet& fleet, std::string_view pattern, AnsiblePlace place, Complaint& complaint
) {
    const auto port = take_port(pattern);
    const bool v6 = pattern.starts_with('[') && pattern.ends_with(']') && normal_address(pattern);
    auto names = v6 ? std::vector<std::string>{*normal_address(pattern)}
                    : expand_host_range(pattern, complaint);
    if (fleet.hosts().size() + names.size() > inventory_limits::targets) {
        complaint = Mistake{"more than 1,000,000 targets", "split the inventory"};
        return {};
    }
    for (const auto& name : names) {
        auto& host = fleet.host(name, place.group, place.at);
        if (!port.empty()) keep_variable(host.vars, "ansible_port", {std::string(port), place.at});
    }
    return names;
}

} // namespace rdpsweep
