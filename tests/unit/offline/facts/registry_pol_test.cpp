// Registry.pol: the names of policies for RDP and TLS, also in a file that is cut or no such file.
#include "core/unicode.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

#include "offline/facts/registry_pol.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

// A text of ours, '~' for NUL, as the file has it.
std::vector<std::byte> file_of(std::string text) {
    for (auto& c : text)
        if (c == '~') c = '\0';
    const auto wide = "PReg" + std::string("\1\0\0\0", 4) + utf8_to_utf16le(text);
    const auto* begin = reinterpret_cast<const std::byte*>(wide.data());
    return {begin, begin + wide.size()};
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("registry.pol: policies for RDP and TLS by name", "[offline]") {
    const auto file = file_of(
        "[SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services~;fDenyTSConnections~;D;D;D]"
        "[SOFTWARE\\Policies\\Microsoft\\Edge~;Homepage~;D;D;D]"
        "[Software\\Policies\\Microsoft\\CRYPTOGRAPHY\\Configuration\\SSL\\00010002~;Functions~;a]"
        "[System\\SChannel\\Protocols~;~;a]"
    );
    CHECK(
        rdp_policies(file) ==
        Names{
            R"(SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\fDenyTSConnections)",
            R"(Software\Policies\Microsoft\CRYPTOGRAPHY\Configuration\SSL\00010002\Functions)",
            R"(System\SChannel\Protocols\)"}
    );
}

TEST_CASE("registry.pol: what is no entry is passed over", "[offline]") {
    CHECK(rdp_policies({}).empty());
    CHECK(rdp_policies(file_of("[")).empty());
    CHECK(rdp_policies(file_of("[schannel~;value")).empty());
    CHECK(rdp_policies(file_of("[schannel;value~;")).empty());
    CHECK(rdp_policies(file_of("[~;schannel~;")).empty());
    CHECK(rdp_policies(file_of("[[[schannel~;a~;")) == Names{R"(schannel\a)"});
    CHECK(rdp_policies(file_of("[data~;x[schannel~;a~;")) == Names{R"(schannel\a)"});
}

TEST_CASE("registry.pol: no more names than the collector keeps", "[offline]") {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += "[schannel~;" + std::to_string(i) + "~;x]";
    const auto names = rdp_policies(file_of(text));
    CHECK(names.size() == 128);
    CHECK(names.back() == R"(schannel\127)");
}
