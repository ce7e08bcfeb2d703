// Security descriptors as embedded instances.
#include "tests/simfleet/windows/access.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"
#include "tests/simfleet/wmi/cim_host.hpp"

namespace simfleet {

namespace {

std::string open_object(const std::string& tag, const std::string& prefix, const char* class_name) {
    return "<" + tag + " xmlns:" + prefix + "=\"" + std::string(uri_wmi) + "root/cimv2/" +
           class_name + "\" xsi:type=\"" + prefix + ":" + class_name + "_Type\">";
}

std::string element(const std::string& tag, const std::string& text) {
    return "<" + tag + ">" + xml_escape(text) + "</" + tag + ">";
}

// Names are translated on real machines; only the SID counts.
std::string trustee(const std::string& tag, const std::string& sid) {
    return open_object(tag, "t", "Win32_Trustee") + "<t:Domain xsi:nil=\"true\"/>" +
           "<t:Name xsi:nil=\"true\"/>" + element("t:SIDString", sid) + "</" + tag + ">";
}

std::uint32_t flags_of(const std::string& letters) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i + 1 < letters.size(); i += 2) {
        const auto pair = letters.substr(i, 2);
        bits |= pair == "OI" ? 1u : pair == "CI" ? 2u : pair == "NP" ? 4u : pair == "IO" ? 8u : 16u;
    }
    return bits;
}

std::uint32_t control_of(const std::string& sddl) {
    const auto begin = sddl.find("D:") + 2;
    const auto flags = sddl.substr(begin, sddl.find('(', begin) - begin);
    std::uint32_t control = 0x8004; // SE_SELF_RELATIVE, SE_DACL_PRESENT
    if (flags.find('P') != std::string::npos) control |= 0x1000;
    if (flags.find("AI") != std::string::npos) control |= 0x0400;
    return control;
}

} // namespace

std::string render_descriptor(const std::string& sddl) {
    std::string out = open_object("p:Descriptor", "d", "Win32_SecurityDescriptor");
    out += element("d:ControlFlags", std::to_string(control_of(sddl)));
    for (const auto& ace : dacl_of(sddl)) {
        out += open_object("d:DACL", "a", "Win32_ACE");
        out += element("a:AccessMask", std::to_string(ace.mask));
        out += element("a:AceFlags", std::to_string(flags_of(ace.flags)));
        out += element("a:AceType", ace.allow ? "0" : "1");
        out += trustee("a:Trustee", ace.sid) + "</d:DACL>";
    }
    out += trustee("d:Group", group_of(sddl)) + trustee("d:Owner", owner_of(sddl));
    return out + "<d:SACL xsi:nil=\"true\"/></p:Descriptor>";
}

std::string file_descriptor_output(const State& state, const std::string& path) {
    const auto& file = *state.file(path);
    const bool open = allows(file.sddl, administrator_token(), read_control);
    // 2 is the class's own code for a denied access.
    if (!open) return render_output({{"Descriptor", cim_null()}, {"ReturnValue", cim_number(2)}});
    return render_descriptor(file.sddl) + render_output({{"ReturnValue", cim_number(0)}});
}

} // namespace simfleet
