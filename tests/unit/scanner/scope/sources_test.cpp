// What -i and -t name, and reading it.
#include "scanner/scope/sources.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <cstdlib>
#include <filesystem>

using namespace rdpsweep;

using Texts = std::vector<std::string>;

TEST_CASE("sources: -i azure: adds to what Azure is asked for, the rest are files", "[scope]") {
    AzureOptions azure;
    azure.subscriptions = {"given"};
    azure.cloud = "AzureChinaCloud";
    const auto names = name_sources({"a.yaml", "azure:Prod,Test", "-"}, {"x=10.0.0.1"}, azure);
    CHECK(names.files == Texts{"a.yaml", "-"});
    CHECK(names.arguments == Texts{"x=10.0.0.1"});
    CHECK(names.azure.subscriptions == Texts{"given", "Prod", "Test"});
    CHECK(names.azure.cloud == "AzureChinaCloud");
    CHECK(names.azure.wanted());
    CHECK_FALSE(names.azure.all);
    CHECK(name_sources({"azure:"}, {}, {}).azure.all);
    CHECK_FALSE(name_sources({"a.yaml"}, {}, {}).azure.wanted());
}

TEST_CASE("sources: each file is one, and all arguments together are one", "[scope]") {
    const Scratch scratch;
    Problems problems;
    const auto sources = read_sources(
        {{scratch.file("a.txt", "a=10.0.0.1\n"), scratch.file("b.txt", "b=10.0.0.2\n")},
         {"c=10.0.0.3", "d=10.0.0.4"},
         {}},
        test_transports,
        problems
    );
    CHECK(problems.empty());
    REQUIRE(sources.size() == 3);
    CHECK(sources[0].targets.at(0).name == "a");
    CHECK(sources[1].targets.at(0).name == "b");
    REQUIRE(sources[2].targets.size() == 2);
    CHECK(sources[2].targets[1].origin == "command line");
}

TEST_CASE("sources: with a mistake Azure is not asked", "[scope]") {
    const Scratch scratch;
    Problems problems;
    SourceNames names;
    names.files = {scratch.path("absent.yaml")};
    names.azure.all = true;
    names.azure.cloud = "NoSuchCloud"; // asking would be a second problem
    const auto sources = read_sources(names, test_transports, problems);
    CHECK(sources.size() == 1);
    CHECK(problems.list().size() == 1);
}

TEST_CASE("sources: files are read until there are too many mistakes", "[scope]") {
    const Scratch scratch;
    Problems problems;
    std::string wrong;
    for (std::size_t i = 0; i < Problems::most; ++i)
        wrong += "not an address\n";
    const auto path = scratch.file("wrong.txt", wrong);
    const auto unread = scratch.file("good.txt", "a=10.0.0.1\n");
    const auto sources = read_sources({{path, unread}, {}, {}}, test_transports, problems);
    REQUIRE(sources.size() == 2);
    CHECK(sources[1].targets.empty());
    CHECK(problems.full());
}

TEST_CASE(
    "sources: a program sees no secret that a file refers to, before it or after", "[scope]"
) {
    const Scratch scratch;
    const auto script =
        scratch.file("fleet.sh", "#!/bin/sh\necho \"${SOURCES_TEST_SECRET:-hidden}=10.0.0.1\"\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    const auto file = scratch.file(
        "fleet.yaml",
        "version: 1\ncredentials:\n"
        "  c: { username: u, password: { env: SOURCES_TEST_SECRET } }\n"
        "targets:\n  - { name: b, address: 10.0.0.2, credential: c }\n"
    );
    setenv("SOURCES_TEST_SECRET", "seen", 1);
    Problems problems;
    const auto sources =
        read_sources({{"exec:" + script, file}, {}, {}}, test_transports, problems);
    unsetenv("SOURCES_TEST_SECRET");
    CHECK(problems.empty());
    REQUIRE(sources.size() == 2);
    REQUIRE(sources[0].targets.size() == 1);
    CHECK(sources[0].targets[0].name == "hidden");
    CHECK(sources[1].targets.at(0).name == "b"); // the order is still that of the command line
}

TEST_CASE("sources: stdin is read once", "[scope]") {
    Problems problems;
    (void)read_sources({{"-", "-"}, {}, {}}, test_transports, problems);
    REQUIRE(problems.list().size() == 1);
}
