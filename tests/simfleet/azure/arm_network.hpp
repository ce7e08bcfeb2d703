// The network of the fleet's VMs in Azure (Microsoft.Network): interfaces, a subnet, and network
// security groups whose rules can be made and removed.
#pragma once

#include "tests/simfleet/azure/arm_resources.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/winrm/http_message.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

// Each VM has a group of its own at its interface, and each resource group one at its subnet. In
// both "allow-rdp" lets one network to port 3389. What is written takes time: a rule is Updating,
// or Deleting, until it was asked about once more, and its group refuses other writes until then.
class ArmNetwork {
public:
    ArmNetwork(const ArmResources& resources, Stats& stats)
        : resources_(resources), stats_(stats) {}

    // /subscriptions/S/resourceGroups/G/providers/Microsoft.Network/...: parts are those of the
    // path, as written.
    HttpResponse answer(const HttpRequest& request, const std::vector<std::string>& parts);

    // The security groups of a subscription, or of one resource group.
    [[nodiscard]] std::vector<nlohmann::json>
    groups(std::size_t subscription, std::string_view group);

private:
    using Rules = std::map<std::string, nlohmann::json>;

    struct Group {
        std::string path; // as written
        Rules rules;
        std::string changing{}; // the rule that is not done yet; empty: none
        int looks = 0;          // at it, until it is
    };

    HttpResponse of_interface(const std::vector<std::string>& parts) const;
    HttpResponse of_address(const std::vector<std::string>& parts) const;
    Group& group_at(const std::string& path);
    static nlohmann::json describe(const Group& group);
    HttpResponse of_group(const HttpRequest& request, const std::vector<std::string>& parts);
    HttpResponse of_rule(const HttpRequest& request, Group& group, const std::string& name);
    HttpResponse show(Group& group, const std::string& name);
    HttpResponse make(const HttpRequest& request, Group& group, const std::string& name);
    HttpResponse remove(Group& group, const std::string& name);
    [[nodiscard]] bool is_address_behind(const Group& group, const std::string& address) const;
    void check_rule(const Group& group, const nlohmann::json& properties);

    const ArmResources& resources_;
    Stats& stats_;
    std::map<std::string, Group> groups_; // by the group's path, in small letters
};

} // namespace simfleet
