// A guard of VMs in front of a scripted control plane.
#pragma once

#include "scanner/fix/azure_guard.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/scripted_rest.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace rdpsweep::test {

class OneToken final : public azure::TokenSource {
public:
    [[nodiscard]] std::string describe() const override { return "a test"; }

    Task<Result<azure::AccessToken>> fetch(HostDeadline&) override {
        co_return azure::parse_token(
            R"({"access_token":"the-token-of-a-test","expires_in":3600})", 1000
        );
    }
};

// Returns the properties of a rule that lets some clients to RDP's usual port.
inline nlohmann::json rdp_let_in() {
    return {
        {"protocol", "Tcp"},
        {"access", "Allow"},
        {"direction", "Inbound"},
        {"priority", 100},
        {"sourcePortRange", "*"},
        {"sourceAddressPrefix", "198.51.100.0/24"},
        {"destinationAddressPrefix", "*"},
        {"destinationPortRange", "3389"}};
}

struct AzureDesk {
    explicit AzureDesk(const std::string& vm)
        : tokens(std::make_unique<OneToken>(), [] { return std::int64_t{1000}; }),
          arm(rest, tokens, *azure::find_cloud("AzureCloud")), guard(arm) {
        target.vm = vm;
    }

    void answers(const nlohmann::json& body, unsigned status = 200) {
        rest.answers.emplace_back(azure::answer_of(status, body.dump()));
    }

    // What it was asked from that request on: "GET path?query", one after the other.
    [[nodiscard]] std::vector<std::string> asked_from(std::size_t first) const {
        static const std::string plane = "https://management.azure.com";
        std::vector<std::string> asked;
        for (auto at = first; at < rest.asked.size(); ++at) {
            const auto& request = rest.asked[at];
            asked.push_back(request.method + " " + request.url.substr(plane.size()));
        }
        return asked;
    }

    azure::ScriptedRest rest;
    azure::TokenCache tokens;
    azure::Arm arm;
    AzureGuard guard;
    Target target;
};

} // namespace rdpsweep::test
