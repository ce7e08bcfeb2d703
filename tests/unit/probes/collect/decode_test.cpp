// Tests of the facts/1 decoder on small documents.
#include "core/encoding.hpp"
#include "probes/collect/decode.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/probes/collect/make_certificate.hpp"

using namespace rdpsweep;

namespace {

// A document whose members besides the schema are text.
std::string document(const std::string& members) {
    return R"({"schema":"facts/1")" + (members.empty() ? "" : "," + members) + "}";
}

Facts decoded(const std::string& members) {
    INFO(members);
    auto facts = decode_facts(document(members), "winrm", 1'795'000'000);
    if (!facts) FAIL(facts.error().detail());
    return *std::move(facts);
}

// The detail of the refusal.
std::string refusal(const std::string& members, Errc code = Errc::malformed_output) {
    INFO(members);
    const auto facts = decode_facts(document(members), "winrm", 0);
    REQUIRE_FALSE(facts);
    CHECK(facts.error().phase() == Phase::decode);
    CHECK(facts.error().code() == code);
    return std::string(facts.error().detail());
}

std::string list_of(std::size_t count, const std::string& element) {
    std::string list = "[";
    for (std::size_t i = 0; i < count; ++i)
        list += (i == 0 ? "" : ",") + element;
    return list + "]";
}

bool names(const std::string& detail, const std::string& pointer) {
    return detail.find(pointer + " ") != std::string::npos;
}

} // namespace

TEST_CASE("decode: an empty document has no group and says why", "[collect]") {
    const Facts facts = decoded("");
    CHECK(facts.received_at == 1'795'000'000);
    CHECK_FALSE(facts.os);
    REQUIRE(facts.os.why_not);
    CHECK(facts.os.why_not->phase() == Phase::decode);
    CHECK(facts.os.why_not->code() == Errc::unsupported);
    CHECK(facts.os.source == "winrm");
    CHECK((facts.events.why_not && facts.console.why_not && facts.handshakes.why_not));
}

TEST_CASE("decode: a missing group repeats what unread says of it", "[collect]") {
    const Facts facts = decoded(
        R"("unread":[{"ptr":"/keys","why":"denied","code":"0x5"},{"ptr":"/evt","why":"timeout"},)"
        R"({"ptr":"/cert","why":"error","code":"x"},{"ptr":"/hs","why":"skipped"}])"
    );
    REQUIRE(facts.machine_keys.why_not);
    CHECK(facts.machine_keys.why_not->code() == Errc::access_denied);
    CHECK(facts.machine_keys.why_not->native() == "0x5");
    CHECK(facts.events.why_not->code() == Errc::timed_out);
    CHECK(facts.rdp_certificate.why_not->code() == Errc::nonzero_exit);
    CHECK(facts.handshakes.why_not->code() == Errc::unsupported);
    CHECK(facts.unread.size() == 4);
}

TEST_CASE("decode: anything but a facts/1 object is refused", "[collect]") {
    for (const std::string text :
         {"", "{}", "[]", "null", "{\"schema\":\"facts/2\"}", "{\"schema\":1}", "{\"schema\":"}) {
        INFO(text);
        const auto facts = decode_facts(text, "winrm", 0);
        REQUIRE_FALSE(facts);
        CHECK(facts.error().phase() == Phase::decode);
    }
}

TEST_CASE("decode: absent, zero and present are three things", "[collect]") {
    const Facts facts = decoded(R"("sec":{"layer":0,"policy":{"fEncryptRPCTraffic":1}},"tls":{)"
                                R"("suites_policy":[],"proto":{"TLS 1.2":{"server":{"te":1}}}})");
    CHECK(facts.security->layer == 0u);
    CHECK_FALSE(facts.security->nla);
    CHECK_FALSE(facts.security->policy_layer);
    CHECK(facts.security->policy_other.at("fEncryptRPCTraffic") == 1);
    REQUIRE(facts.schannel->suites_policy);
    CHECK(facts.schannel->suites_policy->empty());
    CHECK_FALSE(facts.schannel->suites_local);
    CHECK(facts.schannel->protocols.at("TLS 1.2").server.enabled_type == 1u);
    CHECK_FALSE(facts.schannel->protocols.at("TLS 1.2").server.enabled);
}

TEST_CASE("decode: the names of protocols have no case", "[collect]") {
    const Facts facts = decoded(R"("tls":{"proto":{"tls 1.2":{"server":{"e":0}},"Odd":{}}},)"
                                R"("unread":[{"ptr":"/tls/proto/tls 1.1/server/e","why":"error"},)"
                                R"({"ptr":"/tls/proto/","why":"error"}])");
    CHECK(facts.schannel->protocols.at("TLS 1.2").server.enabled == 0u);
    CHECK(facts.schannel->protocols.count("tls 1.2") == 0);
    CHECK(facts.schannel->protocols.count("Odd") == 1);
    CHECK(facts.why_unread("/tls/proto/TLS 1.1/server/e") != nullptr);
    CHECK(facts.unread.at(1).pointer == "/tls/proto/");
}

TEST_CASE("decode: DWORDs are unsigned and exact", "[collect]") {
    CHECK(decoded(R"("sec":{"layer":4294967295})").security->layer == 0xFFFFFFFFu);
    for (const std::string value :
         {"-1", "4294967296", "1.0", "1e3", "\"1\"", "null", "true", "[]", "{}"}) {
        CHECK(names(refusal("\"sec\":{\"layer\":" + value + "}"), "/sec/layer"));
    }
}

TEST_CASE("decode: a wrong type names its place", "[collect]") {
    CHECK(names(refusal(R"("os":[])"), "/os"));
    CHECK(names(refusal(R"("os":{"host":1})"), "/os/host"));
    CHECK(names(refusal(R"("os":{"winpe":0})"), "/os/winpe"));
    CHECK(names(refusal(R"("os":{"boot_utc":"yesterday"})"), "/os/boot_utc"));
    CHECK(names(refusal(R"("svc":{})"), "/svc"));
    CHECK(names(refusal(R"("svc":[{"n":"a"},{"n":"b","state":9}])"), "/svc/1/state"));
    CHECK(names(refusal(R"("svc":[{}])"), "/svc/0"));
    CHECK(names(refusal(R"("svc":[7])"), "/svc/0"));
    CHECK(
        names(refusal(R"("listener":{"sockets":[{"a":"::","p":70000}]})"), "/listener/sockets/0/p")
    );
    CHECK(names(refusal(R"("sec":{"policy_source":{"nla":3}})"), "/sec/policy_source/nla"));
    CHECK(names(refusal(R"("tls":{"ciphers":{"AES 128/128":"x"}})"), "/tls/ciphers/AES 128~1128"));
    CHECK(names(refusal(R"("cert":{"pin":"xyz"})"), "/cert/pin"));
    CHECK(names(refusal(R"("keys":{"files":[{"n":"a","size":-1}]})"), "/keys/files/0/size"));
    CHECK(names(refusal(R"("hs":[{"from":"mars","stage":"done"}])"), "/hs/0/from"));
    CHECK(names(refusal(R"("hs":[{"from":"guest"}])"), "/hs/0/stage"));
    CHECK(names(refusal(R"("evt":[{"data":{"k":1}}])"), "/evt/0/data/k"));
    CHECK(names(refusal(R"("unread":"x")"), "/unread"));
}

TEST_CASE("decode: a hostile key is shown escaped", "[collect]") {
    const std::string detail = refusal("\"tls\":{\"ciphers\":{\"\\u001b[2J\":\"x\"}}");
    CHECK(detail.find('\x1b') == std::string::npos);
}

TEST_CASE("decode: lists and texts have caps", "[collect]") {
    const std::string socket = R"({"a":"::","p":1,"pid":1})";
    CHECK(
        decoded("\"listener\":{\"sockets\":" + list_of(512, socket) + "}")
            .rdp_port->sockets.size() == 512
    );
    const auto limit = Errc::output_limit;
    CHECK(names(
        refusal("\"listener\":{\"sockets\":" + list_of(513, socket) + "}", limit),
        "/listener/sockets"
    ));
    CHECK(names(
        refusal("\"keys\":{\"files\":" + list_of(4097, R"({"n":"a"})") + "}", limit), "/keys/files"
    ));
    CHECK(names(refusal("\"evt\":" + list_of(501, R"({"id":1})"), limit), "/evt"));
    CHECK(names(
        refusal("\"cert\":{\"store\":" + list_of(65, R"({"thumb":"a"})") + "}", limit),
        "/cert/store"
    ));
    CHECK(names(refusal("\"os\":{\"host\":\"" + std::string(5000, 'x') + "\"}", limit), "/os/host")
    );
}

TEST_CASE("decode: unknown keys are ignored", "[collect]") {
    CHECK(decoded(R"("os":{"build":17763,"new":[1,{"x":null}]},"later":null)").os->build == 17763);
}

TEST_CASE("decode: console facts come from two places", "[collect]") {
    CHECK(decoded(R"("crash":{"dump":7})").console->crash_dump == 7u);
    CHECK(decoded(R"("ems":{"ems":false})").console->ems == false);
}

TEST_CASE("decode: certificates are read and key files named", "[collect]") {
    const std::string der = make_certificate();
    const std::string capi = "Microsoft Enhanced Cryptographic Provider v1.0";
    const std::string blob =
        blob_property(2, key_provider_info("TSSecKeySet1", capi, 1)) + blob_property(32, der);
    const std::string store = R"("cert":{"store":[{"thumb":"AABB","blob_b64":")" +
                              base64_encode(blob) + R"("}]},"keys":{})";
    const Facts facts = decoded(R"("os":{"machine_guid":"GUID"},)" + store);
    const StoredCertificate& stored = facts.rdp_certificate->store.at(0);
    CHECK(stored.key_name == "aabb");
    REQUIRE(stored.parsed);
    CHECK(stored.parsed->subject == "CN=HOST01");
    CHECK(stored.parse_error.empty());
    REQUIRE(stored.provider);
    CHECK(stored.key_file == "f686aace6942fb7f7ceb231212eef4a4_GUID");
    CHECK(facts.machine_keys->expected == stored.key_file);
    SECTION("without the machine's GUID no file can be named") {
        const Facts without = decoded(store);
        CHECK(without.rdp_certificate->store.at(0).parsed);
        CHECK(without.rdp_certificate->store.at(0).key_file.empty());
        CHECK(without.machine_keys->expected.empty());
    }
}

TEST_CASE("decode: a damaged certificate is a fact, not a failure", "[collect]") {
    const std::string bad_der = base64_encode(blob_property(32, "junk"));
    const std::string bad_blob = base64_encode("junk");
    const Facts facts = decoded(
        R"("cert":{"store":[{"thumb":"a","blob_b64":")" + bad_der +
        R"("},{"thumb":"b","blob_b64":")" + bad_blob +
        R"("},{"thumb":"c","blob_b64":"!"},{"thumb":"d"}],"my_match":{"thumb":"e"}})"
    );
    REQUIRE(facts.rdp_certificate->store.size() == 4);
    for (const StoredCertificate& stored : facts.rdp_certificate->store) {
        CHECK_FALSE(stored.parsed);
        CHECK_FALSE(stored.parse_error.empty());
    }
    REQUIRE(facts.rdp_certificate->my_match);
    CHECK(facts.rdp_certificate->my_match->key_name == "e");
}

TEST_CASE("decode: how far a disk can be trusted", "[collect]") {
    const Facts facts = decoded(
        R"("disk":{"hives":[{"n":"SYSTEM","state":"replayed","entries":24},)"
        R"({"n":"SOFTWARE","state":"untrusted"},{"n":"BCD","state":"clean"}],"volume":"dirty",)"
        R"("windows":["2:\\Windows","3:\\Windows"],"hibernated":true,)"
        R"("stopped_utc":"2026-11-20T18:00:04Z","written":{"rdp_tcp":"2026-09-01T04:12:31Z",)"
        R"("schannel":"2026-06-02T11:21:07Z","cert":"2026-09-01T04:12:30Z"}},)"
        R"("evt":[],"evt_until_utc":"2026-11-20T18:00:05Z",)"
        R"("inventory":{"rdp_thumb":"3F2A00112233445566778899AABBCCDDEEFF0011"},)"
        R"("unread":[{"ptr":"/hs","why":"offline"}])"
    );
    REQUIRE(facts.disk);
    REQUIRE(facts.disk->hives.size() == 3);
    CHECK(facts.disk->hives[0].name == "SYSTEM");
    CHECK(facts.disk->hives[0].state == HiveState::replayed);
    CHECK(facts.disk->hives[0].entries == 24);
    CHECK(facts.disk->hives[1].state == HiveState::untrusted);
    CHECK(facts.disk->hives[2].state == HiveState::clean);
    CHECK(facts.disk->volume == VolumeState::dirty);
    CHECK(facts.disk->windows == std::vector<std::string>{R"(2:\Windows)", R"(3:\Windows)"});
    CHECK(facts.disk->hibernated);
    CHECK(facts.disk->stopped == 1'795'197'604);
    CHECK(facts.disk->listener_written == 1'788'235'951);
    CHECK(facts.disk->schannel_written == 1'780'399'267);
    CHECK(facts.disk->own_store_written == 1'788'235'950);
    CHECK(facts.events->until == 1'795'197'605);
    CHECK(facts.inventory_thumbprint == "3f2a00112233445566778899aabbccddeeff0011");
    CHECK(facts.unread[0].why == "offline");
    CHECK_FALSE(decoded("").disk);
    CHECK(decoded(R"("disk":{})").disk->volume == std::nullopt);
}

TEST_CASE("decode: a state that is not known is refused, not taken for a good one", "[collect]") {
    CHECK(names(refusal(R"("disk":{"volume":"fine"})"), "/disk/volume"));
    CHECK(names(refusal(R"("disk":{"hives":[{"n":"SAM","state":""}]})"), "/disk/hives/0/state"));
    CHECK(names(
        refusal(
            R"("disk":{"hives":)" + list_of(17, R"({"n":"X","state":"clean"})") + "}",
            Errc::output_limit
        ),
        "/disk/hives"
    ));
}
