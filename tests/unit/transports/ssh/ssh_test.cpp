// What we parse of SSH ourselves, and whether a host's key is believed.
#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "tests/support/catch.hpp"
#include "transports/ssh/agent_wire.hpp"
#include "transports/ssh/hello.hpp"
#include "transports/ssh/identity.hpp"
#include "transports/ssh/name_match.hpp"
#include "transports/ssh/private_key.hpp"
#include "transports/ssh/turned_away.hpp"
#include "transports/ssh/wire.hpp"

#include <map>

using namespace rdpsweep;
using namespace rdpsweep::ssh;
using Standing = KeyJudgement::Standing;

namespace {

std::string key_blob(std::string_view type, char fill) {
    return wire_text(type) + wire_text(std::string(32, fill));
}

std::string line(std::string_view names, const std::string& blob) {
    return std::string(names) + " " + std::string(key_type(blob)) + " " + base64_encode(blob) +
           "\n";
}

const std::string good = key_blob("ssh-ed25519", 'g');
const std::string other = key_blob("ssh-ed25519", 'o');
const std::string ecdsa = key_blob("ecdsa-sha2-nistp256", 'e');

Standing judge_text(const std::string& text, std::uint16_t port = 22) {
    KnownHosts known;
    known.add(text, "known_hosts");
    return judge_host(known.about("Web-01.example", port), good).standing;
}

struct MemoryStore final : TrustStore {
    std::map<std::string, std::string, std::less<>> pins;

    [[nodiscard]] std::optional<std::string> pinned(std::string_view endpoint) const override {
        const auto found = pins.find(endpoint);
        if (found == pins.end()) return {};
        return found->second;
    }

    Status pin(std::string_view endpoint, std::string_view sha256) override {
        pins.emplace(endpoint, sha256);
        return {};
    }
};

std::string server_hello(const std::string& kex, const std::string& host_keys) {
    std::string payload = "\x14" + std::string(16, 'c');
    for (const auto& list :
         {kex,
          host_keys,
          std::string("aes128-ctr"),
          std::string("aes256-ctr,aes128-ctr"),
          std::string("hmac-sha2-256"),
          std::string("hmac-sha2-512"),
          std::string("none"),
          std::string("none,zlib@openssh.com")})
        payload += wire_text(list);
    const std::string packet = std::string(1, '\x04') + payload + std::string(4, '\0');
    return "a notice\r\nSSH-2.0-OpenSSH_for_Windows_8.1\r\n" + wire_text(packet);
}

} // namespace

TEST_CASE("known_hosts: names, ports, wildcards and exceptions", "[ssh]") {
    CHECK(judge_text(line("web-01.example", good)) == Standing::trusted);
    CHECK(judge_text(line("WEB-01.EXAMPLE,10.0.0.1", good)) == Standing::trusted);
    CHECK(judge_text(line("*.example", good)) == Standing::trusted);
    CHECK(judge_text(line("web-0?.exam*", good)) == Standing::trusted);
    CHECK(judge_text(line("*.example,!web-01.example", good)) == Standing::unknown);
    CHECK(judge_text(line("web-01", good)) == Standing::unknown);
    CHECK(judge_text(line("[web-01.example]:2222", good), 2222) == Standing::trusted);
    CHECK(judge_text(line("[web-01.example]:2222", good)) == Standing::unknown);
    CHECK_FALSE(names_match("a*b*c", "aXbX"));
    CHECK(names_match("a*b*c", "aXbXbc"));
}

TEST_CASE("known_hosts: a line without a port, for a port that is not 22", "[ssh]") {
    const auto plain = [](const std::string& blob) { return line("web-01.example", blob); };
    const auto exact = [](const std::string& blob) { return line("[web-01.example]:2222", blob); };
    // As OpenSSH does: it can trust the key, and never contradicts it.
    CHECK(judge_text(plain(good), 2222) == Standing::trusted);
    CHECK(judge_text(line("*.example", good), 2222) == Standing::trusted);
    CHECK(judge_text(plain(other), 2222) == Standing::unknown);
    CHECK(judge_text(plain(ecdsa), 2222) == Standing::unknown);
    CHECK(judge_text(line("@cert-authority web-01.example", good), 2222) == Standing::unknown);
    CHECK(judge_text(line("[web-01.example]:22", good)) == Standing::unknown);
    // A line with the port has the first word.
    CHECK(judge_text(exact(other) + plain(good), 2222) == Standing::changed);
    CHECK(judge_text(plain(good) + exact(other), 2222) == Standing::changed);
    CHECK(judge_text(exact(ecdsa) + plain(good), 2222) == Standing::trusted);
    CHECK(judge_text(exact(ecdsa) + plain(other), 2222) == Standing::other);
    CHECK(judge_text(exact(good) + plain(other), 2222) == Standing::trusted);
    // What is revoked is so on every port.
    CHECK(
        judge_text(exact(good) + line("@revoked web-01.example", good), 2222) == Standing::revoked
    );
    CHECK(
        judge_text(plain(good) + line("@revoked web-01.example", good), 2222) == Standing::revoked
    );
    // A name that ssh-keygen -H hashed.
    constexpr auto hashed = "|1|vKBG4o8C/j6MdMWsDygchz4gsJo=|sRo/XdWrwDn8DfCkYVOJUTjBzsA=";
    CHECK(judge_text(line(hashed, good), 2222) == Standing::trusted);
}

TEST_CASE("known_hosts: a name that ssh-keygen -H hashed", "[ssh]") {
    // $ printf 'web-01.example ssh-ed25519 AAAA...' > f; ssh-keygen -H -f f
    constexpr auto hashed = "|1|vKBG4o8C/j6MdMWsDygchz4gsJo=|sRo/XdWrwDn8DfCkYVOJUTjBzsA=";
    CHECK(names_match(hashed, "web-01.example"));
    CHECK_FALSE(names_match(hashed, "web-02.example"));
    CHECK_FALSE(names_match("|1|AAAA", "web-01.example"));
    CHECK_FALSE(names_match("|2|AAAA|AAAA", "web-01.example"));
}

TEST_CASE("known_hosts: what lines say of a key", "[ssh]") {
    CHECK(judge_text(line("*", other)) == Standing::changed);
    CHECK(judge_text(line("*", ecdsa)) == Standing::other);
    CHECK(judge_text(line("*", ecdsa) + line("*", other)) == Standing::changed);
    CHECK(judge_text(line("*", other) + line("*", good)) == Standing::trusted);
    CHECK(judge_text(line("*", good) + line("*", other)) == Standing::trusted);
    CHECK(judge_text(line("*", good) + line("@revoked *", good)) == Standing::revoked);
    CHECK(judge_text(line("*", good) + line("@revoked *", other)) == Standing::trusted);
    CHECK(judge_text(line("@cert-authority *", other)) == Standing::authority);
    CHECK(judge_text(line("@cert-authority *", good)) == Standing::authority);
    CHECK(judge_text(line("@unheard-of *", good)) == Standing::unknown);
}

TEST_CASE("known_hosts: lines that do not parse say nothing and are counted", "[ssh]") {
    KnownHosts known;
    known.add("# comment\n\n * ssh-rsa " + base64_encode(good) + "\n* ssh-ed25519 ???\n*\n", "f");
    CHECK(known.size() == 0);
    CHECK(known.unreadable() == 3);
    known.add("\t" + line("a", good), "f");
    REQUIRE(known.about("a", 22).exact.size() == 1);
    CHECK(known.about("a", 22).exact[0]->where == "f:1");
    CHECK(known.about("a", 22).portless.empty());
}

TEST_CASE("ssh identity: the order of what is believed", "[ssh]") {
    MemoryStore store;
    KnownHosts known;
    known.add(line("changed", other) + line("revoked", ecdsa) + line("@revoked *", ecdsa), "f");
    known.add(line("known", good), "f");
    TrustPolicy policy;
    policy.store = &store;
    HostKey key{good, "h:22", ""};
    const auto decide = [&](std::string_view host) {
        return decide_key(key, known.about(host, 22), policy);
    };
    CHECK(decide("h").error().code() == Errc::certificate_rejected);
    policy.pin_on_first_use = true;
    CHECK(*decide("h") == TrustBasis::first_use);
    CHECK(*decide("h") == TrustBasis::stored_pin);
    store.pins["h:22"] = sha256_hex(other);
    const auto changed = decide("h");
    REQUIRE_FALSE(changed);
    CHECK_THAT(std::string(changed.error().detail()), Catch::Contains(fingerprint(good)));
    CHECK_THAT(std::string(changed.error().detail()), Catch::Contains(fingerprint(other)));
    CHECK(*decide("known") == TrustBasis::vouched); // the operator wrote it since
    store.pins.clear();
    CHECK_FALSE(decide("changed"));
    CHECK(store.pins.empty());
    key.pin = sha256_hex(other);
    CHECK_FALSE(decide("h"));
    key.pin = sha256_hex(good);
    CHECK(*decide("changed") == TrustBasis::target_pin);
    policy.insecure = true;
    key.pin = sha256_hex(other);
    CHECK_FALSE(decide("h")); // --insecure overrules no pin
    key.pin.clear();
    CHECK_FALSE(decide("changed")); // nor known_hosts
    policy.pin_on_first_use = false;
    CHECK(*decide("h") == TrustBasis::insecure);
    key.blob = ecdsa;
    key.pin = sha256_hex(ecdsa);
    CHECK_FALSE(decide("revoked"));
}

TEST_CASE("ssh hello: version and algorithms, and why they do not fit", "[ssh]") {
    const auto bytes = server_hello("curve25519-sha256", "ssh-ed25519");
    const auto hello = read_hello(bytes);
    CHECK(hello.version == "SSH-2.0-OpenSSH_for_Windows_8.1");
    CHECK(hello.before == 1);
    REQUIRE(hello.offered);
    CHECK(hello.offer.kex == Names{"curve25519-sha256"});
    CHECK(hello.offer.host_keys == Names{"ssh-ed25519"});
    CHECK(hello.offer.ciphers_out == Names{"aes128-ctr"});
    CHECK(hello.offer.ciphers_in == Names{"aes256-ctr", "aes128-ctr"});
    CHECK(hello.offer.macs_out == Names{"hmac-sha2-256"});
    CHECK(hello.offer.macs_in == Names{"hmac-sha2-512"});
    CHECK(hello.offer.compression_out == Names{"none"});
    CHECK(hello.offer.compression_in == Names{"none", "zlib@openssh.com"});
    for (std::size_t cut = 0; cut < bytes.size() - 4; ++cut)
        CHECK(read_hello(bytes.substr(0, cut)).before <= 1);
}

TEST_CASE("ssh hello: what comes before the version is let go, however much it is", "[ssh]") {
    const auto bytes = server_hello("curve25519-sha256", "ssh-ed25519");
    for (const std::size_t piece : {1u, 7u, 5000u}) {
        Greeting greeting;
        const std::string banner(70000, 'b');
        const auto all = "first\r\n" + banner + "\n" + bytes;
        for (std::size_t at = 0; at < all.size(); at += piece)
            greeting.add(std::string_view(all).substr(at, piece));
        const auto hello = greeting.read();
        CHECK(hello.version == "SSH-2.0-OpenSSH_for_Windows_8.1");
        CHECK(hello.before == 3);
        CHECK(hello.last_line == "a notice");
        CHECK(hello.offered);
        CHECK(greeting.beginning() == "first\r\n" + banner.substr(0, 1017));
    }
    Greeting endless;
    for (int i = 0; i < 100; ++i)
        endless.add(std::string(10000, 'x'));
    CHECK(endless.read().version.empty());
    CHECK(endless.read().last_line == std::string(1024, 'x'));
}

TEST_CASE("ssh hello: the line with which sshd turns a connection away", "[ssh]") {
    Greeting greeting;
    greeting.add("Exceeded MaxStartups\r\n");
    CHECK(greeting.read().last_line == "Exceeded MaxStartups");
    CHECK(read_refusal("Exceeded MaxStartups") == Turned::too_many);
    CHECK(read_refusal("Not allowed at this time") == Turned::penalty);
    CHECK(read_refusal("") == Turned::none);
    CHECK(read_refusal("HTTP/1.1 400 Bad Request") == Turned::none);
    const auto error = turned_away("Exceeded MaxStartups" + std::string(900, 'x'));
    CHECK(error.code() == Errc::throttled);
    CHECK(error.pause() == std::chrono::seconds(3));
    CHECK(error.detail().size() < 150);
    CHECK(turned_away("go away").code() == Errc::peer_closed);
    CHECK(pause_of(Turned::too_many) == std::chrono::seconds(3));
    CHECK(pause_of(Turned::penalty) == std::chrono::seconds(15));
    Greeting cut;
    cut.add("Not allowed at this time"); // without an end of line
    CHECK(cut.read().last_line == "Not allowed at this time");
    cut.add("\nSSH-2.0-x\r\n");
    CHECK(cut.read().version == "SSH-2.0-x");
}

TEST_CASE("ssh agent: answers that are no list and no signature", "[ssh]") {
    const auto rsa = key_blob("ssh-rsa", 'r');
    const auto hardware = key_blob("sk-ssh-ed25519@openssh.com", 'h');
    std::string list = "\x0c" + wire_number(3);
    for (const auto& blob : {rsa, hardware, good})
        list += wire_text(blob) + wire_text("comment");
    const auto keys = read_agent_keys(list);
    REQUIRE(keys);
    REQUIRE(keys->size() == 2);
    CHECK((*keys)[0].blob == good);
    CHECK((*keys)[1].blob == rsa);
    CHECK_FALSE(read_agent_keys("\x05"));
    CHECK_FALSE(read_agent_keys("\x0c\xff\xff\xff\xff"));
    CHECK_FALSE(read_agent_keys(list.substr(0, list.size() - 1)));
    CHECK_FALSE(read_agent_signature("\x05"));
    const auto signature =
        "\x0e" + wire_text(wire_text("ssh-ed25519") + wire_text(std::string(64, 's')));
    CHECK(read_agent_signature(signature) == std::string(64, 's'));
}

TEST_CASE("ssh agent: an RSA key signs as the data to sign says", "[ssh]") {
    const auto blob = key_blob("ssh-rsa", 'r');
    const auto flags = [&blob](std::string_view algorithm) {
        const auto data = wire_text("session") + "\x32" + wire_text("me") +
                          wire_text("ssh-connection") + wire_text("publickey") + "\x01" +
                          wire_text(algorithm) + wire_text(blob);
        const auto request = agent_sign_request(blob, data);
        return request.substr(request.size() - 4);
    };
    CHECK(flags("ssh-rsa") == wire_number(0));
    CHECK(flags("rsa-sha2-256") == wire_number(2));
    CHECK(flags("rsa-sha2-512") == wire_number(4));
    CHECK(flags("ssh-ed25519") == wire_number(0));
    const auto junk = agent_sign_request(blob, "junk");
    CHECK(junk.substr(junk.size() - 4) == wire_number(0));
}

TEST_CASE("ssh keys: what a file says of itself", "[ssh]") {
    const auto kind = read_key_kind(R"(-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACAcQkVVacLF/S8e7JHk1VQgqMglwWuojeSi40++2oMaYQAAAIhAgm8QQIJv
EAAAAAtzc2gtZWQyNTUxOQAAACAcQkVVacLF/S8e7JHk1VQgqMglwWuojeSi40++2oMaYQ
AAAEBJcByBE2HV5fTaaU6SNYK98uUxPfXhOGOt40GF8n7CLBxCRVVpwsX9Lx7skeTVVCCo
yCXBa6iN5KLjT77agxphAAAAAXQBAgME
-----END OPENSSH PRIVATE KEY-----)");
    REQUIRE(kind);
    CHECK(kind->type == "ssh-ed25519");
    CHECK_FALSE(kind->encrypted);
    const auto locked = read_key_kind(R"(-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABBhprcXla
sYAIXwYZqxVCynAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIBxCRVVpwsX9Lx7s
keTVVCCoyCXBa6iN5KLjT77agxphAAAAkL5R3pa8SxKhpzBY5QacbWpekvCq3tsBt8kJra
U0MVOz5TMz3QUpJxmHgWM42582MaVqRMULmBC5zEG5NShg0uq6RfbKdhNM7SDNqrIME0aI
C6adumi2/at0qS2Q8fbe0G+tkBeOBMgsKxPcAUILHeforerNNaSxPZmvf2M5tF5UWLhi9n
OJOU9hsNJOtmeMgg==
-----END OPENSSH PRIVATE KEY-----)");
    REQUIRE(locked);
    CHECK(locked->encrypted);
    CHECK(read_key_kind("-----BEGIN RSA PRIVATE KEY-----\n")->type == "ssh-rsa");
    CHECK_FALSE(read_key_kind("ssh-ed25519 AAAA comment"));
    CHECK_FALSE(read_key_kind("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"));
}
