// From the names behind `via` to the hops that lead to a target.
#include "core/text.hpp"
#include "scanner/inventory/inventory.hpp"

#include <algorithm>
#include <map>

namespace rdpsweep {

namespace {

constexpr std::size_t most_hops = 8;

using Hops = std::shared_ptr<const std::vector<JumpHost>>;

class JumpHosts {
public:
    JumpHosts(const std::vector<Target>& hosts, Problems& problems) : problems_(problems) {
        for (const auto& host : hosts) {
            const auto [at, fresh] = hosts_.emplace(host.name, &host);
            if (fresh) {
                names_.push_back(host.name);
                continue;
            }
            problems.add(
                host.origin,
                "the jump host " + in_quotes(host.name) + " is already defined at " +
                    at->second->origin,
                "remove one of them"
            );
        }
    }

    // The hops of a target that goes via name; null when there is a problem, which was told.
    Hops hops_via(const std::string& name, const std::string& origin) {
        const auto known = known_.find(name);
        if (known != known_.end()) return known->second;
        std::vector<JumpHost> hops;
        const bool found = collect(name, origin, hops);
        std::reverse(hops.begin(), hops.end());
        auto all = found ? std::make_shared<const std::vector<JumpHost>>(std::move(hops)) : nullptr;
        return known_.emplace(name, std::move(all)).first->second;
    }

private:
    bool complain(const std::string& origin, const std::string& what, const std::string& next) {
        problems_.add(origin, what, next);
        return false;
    }

    bool add_hop(const Target& host, std::vector<JumpHost>& hops) {
        if (host.credential.empty()) {
            return complain(
                host.origin,
                "the jump host " + in_quotes(host.name) + " has no credential",
                "add credential:"
            );
        }
        hops.push_back(
            {host.name,
             host.address,
             host.ssh->port,
             host.ssh->user,
             host.ssh->pin_sha256,
             host.credential}
        );
        return true;
    }

    // The nearest first.
    bool collect(const std::string& first, const std::string& origin, std::vector<JumpHost>& hops) {
        auto name = first;
        auto place = origin;
        while (!name.empty()) {
            const auto at = hosts_.find(name);
            if (at == hosts_.end()) {
                return complain(
                    place,
                    "no jump host is named " + in_quotes(name),
                    names_.empty() ? "define it under jump_hosts:"
                                   : suggest(name, names_, "known jump hosts")
                );
            }
            const auto& host = *at->second;
            const bool again = std::any_of(hops.begin(), hops.end(), [&](const auto& hop) {
                return hop.name == host.name;
            });
            if (again) {
                return complain(
                    host.origin, "the way via " + in_quotes(first) + " leads in a circle", ""
                );
            }
            if (hops.size() == most_hops) {
                return complain(place, "more than 8 jump hosts in a row", "");
            }
            if (!add_hop(host, hops)) return false;
            name = host.ssh->via;
            place = host.origin;
        }
        return true;
    }

    Problems& problems_;
    std::map<std::string, const Target*, std::less<>> hosts_;
    std::vector<std::string_view> names_;
    std::map<std::string, Hops> known_;
};

} // namespace

void resolve_jump_hosts(
    std::vector<Target>& targets, const std::vector<Target>& jump_hosts, Problems& problems
) {
    JumpHosts hosts(jump_hosts, problems);
    for (auto& target : targets) {
        if (problems.full()) return;
        if (target.ssh->via.empty()) continue;
        target.ssh.edit().hops = hosts.hops_via(target.ssh->via, target.origin);
    }
}

} // namespace rdpsweep
