// StdRegProv over a simulated registry: reading methods only.
#include "core/text.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/wmi/cim_host.hpp"

namespace simfleet {

namespace {

// Return values are Win32 codes.
constexpr std::uint32_t absent = 2;
constexpr std::uint32_t access_denied = 5;
constexpr std::uint32_t invalid_hive = 6;
constexpr std::uint32_t wrong_type = 2147749893; // WBEM_E_TYPE_MISMATCH

std::string output(std::uint32_t code, CimRow row = {}) {
    row["ReturnValue"] = cim_number(code);
    return render_output(row);
}

std::string output(std::uint32_t code, const std::string& name, CimValue value) {
    return output(code, CimRow{{name, std::move(value)}});
}

// The boot configuration and the network's name live in hives that a State keeps as fields.
Registry with_hives(const State& state) {
    Registry all = state.registry;
    const std::string network = R"(SYSTEM\CurrentControlSet\Services\Tcpip\Parameters)";
    const auto name = all.text(paths::computer_name, "ComputerName").value_or("");
    all.set(network, "Hostname", text_value(name));
    all.set(network, "Domain", text_value(state.os.domain));
    if (state.management.mdm) {
        all.set(
            R"(SOFTWARE\Microsoft\Enrollments\6F1B3A50-3C8B-4E9D-9A6B-0C5C3B7E21AA)",
            "ProviderID",
            text_value("MS DM Server")
        );
    }
    const std::string objects = R"(BCD00000000\Objects\)";
    const std::string loader = "{5f0e6a9c-2b1d-11ee-9c3b-00155d010203}";
    const auto element = [&](const std::string& object, const char* type, RegistryValue value) {
        all.set(objects + object + "\\Elements\\" + type, "Element", std::move(value));
    };
    const std::string settings = "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}";
    element("{9dea862c-5cdd-4e70-acc1-f32b344d4795}", "23000003", text_value(loader));
    const auto& boot = state.boot;
    const auto flag = [](bool on) { return binary_value(std::string(1, on ? '\1' : '\0')); };
    const auto integer = [](std::uint32_t number) {
        return binary_value(dword_value(number).data + std::string(4, '\0'));
    };
    if (boot.ems) element(loader, "260000b0", flag(*boot.ems));
    if (boot.bootems) element(settings, "16000020", flag(*boot.bootems));
    if (boot.port) element(settings, "15000022", integer(*boot.port));
    if (boot.baud) element(settings, "15000023", integer(*boot.baud));
    return all;
}

// A limit on the key or on one above it.
bool closed(const State& state, std::string_view kind, std::string path) {
    if (path.starts_with("BCD00000000") && state.limit("bcd") != nullptr) return true;
    for (;;) {
        for (const auto& limit : state.limits) {
            if (rdpsweep::iequals(limit.resource, std::string(kind) + path)) return true;
        }
        const auto cut = path.rfind('\\');
        if (cut == std::string::npos || kind == "sd:") return false;
        path.resize(cut);
    }
}

std::string enum_key(const RegistryKey& key) {
    std::vector<std::string> names;
    for (const auto& [lower, child] : key.keys)
        names.push_back(child->name);
    return output(0, "sNames", cim_texts(std::move(names)));
}

std::string enum_values(const RegistryKey& key) {
    std::vector<std::string> names, types;
    for (const auto& [lower, named] : key.values) {
        names.push_back(named.name);
        types.push_back(std::to_string(named.value.type));
    }
    return output(0, CimRow{{"sNames", cim_texts(names)}, {"Types", cim_texts(types)}});
}

std::string get_value(
    const Registry& hklm,
    const std::string& method,
    const std::string& path,
    const std::string& name
) {
    const bool text = method == "GetStringValue" || method == "GetExpandedStringValue";
    const auto* result = text || method == "GetMultiStringValue" ? "sValue" : "uValue";
    const auto* value = hklm.value(path, name);
    if (value == nullptr) return output(absent, result, cim_null());
    const auto mismatch = output(wrong_type, result, cim_null());
    if (text) {
        const auto found = hklm.text(path, name);
        if (!found) return mismatch;
        return output(0, result, found->empty() ? cim_null() : cim_text(*found));
    }
    if (method == "GetMultiStringValue") {
        const auto found = hklm.texts(path, name);
        return found ? output(0, result, cim_texts(*found)) : mismatch;
    }
    if (method == "GetDWORDValue") {
        const auto found = hklm.dword(path, name);
        return found ? output(0, result, cim_number(*found)) : mismatch;
    }
    const auto found = hklm.binary(path, name);
    return found ? output(0, result, cim_bytes(*found)) : mismatch;
}

const std::string* parameter(const CimCall& call, std::string_view name) {
    for (const auto& [key, value] : call.parameters) {
        if (key == name) return &value;
    }
    return nullptr;
}

} // namespace

std::optional<std::string> registry_method(const State& state, const CimCall& call) {
    const auto* hive = parameter(call, "hDefKey");
    const auto* path = parameter(call, "sSubKeyName");
    const auto* name = parameter(call, "sValueName");
    if (path == nullptr) return output(87);
    if (hive == nullptr || *hive != "2147483650") return output(invalid_hive);
    const bool descriptor = call.method == "GetSecurityDescriptor";
    const bool value = call.method.starts_with("Get") && call.method.ends_with("Value");
    if (!descriptor && !value && call.method != "EnumKey" && call.method != "EnumValues") return {};
    if (closed(state, descriptor ? "sd:" : "key:", *path)) return output(access_denied);
    const auto hklm = with_hives(state);
    const auto* key = hklm.find(*path);
    if (key == nullptr) return output(absent);
    if (call.method == "EnumKey") return enum_key(*key);
    if (call.method == "EnumValues") return enum_values(*key);
    if (descriptor) {
        const auto sddl = key->sddl.value_or("O:SYG:SYD:AI(A;CIID;KR;;;BU)(A;CIID;KA;;;SY)");
        return render_descriptor(sddl) + output(0);
    }
    return get_value(hklm, call.method, *path, name == nullptr ? std::string() : *name);
}

} // namespace simfleet
