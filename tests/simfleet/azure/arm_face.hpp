// Azure's control plane as its clients see it: Entra ID's token endpoint, the metadata service of a
// VM, Resource Manager with lists, pages, quotas and errors, Resource Graph. No sockets.
#pragma once

#include "tests/simfleet/azure/arm_guards.hpp"
#include "tests/simfleet/azure/arm_managed_commands.hpp"
#include "tests/simfleet/azure/arm_network.hpp"
#include "tests/simfleet/azure/arm_resources.hpp"
#include "tests/simfleet/azure/arm_run_command.hpp"
#include "tests/simfleet/azure/arm_snapshots.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/winrm/http_message.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace simfleet {

struct ArmPolicy {
    std::string tenant = "7e000000-0000-4000-8000-000000000001";
    std::string client = "c1000000-0000-4000-8000-000000000001";
    std::string secret;
    std::size_t page = 50;         // rows of a list of Compute and Network
    std::size_t busy_every = 0;    // every so-manieth call is 429 with Retry-After: 1; 0: none
    std::size_t token_life = 3600; // seconds
    bool graph_forbidden = false;
    bool console_disabled = false;     // serial consoles, in every subscription
    std::size_t run_command_ms = 1000; // how long one takes
    bool limits = false;               // Azure's own: what is beyond them is 429
    SnapshotScene snapshots;
    std::string base; // "https://localhost:8443", for links
};

class ConsoleGateway;

class ArmFace {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    // consoles: null where the VMs have none.
    ArmFace(
        const ArmResources& resources,
        ArmPolicy policy,
        Stats& stats,
        Now now,
        ConsoleGateway* consoles = nullptr
    )
        : resources_(resources), policy_(std::move(policy)), stats_(stats), now_(now),
          consoles_(consoles), guards_(resources), network_(resources, stats),
          snapshots_(resources, policy_.snapshots, stats, now, policy_.base),
          run_command_(
              resources.fleet(), stats, now, std::chrono::milliseconds(policy_.run_command_ms)
          ),
          managed_commands_(stats, now, std::chrono::milliseconds(policy_.run_command_ms)) {}

    // A request to the cloud's one HTTPS address.
    HttpResponse answer(const HttpRequest& request);

    // Whether it gave that token out and it is still good.
    [[nodiscard]] bool knows_token(const std::string& token) const;

    // A request to the metadata service, which speaks plain HTTP.
    HttpResponse answer_metadata(const HttpRequest& request);

private:
    struct Url; // path and query, taken apart

    using Rows = std::vector<std::function<std::string()>>; // each made when it is wanted
    using Wanted = std::function<bool(const std::string& subscription)>;

    // Where tokens are had.
    [[nodiscard]] std::optional<HttpResponse> discover(const Url& url) const;
    [[nodiscard]] HttpResponse configuration(const std::string& tenant, bool second) const;
    HttpResponse give_adfs_token(const HttpRequest& request);
    HttpResponse give_token(const HttpRequest& request, const std::string& tenant, bool second);
    HttpResponse issue();
    bool knows(const HttpRequest& request);

    // What is managed.
    HttpResponse manage(const HttpRequest& request, const Url& url);
    HttpResponse of_group(const HttpRequest& request, const Url& url);
    HttpResponse of_resource(const HttpRequest& request, const Url& url);
    HttpResponse of_location(const HttpRequest& request, const Url& url);
    bool beyond_limits(const std::string& method, const std::string& key, HttpResponse& refused);
    bool too_busy(const std::string& key, HttpResponse& busy);
    HttpResponse watched(HttpResponse begun, const Url& url);
    HttpResponse ask_operation(const std::string& id, bool monitor);

    // VMs and what is below them.
    HttpResponse of_machine(const HttpRequest& request, const Url& url);
    HttpResponse of_linux(const HttpRequest& request, const Url& url);
    HttpResponse of_console(const HttpRequest& request, const Url& url, std::size_t index);
    HttpResponse boot_diagnostics(std::size_t index);
    [[nodiscard]] HttpResponse describe(std::size_t index, bool with_view) const;
    HttpResponse give_blob(const HttpRequest& request, const Url& url);

    // Lists.
    HttpResponse list(const Url& url);
    HttpResponse page(const Url& url, const Rows& rows);
    Rows subscriptions() const;
    Rows rows_of(const Url& url, std::size_t number, const std::string& group);
    void add_compute(Rows& rows, const Url& url, std::size_t number, const std::string& group);
    void
    add_fleet(Rows& rows, const std::string& type, std::size_t number, const std::string& group);
    [[nodiscard]] std::vector<nlohmann::json> locks_at(const Url& url, std::size_t number) const;
    [[nodiscard]] std::optional<std::size_t> subscription_of(const Url& url) const;
    [[nodiscard]] bool has_group(std::size_t number, const std::string& group) const;

    // Resource Graph.
    HttpResponse ask_graph(const HttpRequest& request, const std::string& version);
    void visit_graph(
        const std::string& table,
        const Wanted& wants,
        const std::function<void(nlohmann::json)>& visit
    );

    const ArmResources& resources_;
    ArmPolicy policy_;
    Stats& stats_;
    Now now_;
    ConsoleGateway* consoles_;
    ArmGuards guards_;
    ArmNetwork network_;
    ArmSnapshots snapshots_;
    ArmRunCommand run_command_;
    ArmManagedCommands managed_commands_;
    std::map<std::string, std::chrono::steady_clock::time_point> tokens_; // and when each ends

    struct Closed {
        std::chrono::steady_clock::time_point since, until;
    };

    struct Bucket {
        double left = 0;
        std::chrono::steady_clock::time_point filled;
    };

    std::map<std::string, Bucket> buckets_;         // by scope and kind of call
    std::map<std::string, Closed> closed_;          // by scope
    std::map<std::string, std::string> operations_; // and the path of what each is about
    std::map<std::string, std::string> signed_;     // signatures of boot logs, by VM
    std::size_t calls_ = 0;
    std::size_t issued_ = 0;
};

} // namespace simfleet
