// /cert: which certificate RDP is to present, and which there are. They stay bytes.
#include "core/encoding.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include "offline/facts/groups.hpp"
#include "offline/facts/key_files.hpp"
#include "offline/facts/rights.hpp"
#include "offline/facts/sheet.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t most_stored = 16;
constexpr std::size_t largest_blob = 65536;
constexpr std::size_t thumbprint_digits = 40;

std::string expanded(std::string text, std::string_view drive) {
    // Of a service, whose drive and folder these are.
    const std::string windows = std::string(drive) + R"(\Windows)";
    const std::pair<std::string_view, std::string_view> variables[]{
        {"%systemdrive%", drive}, {"%systemroot%", windows}, {"%windir%", windows}};
    for (const auto& [name, value] : variables) {
        if (ascii_lower(text).starts_with(name)) text.replace(0, name.size(), value);
    }
    return text;
}

// Puts the bytes of a certificate as they stand in the registry.
nlohmann::json
read_stored_certificate(const Place& place, std::string pointer, Document& document) {
    nlohmann::json certificate{{"thumb", ascii_lower(name_of_key(**place.key))}};
    pointer += "/blob_b64";
    const auto entry = place.hive->value(**place.key, "Blob");
    if (!entry) {
        document.failed(std::move(pointer), entry.error());
        return certificate;
    }
    if (!*entry || (*entry)->type != reg_type::binary || (*entry)->size > largest_blob) {
        document.unread(std::move(pointer), "absent");
        return certificate;
    }
    const auto blob = place.hive->data(**entry, largest_blob);
    if (!blob) {
        document.failed(std::move(pointer), blob.error());
        return certificate;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(blob->data()), blob->size());
    certificate["blob_b64"] = base64_encode(bytes);
    return certificate;
}

// Puts owner and DACL of the store's two keys, or of the first alone.
void put_store_rights(Sheet& cert, const Place& store, const Place& certificates) {
    auto list = nlohmann::json::array();
    for (const auto* place : {&store, &certificates}) {
        if (!place->there()) continue;
        const auto sddl = rights_text(place->hive->security(**place->key));
        if (!sddl) return cert.document().failed(cert.at("store_sddl"), sddl.error());
        list.push_back(*sddl);
    }
    cert.object()["store_sddl"] = std::move(list);
}

void put_store(Sheet& cert, const Registry& registry) {
    const auto store = registry.software(reg_path::store);
    const auto certificates = below(store, "Certificates");
    cert.presence("store_present", store);
    auto& list = cert.object()["store"] = nlohmann::json::array();
    for (const auto& key : keys_below(certificates, cert.at("store"), cert.document())) {
        const auto pointer = cert.at("store") + "/" + std::to_string(list.size());
        if (list.size() == most_stored) {
            cert.document().unread(pointer, "skipped", "cap");
            break;
        }
        list.push_back(read_stored_certificate(
            {certificates.hive, std::optional(key)}, pointer, cert.document()
        ));
    }
    put_store_rights(cert, store, certificates);
}

// Puts the certificate that is configured, when it lies in the machine's personal store.
void put_match(Sheet& cert, const Registry& registry) {
    std::string wanted;
    for (const auto* member : {"template_hash", "pin"}) {
        const auto chosen = cert.object().value(member, "");
        if (!chosen.empty()) wanted = chosen;
    }
    if (wanted.size() < thumbprint_digits) return;
    // Some pins hold more than the 20 bytes of a thumbprint.
    const auto place = registry.software(
        R"(Microsoft\SystemCertificates\MY\Certificates\)" +
        ascii_upper(wanted.substr(0, thumbprint_digits))
    );
    if (!place.key) return cert.failed("my_match", place.key.error());
    if (!place.there()) return;
    cert.object()["my_match"] =
        read_stored_certificate(place, cert.at("my_match"), cert.document());
}

void put_pin(Sheet& cert, const Registry& registry) {
    const auto listener = registry.current(reg_path::listener);
    cert.hex(listener, {"pin", "SSLCertificateSHA1Hash"});
    const auto entry = listener.there()
                           ? listener.hive->value(**listener.key, "SSLCertificateSHA1Hash")
                           : Result<std::optional<ValueEntry>>(std::optional<ValueEntry>());
    if (entry && *entry && (*entry)->type == reg_type::binary)
        cert.object()["pin_raw_len"] = (*entry)->size;
}

} // namespace

std::string system_drive(const Registry& registry) {
    const auto version = registry.software(R"(Microsoft\Windows NT\CurrentVersion)");
    if (version.there()) {
        const auto root = read_text(*version.hive, *version.key, "SystemRoot");
        if (root && *root && (*root)->size() > 2 && (**root)[1] == ':')
            return (*root)->substr(0, 2);
    }
    return "C:";
}

void put_program_data(Sheet& cert, const Registry& registry) {
    const auto profiles = registry.software(R"(Microsoft\Windows NT\CurrentVersion\ProfileList)");
    cert.text(profiles, {"program_data", "ProgramData"});
    const auto found = cert.object().find("program_data");
    if (found != cert.object().end())
        *found = expanded(found->get<std::string>(), system_drive(registry));
}

void read_certificates(const Registry& registry, Document& document) {
    Sheet cert(document.group("cert"), "/cert", document);
    const auto stations = registry.current(reg_path::stations);
    cert.hex(stations, {"self", "SelfSignedCertificate"});
    cert.hex(stations, {"template_hash", "TemplateCertificate"});
    cert.dword(stations, {"refresh", "CertRefreshInterval"});
    cert.text(stations, {"own_store", "SelfSignedCertStore"});
    put_program_data(cert, registry);
    put_pin(cert, registry);
    cert.text(registry.software(reg_path::policy), {"template", "CertTemplateName"});
    put_store(cert, registry);
    put_match(cert, registry);
    document.offline("/cert/wmi_type");
    document.offline("/cert/wmi_hash");
}

} // namespace rdpsweep::offline
