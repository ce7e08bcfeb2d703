// What of YAML itself is understood, and within which bounds.
#include "scanner/inventory/yaml_tree.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"

using namespace rdpsweep;

namespace {

ReadInventory read(std::string_view text) {
    return read_inventory(read_yaml, text, "fleet.yaml");
}

} // namespace

TEST_CASE("inventory: aliases work within reason", "[inventory]") {
    SECTION("a shared piece") {
        const auto result = read("version: 1\ndefaults: { winrm: &w { port: 1234 } }\n"
                                 "targets:\n  - { name: a, address: b, winrm: *w }\n");
        REQUIRE(result.problems.empty());
        CHECK(result.inventory.targets[0].winrm.port == 1234);
    }
    SECTION("billion laughs") {
        std::string bomb = "version: 1\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
        for (int i = 1; i < 12; ++i) {
            const auto last = "*a" + std::to_string(i - 1);
            bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
            for (int k = 0; k < 9; ++k)
                bomb += ", " + last;
            bomb += "]\n";
        }
        const auto result = read(bomb);
        const auto last = result.complaints().back();
        CHECK(
            (last.find("grows beyond") != std::string::npos ||
             last.find("too much is anchored") != std::string::npos)
        );
    }
    SECTION("a long text that many short aliases name") {
        std::string bomb = "version: 1\ndefaults: { tags: { x: &x " + std::string(1u << 20, 'y') +
                           " } }\ntargets:\n";
        for (int i = 0; i < 300; ++i)
            bomb += "  - { name: n" + std::to_string(i) + ", address: a, tags: { x: *x } }\n";
        // The limits are the document's: every piece by itself is small.
        const auto fault = read_yaml_pieces(
            bomb, {"targets", [](const YamlEntry&) {}, [](const YamlNode&) {}, [] { return false; }}
        );
        REQUIRE(fault);
        CHECK(fault->mistake.what == "the aliases up to here stand for more than 256 MiB");
        CHECK(fault->at.line == 4 + 255);
    }
    SECTION("a long text that anchors inside anchors keep") {
        std::string bomb = "version: 1\nx: ";
        for (int i = 0; i < 12; ++i)
            bomb += "&a" + std::to_string(i) + " [";
        bomb += std::string(2u << 20, 'y') + std::string(12, ']');
        CHECK_THAT(read(bomb).complaint(), Catch::Contains("too much is anchored for aliases"));
    }
    SECTION("of itself") {
        const auto result = read("version: 1\ntags: &a [ *a ]\n");
        CHECK_THAT(result.complaint(), Catch::Contains("alias"));
    }
}

TEST_CASE("inventory: depth is bounded", "[inventory]") {
    const auto deep = "version: 1\nx: " + std::string(100, '[') + std::string(100, ']');
    CHECK_THAT(read(deep).complaint(), Catch::Contains("nested too deeply"));
    const auto abyss = "version: 1\nx: " + std::string(200'000, '[');
    CHECK_FALSE(read(abyss).problems.empty());
}

TEST_CASE("yaml: an account in double quotes gets a hint", "[inventory][yaml]") {
    const auto hint =
        "in double quotes \\ begins an escape: write 'CORP\\svc' in single quotes, or "
        "\"CORP\\\\svc\"";
    for (const std::string user :
         {"CORP\\svc", "CORP\\xena", "CORP\\Ulf", "CORP\\new", "CORP\\admin"}) {
        INFO(user);
        const auto read = read_inventory(
            read_yaml,
            "version: 1\ncredentials: { a: { username: \"" + user +
                "\", password: { env: X } } }\ntargets: []\n",
            "fleet.yaml"
        );
        REQUIRE(read.problems.list().size() == 1);
        CHECK(read.problems.list()[0].where.find("fleet.yaml:2:") == 0);
        CHECK(read.cure() == hint);
    }
}

TEST_CASE("yaml: merge keys", "[inventory][yaml]") {
    const auto read = read_inventory(
        read_yaml,
        "version: 1\ndefaults: &d { winrm: &w { port: 15986 } }\n"
        "targets:\n- { name: a, address: 10.0.0.1, winrm: { <<: *w, auth: ntlm } }\n"
        "- { name: b, address: 10.0.0.2, winrm: { port: 99, <<: *w } }\n",
        "fleet.yaml"
    );
    CAPTURE(read.complaints());
    REQUIRE(read.inventory.targets.size() == 2);
    CHECK(read.inventory.targets[0].winrm.port == 15986);
    CHECK(read.inventory.targets[0].winrm.auth == WinRmAuth::ntlm);
    CHECK(read.inventory.targets[1].winrm.port == 99);
}

TEST_CASE("yaml: merged keys are bounded before they are compared", "[inventory][yaml]") {
    std::string text = "version: 1\ndefaults:\n  tags:\n    <<:\n";
    for (const std::string name : {"a", "b", "c"}) {
        text += "    - {";
        for (int key = 0; key < 9'000; ++key)
            text += name + std::to_string(key) + ": 1, ";
        text += "}\n";
    }
    const auto read = read_inventory(read_yaml, text + "targets: []\n", "fleet.yaml");
    REQUIRE(read.problems.list().size() == 1);
    CHECK(read.problems.list()[0].what.find("too many keys in one map") != std::string::npos);
}

TEST_CASE("yaml: an address that begins with a colon gets a hint", "[inventory][yaml]") {
    const auto read = read_inventory(
        read_yaml, "version: 1\ntargets:\n  - { name: a, address: ::1 }\n", "fleet.yaml"
    );
    REQUIRE(read.problems.list().size() == 1);
    CHECK(read.problems.list()[0].where == "fleet.yaml:3:25");
    CHECK(read.cure() == "put quotes around an address that begins with a colon");
    CHECK(read_inventory(read_yaml, "version: 1\nx: [", "fleet.yaml").cure().empty());
}

TEST_CASE("yaml: bytes that are no text are told with their place", "[inventory][yaml]") {
    CHECK(
        read("version: 1\nx: \x01\n").complaint() ==
        "fleet.yaml:2:4: not YAML: control characters are not allowed"
    );
    CHECK_THAT(read("version: 1\nx: ab\xff\n").complaint(), Catch::StartsWith("fleet.yaml:2:6: "));
}

TEST_CASE("yaml: an anchor that is given twice stands for the later value", "[inventory][yaml]") {
    const auto result = read("version: 1\ndefaults: { winrm: &w { port: 1 } }\n"
                             "targets:\n  - { name: a, address: b, winrm: &w { port: 2 } }\n"
                             "  - { name: c, address: d, winrm: *w }\n");
    REQUIRE(result.problems.empty());
    CHECK(result.inventory.targets[1].winrm.port == 2);
    CHECK_THAT(
        read("version: 1\nx: &a 1\ny: &a [ *a ]\n").complaints().back(), Catch::Contains("alias")
    );
}
