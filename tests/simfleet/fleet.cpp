// Deals profiles to VMs and builds each VM when it is first asked for.
#include "tests/simfleet/fleet.hpp"

#include "core/text.hpp"
#include "tests/simfleet/dice.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cassert>
#include <charconv>
#include <ctime>
#include <utility>

namespace simfleet {
namespace {

constexpr std::array<std::string_view, 6> roles{"web", "sql", "app", "rds", "file", "mgmt"};
constexpr std::array<std::string_view, 3> environments{"prod", "test", "dev"};

// Mostly English, as fleets are.
constexpr std::array<std::uint32_t, 12> locales{
    1033, 1033, 1033, 1033, 1033, 1033, 1033, 1031, 1036, 1034, 1041, 2052};

constexpr std::size_t last_octets = 254; // .1 to .254

std::string five_digits(std::size_t number) {
    auto text = std::to_string(number);
    if (text.size() < 5) text.insert(0, 5 - text.size(), '0');
    return text;
}

std::string upper(std::string text) {
    for (auto& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

// A seed of its own for every VM: one more or one less changes no other.
std::uint64_t seed_of(std::uint64_t fleet, std::size_t index) {
    Dice dice(fleet ^ (index + 1) * 0x2545f4914f6cdd1du);
    return dice.next();
}

std::optional<std::uint32_t> octet(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > 255) return {};
    return number;
}

} // namespace

std::string address_of(std::size_t index) {
    const auto net = index / last_octets + 1; // 127.0.0.x stays the machine's own
    return "127." + std::to_string(net / 256) + '.' + std::to_string(net % 256) + '.' +
           std::to_string(index % last_octets + 1);
}

std::optional<std::size_t> index_of(std::string_view address) {
    const auto parts = rdpsweep::split(address, '.');
    if (parts.size() != 4 || parts[0] != "127") return {};
    const auto high = octet(parts[1]);
    const auto low = octet(parts[2]);
    const auto last = octet(parts[3]);
    if (!high || !low || !last) return {};
    const std::size_t net = *high * 256 + *low;
    if (net == 0 || *last == 0 || *last > last_octets) return {};
    return (net - 1) * last_octets + *last - 1;
}

Fleet::Fleet(std::size_t vms, std::uint64_t seed, std::string mix, std::optional<std::int64_t> now)
    : now_(now.value_or(static_cast<std::int64_t>(std::time(nullptr)))) {
    const auto deck = deal(mix, vms, seed);
    assert(deck.size() == vms);
    plans_.resize(deck.size());
    vms_.resize(deck.size());
    for (std::size_t i = 0; i < deck.size(); ++i) {
        plans_[i].profile = deck[i];
        describe(i, seed);
    }
}

void Fleet::describe(std::size_t index, std::uint64_t seed) {
    auto& plan = plans_[index];
    plan.seed = seed_of(seed, index);
    Dice dice(plan.seed);
    const auto builds = plan.profile->builds.empty() ? all_builds() : plan.profile->builds;
    plan.build = builds[dice.below(static_cast<std::uint32_t>(builds.size()))];
    plan.role = roles[dice.below(roles.size())];
    plan.environment = environments[dice.below(environments.size())];
    const auto name = plan.profile->inventory_name;
    plan.name = (name.empty() ? plan.role : std::string(name)) + '-' + five_digits(index);
}

Vm Fleet::build(std::size_t index) const {
    const auto& plan = plans_[index];
    Dice dice(plan.seed + 1);
    Blueprint blueprint;
    blueprint.host = upper(plan.role + '-' + five_digits(index));
    blueprint.build = plan.build;
    blueprint.lcid = locales[dice.below(locales.size())];
    blueprint.domain_role = dice.below(4) == 0 ? 2 : 3;
    blueprint.seed = dice.next();
    blueprint.now = now_;
    if (plan.profile->draw != nullptr) plan.profile->draw(blueprint);
    Machine machine(std::move(blueprint));
    if (plan.profile->damage != nullptr) plan.profile->damage(machine);
    Vm vm;
    vm.index = index;
    vm.name = plan.name;
    vm.address = address_of(index);
    vm.profile = plan.profile->name;
    vm.state = std::make_shared<const State>(std::move(machine.state));
    vm.wire = plan.profile->wire;
    vm.wire.slowness = slowness_;
    vm.wire.powershell_start += slowness_.output;
    vm.truth = truth_of(*plan.profile, plan.build);
    return vm;
}

const Vm& Fleet::at(std::size_t index) const {
    const std::lock_guard lock(mutex_);
    auto& vm = vms_.at(index);
    if (!vm) vm = std::make_unique<Vm>(build(index));
    return *vm;
}

const Vm* Fleet::by_address(std::string_view ip) const {
    const auto index = index_of(ip);
    return index && *index < size() ? &at(*index) : nullptr;
}

Manner Fleet::manner(std::size_t index) const {
    return plans_.at(index).profile->wire.manner;
}

std::string Fleet::address(std::size_t index) const {
    return address_of(index);
}

const std::string& Fleet::name(std::size_t index) const {
    return plans_.at(index).name;
}

std::string_view Fleet::profile(std::size_t index) const {
    return plans_.at(index).profile->name;
}

// Those whose trouble, if any, is in Windows and not in WinRM can be reached over SSH as well.
Fleet::Route Fleet::route(std::size_t index, const InventoryOptions& options) const {
    if (options.ssh_port == 0) return Route::winrm;
    const auto& wire = plans_[index].profile->wire;
    if (wire.ssh != SshManner::polite) return Route::ssh;
    const bool drawn = index * 37 % 100 < options.ssh_share; // 37: neighbours differ
    // What CIM can still tell over WinRM is not to be had over SSH.
    const bool only_cim = plans_[index].profile->name.starts_with("cim_");
    if (!drawn || only_cim || !wire.tunnel) return Route::winrm;
    switch (wire.manner) {
    case Manner::polite:
    case Manner::bad_password:
    case Manner::split_output:
    case Manner::clixml_noise:
    case Manner::script_fails:
    case Manner::truncated_frame:
    case Manner::powershell_missing:
        return Route::ssh;
    case Manner::refused:
        return Route::winrm_then_ssh;
    default:
        return Route::winrm;
    }
}

// What a client with that inventory can find out.
Truth Fleet::truth(std::size_t index, const InventoryOptions& options) const {
    const auto& plan = plans_[index];
    const auto& wire = plan.profile->wire;
    const auto by = route(index, options);
    if (by == Route::ssh && wire.ssh != SshManner::polite) return not_assessed("unreachable");
    if (wire.http_works && options.http_port == 0) return not_assessed("unreachable");
    // Behind a WinRM that refuses, the Windows in it is well.
    auto truth = by == Route::winrm_then_ssh ? truth_of(Profile{}, plan.build)
                                             : truth_of(*plan.profile, plan.build);
    const bool looked_at = options.rdp_port != 0 && wire.rdp_outside;
    if (!looked_at && truth.outcome == "assessed" && truth.verdict != "not_applicable") {
        truth.findings = with(truth.findings, outside_not_tried());
    }
    return truth;
}

namespace {

nlohmann::json to_json(const std::string& rule, const Expected& expected) {
    nlohmann::json json{{"verdict", expected.verdict}};
    if (!expected.key.empty()) json["key"] = whole_key(rule, expected);
    if (expected.severity.empty()) return json;
    json["cause"] = expected.cause.empty() ? std::string(cause_of(rule)) : expected.cause;
    json["severity"] = expected.severity;
    json["confidence"] = expected.confidence;
    json["evidence"] = expected.evidence;
    return json;
}

} // namespace

std::string Fleet::truth_json(const InventoryOptions& options) const {
    auto list = nlohmann::json::array();
    for (std::size_t i = 0; i < plans_.size(); ++i) {
        const auto& plan = plans_[i];
        const auto truth = this->truth(i, options);
        auto findings = nlohmann::json::object();
        for (const auto& [rule, expected] : truth.findings)
            findings[rule] = to_json(rule, expected);
        list.push_back(
            {{"name", plan.name},
             {"address", address_of(i)},
             {"profile", plan.profile->name},
             {"outcome", truth.outcome},
             {"root_cause", truth.root_cause},
             {"verdict", truth.verdict},
             {"findings", std::move(findings)}}
        );
    }
    const nlohmann::json document{{"vms", std::move(list)}};
    return document.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

} // namespace simfleet
