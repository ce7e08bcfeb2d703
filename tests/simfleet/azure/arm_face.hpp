// Azure's control plane as its clients see it: Entra ID's token endpoint, the metadata service of a
// VM, Resource Manager with lists, pages, quotas and errors, Resource Graph. No sockets.
#pragma once

#include "tests/simfleet/azure/arm_guards.hpp"
#include "tests/simfleet/azure/arm_network.hpp"
#include "tests/simfleet/azure/arm_resources.hpp"
#include "tests/simfleet/azure/arm_run_command.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/winrm/http_message.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>

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
    std::string base;                  // "https://localhost:8443", for links
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
          consoles_(consoles), guards_(resources, stats), network_(resources, stats),
          run_command_(
              resources.fleet(), stats, now, std::chrono::milliseconds(policy_.run_command_ms)
          ) {}

    // A request to the cloud's one HTTPS address.
    HttpResponse answer(const HttpRequest& request);

    // Whether it gave that token out and it is still good.
    [[nodiscard]] bool knows_token(const std::string& token) const;

    // A request to the metadata service, which speaks plain HTTP.
    HttpResponse answer_metadata(const HttpRequest& request);

private:
    struct Url; // path and query, taken apart

    HttpResponse give_adfs_token(const HttpRequest& request);
    HttpResponse give_blob(const HttpRequest& request, const Url& url);
    HttpResponse of_console(const HttpRequest& request, const Url& url, std::size_t index);
    HttpResponse describe(std::size_t index, bool with_view) const;
    HttpResponse of_machine(const HttpRequest& request, const Url& url);
    HttpResponse give_token(const HttpRequest& request, const std::string& tenant);
    HttpResponse issue();
    bool knows(const HttpRequest& request);
    HttpResponse manage(const HttpRequest& request, const Url& url);
    HttpResponse list(const Url& url, const std::string& scope);
    HttpResponse page(const Url& url, std::vector<std::function<std::string()>> rows);
    HttpResponse ask_graph(const HttpRequest& request);
    bool too_busy(const std::string& key, HttpResponse& busy);
    std::vector<std::function<std::string()>> rows_of(const Url& url);

    const ArmResources& resources_;
    ArmPolicy policy_;
    Stats& stats_;
    Now now_;
    ConsoleGateway* consoles_;
    ArmGuards guards_;
    ArmNetwork network_;
    ArmRunCommand run_command_;
    std::map<std::string, std::chrono::steady_clock::time_point> tokens_; // and when each ends

    struct Closed {
        std::chrono::steady_clock::time_point since, until;
    };

    std::map<std::string, Closed> closed_;      // by scope
    std::map<std::string, std::string> signed_; // signatures of boot logs, by VM
    std::size_t calls_ = 0;
    std::size_t issued_ = 0;
};

} // namespace simfleet
