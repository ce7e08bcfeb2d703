// /cert over CIM: the store's bytes out of the registry; the decoder parses them.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "probes/collect/cim/shared.hpp"
#include "probes/collect/cim/steps.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace rdpsweep::cim_plan {

namespace {

const std::string stations = R"(SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations)";
const std::string store_key = R"(SOFTWARE\Microsoft\SystemCertificates\Remote Desktop)";
const std::string my_key = R"(SOFTWARE\Microsoft\SystemCertificates\MY\Certificates)";

const std::string profile_list = R"(SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList)";

constexpr std::size_t most_certificates = 16;
constexpr std::size_t largest_blob = 65'536;
constexpr std::size_t thumbprint_digits = 40;

void ask_blob(
    Steps& steps, const std::string& store, const std::string& name, const std::string& pointer
) {
    steps.put(pointer + "/thumb", to_valid_utf8(ascii_lower(name)));
    // Put first: what is not answered then stays unread.
    const auto blob = pointer + "/blob_b64";
    steps.binary(blob, store + "\\" + name, "Blob", [&steps, blob](const std::string& bytes) {
        if (bytes.empty() || bytes.size() > largest_blob) return steps.unread(blob, "absent", "");
        steps.put(blob, base64_encode(bytes));
    });
}

void ask_store(Steps& steps) {
    const auto certificates = store_key + R"(\Certificates)";
    steps.subkeys("/cert/store", store_key, [&steps, certificates](const auto& below) {
        steps.put("/cert/store_present", below.has_value());
        steps.put("/cert/store", nlohmann::json::array());
        steps.put("/cert/store_sddl", nlohmann::json::array());
        if (!below) return;
        steps.subkeys("/cert/store", certificates, [&steps, certificates](const auto& names) {
            if (!names) return;
            for (std::size_t i = 0; i < names->size(); ++i) {
                const auto pointer = "/cert/store/" + std::to_string(i);
                if (i == most_certificates) return steps.unread(pointer, "skipped", "cap");
                ask_blob(steps, certificates, (*names)[i], pointer);
            }
        });
        for (const auto& key : {store_key, certificates}) {
            steps.key_sddl("/cert/store_sddl", key, [&steps](auto sddl) {
                steps.append("/cert/store_sddl", std::move(sddl));
            });
        }
    });
}

// Asks for the certificate that is to be used, when it lies in the machine's personal store.
void ask_match(Steps& steps) {
    auto wanted = steps.text_at("/cert/pin");
    if (wanted.empty()) wanted = steps.text_at("/cert/template_hash");
    if (wanted.empty()) wanted = steps.text_at("/cert/wmi_hash");
    if (wanted.size() < thumbprint_digits) return;
    // Some pins hold more than the 20 bytes of a thumbprint.
    std::string name = wanted.substr(0, thumbprint_digits);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    steps.values("/cert/my_match", my_key + "\\" + name, [&steps, name](const auto& values) {
        if (values) ask_blob(steps, my_key, name, "/cert/my_match");
    });
}

// Puts what says when, where and with whose folders SessionEnv makes the next certificate.
void ask_renewal(Steps& steps) {
    constexpr std::size_t longest = 260; // MAX_PATH
    steps.dword("/cert/refresh", stations, "CertRefreshInterval", [&steps](auto minutes) {
        steps.put("/cert/refresh", minutes);
    });
    steps.text("/cert/own_store", stations, "SelfSignedCertStore", [&steps](const auto& name) {
        steps.put("/cert/own_store", to_valid_utf8(name.substr(0, longest)));
    });
    steps.values("/cert/program_data", profile_list, [&steps](const auto& values) {
        const auto type = values ? values->type_of("ProgramData") : std::nullopt;
        const auto put = [&steps](const std::string& path) {
            steps.put("/cert/program_data", to_valid_utf8(path.substr(0, longest)));
        };
        if (type == reg_sz) steps.text("/cert/program_data", profile_list, "ProgramData", put);
        if (type == reg_expand_sz)
            steps.expanded("/cert/program_data", profile_list, "ProgramData", put);
    });
}

} // namespace

void ask_certificates(Steps& steps) {
    ask_renewal(steps);
    steps.binary("/cert/self", stations, "SelfSignedCertificate", [&steps](const auto& bytes) {
        steps.put("/cert/self", hex_encode(bytes));
    });
    steps
        .binary("/cert/template_hash", stations, "TemplateCertificate", [&steps](const auto& hash) {
            if (!hash.empty()) steps.put("/cert/template_hash", hex_encode(hash));
        });
    steps.values("/cert/pin", listener_key, [&steps](const auto& values) {
        const auto type = values ? values->type_of("SSLCertificateSHA1Hash") : std::nullopt;
        if (type && *type != reg_binary) steps.unread("/cert/pin", "error", "wrong type");
        if (type != reg_binary) return ask_match(steps);
        steps.binary(
            "/cert/pin",
            listener_key,
            "SSLCertificateSHA1Hash",
            [&steps](const auto& bytes) {
                steps.put("/cert/pin", hex_encode(bytes.substr(0, 4'096)));
                steps.put("/cert/pin_raw_len", bytes.size());
                ask_match(steps);
            }
        );
    });
    ask_store(steps);
}

} // namespace rdpsweep::cim_plan
