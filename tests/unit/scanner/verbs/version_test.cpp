// What `version` says of the program, in words and as JSON.
#include "core/text.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/verbs/provenance.hpp"
#include "scanner/verbs/verbs.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/verbs/run_verb.hpp"

#include <nlohmann/json.hpp>
#include <openssl/crypto.h>

#include <set>

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

Said version(bool json) {
    VersionOptions options;
    options.json = json;
    return run_verb([&options] { return run_version(options); });
}

} // namespace

TEST_CASE("version: the first line is the program and its number", "[cli]") {
    const auto said = version(false);
    CHECK(said.status == exit_ok);
    CHECK(said.err.empty());
    CHECK_THAT(said.out, Catch::StartsWith("rdpsweep " RDPSWEEP_VERSION "\ncommit "));
    CHECK_THAT(said.out, Catch::Contains("\nbuild  " + std::string(provenance.build) + ", "));
    const std::string commit(provenance.commit);
    CHECK_THAT(said.out, Catch::Contains(commit.empty() ? "not known" : commit));
    for (const auto& [library, number] : provenance.libraries) {
        CHECK_THAT(said.out, Catch::Contains("\n" + std::string(library) + " "));
        CHECK_THAT(said.out, Catch::Contains(" " + std::string(number)));
    }
}

TEST_CASE("version: as JSON, with what was loaded", "[cli]") {
    const auto said = nlohmann::json::parse(version(true).out);
    CHECK(said.at("schema") == "rdpsweep.version/1");
    CHECK(said.at("version") == RDPSWEEP_VERSION);
    std::set<std::string> named;
    for (const auto& library : said.at("libraries")) {
        CHECK_FALSE(library.at("built_with").get<std::string>().empty());
        CHECK(named.insert(library.at("name")).second);
        if (library.at("name") != "OpenSSL") continue;
        CHECK(library.at("loaded") == OpenSSL_version(OPENSSL_VERSION_STRING));
    }
    // Each library that the program is linked with (docs/third-party.md) is there.
    for (const auto* name :
         {"Boost",
          "C++ REST SDK",
          "CLI11",
          "JSON for Modern C++",
          "libssh2",
          "libvterm",
          "libyaml",
          "MIT Kerberos",
          "OpenSSL",
          "pugixml",
          "simdjson",
          "zlib"}) {
        INFO(name);
        CHECK(named.count(name) == 1);
    }
    if (provenance.commit.empty()) {
        CHECK_FALSE(said.contains("commit"));
    } else {
        CHECK(said.at("commit").at("id").get<std::string>().size() == 40);
    }
}
