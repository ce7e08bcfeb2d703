// Reads a rule of the firewall, and asks of it what the collector asks: is it for inbound TCP, and
// for RDP's port or service, or for everything?
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "offline/facts/firewall.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::uint32_t shipped_port = 3389;
constexpr std::size_t most_addresses = 16;
constexpr std::size_t most_limits = 16;
constexpr std::size_t longest_limit = 99;
constexpr std::size_t longest_value = 256; // an address takes less than 100
constexpr std::size_t longest_ports = 4096;

struct RuleField {
    std::string_view name;
    std::string_view value;
};

// The fields of a rule; the first one, its version, has no name.
class RuleFields {
public:
    explicit RuleFields(std::string_view rule) {
        for (auto rest = rule; !rest.empty();) {
            const auto part = rest.substr(0, rest.find('|'));
            rest.remove_prefix(std::min(rest.size(), part.size() + 1));
            const auto equals = part.find('=');
            if (equals == std::string_view::npos) continue;
            fields_.push_back({part.substr(0, equals), part.substr(equals + 1)});
        }
    }

    // Tells whether a field has that value.
    [[nodiscard]] bool is(std::string_view name, std::string_view value) const {
        return any(name, [&](std::string_view own) { return iequals(own, value); });
    }

    // Tells whether a field of that name holds.
    template <class Holds>
    [[nodiscard]] bool any(std::string_view name, Holds holds) const {
        return std::any_of(fields_.begin(), fields_.end(), [&](const RuleField& field) {
            return iequals(field.name, name) && holds(field.value);
        });
    }

    [[nodiscard]] const std::vector<RuleField>& all() const noexcept { return fields_; }

private:
    std::vector<RuleField> fields_;
};

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view one) {
        return iequals(one, name);
    });
}

bool is_word_after(std::string_view name, std::string_view begin) {
    return name.size() >= begin.size() && iequals(name.substr(0, begin.size()), begin) &&
           std::all_of(
               name.begin() + static_cast<std::ptrdiff_t>(begin.size()),
               name.end(),
               [](char c) {
                   return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          c == '_';
               }
           );
}

// LPort, and the further ranges LPort2_10, LPort2_20.
bool names_ports(std::string_view name) {
    constexpr std::string_view further = "LPort2_";
    return name == "LPort" || (name.starts_with(further) && name.size() > further.size() &&
                               std::all_of(name.begin() + further.size(), name.end(), is_digit));
}

// What else a connection must be: its adapter, its address here, who is at its other end.
bool is_limit(std::string_view name) {
    constexpr std::array<std::string_view, 12> limits{
        "IF",
        "IFType",
        "LA4",
        "LA6",
        "RMauth",
        "RMAuth",
        "RUauth",
        "RUAuth",
        "LMauth",
        "LMAuth",
        "LUauth",
        "LUAuth"};
    return std::find(limits.begin(), limits.end(), name) != limits.end() ||
           (name.starts_with("Security") && is_word_after(name, "Security"));
}

std::optional<std::uint32_t> port_number(std::string_view text) {
    std::uint32_t number = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (text.size() > 5 || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return number;
}

// Tells whether "3389" or "3000-4000" holds the port.
bool holds_port(std::string_view range, std::uint32_t port) {
    const auto dash = range.find('-');
    const auto low = port_number(range.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : port_number(range.substr(dash + 1));
    return low && high && *low <= port && port <= *high;
}

template <class Wanted>
std::vector<std::string> values_with(const RuleFields& rule, std::size_t most, Wanted wanted) {
    std::vector<std::string> values;
    for (const auto& [name, value] : rule.all()) {
        if (values.size() == most) break;
        if (!value.empty() && wanted(name)) values.emplace_back(value.substr(0, longest_value));
    }
    return values;
}

// Tells whether it is for inbound TCP to a process that RDP may live in.
bool may_meet_rdp(const RuleFields& rule) {
    const auto foreign_program = [](std::string_view program) {
        constexpr std::string_view host = R"(\svchost.exe)";
        const bool in_host = program.size() >= host.size() &&
                             iequals(program.substr(program.size() - host.size()), host);
        return !iequals(program, "System") && !in_host;
    };
    return rule.is("Dir", "In") &&
           !rule.any("Protocol", [](std::string_view value) { return value != "6"; }) &&
           !rule.any("App", foreign_program) && !rule.any("Svc", [](std::string_view service) {
               return !iequals(service, "termservice") && service != "*";
           });
}

// Tells whether a rule for any port is one for everything: not for a store app, one user's programs
// or certain clients only.
bool meets_everything(const RuleFields& rule) {
    const bool blocks = rule.is("Action", "Block");
    const auto& fields = rule.all();
    return std::none_of(fields.begin(), fields.end(), [&](const RuleField& field) {
        return is_one_of(field.name, {"AppPkgId", "PFN", "LUOwn"}) ||
               is_word_after(field.name, "RPort") ||
               (blocks && field.name.size() > 2 && is_word_after(field.name, "RA"));
    });
}

} // namespace

std::optional<nlohmann::json> firewall_rule(std::string_view text, std::uint32_t port) {
    const RuleFields rule(text);
    if (!may_meet_rdp(rule)) return std::nullopt;
    constexpr std::size_t all = 1024;
    const auto ports = values_with(rule, all, names_ports);
    if (!rule.is("Svc", "termservice")) {
        const bool ours = std::any_of(ports.begin(), ports.end(), [&](const std::string& range) {
            return holds_port(range, port) || holds_port(range, shipped_port);
        });
        if (ports.empty() ? !meets_everything(rule) : !ours) return std::nullopt;
    }
    nlohmann::json element{
        {"active", rule.is("Active", "TRUE")},
        {"allow", !rule.is("Action", "Block")},
        {"lport", ports.empty() ? std::string("*") : join(ports, ",").substr(0, longest_ports)}};
    constexpr std::size_t most_profiles = 16;
    element["profiles"] =
        values_with(rule, most_profiles, [](std::string_view name) { return name == "Profile"; });
    element["remote"] = values_with(rule, most_addresses, [](std::string_view name) {
        return name == "RA4" || name == "RA6" || name == "RA42" || name == "RA62";
    });
    auto limits = nlohmann::json::array();
    for (const auto& [name, value] : rule.all()) {
        if (!is_limit(name) || value.empty() || limits.size() == most_limits) continue;
        limits.push_back(std::string(name) + "=" + std::string(value.substr(0, longest_limit)));
    }
    if (!limits.empty()) element["limits"] = std::move(limits);
    return element;
}

} // namespace rdpsweep::offline
