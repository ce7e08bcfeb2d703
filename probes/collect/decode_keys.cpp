// Decodes certificates and key files: /cert and /keys.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "probes/collect/cert_blob.hpp"
#include "probes/collect/certificate.hpp"
#include "probes/collect/decode_groups.hpp"
#include "probes/collect/key_file_name.hpp"

namespace rdpsweep::facts_json {
namespace {

constexpr std::size_t max_hash_text = 2048; // a pin should have 40 digits; some hold more

// A damaged certificate is a finding, not a reason to refuse the document.
void parse_blob(const JsonReader& value, std::string_view guid, StoredCertificate& stored) {
    const auto text = value.maybe_text(max_blob_text);
    if (!text) {
        stored.parse_error = "the certificate's blob was not read";
        return;
    }
    const auto bytes = base64_decode(*text);
    if (!bytes) {
        stored.parse_error = "the certificate's blob is not Base64";
        return;
    }
    stored.blob = *bytes;
    auto blob = parse_cert_blob(*bytes);
    if (!blob) {
        stored.parse_error = blob.error().detail();
        return;
    }
    stored.provider = std::move(blob->provider);
    stored.parse_error = std::move(blob->provider_error);
    if (stored.provider) stored.key_file = key_file_name(*stored.provider, guid);
    auto certificate = parse_certificate(blob->der);
    if (!certificate) {
        stored.parse_error = certificate.error().detail();
        return;
    }
    stored.parsed = *std::move(certificate);
}

StoredCertificate read_stored(const JsonReader& element, std::string_view guid) {
    StoredCertificate stored;
    stored.key_name = ascii_lower(element.at("thumb").text());
    parse_blob(element.at("blob_b64"), guid, stored);
    return stored;
}

std::vector<KeyFile> read_files(const JsonReader& list) {
    std::vector<KeyFile> files;
    list.each(max_files, [&](const JsonReader& element) {
        KeyFile file;
        file.name = element.at("n").text();
        if (element.at("size").present()) file.size = element.at("size").large_number();
        file.sddl = element.at("sddl").maybe_text(max_sddl_text);
        file.by_wmi = element.at("sddl_by").maybe_text() == "wmi";
        files.push_back(std::move(file));
    });
    return files;
}

} // namespace

CertificateFacts read_certificates(const JsonReader& group, std::string_view machine_guid) {
    CertificateFacts facts;
    facts.pin = group.at("pin").maybe_hex(max_hash_text);
    facts.pin_raw_length = group.at("pin_raw_len").dword();
    facts.self_signed = group.at("self").maybe_hex(max_hash_text);
    facts.refresh = group.at("refresh").dword();
    facts.own_store = group.at("own_store").maybe_text();
    facts.program_data = group.at("program_data").maybe_text();
    group.at("store").each(max_certificates, [&](const JsonReader& element) {
        facts.store.push_back(read_stored(element, machine_guid));
    });
    facts.store_present = group.at("store_present").flag(true);
    const JsonReader match = group.at("my_match");
    if (match.present()) facts.my_match = read_stored(match, machine_guid);
    facts.template_hash = group.at("template_hash").maybe_hex(max_hash_text);
    facts.template_name = group.at("template").maybe_text();
    group.at("store_sddl").each(2, [&](const JsonReader& element) {
        facts.store_sddl.push_back(element.text(max_sddl_text));
    });
    facts.wmi_hash_type = group.at("wmi_type").dword();
    facts.wmi_hash = group.at("wmi_hash").maybe_hex(max_hash_text);
    return facts;
}

MachineKeysFacts read_keys(const JsonReader& group) {
    MachineKeysFacts facts;
    facts.directory_sddl = group.at("dir_sddl").maybe_text(max_sddl_text);
    facts.directory_listed = group.at("dir_listed").flag();
    facts.files = read_files(group.at("files"));
    facts.cng_files = read_files(group.at("cng_files"));
    facts.other_count = group.at("other_count").number();
    return facts;
}

} // namespace rdpsweep::facts_json
