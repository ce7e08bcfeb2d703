// Reads the fields of a firewall rule that ask more of a connection (MS-GPFAS 2.2.2.19).
#include "probes/rdp_port/reach.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace rdpsweep {

namespace {

bool is_of_everybody(const std::string& address) {
    return address == "*" || iequals(address, "Any");
}

bool has(const FirewallRule& rule, std::string_view beginning) {
    return std::any_of(rule.limits.begin(), rule.limits.end(), [&](const std::string& limit) {
        return iequals(std::string_view(limit).substr(0, beginning.size()), beginning);
    });
}

bool has_any(const FirewallRule& rule, std::initializer_list<std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view beginning) {
        return has(rule, beginning);
    });
}

} // namespace

Reach reach_of(const FirewallRule& rule) {
    // A VM's adapter is an Ethernet one: a rule for others does not concern it, one for it does.
    if (has(rule, "IFType=") && !has(rule, "IFType=Lan")) return Reach::other_ways;
    const bool to_all =
        rule.remote.empty() || std::any_of(rule.remote.begin(), rule.remote.end(), is_of_everybody);
    if (!to_all || has_any(rule, {"RMauth=", "RUAuth=", "LUAuth=", "Security"}))
        return Reach::some_clients;
    return has_any(rule, {"IF=", "LA4=", "LA6="}) ? Reach::some_ways : Reach::all;
}

} // namespace rdpsweep
