// Decodes the sample documents in tests/golden/facts and checks what must come out.
#include "probes/collect/cert_blob.hpp"
#include "probes/collect/certificate.hpp"
#include "probes/collect/decode.hpp"
#include "probes/collect/sddl.hpp"
#include "tests/support/catch.hpp"

#include <fstream>
#include <iterator>

using namespace rdpsweep;

namespace {

Facts golden(const std::string& name) {
    std::ifstream file(RDPSWEEP_SOURCE_DIR "/tests/golden/facts/" + name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto facts = decode_facts(text, "winrm", 1'795'402'812);
    if (!facts) FAIL(facts.error().detail());
    return *std::move(facts);
}

bool termservice_reads(const std::string& sddl) {
    const auto descriptor = parse_sddl(sddl);
    REQUIRE(descriptor);
    return effective_access(*descriptor, termservice_sids(), file_access::read) ==
           file_access::read;
}

} // namespace

TEST_CASE("golden facts: a healthy German 2019", "[collect]") {
    const Facts facts = golden("healthy-2019-de.json");
    CHECK(facts.os->build == 17763);
    CHECK(facts.os->locale_lcid == 1031u);
    CHECK(facts.collector->elevated);
    const Service* service = facts.services->find("termservice");
    REQUIRE(service != nullptr);
    CHECK(service->state == ServiceState::running);
    CHECK(facts.rdp_port->port() == 3389);
    CHECK(facts.rdp_port->sockets.at(1).pid == service->pid);
    const StoredCertificate& stored = facts.rdp_certificate->store.at(0);
    REQUIRE(stored.parsed);
    CHECK(stored.parsed->thumbprint == stored.key_name);
    const auto blob = parse_cert_blob(stored.blob);
    REQUIRE(blob);
    CHECK(is_self_signed(*stored.parsed, blob->der));
    CHECK(facts.rdp_certificate->self_signed == stored.key_name);
    CHECK(facts.handshake_from("guest")->peer_thumbprint == stored.key_name);
    CHECK(facts.handshake_from("guest")->completed());
    // Administrators have no access to the key file of 2019, not even to its descriptor.
    const KeyFile* file = facts.machine_keys->find(facts.machine_keys->expected);
    REQUIRE(file != nullptr);
    CHECK_FALSE(file->sddl);
    REQUIRE(facts.why_unread("/keys/files/0/sddl") != nullptr);
    CHECK(facts.why_unread("/keys/files/0/sddl")->why == "denied");
    CHECK(stored.key_file == file->name);
    CHECK(facts.console->baud == 115200u);
    CHECK(facts.group_policy->rsop.empty());
}

TEST_CASE("golden facts: a 2012 R2 that lost NETWORK SERVICE", "[collect]") {
    const Facts facts = golden("broken-2012r2-key-acl.json");
    CHECK(facts.os->build == 9600);
    const KeyFile* file = facts.machine_keys->find(facts.machine_keys->expected);
    REQUIRE(file != nullptr);
    CHECK_FALSE(termservice_reads(*file->sddl));
    // The file of a former installation is fine and beside the point.
    CHECK(termservice_reads(*facts.machine_keys->files.at(0).sddl));
    CHECK(facts.schannel->protocols.at("TLS 1.2").server.enabled == 0xFFFFFFFFu);
    CHECK(facts.security->policy_other.at("fEncryptRPCTraffic") == 1);
    CHECK(facts.security->policy_source.at("nla") == PolicySource::group_policy);
    CHECK(facts.handshake_from("guest")->stage == "tls");
    CHECK(facts.handshake_from("guest")->failure == "reset");
    CHECK(facts.events->events.at(0).id == 36870);
    CHECK(facts.events->events.at(2).binary == "05000000");
    CHECK(facts.console->crash_dump == 1u);
    CHECK_FALSE(facts.console->ems);
    CHECK_FALSE(facts.sessions);
    CHECK(facts.sessions.why_not->code() == Errc::timed_out);
}
