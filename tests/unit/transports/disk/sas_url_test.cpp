// What a SAS is, and where an inventory's reference leads.
#include "core/foreign_text.hpp"
#include "core/resolver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "transports/disk/referred_sas.hpp"
#include "transports/disk/sas_url.hpp"

#include <vector>

using namespace rdpsweep;

namespace {

const std::string good = "https://md-1.z4.blob.storage.azure.net/a1/"
                         "abcd?sv=2018-03-28&sr=b&sig=ab%2Bc%2Fdefghijklmnop%3D";

Result<disk::SasUrl> read(const std::string& text) {
    const Secret secret{std::string(text)};
    return disk::read_sas_url(secret);
}

} // namespace

TEST_CASE("sas url: it is taken apart, and its signature hidden in every text", "[disk][sas]") {
    const auto url = read(good);
    REQUIRE(url);
    CHECK(url->tls);
    CHECK(url->at.host == "md-1.z4.blob.storage.azure.net");
    CHECK(url->at.port == 443);
    CHECK(url->path == "/a1/abcd");
    CHECK(url->named == "md-1.z4.blob.storage.azure.net/a1/abcd");
    CHECK(url->target() == good.substr(good.find("/a1/")));
    for (const auto* const text :
         {"sig=ab%2Bc%2Fdefghijklmnop%3D", "the signature ab+c/defghijklmnop= is wrong"}) {
        const auto shown = foreign_text(text);
        CHECK(shown.find("defghijkl") == std::string::npos);
        CHECK(shown.find("[redacted]") != std::string::npos);
    }
    CHECK(read("HTTPS://Host.Example:8443/c/b?SIG=0123456789abcdef")->at.port == 8443);
}

TEST_CASE("sas url: http is for this machine alone, by its numbers", "[disk][sas]") {
    const std::string rest = ":10000/devstore/c/b?sig=0123456789abcdef";
    for (const auto* const host : {"127.0.0.1", "127.9.9.9", "[::1]"}) {
        const auto url = read("http://" + std::string(host) + rest);
        REQUIRE(url);
        CHECK_FALSE(url->tls);
        CHECK(url->at.port == 10000);
    }
    for (const auto* const host :
         {"localhost", "10.0.0.4", "x.blob.core.windows.net", "[fd00::1]"}) {
        const auto url = read("http://" + std::string(host) + rest);
        REQUIRE_FALSE(url);
        CHECK(url.error().code() == Errc::unsupported);
        CHECK(url.error().hint() == "write https:// instead of http://");
    }
}

TEST_CASE("sas url: what is none is told without a word of it", "[disk][sas]") {
    const std::string sig = "?sig=0123456789abcdef";
    for (const auto& text : std::vector<std::string>{
             "",
             "hunter2",
             "host.example/c/b" + sig,
             "ftp://host.example/c/b" + sig,
             "https://" + sig,
             "https:///c/b" + sig,
             "https://host.example" + sig,
             "https://host.example/" + sig,
             "https://user@host.example/c/b" + sig,
             "https://host.example:0/c/b" + sig,
             "https://host.example:70000/c/b" + sig,
             "https://[::1/c/b" + sig,
             "https://[host]/c/b" + sig,
             "https://host.example/c/b",
             "https://host.example/c/b?sv=1&sp=r",
             "https://host.example/c/b?sv=1&sig=short",
             "https://host.example/c/b" + sig + "#x",
             "https://host.example/c/b c" + sig,
             "https://host.example/c/b" + sig + "\r\nHost: evil",
             "https://host.example/" + std::string(9000, 'a') + sig}) {
        CAPTURE(text);
        const auto url = read(text);
        REQUIRE_FALSE(url);
        CHECK(url.error().phase() == Phase::config);
        CHECK(url.error().native().empty());
        const auto said = std::string(url.error().detail()) + std::string(url.error().hint());
        CHECK(said.find("host.example") == std::string::npos);
        CHECK(said.find("hunter2") == std::string::npos);
        CHECK(said.find("0123456789") == std::string::npos);
        CHECK_FALSE(url.error().hint().empty());
    }
}

TEST_CASE("referred sas: it is read each time, and the same one is none", "[disk][sas]") {
    Resolver resolver;
    Pacer pacer(100, 10);
    Services services{resolver, pacer, TrustPolicy()};
    std::vector<std::string> there{good, good, good + "&x=2", "no SAS"};
    std::size_t asked = 0;
    services.disk_sas = [&](const DiskImage& disk) -> Result<Secret> {
        CHECK(disk.sas_env == "WEB_01_SAS");
        return Secret{std::string(there[asked++])};
    };
    asio::thread_pool pool(1);
    DiskImage disk;
    disk.sas_env = "WEB_01_SAS";
    disk::ReferredSas source(disk, services, pool);
    const auto ask = [&](bool again) {
        return test::run_task([&](HostDeadline& deadline) -> Task<Result<Secret>> {
            co_return co_await source.url(again, deadline);
        });
    };
    CHECK(ask(false)->reveal() == good);
    const auto same = ask(true);
    REQUIRE_FALSE(same);
    CHECK(same.error().code() == Errc::access_denied);
    CHECK(same.error().detail() == "the environment variable WEB_01_SAS has no other SAS");
    CHECK(ask(true)->reveal() == good + "&x=2");
    const auto none = ask(true);
    REQUIRE_FALSE(none);
    CHECK(
        none.error().detail() ==
        "the environment variable WEB_01_SAS: the SAS holds spaces, or is no URL"
    );
    CHECK(asked == 4);
    pool.join();
}

TEST_CASE("referred sas: a run asks whether it is there before it begins", "[disk][sas]") {
    Resolver resolver;
    Pacer pacer(100, 10);
    Services services{resolver, pacer, TrustPolicy()};
    DiskImage disk;
    disk.sas_file = "/run/sas/web-01";
    CHECK(disk::check_sas(disk, services).error().code() == Errc::unsupported);
    services.disk_sas = [](const DiskImage&) -> Result<Secret> {
        return Secret{std::string(good)};
    };
    CHECK(disk::check_sas(disk, services));
    CHECK(disk::sas_place(disk) == "the file /run/sas/web-01");
    CHECK(disk::sas_reference(disk) == "sas file:/run/sas/web-01");
    DiskImage of_unit;
    of_unit.sas_systemd = "web-01.sas";
    CHECK(disk::sas_place(of_unit) == "systemd's credential web-01.sas");
    CHECK(disk::sas_reference(of_unit) == "sas systemd:web-01.sas");
}
