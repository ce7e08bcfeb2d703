// Says what the simulated listener does; the elements, and the values that nothing here depends on,
// are those of a recorded Windows Server.
#include "tests/simfleet/winrm/config_resource.hpp"

#include "tests/simfleet/winrm/http_message.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"

namespace simfleet {
namespace {

std::string cfg_tag(std::string_view name, std::string_view text) {
    std::string out = "<cfg:";
    out.append(name).append(">").append(text);
    return out.append("</cfg:").append(name).append(">");
}

std::string_view truth_word(bool value) {
    return value ? "true" : "false";
}

std::string ports() {
    return cfg_tag("HTTP", "5985") + cfg_tag("HTTPS", "5986");
}

std::string client_auth() {
    return cfg_tag("Basic", "true") + cfg_tag("Digest", "true") + cfg_tag("Kerberos", "true") +
           cfg_tag("Negotiate", "true") + cfg_tag("Certificate", "true") +
           cfg_tag("CredSSP", "false");
}

std::string client_part() {
    return cfg_tag("NetworkDelayms", "5000") + cfg_tag("URLPrefix", "wsman") +
           cfg_tag("AllowUnencrypted", "false") + cfg_tag("Auth", client_auth()) +
           cfg_tag("DefaultPorts", ports()) + cfg_tag("TrustedHosts", "");
}

std::string service_auth(const World& world, const Vm& vm) {
    const auto& policy = world.policy;
    const bool basic = policy.basic || vm.wire.manner == Manner::basic_only;
    const bool negotiate = policy.negotiate && vm.wire.manner != Manner::basic_only;
    const bool strict = policy.insist_cbt || vm.wire.require_channel_bindings;
    return cfg_tag("Basic", truth_word(basic)) +
           cfg_tag("Kerberos", truth_word(negotiate && policy.kerberos)) +
           cfg_tag("Negotiate", truth_word(negotiate)) +
           cfg_tag("Certificate", truth_word(policy.certificates)) + cfg_tag("CredSSP", "false") +
           cfg_tag("CbtHardeningLevel", strict ? "Strict" : "Relaxed");
}

std::string service_part(const World& world, const Vm& vm) {
    return cfg_tag(
               "RootSDDL", "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)"
           ) +
           cfg_tag("MaxConcurrentOperations", "4294967295") +
           cfg_tag("MaxConcurrentOperationsPerUser", "1500") +
           cfg_tag("EnumerationTimeoutms", "240000") + cfg_tag("MaxConnections", "300") +
           cfg_tag("MaxPacketRetrievalTimeSeconds", "120") + cfg_tag("AllowUnencrypted", "false") +
           cfg_tag("Auth", service_auth(world, vm)) + cfg_tag("DefaultPorts", ports()) +
           cfg_tag("IPv4Filter", "*") + cfg_tag("IPv6Filter", "*") +
           cfg_tag("EnableCompatibilityHttpListener", "false") +
           cfg_tag("EnableCompatibilityHttpsListener", "false") +
           cfg_tag("CertificateThumbprint", "") + cfg_tag("AllowRemoteAccess", "true");
}

std::string winrs_part(const Vm& vm) {
    const bool shells = vm.wire.manner != Manner::shells_forbidden;
    return cfg_tag("AllowRemoteShellAccess", truth_word(shells)) +
           cfg_tag("IdleTimeout", "7200000") + cfg_tag("MaxConcurrentUsers", "2147483647") +
           cfg_tag("MaxShellRunTime", "2147483647") +
           cfg_tag("MaxProcessesPerShell", "2147483647") +
           cfg_tag("MaxMemoryPerShellMB", "2147483647") +
           cfg_tag("MaxShellsPerUser", std::to_string(shells_per_user));
}

std::string whole_config(const World& world, const Vm& vm) {
    return cfg_tag("MaxEnvelopeSizekb", std::to_string(max_request_body / 1024)) +
           cfg_tag("MaxTimeoutms", "60000") + cfg_tag("MaxBatchItems", "32000") +
           cfg_tag("MaxProviderRequests", "4294967295") + cfg_tag("Client", client_part()) +
           cfg_tag("Service", service_part(world, vm)) + cfg_tag("Winrs", winrs_part(vm));
}

std::string listener_part(const Vm& vm, bool secure) {
    return cfg_tag("Address", "*") + cfg_tag("Transport", secure ? "HTTPS" : "HTTP") +
           cfg_tag("Port", secure ? "5986" : "5985") +
           cfg_tag("Hostname", secure ? xml_escape(vm.name) : "") + cfg_tag("Enabled", "true") +
           cfg_tag("URLPrefix", "wsman") + cfg_tag("CertificateThumbprint", "") +
           cfg_tag("ListeningOn", vm.address);
}

// The element of a part, in the namespace of its resource.
std::string
part_element(const SoapRequest& request, std::string_view name, const std::string& inside) {
    auto out = cfg_tag(name, inside);
    const auto at = std::string_view("<cfg:").size() + name.size();
    return out.insert(at, " xmlns:cfg=\"" + xml_escape(request.resource) + "\"");
}

std::string all_listeners(const Vm& vm, const SoapRequest& request) {
    std::string items;
    for (const bool secure : {false, true})
        items += part_element(request, "Listener", listener_part(vm, secure));
    return "<n:EnumerateResponse><n:EnumerationContext/><w:Items>" + items +
           "</w:Items><w:EndOfSequence/></n:EnumerateResponse>";
}

SoapFault config_refused(std::uint32_t code, const SoapRequest& request) {
    auto failed = failure_of(code, request);
    failed.provider = FaultProvider::config;
    return failed;
}

} // namespace

ShellHost::Reply answer_config(World& world, const Vm& vm, const SoapRequest& request) {
    const auto& part = *request.config;
    if (request.verb == "Enumerate" && part == "listener") return all_listeners(vm, request);
    if (request.verb != "Get" && request.verb != "Enumerate") {
        world.stats.violation("a change of WinRM's configuration: " + request.verb);
        return config_refused(fault::access_denied, request);
    }
    if (request.verb == "Get") {
        if (part.empty()) return part_element(request, "Config", whole_config(world, vm));
        if (part == "client") return part_element(request, "Client", client_part());
        if (part == "client/auth") return part_element(request, "Auth", client_auth());
        if (part == "service") return part_element(request, "Service", service_part(world, vm));
        if (part == "service/auth") return part_element(request, "Auth", service_auth(world, vm));
        if (part == "winrs") return part_element(request, "Winrs", winrs_part(vm));
    }
    return config_refused(fault::invalid_resource, request);
}

} // namespace simfleet
