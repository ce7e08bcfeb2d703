// Names of cipher suites, which a VM's policy may hold: what a name says, and which of a list can
// be used.
#include "probes/tls_protocols/suite.hpp"

#include "core/text.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

using namespace rdpsweep;

namespace {

void check_suite(const std::string& name) {
    const auto suite = parse_suite(name);
    if (!suite) return;
    must(suite->key != SuiteKey::none, "a suite takes a key");
    must((suite->key == SuiteKey::any) == suite->only_1_3, "any key is TLS 1.3's");
    must(suite->only_1_3 == suite->key_exchange.empty(), "which names no key exchange");
    const auto again = parse_suite(" " + name + " ");
    must(again && again->key == suite->key && again->hash == suite->hash, "blanks do not count");
    must(again->needs_1_2 == suite->needs_1_2 && again->cipher == suite->cipher, "nor elsewhere");
}

// What is usable is of the list and in its order; without a version, or a key, nothing is.
void check_list(const std::vector<std::string>& names) {
    const SuiteList list{names, "/tls/suites_policy", true, false};
    SchannelFacts schannel;
    const SuiteContext all;
    const auto usable = usable_suites(list, schannel, all);
    auto at = names.begin();
    for (const auto& name : usable) {
        must(parse_suite(name).has_value(), "what is usable is a suite");
        at = std::find(at, names.end(), name);
        must(at++ != names.end(), "of the list, and in its order");
    }
    auto none = all;
    none.below_1_2 = none.tls_1_2 = none.tls_1_3 = false;
    must(usable_suites(list, schannel, none).empty(), "without a version nothing is");
    for (const auto* name : {"ECDH", "Diffie-Hellman", "PKCS"})
        schannel.key_exchanges[name] = 0;
    must(usable_suites(list, schannel, all).empty(), "nor without a key exchange");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto names = split(std::string_view(reinterpret_cast<const char*>(data), size), '\n');
    for (const auto& name : names)
        check_suite(name);
    check_list(names);
    return 0;
}
