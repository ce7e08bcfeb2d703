// /sec over CIM, and what Remote Desktop Services says of its certificate.
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "probes/collect/cim/shared.hpp"
#include "probes/collect/cim/steps.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep::cim_plan {

namespace {

const std::string control = R"(SYSTEM\CurrentControlSet\Control)";
constexpr std::size_t most_policies = 128;

std::string policy_name(const std::string& lower, const std::string& spelled) {
    if (lower == "securitylayer") return "layer";
    if (lower == "userauthentication") return "nla";
    if (lower == "minencryptionlevel") return "minenc";
    return spelled;
}

// Texts among the policies are not ours to judge, but for the template.
void read_policies(Steps& steps, const KeyValues& values) {
    std::size_t count = 0;
    for (const auto& [lower, value] : values.by_name) {
        const auto name = to_valid_utf8(policy_name(lower, value.name));
        if (lower == "certtemplatename" && value.type == reg_sz) {
            steps.text("/cert/template", policy_key, value.name, [&steps](const auto& text) {
                steps.put("/cert/template", to_valid_utf8(text.substr(0, 1000)));
            });
        }
        if (value.type != reg_dword || count++ >= most_policies) continue;
        steps.dword("/sec/policy", policy_key, value.name, [&steps, name](auto number) {
            steps.put_member("/sec/policy", name, number);
        });
    }
}

void put_source(
    Steps& steps, const cim::Instance& row, std::string_view property, const char* name
) {
    const auto source = number_of(row, property);
    // 0 the server's own, 1 Group Policy, 2 the default.
    if (source && *source <= 2) steps.put("/sec/policy_source/" + std::string(name), *source);
}

bool is_hex(std::string_view text) {
    return !text.empty() && text.size() % 2 == 0 && text.size() <= 256 &&
           text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

void read_setting(Steps& steps, const cim::Rows& rows) {
    steps.put("/sec/policy_source", nlohmann::json::object());
    if (rows.empty()) return;
    const auto& row = rows.front();
    put_source(steps, row, "PolicySourceSecurityLayer", "layer");
    put_source(steps, row, "PolicySourceUserAuthenticationRequired", "nla");
    put_source(steps, row, "PolicySourceMinEncryptionLevel", "minenc");
    if (const auto type = number_of(row, "SSLCertificateSHA1HashType")) {
        steps.put("/cert/wmi_type", *type);
    }
    const auto hash = text_of(row, "SSLCertificateSHA1Hash");
    if (hash && is_hex(*hash)) steps.put("/cert/wmi_hash", ascii_lower(*hash));
}

// What NLA refuses before the logon screen.
void ask_nla(Steps& steps, const std::string& lsa) {
    const std::string credssp =
        R"(SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\CredSSP\Parameters)";
    steps.dword("/sec/credssp", credssp, "AllowEncryptionOracle", [&steps](auto level) {
        steps.put("/sec/credssp", level);
    });
    const std::string ntlm = lsa + R"(\MSV1_0)";
    steps.dword("/sec/ntlm_in", ntlm, "RestrictReceivingNTLMTraffic", [&steps](auto level) {
        steps.put("/sec/ntlm_in", level);
    });
}

} // namespace

void ask_security(Steps& steps) {
    steps.put("/sec/policy", nlohmann::json::object());
    steps.values("/sec", listener_key, [&steps](const auto& values) {
        steps.dwords(
            "/sec",
            listener_key,
            values,
            "layer=SecurityLayer nla=UserAuthentication minenc=MinEncryptionLevel "
            "negotiate=fAllowSecProtocolNegotiation"
        );
    });
    steps.values("/sec/policy", policy_key, [&steps](const auto& values) {
        if (values) read_policies(steps, *values);
    });
    // Without its many properties, one of which is a whole certificate.
    steps.query(
        "/sec/policy_source",
        "root/cimv2/terminalservices",
        "SELECT PolicySourceSecurityLayer,PolicySourceUserAuthenticationRequired,"
        "PolicySourceMinEncryptionLevel,SSLCertificateSHA1Hash,SSLCertificateSHA1HashType "
        "FROM Win32_TSGeneralSetting WHERE TerminalName='RDP-Tcp'",
        Steps::Readers{
            [&steps](const cim::Rows& rows) { read_setting(steps, rows); },
            [&steps](const Error& error) {
                for (const auto* at : {"/sec/policy_source", "/cert/wmi_type", "/cert/wmi_hash"})
                    steps.unread(at, error);
            }}
    );
    const auto lsa = control + R"(\Lsa)";
    steps.dword("/sec/fips", lsa + R"(\FipsAlgorithmPolicy)", "Enabled", [&steps](auto on) {
        steps.put("/sec/fips", on);
    });
    ask_nla(steps, lsa);
}

} // namespace rdpsweep::cim_plan
