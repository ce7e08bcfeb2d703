#include "scanner/store/let_in.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <fstream>
#include <iterator>
#include <sys/stat.h>

using namespace rdpsweep;

namespace {

Target host(const std::string& id, const std::string& credential) {
    Target target;
    target.id = id;
    target.credential = credential;
    return target;
}

std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("let in: a host is known by the credential that it accepted", "[let_in]") {
    const Scratch scratch;
    const auto path = scratch.path("let_in");
    auto run = LetIn::open(path);
    run.accepted(host("a", "ops"));
    run.accepted(host("b", "ops"));
    CHECK_FALSE(run.knows(host("a", "ops"))); // earlier runs are asked about, not this one
    REQUIRE(run.save());
    auto next = LetIn::open(path);
    CHECK(next.knows(host("a", "ops")));
    CHECK(next.knows(host("b", "ops")));
    CHECK_FALSE(next.knows(host("a", "break-glass")));
    CHECK_FALSE(next.knows(host("c", "ops")));

    next.refused(host("b", "ops"));
    REQUIRE(next.save());
    CHECK_FALSE(LetIn::open(path).knows(host("b", "ops")));
    CHECK(LetIn::open(path).knows(host("a", "ops")));
}

TEST_CASE("let in: the file names nobody and is ours alone", "[let_in]") {
    const Scratch scratch;
    const auto path = scratch.path("let_in");
    auto run = LetIn::open(path);
    run.accepted(host("payroll-01", "domain-admin"));
    REQUIRE(run.save());
    CHECK(content(path).size() == 17);
    CHECK(content(path).find("payroll") == std::string::npos);

    struct stat about {};

    REQUIRE(stat(path.c_str(), &about) == 0);
    CHECK((about.st_mode & 07777) == 0600);
}

TEST_CASE("let in: a damaged file knows no host, and is written anew", "[let_in]") {
    const Scratch scratch;
    const auto path = scratch.path("let_in");
    auto run = LetIn::open(path);
    run.accepted(host("a", "ops"));
    REQUIRE(run.save());
    const auto good = content(path);
    for (const auto& bad :
         {good.substr(0, 16), good + "x\n", good + "\n", "A" + good.substr(1), good + good + "0"}) {
        INFO(bad);
        std::ofstream(path) << bad;
        CHECK_FALSE(LetIn::open(path).knows(host("a", "ops")));
        auto next = LetIn::open(path);
        next.accepted(host("a", "ops"));
        REQUIRE(next.save());
        CHECK(content(path) == good);
    }
}

TEST_CASE("let in: what cannot be written is told", "[let_in]") {
    const Scratch scratch;
    auto run = LetIn::open(scratch.path("missing/let_in"));
    REQUIRE(run.save()); // nothing to write
    run.accepted(host("a", "ops"));
    const auto written = run.save();
    REQUIRE_FALSE(written);
    CHECK(written.error().native() == "errno 2");
}
