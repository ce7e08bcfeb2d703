// Which entries of a DACL a grant takes out, and where it puts its own.
#include "probes/fix/rights.hpp"
#include "tests/support/catch.hpp"

#include <array>

using namespace rdpsweep;

namespace {

// Grants NETWORK SERVICE bits 1 and 8; "none" where that is refused.
std::string granted(std::string_view sddl) {
    const std::array grants{Grant{"S-1-5-20", 0x9}};
    return with_grants(sddl, grants).value_or("none");
}

} // namespace

TEST_CASE("rights: a denial goes only if it denies what is granted, to whom it is granted") {
    const std::string grant = "(A;;0x9;;;S-1-5-20)";

    struct Row {
        std::string before, after;
    };

    const Row rows[] = {
        {"D:(D;;0x1;;;NS)", "D:" + grant},
        {"D:(D;;0x8;;;NS)(D;;0x1;;;NS)", "D:" + grant},
        {"D:(D;;0x2;;;NS)", "D:(D;;0x2;;;NS)" + grant},
        {"D:(D;;0x1;;;S-1-5-18)", "D:(D;;0x1;;;S-1-5-18)" + grant},
        {"D:(A;;0x1;;;NS)", "D:(A;;0x1;;;NS)" + grant},
        {"D:(A;;0x9;;;NS)", "D:(A;;0x9;;;NS)"},
        {"D:(A;;0x1;;;NS)(A;;0x8;;;NS)", "D:(A;;0x1;;;NS)(A;;0x8;;;NS)"},
        // Before what is inherited, and behind what is not.
        {"D:(A;;FA;;;SY)(A;ID;FA;;;BA)", "D:(A;;FA;;;SY)" + grant + "(A;ID;FA;;;BA)"},
        {"D:(A;ID;FA;;;BA)", "D:" + grant + "(A;ID;FA;;;BA)"},
        // An inherited denial comes behind the grant, and stays.
        {"D:(D;ID;0x1;;;NS)", "D:" + grant + "(D;ID;0x1;;;NS)"},
        // Owner, group and SACL are kept.
        {"O:SYG:BAD:PAI(A;;FA;;;SY)S:(AU;SAFA;FA;;;WD)",
         "O:SYG:BAD:PAI(A;;FA;;;SY)" + grant + "S:(AU;SAFA;FA;;;WD)"},
        {"O:SYD:PS:(AU;SAFA;FA;;;WD)", "O:SYD:P" + grant + "S:(AU;SAFA;FA;;;WD)"},
        {"O:SYG:SY", "none"},
        {"D:NO_ACCESS_CONTROL", "none"},
        {"D:(XA;;FX;;;S-1-1-0;(@User.Title==\"PM\"))", "none"},
        {"D:(OA;;FR;;;SY)", "none"},
        {"D:(A;;FA;;;SY", "none"},
    };
    for (const auto& row : rows) {
        INFO(row.before);
        CHECK(granted(row.before) == row.after);
    }
}
