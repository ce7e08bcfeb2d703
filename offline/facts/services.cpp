// /svc: how the services that RDP needs are set up. What they do is not on a disk.
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "offline/facts/groups.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

// The last three are roles of a Remote Desktop deployment.
constexpr std::array<std::string_view, 10> wanted_services{
    "TermService",
    "SessionEnv",
    "UmRdpService",
    "KeyIso",
    "CertPropSvc",
    "CryptSvc",
    "gpsvc",
    "Tssdis",
    "RDMS",
    "TScPubRPC"};

// Returns the SID of an account that has the same name on every Windows; nothing for others, which
// only Windows can look up.
std::optional<std::string_view> sid_of_service_account(std::string_view account) {
    auto name = ascii_lower(account);
    std::erase(name, ' ');
    constexpr std::string_view authority = R"(ntauthority\)";
    const bool known = name.starts_with(authority);
    if (known) name.erase(0, authority.size());
    if (name == "system" || name == "localsystem") return "S-1-5-18";
    if (known && name == "localservice") return "S-1-5-19";
    if (known && name == "networkservice") return "S-1-5-20";
    return std::nullopt;
}

void put_account(Sheet& service, const Place& place) {
    const auto account = read_text(*place.hive, *place.key, "ObjectName");
    if (!account) return service.failed("acct_sid", account.error());
    if (!*account || (*account)->empty()) return;
    if (const auto sid = sid_of_service_account(**account))
        service.put("acct_sid", std::string(*sid));
    else
        service.document().offline(service.at("acct_sid"));
}

} // namespace

void read_services(const Registry& registry, Document& document) {
    auto& list = document.group("svc");
    list = nlohmann::json::array();
    for (const auto name : wanted_services) {
        const auto place = registry.current("Services\\" + std::string(name));
        if (place.key && !place.there()) continue;
        const auto pointer = "/svc/" + std::to_string(list.size());
        list.push_back({{"n", name}});
        if (!place.key) {
            document.failed(pointer, place.key.error());
            continue;
        }
        Sheet service(list.back(), pointer, document);
        service.dwords(place, {{"start", "Start"}, {"type", "Type"}});
        put_account(service, place);
        document.offline(service.at("state"));
    }
}

} // namespace rdpsweep::offline
