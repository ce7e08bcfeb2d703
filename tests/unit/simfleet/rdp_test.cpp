// What the RDP face agrees on with a client, by the listener's settings and the client's wish.
#include "tests/simfleet/rdp/connect_response.hpp"
#include "tests/simfleet/rdp/negotiation.hpp"
#include "tests/simfleet/rdp/rdp_wire.hpp"
#include "tests/simfleet/windows/paths.hpp"
#include "tests/support/catch.hpp"

using namespace simfleet;

namespace {

// "2" chosen, "!5" refused with that code, for each of the requests 0, 1, 2, 3, 4, 8, 11 and 16.
std::string answers(std::uint32_t layer, std::uint32_t nla, std::uint32_t build = 17763) {
    std::string all;
    for (const std::uint32_t protocols : {0, 1, 2, 3, 4, 8, 11, 16}) {
        const auto agreed = agree(Levels{layer, nla, 3, build}, Asked{true, protocols});
        all += all.empty() ? "" : " ";
        all += agreed.failure ? '!' + std::to_string(*agreed.failure)
                              : std::to_string(agreed.selected);
    }
    return all;
}

std::string bytes(std::string_view text) {
    return std::string(text);
}

} // namespace

TEST_CASE("simfleet rdp: what is chosen follows from the settings and the request", "[simfleet]") {
    CHECK(answers(0, 0) == "0 !2 !2 !2 !2 !2 !2 !2");
    CHECK(answers(0, 1) == "0 !2 !2 !2 !2 !2 !2 !2");
    CHECK(answers(1, 0) == "0 1 2 2 !1 8 8 !1");
    CHECK(answers(1, 1) == "!5 !5 2 2 !5 8 8 !5");
    CHECK(answers(2, 0) == "!1 1 2 2 !1 8 8 !1");
    CHECK(answers(2, 1) == "!5 !5 2 2 !5 8 8 !5");
    // Before Server 2012 nobody knows the early result.
    CHECK(answers(1, 1, 7601) == "!5 !5 2 2 !5 !5 2 !5");
}

TEST_CASE("simfleet rdp: a policy wins over the listener's key", "[simfleet]") {
    State state;
    state.registry.set(paths::rdp_tcp, "SecurityLayer", dword_value(2));
    state.registry.set(paths::rdp_tcp, "UserAuthentication", dword_value(1));
    state.registry.set(paths::ts_policy, "SecurityLayer", dword_value(0));
    const auto levels = levels_of(state);
    CHECK(levels.layer == 0);
    CHECK(levels.nla == 1);
    CHECK(levels.encryption == 2);
}

TEST_CASE("simfleet rdp: a request with and without rdpNegReq is read", "[simfleet]") {
    constexpr std::string_view fixed{"\x03\0\0\x13\x0e\xe0\0\0\0\0\0", 11};
    constexpr std::string_view wish{"\x01\0\x08\0\x0b\0\0\0", 8};
    const auto cookie = bytes("Cookie: mstshash=x\r\n");
    CHECK(read_asked(bytes(fixed) + bytes(wish)).protocols == 11);
    CHECK(read_asked(bytes(fixed) + cookie + bytes(wish)).protocols == 11);
    CHECK(read_asked(bytes(fixed) + cookie + bytes(wish)).negotiates);
    CHECK_FALSE(read_asked(fixed).negotiates);
    CHECK_FALSE(read_asked(bytes(fixed) + cookie).negotiates);
    CHECK_FALSE(read_asked(bytes(fixed) + bytes(wish.substr(0, 7))).negotiates);
}

TEST_CASE("simfleet rdp: the method of encryption follows from level and offer", "[simfleet]") {
    const auto method = [](std::uint32_t level, std::uint32_t offered) {
        return encryption_method(Levels{0, 0, level, 17763}, offered).value_or(0);
    };
    CHECK(method(1, 27) == 2);
    CHECK(method(2, 1) == 1);
    CHECK(method(2, 8) == 8);
    CHECK(method(2, 16) == 16);
    CHECK(method(3, 1) == 0);
    CHECK(method(3, 27) == 2);
    CHECK(method(4, 27) == 16);
    CHECK(method(4, 2) == 0);
    CHECK(method(2, 0) == 0);
}

TEST_CASE("simfleet rdp: the blocks of a conference", "[simfleet]") {
    constexpr std::string_view initial{
        "Duca\x81\x1c\x04\xc0\x08\0\x09\0\0\0\x02\xc0\x0c\0\x1b\0\0\0\0\0\0\0", 26};
    CHECK(offered_methods(initial) == 27);
    CHECK(offered_methods(initial.substr(0, 20)) == 0);
    CHECK(offered_methods("") == 0);
    CHECK(offered_methods("Duca") == 0);

    const auto packet = connect_response({0x0008000b, 3, 2, 3});
    CHECK(packet.size() == static_cast<std::size_t>(static_cast<unsigned char>(packet[3])));
    CHECK(is_data(packet));
    CHECK_FALSE(is_data(packet.substr(0, packet.size() - 1)));
    constexpr std::string_view core{"\x01\x0c\x0c\0\x0b\0\x08\0\x03\0\0\0", 12};
    constexpr std::string_view security{"\x02\x0c\x34\0\x02\0\0\0\x03\0\0\0\x20\0\0\0\0\0\0\0", 20};
    CHECK(packet.find(core) != packet.npos);
    CHECK(packet.find(security) != packet.npos);
}
