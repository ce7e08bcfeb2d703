// The simulated registry and what Windows would decide from its descriptors.
#include "tests/simfleet/windows/access.hpp"
#include "tests/simfleet/windows/registry.hpp"
#include "tests/support/catch.hpp"

using namespace simfleet;

TEST_CASE("simfleet registry: names compare without regard to case", "[simfleet]") {
    Registry hklm;
    hklm.set(R"(SYSTEM\Some\Key)", "Value", dword_value(0xffffffff));

    CHECK(hklm.dword(R"(system\SOME\key)", "vALUE") == 0xffffffffu);
    CHECK(hklm.find(R"(SYSTEM\some)")->name == "Some");
}

TEST_CASE("simfleet registry: a value of another type is not the number", "[simfleet]") {
    Registry hklm;
    hklm.set("A", "Enabled", text_value("1"));

    CHECK_FALSE(hklm.dword("A", "Enabled"));
    CHECK(hklm.value("A", "Enabled")->type == reg_sz);
    CHECK(hklm.text("A", "Enabled") == "1");
    CHECK_FALSE(hklm.texts("A", "Enabled"));
    CHECK_FALSE(hklm.binary("A", "Missing"));
}

TEST_CASE("simfleet registry: copies share nothing that one of them changes", "[simfleet]") {
    Registry first;
    first.set(R"(A\B)", "v", dword_value(1));
    first.set(R"(A\C)", "v", dword_value(3));
    Registry second = first;
    second.set(R"(A\B)", "v", dword_value(2));
    second.erase(R"(A\C)");

    CHECK(first.dword(R"(A\B)", "v") == 1u);
    CHECK(first.dword(R"(A\C)", "v") == 3u);
    CHECK(second.dword(R"(A\B)", "v") == 2u);
    CHECK(second.find(R"(A\C)") == nullptr);
    CHECK(first.find("A")->keys.at("c") != nullptr);
}

TEST_CASE("simfleet registry: lists round-trip, an empty one stays a list", "[simfleet]") {
    Registry hklm;
    hklm.set("A", "two", texts_value({"x", "y"}));
    hklm.set("A", "none", texts_value({}));

    CHECK(hklm.texts("A", "two") == std::vector<std::string>{"x", "y"});
    CHECK(hklm.texts("A", "none") == std::vector<std::string>{});
    CHECK(hklm.value("A", "two")->data.size() == 10); // x 0 y 0 0 in UTF-16
}

TEST_CASE("simfleet registry: what does not exist can be erased", "[simfleet]") {
    Registry hklm;
    hklm.erase(R"(No\Such)");
    hklm.erase_value(R"(No\Such)", "v");

    CHECK(hklm.find("No") == nullptr);
}

TEST_CASE("simfleet access: the descriptor decides as on Windows", "[simfleet]") {
    const auto& service = termservice_token();
    const auto reads = [&](std::string_view sddl) {
        return allows(sddl, service, file_generic_read);
    };

    CHECK(reads("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)"));
    CHECK_FALSE(reads("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)"));
    CHECK(reads("O:SYG:SYD:PAI(A;;0x20089;;;NS)(A;;0x100000;;;WD)")); // adds up
    CHECK_FALSE(reads("O:SYG:SYD:PAI(D;;0x1;;;WD)(A;;FR;;;NS)"));     // denied first
    CHECK(reads("O:SYG:SYD:PAI(A;;FR;;;NS)(D;;0x1;;;WD)"));           // granted first
    CHECK_FALSE(reads("O:SYG:SYD:PAI(A;OICIIO;FR;;;NS)"));            // for children only
    CHECK_FALSE(reads("O:SYG:SYD:PAI"));                              // empty DACL
    CHECK(reads("O:SYG:SY"));                                         // no DACL
}

TEST_CASE("simfleet access: an owner may read the descriptor and no more", "[simfleet]") {
    const auto& admins = administrator_token();

    CHECK(allows("O:BAG:SYD:PAI(A;;FA;;;SY)", admins, read_control));
    CHECK_FALSE(allows("O:BAG:SYD:PAI(A;;FA;;;SY)", admins, file_generic_read));
    CHECK_FALSE(allows("O:SYG:SYD:PAI(A;;FA;;;SY)", admins, read_control));
}
