// Rights, accounts and descriptors in words.
#include "probes/collect/sddl.hpp"
#include "probes/reading/rights_words.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <string>

using namespace rdpsweep;

namespace {

struct Mask {
    std::uint32_t bits;
    RightsOf object;
    const char* words;
};

struct Descriptor {
    std::string sddl;
    RightsOf object;
    std::string words;
};

} // namespace

TEST_CASE("rights in words: the fewest that cover a mask", "[rule]") {
    const std::array masks{
        Mask{0, RightsOf::file, "0x0 (nothing)"},
        Mask{0x1f01ff, RightsOf::file, "0x1f01ff (full)"},
        Mask{0x120089, RightsOf::file, "0x120089 (read)"},
        Mask{0x1200a9, RightsOf::file, "0x1200a9 (read and execute)"},
        Mask{0x12019f, RightsOf::file, "0x12019f (read, write)"},
        Mask{0x1301bf, RightsOf::file, "0x1301bf (modify)"},
        Mask{0x1, RightsOf::file, "0x1 (read data)"},
        Mask{0x81, RightsOf::file, "0x81 (read data, read attributes)"},
        Mask{
            0xd0040,
            RightsOf::file,
            "0xd0040 (delete children, delete, change permissions, take ownership)"},
        Mask{0x80000000, RightsOf::file, "0x80000000 (read (generic))"},
        Mask{0x02000001, RightsOf::file, "0x2000001 (read data, 0x2000000)"},
        Mask{0xf003f, RightsOf::registry_key, "0xf003f (full)"},
        Mask{0x20019, RightsOf::registry_key, "0x20019 (read)"},
        Mask{0x6, RightsOf::registry_key, "0x6 (set values, create subkeys)"},
        Mask{0x2, RightsOf::registry_key, "0x2 (set values)"},
        Mask{0x40, RightsOf::registry_key, "0x40 (0x40)"},
    };
    for (const auto& [bits, object, words] : masks)
        CHECK(mask_in_words(bits, object) == words);
}

TEST_CASE("rights in words: each right by itself", "[rule]") {
    const std::array masks{
        Mask{0x1, RightsOf::file, "0x1 (read data)"},
        Mask{0x2, RightsOf::file, "0x2 (write data)"},
        Mask{0x4, RightsOf::file, "0x4 (append data)"},
        Mask{0x8, RightsOf::file, "0x8 (read extended attributes)"},
        Mask{0x10, RightsOf::file, "0x10 (write extended attributes)"},
        Mask{0x20, RightsOf::file, "0x20 (execute)"},
        Mask{0x40, RightsOf::file, "0x40 (delete children)"},
        Mask{0x80, RightsOf::file, "0x80 (read attributes)"},
        Mask{0x100, RightsOf::file, "0x100 (write attributes)"},
        Mask{0x10000, RightsOf::file, "0x10000 (delete)"},
        Mask{0x20000, RightsOf::file, "0x20000 (read permissions)"},
        Mask{0x40000, RightsOf::file, "0x40000 (change permissions)"},
        Mask{0x80000, RightsOf::file, "0x80000 (take ownership)"},
        Mask{0x100000, RightsOf::file, "0x100000 (synchronize)"},
        Mask{0x10000000, RightsOf::file, "0x10000000 (all (generic))"},
        Mask{0x20000000, RightsOf::file, "0x20000000 (execute (generic))"},
        Mask{0x40000000, RightsOf::file, "0x40000000 (write (generic))"},
        Mask{0x1, RightsOf::registry_key, "0x1 (query values)"},
        Mask{0x4, RightsOf::registry_key, "0x4 (create subkeys)"},
        Mask{0x8, RightsOf::registry_key, "0x8 (list subkeys)"},
        Mask{0x10, RightsOf::registry_key, "0x10 (be notified)"},
        Mask{0x20, RightsOf::registry_key, "0x20 (create links)"},
    };
    for (const auto& [bits, object, words] : masks)
        CHECK(mask_in_words(bits, object) == words);
}

TEST_CASE("rights in words: accounts that every Windows has", "[rule]") {
    CHECK(sid_in_words("S-1-5-20") == "S-1-5-20 (NETWORK SERVICE)");
    CHECK(sid_in_words("S-1-5-32-544") == "S-1-5-32-544 (Administrators)");
    CHECK(
        sid_in_words(service_sid("SessionEnv")) ==
        "S-1-5-80-4022436659-1090538466-1613889075-870485073-3428993833 (SessionEnv)"
    );
    CHECK(sid_in_words("S-1-5-21-1-2-3-500") == "S-1-5-21-1-2-3-500");
    CHECK(sid_in_words("DA") == "DA");
}

TEST_CASE("rights in words: a descriptor keeps its order", "[rule]") {
    const std::array descriptors{
        Descriptor{
            "O:SYG:SYD:PAI(D;;FR;;;NS)(A;ID;FA;;;SY)",
            RightsOf::file,
            "owner SYSTEM; inherits nothing; deny NETWORK SERVICE read; "
            "allow SYSTEM full (inherited)"},
        Descriptor{
            "O:BAD:(A;OICI;FR;;;WD)(A;OICIIO;FA;;;CO)",
            RightsOf::file,
            "owner Administrators; allow Everyone read (and below); "
            "allow CREATOR OWNER full (for what is created below only)"},
        Descriptor{
            "O:SYD:AI(D;;DCLC;;;SY)(A;;KR;;;S-1-5-21-1-2-3-500)",
            RightsOf::registry_key,
            "owner SYSTEM; deny SYSTEM set values, create subkeys; "
            "allow S-1-5-21-1-2-3-500 read"},
        Descriptor{
            R"(D:(XA;;FR;;;WD;(@User.a=="b")))",
            RightsOf::file,
            "allow Everyone read (under a condition)"},
        Descriptor{"O:SYD:", RightsOf::file, "owner SYSTEM; nobody may do anything"},
        Descriptor{
            "O:SYD:NO_ACCESS_CONTROL", RightsOf::file, "owner SYSTEM; everybody may do everything"},
    };
    for (const auto& [sddl, object, words] : descriptors)
        CHECK(sddl_in_words(sddl, object) == sddl + " = " + words);
    CHECK(sddl_in_words("O:SYD:(what", RightsOf::file) == "O:SYD:(what");
}
