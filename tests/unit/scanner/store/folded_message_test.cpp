#include "scanner/store/folded_message.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace rdpsweep;

namespace {

Message owned(const std::string& owner, const std::string& address) {
    return {"PORT.OWNER.foreign", {{"owner", owner}, {"address", address}, {"port", "3389"}}};
}

} // namespace

TEST_CASE("folded message: what all share stands, what differs is folded", "[fleet]") {
    FoldedMessage folded;
    folded.add(owned("java.exe (pid 4120) Tomcat9", "0.0.0.0"));
    CHECK(folded.message() == owned("java.exe (pid 4120) Tomcat9", "0.0.0.0"));
    folded.add(owned("java.exe (pid 4196) Tomcat9", "10.0.0.4"));
    CHECK(folded.message().arguments.at("owner") == "java.exe (pid …) Tomcat9");
    CHECK(folded.message().arguments.at("address") == "…");
    CHECK(folded.message().arguments.at("port") == "3389");
}

TEST_CASE("folded message: no half of a time, a file's name or a number is left", "[fleet]") {
    FoldedMessage folded;
    folded.add({"k", {{"last", "2026-11-30T00:42:38Z"}, {"file", "f686_0f7d"}, {"count", "12"}}});
    folded.add({"k", {{"last", "2026-11-30T00:42:39Z"}, {"file", "f686_1f7d"}, {"count", "1"}}});
    const auto arguments = folded.message().arguments;
    CHECK(arguments.at("last") == "…");
    CHECK(arguments.at("file") == "…");
    CHECK(arguments.at("count") == "…");
}

TEST_CASE("folded message: the order of hosts does not matter", "[fleet]") {
    std::vector<std::string> owners{
        "a (pid 1)", "a (pid 1) b", "a (pid 12) b", "a", "a (pid 1)", "other (pid 1) b"};
    std::sort(owners.begin(), owners.end());
    for (std::size_t hosts = 1; hosts <= owners.size(); ++hosts) {
        std::vector<std::string> some(owners.begin(), owners.begin() + static_cast<long>(hosts));
        FoldedMessage first;
        for (const auto& owner : some)
            first.add(owned(owner, "::"));
        do {
            FoldedMessage folded;
            for (const auto& owner : some)
                folded.add(owned(owner, "::"));
            REQUIRE(folded.message() == first.message());
        } while (std::next_permutation(some.begin(), some.end()));
    }
}
