// Makes, renames and puts back the pair of certificate and key file that Windows keeps for RDP.
#include "tests/simfleet/windows/own_certificate.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/windows/certificates.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/simfleet/windows/windows.hpp"

#include <ctime>

namespace simfleet {
namespace {

using rdpsweep::Change;

constexpr std::string_view self_signed = "SelfSignedCertificate";

std::string entry(const std::string& thumbprint) {
    return std::string(paths::rd_certificates) + '\\' + rdpsweep::ascii_upper(thumbprint);
}

std::string own_of(const State& state) {
    const auto bytes = state.registry.binary(paths::win_stations, self_signed);
    return bytes ? rdpsweep::hex_encode(*bytes) : "none";
}

bool in_store(const State& state, const std::string& thumbprint) {
    return state.registry.binary(entry(thumbprint), "Blob").has_value();
}

std::string key_path(const Change& change) {
    return std::string(paths::machine_keys) + '\\' + change.name;
}

std::string aside_path(const Change& change) {
    return std::string(paths::machine_keys) + "\\rdpsweep-" + change.place.substr(0, 8) + "-" +
           change.name;
}

void rename(State& state, const std::string& from, const std::string& to) {
    if (auto* file = state.file(from)) file->path = to;
}

void remove(State& state, const std::string& path) {
    std::erase_if(state.files, [&](const auto& file) {
        return rdpsweep::iequals(file.path, path);
    });
}

void make_own(State& state, const Change& change) {
    CertificateShape shape;
    shape.common_name = state.os.fqdn;
    shape.not_before = static_cast<std::int64_t>(std::time(nullptr)) - hour;
    shape.not_after = shape.not_before + 183 * day;
    shape.serial = 77;
    const auto made = make_certificate(shape);
    state.registry.set(
        entry(made.thumbprint),
        "Blob",
        binary_value(store_blob(made, KeyProvider{.container = "TSSecKeySet1"}))
    );
    state.registry.set(
        paths::win_stations,
        self_signed,
        binary_value(rdpsweep::hex_decode(made.thumbprint).value_or(""))
    );
    state.files.push_back({key_path(change), false, 2'325, healthy_key_sddl(state.build())});
    state.management.certificate_hash = made.thumbprint;
}

// The place is "none" where there was no certificate.
void renew(State& state, const Change& change) {
    if (change.place != "none") state.registry.erase(entry(change.place));
    rename(state, key_path(change), aside_path(change));
    make_own(state, change);
}

void put_back(State& state, const Change& change, const std::vector<std::string>& parts) {
    const auto now = own_of(state);
    const auto& own = parts[1];
    if (now != own) state.registry.erase(entry(now));
    remove(state, key_path(change));
    rename(state, aside_path(change), key_path(change));
    if (own == "none")
        state.registry.erase_value(paths::win_stations, self_signed);
    else
        state.registry.set(
            paths::win_stations, self_signed, binary_value(rdpsweep::hex_decode(own).value_or(""))
        );
    state.management.certificate_hash = own == "none" ? std::string() : own;
    if (change.place == "none") return;
    state.registry.set(
        entry(change.place), "Blob", binary_value(rdpsweep::hex_decode(parts[3]).value_or(""))
    );
}

} // namespace

std::string certificate_state(const State& state, const Change& change) {
    const auto own = own_of(state);
    const auto blob = state.registry.binary(entry(change.place), "Blob");
    const bool renewed = !rdpsweep::iequals(own, change.place) && in_store(state, own);
    if (!blob && (renewed || change.place != "none")) return renewed ? "renewed" : "other:halfway";
    const auto* file = state.file(key_path(change));
    const auto size = file == nullptr ? "none" : std::to_string(file->size);
    return "certificate:" + own + ":" + size + ":" + rdpsweep::hex_encode(blob.value_or(""));
}

void set_certificate(State& state, const Change& change, const std::string& to) {
    if (to == "renewed") return renew(state, change);
    const auto parts = rdpsweep::split(to, ':');
    if (parts.size() == 4) put_back(state, change, parts);
}

} // namespace simfleet
