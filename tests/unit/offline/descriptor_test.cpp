// Security descriptors: the words that Windows prints for the same bytes, and what has no words.
#include "core/encoding.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_bytes.hpp"

#include "offline/descriptor.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

using Descriptor = std::vector<std::byte>;

Descriptor from_hex(std::string_view hex) {
    const auto text = *hex_decode(hex);
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

Descriptor seed(const std::string& name) {
    return file_bytes(RDPSWEEP_SOURCE_DIR "/tests/fuzz/seeds/" + name);
}

std::string sddl(const Descriptor& bytes, DescriptorParts parts = DescriptorParts::owner_dacl) {
    const auto text = sddl_of(bytes, parts);
    REQUIRE(text);
    return *text;
}

// A descriptor of SYSTEM with one entry, for SYSTEM.
Descriptor entry(const std::string& mask, const std::string& flags = "00") {
    std::string hex = "0100048014000000000000000000000020000000010100000000000512000000"
                      "02001c0001000000";
    hex += "00" + flags + "1400" + mask + "010100000000000512000000";
    return from_hex(hex);
}

} // namespace

TEST_CASE("descriptor: owner, group and entries in Windows' words", "[offline]") {
    const auto bytes = seed("descriptor.bin");
    const std::string dacl = "D:PAI(A;OICIID;FA;;;SY)(D;;0x1200a9;;;BU)(A;OICIIO;SDGXGWGR;;;CO)"
                             "(A;;FR;;;S-1-5-21-1-2-3-1001)";
    CHECK(sddl(bytes) == "O:SY" + dacl);
    CHECK(sddl(bytes, DescriptorParts::owner_group_dacl) == "O:SYG:SY" + dacl);
}

TEST_CASE("descriptor: entries for objects, and a condition that is not understood", "[offline]") {
    CHECK(
        sddl(seed("descriptor_objects.bin")) ==
        "O:BAD:AR(OA;CI;RPWP;bf967aba-0de6-11d0-a285-00aa003049e2;;AU)"
        "(OD;CI;CR;bf967aba-0de6-11d0-a285-00aa003049e2;bf967aba-0de6-11d0-a285-00aa003049e2;AU)"
        "(XA;;FA;;;WD;(#61727478f8010000))"
    );
}

TEST_CASE("descriptor: no DACL, a DACL that is nothing, and an empty one", "[offline]") {
    auto bytes = seed("descriptor_null.bin");
    CHECK(sddl(bytes) == "O:SYD:NO_ACCESS_CONTROL");
    bytes[2] = std::byte{0};
    CHECK(sddl(bytes) == "O:SY");
    CHECK(
        sddl(from_hex("010004901400000000000000000000002000000001010000000000051200000002000800"
                      "00000000")) == "O:SYD:P"
    );
    CHECK(
        sddl(from_hex("0100048000000000000000000000000014000000"
                      "0200080000000000")) == "D:"
    );
}

TEST_CASE("descriptor: rights in letters where letters cover all bits", "[offline]") {
    const auto [mask, words] = GENERATE(
        std::pair{"ff011f00", "FA"},
        std::pair{"89001200", "FR"},
        std::pair{"16011200", "FW"},
        std::pair{"a0001200", "FX"},
        std::pair{"3f000f00", "KA"},
        std::pair{"19000200", "KR"},
        std::pair{"06000200", "KW"},
        std::pair{"00000010", "GA"},
        std::pair{"00000080", "GR"},
        std::pair{"fd010200", "CCLCSWRPWPDTLOCRRC"},
        std::pair{"ff010f00", "CCDCLCSWRPWPDTLOCRSDRCWDWO"},
        std::pair{"bf011300", "0x1301bf"},
        std::pair{"00000002", "0x2000000"},
        std::pair{"ffffffff", "0xffffffff"},
        std::pair{"00000000", ""}
    );
    CHECK(sddl(entry(mask)) == "O:SYD:(A;;" + std::string(words) + ";;;SY)");
}

TEST_CASE("descriptor: flags of an entry in their order", "[offline]") {
    CHECK(sddl(entry("ff011f00", "1f")) == "O:SYD:(A;OICINPIOID;FA;;;SY)");
    CHECK(sddl(entry("ff011f00", "03")) == "O:SYD:(A;OICI;FA;;;SY)");
}

TEST_CASE("descriptor: SIDs in words", "[offline]") {
    const auto text = [](std::string_view hex) {
        const auto found = sid_text(from_hex(hex));
        REQUIRE(found);
        return *found;
    };
    CHECK(text("010100000000000512000000") == "S-1-5-18");
    CHECK(text("0102000000000005200000002002000099") == "S-1-5-32-544");
    CHECK(text("0100000000000005") == "S-1-5");
    CHECK(text("010100ffffffffff01000000") == "S-1-0x00ffffffffff-1");
    CHECK(text("0101000000000010ffffffff") == "S-1-16-4294967295");
    for (const auto* hex :
         {"", "01", "01010000000000051200", "0201000000000005120000", "0110000000000005"}) {
        CHECK_FALSE(sid_text(from_hex(hex)));
    }
}

TEST_CASE("descriptor: bytes cut anywhere are told as that, or were not needed", "[offline]") {
    const auto whole = seed("descriptor.bin");
    const auto text = sddl(whole);
    std::size_t refused = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Descriptor cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        const auto part = sddl_of(cut, DescriptorParts::owner_dacl);
        refused += part ? 0 : 1;
        CHECK((part ? *part == text : part.error().code() == Errc::malformed_output));
    }
    CHECK(refused == whole.size() - 12); // the group's SID lies last, and was not asked for
}

TEST_CASE(
    "descriptor: an entry that decides access and has no words is not passed over", "[offline]"
) {
    auto bytes = entry("ff011f00");
    bytes[40] = std::byte{4}; // ACCESS_ALLOWED_COMPOUND_ACE_TYPE
    const auto text = sddl_of(bytes, DescriptorParts::owner_dacl);
    REQUIRE_FALSE(text);
    CHECK(text.error().code() == Errc::unsupported);
}
