// Which algorithms are offered with which library, and what is said where a server has none.
#include "core/text.hpp"
#include "tests/support/catch.hpp"
#include "transports/ssh/disagreement.hpp"

using namespace rdpsweep;
using namespace rdpsweep::ssh;

namespace {

// As libssh2 1.10.0 of Debian 12 says of itself.
const Library debian_12{
    "1.10.0",
    split(
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
        "diffie-hellman-group14-sha256,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
        ','
    ),
    split(
        "ecdsa-sha2-nistp256,ecdsa-sha2-nistp256-cert-v01@openssh.com,ssh-ed25519,ssh-rsa,ssh-dss",
        ','
    ),
    split("aes128-ctr,aes192-ctr,aes256-ctr,aes256-cbc,arcfour,3des-cbc", ','),
    split("hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-md5", ',')};

// A server of today's defaults; each test takes something away.
Offer server() {
    Offer offer;
    offer.kex = split("sntrup761x25519-sha512@openssh.com,curve25519-sha256", ',');
    offer.host_keys = split("rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519", ',');
    offer.ciphers_out =
        split("chacha20-poly1305@openssh.com,aes128-ctr,aes256-gcm@openssh.com", ',');
    offer.ciphers_in = offer.ciphers_out;
    offer.macs_out =
        split("umac-64-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-256", ',');
    offer.macs_in = offer.macs_out;
    offer.compression_out = offer.compression_in = {"none", "zlib@openssh.com"};
    return offer;
}

Disagreement with(const Library& library, const Offer& offer) {
    return explain_disagreement(choose_algorithms(library), offer);
}

} // namespace

TEST_CASE("ssh algorithms: what Debian 12's library has, and nothing weak", "[ssh]") {
    const auto ours = choose_algorithms(debian_12);
    CHECK(
        ours.kex == split(
                        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
                        "diffie-hellman-group14-sha256",
                        ','
                    )
    );
    CHECK(ours.host_keys == Names{"ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"});
    CHECK(ours.ciphers == Names{"aes256-ctr", "aes192-ctr", "aes128-ctr"});
    CHECK(ours.macs == Names{"hmac-sha2-256", "hmac-sha2-512"});
}

TEST_CASE("ssh algorithms: a library that has more is used for more", "[ssh]") {
    auto library = debian_13();
    library.host_keys.emplace_back("ssh-rsa");
    library.ciphers.emplace_back("aes256-cbc");
    const auto ours = choose_algorithms(library);
    CHECK(
        ours.ciphers == split(
                            "aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,"
                            "aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr",
                            ','
                        )
    );
    CHECK(
        ours.macs == split(
                         "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
                         "hmac-sha2-256,hmac-sha2-512",
                         ','
                     )
    );
    CHECK(
        ours.host_keys == split(
                              "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
                              "ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256",
                              ','
                          )
    );
    CHECK(ours.kex.front() == "curve25519-sha256");
    library.kex.emplace_back("sntrup761x25519-sha512@openssh.com");
    library.kex.emplace_back("mlkem768x25519-sha256");
    CHECK(choose_algorithms(library).kex.front() == "mlkem768x25519-sha256");
    CHECK(with(library, server()).what.empty());
}

TEST_CASE(
    "ssh algorithms: a hardened server names our side as the older, and its own line", "[ssh]"
) {
    CHECK(with(debian_12, server()).what.empty());

    auto aead = server();
    aead.ciphers_out = aead.ciphers_in =
        split("chacha20-poly1305@openssh.com,aes256-gcm@openssh.com", ',');
    auto said = with(debian_12, aead);
    CHECK(
        said.what == "no common cipher: the host offers "
                     "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com; rdpsweep "
                     "aes256-ctr,aes192-ctr,aes128-ctr"
    );
    CHECK(
        said.hint ==
        "rdpsweep is the older side: its libssh2 1.10.0 has none of these, Debian 13's libssh2 "
        "1.11.1 (package libssh2-1t64) has: run rdpsweep there, or set Ciphers +aes256-ctr in the "
        "host's sshd_config (in place of its Ciphers line; or append ,aes256-ctr to that line)"
    );
    CHECK(with(debian_13(), aead).what.empty());

    auto etm = server();
    etm.macs_out = etm.macs_in =
        split("hmac-sha2-512-etm@openssh.com,umac-128-etm@openssh.com", ',');
    said = with(debian_12, etm);
    CHECK_THAT(said.what, Catch::StartsWith("no common MAC: "));
    CHECK_THAT(
        said.hint,
        Catch::Contains("(package libssh2-1t64) has") && Catch::Contains("MACs +hmac-sha2-256 in")
    );
    CHECK(with(debian_13(), etm).what.empty());

    auto umac = etm;
    umac.macs_out = umac.macs_in = {"umac-128-etm@openssh.com"};
    said = with(debian_12, umac);
    CHECK_THAT(
        said.hint, Catch::StartsWith("rdpsweep is the older side: libssh2 has none of these")
    );
    // Beside a cipher that authenticates by itself no MAC is agreed on.
    CHECK(with(debian_13(), umac).what.empty());
    umac.ciphers_out = umac.ciphers_in = {"aes128-ctr"};
    CHECK_THAT(with(debian_13(), umac).what, Catch::StartsWith("no common MAC: "));

    auto hybrid = server();
    hybrid.kex = {"sntrup761x25519-sha512@openssh.com"};
    for (const auto& library : {debian_12, debian_13()}) {
        said = with(library, hybrid);
        CHECK_THAT(said.what, Catch::StartsWith("no common key exchange: "));
        CHECK(
            said.hint ==
            "rdpsweep is the older side: libssh2 has none of these, up to 1.11.1 of Debian 13: "
            "set KexAlgorithms +curve25519-sha256 in the host's sshd_config (in place of its "
            "KexAlgorithms line; or append ,curve25519-sha256 to that line)"
        );
    }
}

TEST_CASE("ssh algorithms: host keys of RSA, and certificates", "[ssh]") {
    auto rsa = server();
    rsa.host_keys = {"rsa-sha2-512", "rsa-sha2-256"};
    const auto said = with(debian_12, rsa);
    CHECK_THAT(said.what, Catch::StartsWith("the host has an RSA key only (rsa-sha2-512,"));
    CHECK_THAT(
        said.hint,
        Catch::Contains("libssh2-1t64) has rsa-sha2-512") && Catch::Contains("ssh-keygen -A")
    );
    CHECK(with(debian_13(), rsa).what.empty());
    auto certified = server();
    certified.host_keys = {"ssh-ed25519-cert-v01@openssh.com"};
    for (const auto& library : {debian_12, debian_13()}) {
        CHECK(
            with(library, certified).what ==
            "no common host key type: the host offers certificates only "
            "(ssh-ed25519-cert-v01@openssh.com), which no libssh2 can check"
        );
        CHECK_THAT(
            with(library, certified).hint,
            Catch::StartsWith("set HostKeyAlgorithms +ssh-ed25519 in")
        );
    }
}

TEST_CASE("ssh algorithms: an old server is the older side", "[ssh]") {
    auto old = server();
    old.ciphers_out = old.ciphers_in = {"aes128-cbc", "3des-cbc"};
    CHECK_THAT(with(debian_12, old).hint, Catch::StartsWith("the host is the older side: update"));
    old = server();
    old.kex = {"diffie-hellman-group1-sha1"};
    CHECK_THAT(
        with(debian_13(), old).hint, Catch::StartsWith("the host is the older side: update")
    );
    old = server();
    old.macs_out = {"hmac-sha1"}; // one direction is enough
    old.ciphers_out = {"aes128-ctr"};
    CHECK(
        with(debian_12, old).what ==
        "no common MAC: the host offers hmac-sha1; rdpsweep hmac-sha2-256,hmac-sha2-512"
    );
}

TEST_CASE("ssh algorithms: a server that demands compression", "[ssh]") {
    auto packed = server();
    packed.compression_in = {"zlib@openssh.com", "zlib"};
    CHECK(
        with(debian_12, packed).what ==
        "no common compression: the host demands it (zlib@openssh.com,zlib), and rdpsweep speaks "
        "SSH uncompressed only"
    );
    packed.compression_in = {};
    CHECK(with(debian_12, packed).what.empty());
}
