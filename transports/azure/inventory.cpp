// Reads the machines from Compute, subscription by subscription, and takes from Resource Graph what
// it knows besides.
#include "transports/azure/inventory.hpp"

#include "core/foreign_text.hpp"
#include "core/spawn.hpp"
#include "core/text.hpp"
#include "transports/azure/compute.hpp"
#include "transports/azure/graph.hpp"
#include "transports/azure/subscriptions.hpp"

#include <algorithm>
#include <map>

namespace rdpsweep::azure {

namespace {

constexpr std::size_t at_once = 8; // subscriptions that are read at the same time

using VmsById = std::map<std::string, Vm, std::less<>>; // the ids folded

// What Resource Graph said, by subscription.
struct Hearsay {
    bool asked = false; // false: it may not be
    std::map<std::string, VmsById> vms;
    Network network;
};

// Reads the subscriptions, several at a time, and collects what they hold.
class Search {
public:
    Search(Arm& arm, HostDeadline& deadline, Hearsay& hearsay)
        : arm_(arm), deadline_(deadline), hearsay_(hearsay),
          all_done_(deadline.executor(), Clock::time_point::max()) {}

    Task<void> run(const std::vector<Subscription>& subscriptions) {
        todo_ = &subscriptions;
        const auto workers = std::min(at_once, subscriptions.size());
        if (workers == 0) co_return;
        working_ = workers;
        for (std::size_t i = 0; i < workers; ++i)
            spawn(deadline_.executor(), work());
        boost::system::error_code ignored;
        co_await all_done_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    FoundVms found;
    std::size_t read = 0; // subscriptions
    std::optional<Error> last_failure;

private:
    Task<void> work() {
        while (next_ < todo_->size() && !deadline_.expired()) {
            const auto& subscription = (*todo_)[next_++];
            auto done = co_await read_one(subscription);
            if (done) {
                ++read;
                continue;
            }
            found.complete = false;
            found.notes.push_back(
                "the subscription " + label(subscription) + " could not be read: " +
                std::string(done.error().detail()) + " (" + std::string(done.error().native()) + ")"
            );
            last_failure = std::move(done).error();
        }
        if (--working_ == 0) all_done_.cancel();
    }

    static std::string label(const Subscription& subscription) {
        return subscription.name.empty() ? subscription.id : foreign_text(subscription.name, 80);
    }

    Task<Status> read_one(const Subscription& subscription) {
        auto machines = co_await list_machines(arm_, subscription.id, deadline_);
        if (!machines) co_return std::move(machines).error();
        auto instances = co_await list_instances(arm_, subscription.id, deadline_);
        if (!instances) co_return std::move(instances).error();
        const auto* heard = confirmed(subscription, *machines);
        Network own;
        if (heard == nullptr) {
            auto listed = co_await list_network(arm_, subscription.id, own, deadline_);
            if (!listed) co_return listed;
        }
        const auto& network = heard == nullptr ? own : hearsay_.network;
        for (auto& row : *machines)
            keep(std::move(row), heard, network);
        for (auto& vm : *instances)
            found.vms.push_back(std::move(vm));
        co_return Status();
    }

    // What Resource Graph knows when that is exactly the Windows VMs that there are; else null.
    const VmsById* confirmed(const Subscription& subscription, const std::vector<VmRow>& machines) {
        if (!hearsay_.asked) return nullptr;
        const auto& heard = hearsay_.vms[subscription.id];
        std::size_t real = 0;
        bool equal = true;
        for (const auto& row : machines) {
            if (!row.vm.windows) continue;
            ++real;
            equal = equal && heard.count(ascii_lower(row.vm.id)) > 0;
        }
        if (equal && real == heard.size()) return &heard;
        found.notes.push_back(
            "Resource Graph is not up to date on " + label(subscription) + ": it knows " +
            std::to_string(heard.size()) + " Windows VMs, there are " + std::to_string(real) +
            "; the latter were taken"
        );
        return nullptr;
    }

    // A VM with its addresses, and with what only Resource Graph lists of it.
    void keep(VmRow row, const VmsById* heard, const Network& network) {
        if (!row.vm.windows) return;
        network.give_addresses(row, row.vm);
        if (heard != nullptr) add_hearsay(heard->at(ascii_lower(row.vm.id)), row.vm);
        found.vms.push_back(std::move(row.vm));
    }

    static void add_hearsay(const Vm& heard, Vm& vm) {
        if (vm.os_name.empty()) vm.os_name = heard.os_name;
        if (vm.os_version.empty()) vm.os_version = heard.os_version;
        if (vm.power.empty()) vm.power = heard.power;
    }

    Arm& arm_;
    HostDeadline& deadline_;
    Hearsay& hearsay_;
    const std::vector<Subscription>* todo_ = nullptr;
    std::size_t next_ = 0;
    std::size_t working_ = 0;
    asio::steady_timer all_done_;
};

Task<Result<Hearsay>> hear(
    Arm& arm,
    const std::vector<Subscription>& subscriptions,
    FoundVms& found,
    HostDeadline& deadline
) {
    std::vector<std::string> ids;
    for (const auto& one : subscriptions)
        ids.push_back(one.id);
    auto graph = co_await ask_graph(arm, ids, deadline);
    Hearsay hearsay;
    if (!graph) {
        // Compute alone will do where we may not ask.
        if (graph.error().code() != Errc::access_denied) co_return std::move(graph).error();
        found.notes.push_back(
            "Resource Graph may not be asked (" + std::string(graph.error().native()) +
            "): the VMs were listed subscription by subscription"
        );
        co_return hearsay;
    }
    hearsay.asked = true;
    hearsay.network = std::move(graph->network);
    for (auto& row : graph->vms) {
        auto id = ascii_lower(row.vm.id);
        auto& pile = hearsay.vms[row.vm.subscription];
        pile.insert_or_assign(std::move(id), std::move(row.vm));
    }
    if (arm.left_out()) graph->doubts.emplace_back("Azure looks at 10,000 subscriptions only");
    if (!graph->doubts.empty()) found.complete = false;
    for (auto& doubt : graph->doubts)
        found.notes.push_back(std::move(doubt));
    co_return hearsay;
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
    return std::any_of(list.begin(), list.end(), [&word](const auto& other) {
        return iequals(other, word);
    });
}

// Keeps the resource groups and machines that are meant; a note tells of one that was named and is
// not there.
void narrow(const InventoryScope& wanted, FoundVms& found) {
    std::erase_if(found.vms, [&wanted](const Vm& vm) {
        return (!wanted.resource_groups.empty() &&
                !contains(wanted.resource_groups, vm.resource_group)) ||
               (!wanted.resources.empty() && !contains(wanted.resources, vm.id));
    });
    for (const auto& id : wanted.resources) {
        const bool there = std::any_of(found.vms.begin(), found.vms.end(), [&id](const Vm& vm) {
            return iequals(vm.id, id);
        });
        if (there) continue;
        found.complete = false;
        found.notes.push_back("no Windows VM has the id " + printable(id, 200));
    }
}

void leave_out_unreadable(std::vector<Subscription>& subscriptions, FoundVms& found) {
    std::erase_if(subscriptions, [&found](const Subscription& one) {
        if (one.readable()) return false;
        found.notes.push_back(
            "the subscription " + foreign_text(one.name, 80) + " is " +
            foreign_text(one.state, 40) + ": left out"
        );
        return true;
    });
}

} // namespace

Task<Result<FoundVms>> find_vms(Arm& arm, InventoryScope wanted, HostDeadline& deadline) {
    auto all = co_await list_subscriptions(arm, deadline);
    if (!all) co_return std::move(all).error();
    auto chosen = choose(std::move(*all), wanted.subscriptions);
    if (!chosen) co_return std::move(chosen).error();
    FoundVms before;
    leave_out_unreadable(*chosen, before);
    auto hearsay = co_await hear(arm, *chosen, before, deadline);
    if (!hearsay) co_return std::move(hearsay).error();
    Search search(arm, deadline, *hearsay);
    search.found = std::move(before);
    co_await search.run(*chosen);
    if (search.read == 0 && search.last_failure) co_return std::move(*search.last_failure);
    if (deadline.expired()) {
        co_return Error(Phase::inventory, Errc::timed_out, "Azure's answers took too long")
            .with_hint("name fewer subscriptions with --subscription");
    }
    auto found = std::move(search.found);
    narrow(wanted, found);
    std::sort(found.vms.begin(), found.vms.end(), [](const Vm& a, const Vm& b) {
        return ascii_lower(a.id) < ascii_lower(b.id);
    });
    co_return found;
}

} // namespace rdpsweep::azure
