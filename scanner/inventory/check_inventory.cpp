// Checks an inventory that was read whole: what is there twice, what leads nowhere.
#include "scanner/inventory/check_inventory.hpp"

#include "core/text.hpp"
#include "transports/registry.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace rdpsweep {

namespace {

bool needs_address(std::string_view transport) noexcept {
    return traits_of(transport).needs_address();
}

// Compares with A-Z folded, without making a copy of either.
bool folded_less(std::string_view a, std::string_view b) noexcept {
    const auto fold = [](char c) {
        return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    };
    return std::lexicographical_compare(
        a.begin(),
        a.end(),
        b.begin(),
        b.end(),
        [&fold](char x, char y) { return fold(x) < fold(y); }
    );
}

// Complains about every target for which an earlier one is neither less nor greater. The order of
// the complaints is that of the inventory.
template <class Less, class Say>
void find_duplicates(const std::vector<Target>& targets, Less less, Say say) {
    std::vector<std::uint32_t> order(targets.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return less(targets[a], targets[b]);
    });
    std::vector<std::pair<std::uint32_t, std::uint32_t>> twins; // later, earlier
    std::uint32_t first = 0;                                    // of the run of equals
    for (std::uint32_t i = 1; i < order.size(); ++i) {
        if (less(targets[order[first]], targets[order[i]])) {
            first = i;
        } else {
            twins.emplace_back(order[i], order[first]);
        }
    }
    std::sort(twins.begin(), twins.end());
    for (const auto& [later, earlier] : twins)
        say(targets[later], targets[earlier]);
}

// Networks of Azure may overlap: there an address tells nothing apart, the ARM id does.
std::string_view telling_address(const Target& target) noexcept {
    return target.origin == azure_origin ? std::string_view() : std::string_view(target.address);
}

// Complains about HTTP, where a logon must give a key to encrypt with.
void check_http(const Target& target, Problems& problems) {
    const auto name = in_quotes(target.name);
    constexpr auto cure = "auth: negotiate, or scheme: https";
    if (target.winrm.auth == WinRmAuth::basic) {
        problems.add(
            target.origin, name + " would send a password in clear: Basic over HTTP", cure
        );
    }
    if (target.winrm.auth == WinRmAuth::certificate) {
        problems.add(target.origin, name + " cannot show a client certificate over HTTP", cure);
    }
}

// Complains about a route that reads a disk nobody named.
void check_disk(const Target& target, Problems& problems) {
    // Of the disk of a VM of Azure a snapshot can be made.
    if (target.disk->given() || !target.vm.empty()) return;
    const auto& route = target.route;
    const auto way = std::find_if(route.begin(), route.end(), [](const auto& transport) {
        return traits_of(transport).by_disk;
    });
    if (way == route.end()) return;
    problems.add(
        target.origin,
        in_quotes(target.name) + " has no disk image, which " + *way + " needs",
        "add disk: { file: PATH }, or vm: with its ARM id and scan with --disk-snapshots"
    );
}

} // namespace

void check_duplicates(const std::vector<Target>& targets, Problems& problems) {
    find_duplicates(
        targets,
        [](const Target& a, const Target& b) { return folded_less(a.name, b.name); },
        [&problems](const Target& later, const Target& earlier) {
            problems.add(
                later.origin,
                "the target " + in_quotes(later.name) + " is already defined at " + earlier.origin,
                "remove one of them, or give it another name"
            );
        }
    );
    // Targets that differ in name only. What has no address is told apart by its ARM id.
    find_duplicates(
        targets,
        [](const Target& a, const Target& b) {
            const auto of_a = telling_address(a);
            const auto of_b = telling_address(b);
            if (of_a.empty() || of_b.empty()) {
                if (!of_a.empty() || !of_b.empty()) return of_a.empty();
                return folded_less(a.id, b.id);
            }
            if (folded_less(of_a, of_b)) return true;
            if (folded_less(of_b, of_a)) return false;
            return first_port(a) < first_port(b);
        },
        [&problems](const Target& later, const Target& earlier) {
            if (iequals(later.name, earlier.name)) return; // said already
            const auto what = telling_address(later).empty() ? "ARM id" : "address and port";
            problems.add(
                later.origin,
                in_quotes(later.name) + " has the same " + what + " as " + in_quotes(earlier.name) +
                    " at " + earlier.origin,
                "remove one of them"
            );
        }
    );
}

void check_targets(const Inventory& inventory, Problems& problems) {
    std::vector<std::string_view> names;
    for (const auto& credential : inventory.credentials)
        names.push_back(credential.name);
    for (const auto& target : inventory.targets) {
        if (problems.full()) return;
        const bool known = std::find(names.begin(), names.end(), target.credential) != names.end();
        if (!target.credential.empty() && !known) {
            problems.add(
                target.origin,
                "no credential is named " + in_quotes(target.credential),
                names.empty() ? "define it under credentials:"
                              : suggest(target.credential, names, "known credentials")
            );
        }
        for (const auto& hop : target.ssh->hops ? *target.ssh->hops : std::vector<JumpHost>()) {
            if (std::find(names.begin(), names.end(), hop.credential) != names.end()) continue;
            problems.add(
                target.origin,
                "no credential is named " + in_quotes(hop.credential) + ", which the jump host " +
                    in_quotes(hop.name) + " needs",
                "define it under credentials:"
            );
        }
        if (target.winrm.scheme == WinRmScheme::http) check_http(target, problems);
        check_disk(target, problems);
        if (!target.address.empty() || target.origin == azure_origin) continue;
        const auto way = std::find_if(target.route.begin(), target.route.end(), needs_address);
        if (way == target.route.end()) continue;
        problems.add(
            target.origin,
            in_quotes(target.name) + " has no address, which " + *way + " needs",
            "add address: with an IP address or a DNS name"
        );
    }
}

void check_credentials(const std::vector<CredentialSpec>& credentials, Problems& problems) {
    std::vector<const CredentialSpec*> seen;
    for (const auto& spec : credentials) {
        if (spec.implied) continue; // several inventories may name the same user
        const auto twin = std::find_if(seen.begin(), seen.end(), [&spec](const auto* other) {
            return other->name == spec.name;
        });
        if (twin != seen.end()) {
            problems.add(
                spec.origin,
                "the credential " + in_quotes(spec.name) + " is already defined at " +
                    (*twin)->origin,
                "remove one of them"
            );
        }
        seen.push_back(&spec);
    }
}

} // namespace rdpsweep
