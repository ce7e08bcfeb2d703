// Selection expressions.
#include "scanner/inventory/select.hpp"
#include "tests/support/catch.hpp"

using namespace rdpsweep;

namespace {

Target web() {
    Target target;
    target.name = "Web-01";
    target.address = "10.1.2.3";
    target.tags = {{"env", "prod"}, {"owner", "team a"}};
    target.groups = {"emea", "windows"};
    target.vm =
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/dc-01";
    return target;
}

bool matches(const std::string& text, const Target& target = web()) {
    const auto parsed = Selection::parse(text);
    if (const auto* mistake = std::get_if<Mistake>(&parsed)) FAIL(mistake->what);
    return std::get<Selection>(parsed).matches(target);
}

std::string mistake(const std::string& text) {
    const auto parsed = Selection::parse(text);
    const auto* found = std::get_if<Mistake>(&parsed);
    return found != nullptr ? found->what : "none";
}

} // namespace

TEST_CASE("select: fields and patterns", "[select]") {
    for (const auto* yes :
         {"web-01",
          "WEB*",
          "name:web-0?",
          "tag:env=prod",
          "tag:env",
          "tag:ENV=P*",
          "tag:owner='team a'",
          "'web-01'",
          "group:emea",
          "group:win*",
          "vm:dc*",
          "vm:/subscriptions/s/*",
          "address:10.1.0.0/16",
          "address:10.1.2.*",
          "address:10.1.2.3/32",
          "address:0.0.0.0/0",
          "*"}) {
        INFO(yes);
        CHECK(matches(yes));
    }
    for (const auto* no :
         {"web",
          "web-02",
          "tag:env=test",
          "tag:role",
          "group:apac",
          "vm:web*",
          "address:10.2.0.0/16",
          "address:fd00::/8",
          "tag:owner=team"}) {
        INFO(no);
        CHECK_FALSE(matches(no));
    }
}

TEST_CASE("select: operators and their order", "[select]") {
    CHECK(matches("tag:env=prod & !vm:web*"));
    CHECK_FALSE(matches("tag:env=prod & !vm:dc*"));
    CHECK(matches("x | web-01 & tag:env"));
    CHECK(matches("web-01 | x & y")); // & binds tighter
    CHECK_FALSE(matches("(web-01 | x) & y"));
    CHECK(matches("!(x|y)&!!web-01"));
    CHECK(matches("  ( web-01 )  "));
    CHECK(matches("vm:web-01", [] {
        auto target = web();
        target.vm.clear();
        return target;
    }())); // without an ARM id the name stands for it
    auto v6 = web();
    v6.address = "fd00::12";
    CHECK(matches("address:fd00::/64", v6));
    CHECK_FALSE(matches("address:fd00:0:0:1::/64", v6));
    v6.address = "host.corp";
    CHECK_FALSE(matches("address:0.0.0.0/0", v6));
}

TEST_CASE("select: mistakes name their column", "[select]") {
    CHECK(mistake("web &") == "--select \"web &\", column 6: it lacks a term here");
    CHECK(mistake("") == "--select \"\", column 1: it lacks a term here");
    CHECK(mistake("(a | b") == "--select \"(a | b\", column 1: it has a ( without its )");
    CHECK(mistake("a) ").find("column 2: it has a ) without its (") != std::string::npos);
    CHECK(mistake("a b").find("column 3: it needs & or | here") != std::string::npos);
    CHECK(mistake("a & tga:env=x").find("column 5: it has no field \"tga\"") != std::string::npos);
    CHECK(mistake("a & 'b").find("column 5: it has a quote") != std::string::npos);
    CHECK(mistake("address:10.0.0.0/99").find("network") != std::string::npos);
    CHECK(mistake("tag:").find("needs something after tag:") != std::string::npos);
    CHECK(mistake(std::string(200, '(')).find("nested too deeply") != std::string::npos);
    CHECK(mistake(std::string(200, '!') + "a").find("nested too deeply") != std::string::npos);
    CHECK(mistake(std::string(5000, 'a')).find("longer than") != std::string::npos);
}

TEST_CASE("select: patterns cost no more than length times stars", "[select]") {
    const std::string text(20'000, 'a');
    CHECK_FALSE(matches_glob("*a*a*a*a*a*a*a*a*a*a*b", text));
    CHECK(matches_glob("a*a*a", text));
    CHECK(matches_glob("", ""));
    CHECK_FALSE(matches_glob("?", ""));
    CHECK(matches_glob("**", ""));
}
