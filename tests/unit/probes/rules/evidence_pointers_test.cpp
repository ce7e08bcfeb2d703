// Evidence points at the one element that was judged, wherever it stands among others of its kind.
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/rules/check.hpp"

#include <algorithm>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

std::vector<std::string> pointers(std::string_view rule, const Facts& facts) {
    std::vector<std::string> all;
    for (const auto& evidence : find(rule, facts).evidence)
        all.push_back(evidence.fact);
    return all;
}

using Pointers = std::vector<std::string>;

MachineKeysFacts& keys(Facts& facts) {
    return *facts.machine_keys.value;
}

// The facts of a healthy VM whose own key file is the second of two, or of three.
Facts with_key_second() {
    auto facts = healthy_facts();
    std::swap(keys(facts).files[0], keys(facts).files[1]);
    return facts;
}

} // namespace

TEST_CASE("evidence: RDP's key file among others, well or ill", "[rule]") {
    auto facts = with_key_second();
    CHECK(pointers("KEY.ACL", facts) == Pointers{"/keys/files/1/sddl"});
    CHECK(pointers("KEY.PRESENT", facts) == Pointers{"/keys/files/1/n"});
    keys(facts).files[1].sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";
    fail_handshake(facts, "tls", "reset");
    CHECK(find("KEY.ACL", facts).verdict == Verdict::broken);
    CHECK(pointers("KEY.ACL", facts) == Pointers{"/keys/files/1/sddl"});
    keys(facts).files[1].sddl = "no descriptor";
    CHECK(pointers("KEY.ACL", facts) == Pointers{"/keys/files/1/sddl"});
    keys(facts).files[1].sddl.reset();
    mark_unread(facts, "/keys/files/1/sddl");
    CHECK(find("KEY.ACL", facts).verdict == Verdict::unknown);
    CHECK(pointers("KEY.ACL", facts) == Pointers{"/keys/files/1/sddl"});
    // What could not be read of another file is not the reason.
    facts.unread.clear();
    mark_unread(facts, "/keys/files/0/sddl", "gone");
    CHECK(find("KEY.ACL", facts).summary.arguments.at("why") == "not collected");
}

TEST_CASE("evidence: RDP's key file in the folder of CNG", "[rule]") {
    auto facts = healthy_facts();
    keys(facts).cng_files = {keys(facts).files[1], keys(facts).files[0]};
    keys(facts).files.clear();
    keys(facts).cng_files[1].sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)";
    fail_handshake(facts, "tls", "reset");
    CHECK(pointers("KEY.ACL", facts) == Pointers{"/keys/cng_files/1/sddl"});
}

TEST_CASE("evidence: each other key that grants too much, and no other", "[rule]") {
    auto facts = with_key_second();
    KeyFile third;
    third.name = "0123456789abcdef0123456789abcdef_0f7d9a51-5a0a-4c33-9f3e-0b7a3c1d2e4f";
    third.sddl = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)";
    keys(facts).files.push_back(third);
    CHECK(pointers("KEY.OVERGRANT", facts) == Pointers{"/keys/files/2/sddl"});
    keys(facts).files[0].sddl = third.sddl;
    CHECK(pointers("KEY.OVERGRANT", facts) == Pointers{"/keys/files/0/sddl", "/keys/files/2/sddl"});
}

TEST_CASE("evidence: Windows' own certificate among others of its store", "[rule]") {
    auto facts = healthy_facts();
    auto& store = facts.rdp_certificate.value->store;
    auto older = store[0];
    older.key_name = older.parsed->thumbprint = std::string(other_thumbprint);
    store.insert(store.begin(), older);
    CHECK(pointers("CERT.SELF.VALID", facts) == Pointers{"/cert/store/1/not_after"});
    store[1].parsed->not_after = fixed_now - 1;
    CHECK(pointers("CERT.SELF.VALID", facts) == Pointers{"/cert/store/1/not_after"});
    std::swap(store[0], store[1]);
    CHECK(pointers("CERT.SELF.VALID", facts) == Pointers{"/cert/store/0/not_after"});
}
