// WMI of all simulated VMs behind WS-Management: Enumerate and Pull, Get, and reading methods.
#pragma once

#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/vm.hpp"
#include "tests/simfleet/winrm/soap_request.hpp"
#include "tests/simfleet/wmi/cim_row.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace simfleet {

// Lives on the io thread.
class CimHost {
public:
    // What goes inside s:Body, or the fault.
    using Reply = std::variant<std::string, SoapFault>;

    explicit CimHost(Stats& stats) : stats_(stats) {}

    Reply answer(const Vm& vm, const SoapRequest& request);

private:
    struct Pending {
        std::size_t vm = 0;
        std::vector<std::string> rows; // rendered
        std::size_t at = 0;
    };

    Reply enumerate(const Vm& vm, const SoapRequest& request);
    Reply pull(const Vm& vm, const SoapRequest& request);
    std::string keep(Pending pending);

    Stats& stats_;
    std::map<std::string, Pending> pending_; // by context
    std::deque<std::string> oldest_;         // contexts, for the cap
};

// Every row of a class; nothing when the namespace has no such class.
std::optional<std::vector<CimRow>>
cim_class(const State& state, const std::string& name_space, const std::string& class_name);

// The output of a method of StdRegProv; nothing when it has no such method, or one that writes.
std::optional<std::string> registry_method(const State& state, const CimCall& call);

// The output of Win32_LogicalFileSecuritySetting.GetSecurityDescriptor for that path.
std::string file_descriptor_output(const State& state, const std::string& path);

// <p:Descriptor> with an embedded Win32_SecurityDescriptor.
std::string render_descriptor(const std::string& sddl);

} // namespace simfleet
