// doctor: what logins and TLS need from the system's libraries.
#include "core/text.hpp"
#include "scanner/system/read_file.hpp"
#include "scanner/verbs/doctor_checks.hpp"

#include <gssapi/gssapi.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <dirent.h>
#include <memory>
#include <unistd.h>

namespace rdpsweep {

namespace {

using Level = Diagnosis::Level;

struct Mechanism {
    std::string_view name;
    std::string_view oid; // DER, without tag and length
    std::string_view package;
};

using namespace std::string_view_literals;

constexpr Mechanism mechanisms[] = {
    {"SPNEGO", "\x2b\x06\x01\x05\x05\x02"sv, "libgssapi-krb5-2"},               // RFC 4178
    {"Kerberos", "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"sv, "libgssapi-krb5-2"}, // RFC 1964
    {"NTLM", "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"sv, "gss-ntlmssp"},      // MS-SPNG
};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool holds(const gss_OID_set_desc* set, std::string_view oid) {
    if (set == nullptr) return false;
    for (std::size_t i = 0; i < set->count; ++i) {
        const auto& element = set->elements[i];
        const std::string_view bytes(
            static_cast<const char*>(element.elements), static_cast<std::size_t>(element.length)
        );
        if (bytes == oid) return true;
    }
    return false;
}

void check_mechanisms(Diagnoses& out) {
    OM_uint32 minor = 0;
    gss_OID_set offered = nullptr;
    if (GSS_ERROR(gss_indicate_mechs(&minor, &offered))) offered = nullptr;
    std::string there;
    for (const auto& mechanism : mechanisms) {
        if (holds(offered, mechanism.oid)) {
            there += (there.empty() ? "" : ", ") + std::string(mechanism.name);
            continue;
        }
        out.push_back(
            {Level::fail,
             "gssapi",
             std::string(mechanism.name) + " is missing",
             "apt install " + std::string(mechanism.package)}
        );
    }
    if (offered != nullptr) gss_release_oid_set(&minor, &offered);
    if (!there.empty()) out.push_back({Level::ok, "gssapi", there, ""});
}

// Neither is needed for NTLM, so their absence is said and not held against the machine.
void check_kerberos(Diagnoses& out) {
    auto config = variable("KRB5_CONFIG");
    if (config.empty()) config = "/etc/krb5.conf";
    const bool readable = access(config.substr(0, config.find(':')).c_str(), R_OK) == 0;
    auto oid = std::string(mechanisms[1].oid);
    gss_OID_desc krb5{static_cast<OM_uint32>(oid.size()), oid.data()};
    gss_OID_set_desc only{1, &krb5};
    OM_uint32 minor = 0;
    OM_uint32 lifetime = 0;
    gss_cred_id_t tickets = GSS_C_NO_CREDENTIAL;
    const auto major = gss_acquire_cred(
        &minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &only, GSS_C_INITIATE, &tickets, nullptr, &lifetime
    );
    auto what = config + (readable ? " is there; " : " is not there; ");
    if (GSS_ERROR(major)) {
        what += "no tickets (kinit; needed for kerberos credentials only)";
    } else {
        what += "tickets for " + std::to_string(lifetime / 60) + " more minutes";
    }
    if (tickets != GSS_C_NO_CREDENTIAL) gss_release_cred(&minor, &tickets);
    out.push_back({Level::ok, "kerberos", what, ""});
}

// Returns how many certificates a PEM file holds; negative when it cannot be read.
int count_certificates(const std::string& path) {
    constexpr std::size_t largest_bundle = 64u << 20;
    const auto text = read_file(path, largest_bundle);
    if (!text) return -1;
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
        BIO_new_mem_buf(text->data(), static_cast<int>(text->size())), BIO_free
    );
    int count = 0;
    while (auto* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        X509_free(certificate);
        ++count;
    }
    ERR_clear_error(); // "no more certificates" is an error to OpenSSL
    return count;
}

// OpenSSL finds CAs in a folder by names like 5a3f0ff8.0.
int count_hashed(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> open_folder(opendir(folder.c_str()), closedir);
    int count = 0;
    while (open_folder) {
        const auto* entry = readdir(open_folder.get());
        if (entry == nullptr) break;
        const std::string_view name(entry->d_name);
        if (name.size() >= 10 && name[8] == '.') ++count;
    }
    return count;
}

} // namespace

void check_gssapi(Diagnoses& out) {
    check_mechanisms(out);
    check_kerberos(out);
}

void check_tls(const std::string& ca_file, Diagnoses& out) {
    out.push_back({Level::ok, "openssl", OpenSSL_version(OPENSSL_VERSION), ""});
    if (!ca_file.empty()) {
        const int count = count_certificates(ca_file);
        const auto what = ca_file + ": " + std::to_string(std::max(count, 0)) + " certificates";
        if (count > 0) {
            out.push_back({Level::ok, "trusted CAs", what, ""});
        } else {
            out.push_back({Level::fail, "trusted CAs", what, "--ca-file wants a PEM file"});
        }
        return;
    }
    auto file = variable(X509_get_default_cert_file_env());
    if (file.empty()) file = X509_get_default_cert_file();
    auto folder = variable(X509_get_default_cert_dir_env());
    if (folder.empty()) folder = X509_get_default_cert_dir();
    const int in_file = std::max(count_certificates(file), 0);
    const int in_folder = count_hashed(folder);
    const auto what = std::to_string(in_file + in_folder) + " in " + (in_file > 0 ? file : folder);
    if (in_file + in_folder > 0) {
        out.push_back({Level::ok, "trusted CAs", what, ""});
    } else {
        out.push_back(
            {Level::warn,
             "trusted CAs",
             what,
             "apt install ca-certificates, or give --ca-file or pins"}
        );
    }
}

} // namespace rdpsweep
