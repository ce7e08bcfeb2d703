// Asks libssh2 what it has, and sets its preferences in both directions.
#include "transports/ssh/methods.hpp"

#include "core/text.hpp"

#include <libssh2.h>

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

Names supported(LIBSSH2_SESSION* session, int method) {
    const char** list = nullptr;
    const int count = libssh2_session_supported_algs(session, method, &list);
    Names names;
    if (count > 0) names.assign(list, list + count);
    libssh2_free(session, static_cast<void*>(list));
    return names;
}

Library library_of(LIBSSH2_SESSION* session) {
    return Library{
        libssh2_version(0),
        supported(session, LIBSSH2_METHOD_KEX),
        supported(session, LIBSSH2_METHOD_HOSTKEY),
        supported(session, LIBSSH2_METHOD_CRYPT_CS),
        supported(session, LIBSSH2_METHOD_MAC_CS)};
}

// The key of a type ssh-rsa serves every signature with RSA.
bool signs_for(std::string_view algorithm, std::string_view key_type) {
    return algorithm == key_type || (key_type == "ssh-rsa" && algorithm.starts_with("rsa-sha2-"));
}

} // namespace

Algorithms prefer_algorithms(LIBSSH2_SESSION* session, std::span<const std::string> key_types) {
    auto ours = choose_algorithms(library_of(session));
    const auto known = [&key_types](const std::string& algorithm) {
        return std::any_of(key_types.begin(), key_types.end(), [&](const auto& type) {
            return signs_for(algorithm, type);
        });
    };
    std::stable_partition(ours.host_keys.begin(), ours.host_keys.end(), known);
    const auto set = [session](int method, const Names& names) {
        libssh2_session_method_pref(session, method, join(names, ",").c_str());
    };
    set(LIBSSH2_METHOD_KEX, ours.kex);
    set(LIBSSH2_METHOD_HOSTKEY, ours.host_keys);
    for (const int method : {LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC})
        set(method, ours.ciphers);
    for (const int method : {LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC})
        set(method, ours.macs);
    return ours;
}

} // namespace rdpsweep::ssh
