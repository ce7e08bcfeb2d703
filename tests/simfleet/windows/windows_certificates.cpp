// The hands of Machine that deal with certificates and their key files.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/windows/windows.hpp"

#include <utility>

namespace simfleet {
namespace {

constexpr std::int64_t own_validity = 183 * day; // measured on Windows' own certificates

std::string upper(std::string text) {
    for (auto& c : text) {
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

// Windows names the key of a stored certificate by its thumbprint in upper case.
std::string entry(std::string_view store, const std::string& thumbprint) {
    return std::string(store) + '\\' + upper(thumbprint);
}

std::string bytes_of(std::string_view hex) {
    return rdpsweep::hex_decode(hex).value_or("");
}

} // namespace

CertificateShape Machine::own_shape() {
    CertificateShape shape;
    shape.common_name = state.os.fqdn;
    shape.not_before = plan.now - day - dice.below(150) * day - dice.below(86'400);
    shape.not_after = shape.not_before + own_validity;
    shape.digest = plan.build == 7601 ? Digest::sha1 : Digest::sha256;
    shape.serial = dice.next() >> 1;
    return shape;
}

std::string
Machine::install_own(const CertificateShape& shape, const std::optional<KeyProvider>& provider) {
    remove_own();
    const auto certificate = make_certificate(shape);
    add_to_store(certificate, provider);
    state.registry.set(
        paths::win_stations, "SelfSignedCertificate", binary_value(bytes_of(certificate.thumbprint))
    );
    state.management.certificate_hash_type = 1;
    state.management.certificate_hash = certificate.thumbprint;
    return certificate.thumbprint;
}

std::string Machine::add_to_store(
    const MadeCertificate& certificate, const std::optional<KeyProvider>& provider
) {
    state.registry.set(
        entry(paths::rd_certificates, certificate.thumbprint),
        "Blob",
        binary_value(store_blob(certificate, provider))
    );
    return certificate.thumbprint;
}

void Machine::remove_own() {
    state.registry.erase(entry(paths::rd_certificates, own_thumbprint()));
    state.registry.erase_value(paths::win_stations, "SelfSignedCertificate");
}

std::string Machine::own_thumbprint() const {
    const auto bytes = state.registry.binary(paths::win_stations, "SelfSignedCertificate");
    return bytes ? rdpsweep::hex_encode(*bytes) : "none";
}

CertificateShape Machine::ca_shape() {
    CertificateShape shape;
    shape.common_name = state.os.fqdn;
    shape.dns_names = {state.os.fqdn, plan.host};
    shape.not_before = plan.now - 60 * day - dice.below(86'400);
    shape.not_after = shape.not_before + 365 * day;
    shape.issuer = Issuer::enterprise_ca;
    shape.serial = dice.next() >> 1;
    return shape;
}

std::string Machine::enrol(const CertificateShape& shape, std::uint32_t key_spec) {
    const auto certificate = make_certificate(shape);
    const bool cng = shape.key == KeyKind::ec_p256;
    KeyProvider provider;
    provider.container = "te-RemoteDesktop-" + certificate.thumbprint.substr(0, 12);
    provider.name = cng ? "Microsoft Software Key Storage Provider"
                        : "Microsoft RSA SChannel Cryptographic Provider";
    provider.type = cng ? 0 : 12; // PROV_RSA_SCHANNEL
    provider.key_spec = key_spec;
    state.registry.set(
        entry(paths::my_certificates, certificate.thumbprint),
        "Blob",
        binary_value(store_blob(certificate, provider))
    );
    const auto file =
        (cng ? cng_file_name(provider.container) : capi_file_name(provider.container));
    const auto folder = std::string(cng ? paths::cng_keys : paths::machine_keys);
    state.files.push_back(
        {folder + '\\' + file + '_' + machine_guid(),
         false,
         2310,
         "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;NS)"}
    );
    return certificate.thumbprint;
}

std::string Machine::pin(const CertificateShape& shape) {
    auto thumbprint = enrol(shape);
    pin_thumbprint(thumbprint);
    return thumbprint;
}

void Machine::pin_thumbprint(std::string_view hex) {
    state.registry.set(paths::rdp_tcp, "SSLCertificateSHA1Hash", binary_value(bytes_of(hex)));
    state.management.certificate_hash_type = 3;
    state.management.certificate_hash = std::string(hex);
}

std::string Machine::machine_guid() const {
    return state.registry.text(paths::cryptography, "MachineGuid").value_or("");
}

std::string Machine::key_path() const {
    return std::string(paths::machine_keys) + '\\' + capi_file_name("TSSecKeySet1") + '_' +
           machine_guid();
}

void Machine::set_key_sddl(std::string sddl) {
    auto* file = state.file(key_path());
    if (file != nullptr) file->sddl = std::move(sddl);
}

void Machine::remove_file(const std::string& path) {
    std::erase_if(state.files, [&](const auto& file) {
        return rdpsweep::iequals(file.path, path);
    });
}

void Machine::add_key_file(std::string name, std::string sddl) {
    state.files.push_back(
        {std::string(paths::machine_keys) + '\\' + name, false, 2310, std::move(sddl)}
    );
}

} // namespace simfleet
