// /gp: who else may set what RDP needs: group policy, MDM, DSC.
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include "offline/facts/groups.hpp"
#include "offline/facts/registry_pol.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t largest_registry_pol = std::size_t{1} << 20U;

void put_registry_pol(Sheet& policy, NtfsVolume& volume) {
    const auto file =
        volume.read(R"(\Windows\System32\GroupPolicy\Machine\Registry.pol)", largest_registry_pol);
    if (!file && file.error().code() != Errc::not_found)
        return policy.document().failed(policy.at("registry_pol"), file.error());
    policy.object()["registry_pol"] = file ? rdp_policies(*file) : std::vector<std::string>();
}

void put_mdm(Sheet& policy, const Registry& registry) {
    policy.object()["mdm"] = false;
    const auto place = registry.software(R"(Microsoft\Enrollments)");
    for (const auto& key : keys_below(place, policy.at("mdm"), policy.document())) {
        const auto provider = read_text(*place.hive, std::optional(key), "ProviderID");
        if (!provider)
            policy.document().failed(policy.at("mdm"), provider.error());
        else if (iequals(provider->value_or(""), "MS DM Server"))
            policy.object()["mdm"] = true;
    }
}

} // namespace

void read_policy(const Windows& windows, Document& document) {
    Sheet policy(document.group("gp"), "/gp", document);
    policy.dword(windows.registry.current(R"(Services\gpsvc)"), {"gpsvc_start", "Start"});
    put_registry_pol(policy, windows.volume);
    put_mdm(policy, windows.registry);
    const auto mof = windows.volume.file(R"(\Windows\System32\Configuration\Current.mof)");
    if (!mof && mof.error().code() == Errc::malformed_output)
        document.failed("/gp/dsc", mof.error());
    else
        policy.object()["dsc"] = mof || mof.error().code() != Errc::not_found;
    document.offline("/gp/rsop");
}

} // namespace rdpsweep::offline
