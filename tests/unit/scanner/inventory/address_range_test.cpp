// Networks and ranges of addresses, as -t and lines take them.
#include "scanner/inventory/address_range.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"
#include "tests/unit/scanner/scratch.hpp"

using namespace rdpsweep;

namespace {

using Words = std::vector<std::string>;

ReadInventory arguments(const std::vector<std::string>& words) {
    ReadInventory result;
    std::vector<InventorySource> sources(1);
    const ReadContext context{"command line", "", test_transports, result.problems};
    read_arguments(words, context, sources[0]);
    result.inventory = merge(std::move(sources), result.problems);
    return result;
}

// "10.1.0.1:5986 10.1.0.2:5986", or the complaint.
std::string read(const std::string& word) {
    const auto result = arguments({word});
    if (!result.problems.empty()) return result.complaint();
    std::string all;
    for (const auto& target : result.inventory.targets)
        all += target.address + ':' + std::to_string(target.winrm.port) + ' ';
    return all;
}

} // namespace

TEST_CASE("range: networks", "[inventory][range]") {
    CHECK(read("10.1.0.0/30") == "10.1.0.1:5986 10.1.0.2:5986 ");
    CHECK(read("10.1.0.6/30") == "10.1.0.5:5986 10.1.0.6:5986 ");
    CHECK(read("10.1.0.6/31") == "10.1.0.6:5986 10.1.0.7:5986 ");
    CHECK(read("10.1.0.6/32") == "10.1.0.6:5986 ");
    CHECK(read("10.1.0.0/30:15986") == "10.1.0.1:15986 10.1.0.2:15986 ");
    CHECK(read("fd00::10/127") == "fd00::10:5986 fd00::11:5986 ");
    CHECK(arguments({"10.1.0.0/24"}).inventory.targets.size() == 254);
    CHECK(arguments({"10.1.0.0/16"}).inventory.targets.size() == 65'534);
}

TEST_CASE("range: from an address to another", "[inventory][range]") {
    CHECK(read("10.1.0.4-6") == "10.1.0.4:5986 10.1.0.5:5986 10.1.0.6:5986 ");
    CHECK(read("10.1.0.255-10.1.1.1") == "10.1.0.255:5986 10.1.1.0:5986 10.1.1.1:5986 ");
    CHECK(read("10.1.0.4-10.1.0.4:5985") == "10.1.0.4:5985 ");
    CHECK(read("fd00::ff-fd00::100") == "fd00::ff:5986 fd00::100:5986 ");
    CHECK(read("web-01") == "web-01:5986 "); // a name is no range
    CHECK(arguments({"10.1.0.4-6"}).inventory.targets[2].name == "10.1.0.6");
}

TEST_CASE("range: too many and none", "[inventory][range]") {
    const std::string all = " addresses; networks and ranges may stand for 65,536 in all";
    CHECK(read("10.0.0.0/8") == "command line: \"10.0.0.0/8\" stands for 16,777,214" + all);
    CHECK(read("10.0.0.0/15") == "command line: \"10.0.0.0/15\" stands for 131,070" + all);
    CHECK(read("0.0.0.0/0") == "command line: \"0.0.0.0/0\" stands for 4,294,967,294" + all);
    CHECK(
        read("fd00::/48") ==
        "command line: \"fd00::/48\" stands for more than 18,446,744,073,709,551,615" + all
    );
    CHECK(
        read("1.0.0.0-2.0.0.0") == "command line: \"1.0.0.0-2.0.0.0\" stands for 16,777,217" + all
    );
    // Many small ones are as many.
    CHECK(arguments({"10.1.0.0/16", "10.2.0.0/30"}).inventory.targets.size() == 65'536);
    CHECK(
        arguments({"10.1.0.0/16", "10.2.0.0/29"}).complaint() ==
        "command line: \"10.2.0.0/29\" stands for 6" + all
    );
    for (const std::string none : {"10.1.0.0/33", "10.1.0.0/", "10.1.0.0/x", "fd00::/129"}) {
        CHECK(read(none) == "command line: \"" + none + "\" is no network");
    }
    for (const std::string none :
         {"10.1.0.9-4",
          "10.1.0.9-256",
          "10.1.0.9-",
          "10.1.0.9-x",
          "10.1.0.9-10.1.0.8",
          "10.1.0.9-fd00::1",
          "fd00::1-2"}) {
        CHECK(read(none) == "command line: \"" + none + "\" is no range of addresses");
    }
    CHECK(read("x=10.1.0.0/24") == "command line: \"10.1.0.0/24\" is not an address");
}

TEST_CASE("range: -t @FILE has lines", "[inventory][range]") {
    const Scratch scratch;
    const auto file =
        scratch.file("hosts", "\xEF\xBB\xBF# all\n10.1.0.4-5 # two\nweb=10.1.0.9:443\n");
    const auto read = arguments({"@" + file, "10.1.0.7"});
    CAPTURE(read.complaints());
    REQUIRE(read.inventory.targets.size() == 4);
    CHECK(read.inventory.targets[0].origin == file + ":2:1");
    CHECK(read.inventory.targets[2].name == "web");
    CHECK(read.inventory.targets[2].winrm.port == 443);
    CHECK(read.inventory.targets[3].address == "10.1.0.7");
    CHECK(
        arguments({"@/no/such/file"}).complaint() ==
        "@/no/such/file: cannot read /no/such/file: No such file or directory"
    );
    CHECK(arguments({"@-"}).complaint() == "command line: -t @FILE names no file");
}
