// Puts our algorithms in order for libssh2.
#include "transports/ssh/algorithms.hpp"

#include "core/text.hpp"
#include "transports/ssh/hello.hpp"

#include <libssh2.h>

#include <algorithm>

namespace rdpsweep::ssh {

namespace {

// The key types we know of the host come first, so that it serves one that can be compared.
std::string host_key_order(std::span<const std::string> preferred) {
    std::string order;
    const auto add = [&order](const std::string& name) {
        if (!order.empty()) order += ',';
        order += name;
    };
    const auto all = split(ours::host_keys, ',');
    for (const auto& name : all) {
        if (std::find(preferred.begin(), preferred.end(), name) != preferred.end()) add(name);
    }
    for (const auto& name : all) {
        if (std::find(preferred.begin(), preferred.end(), name) == preferred.end()) add(name);
    }
    return order;
}

} // namespace

void prefer_ours(_LIBSSH2_SESSION* session, std::span<const std::string> key_types) {
    const auto set = [session](int method, std::string_view names) {
        libssh2_session_method_pref(session, method, std::string(names).c_str());
    };
    set(LIBSSH2_METHOD_KEX, ours::kex);
    set(LIBSSH2_METHOD_HOSTKEY, host_key_order(key_types));
    for (const int method : {LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC})
        set(method, ours::ciphers);
    for (const int method : {LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC})
        set(method, ours::macs);
}

} // namespace rdpsweep::ssh
