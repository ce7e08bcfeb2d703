// The simulated WMI: the part of WQL it knows, and rows as recorded servers write them.
#include "tests/simfleet/wmi/cim_row.hpp"
#include "tests/simfleet/wmi/wql.hpp"
#include "tests/support/catch.hpp"

using namespace simfleet;

namespace {

bool matches(const std::string& condition, const CimRow& row) {
    const auto query = read_wql("SELECT * FROM X WHERE " + condition);
    REQUIRE(query);
    return query->matches(row);
}

} // namespace

TEST_CASE("simfleet wql: columns, class and condition", "[simfleet]") {
    const auto query = read_wql("select Name, State from Win32_Service where Name = 'TermService'");
    REQUIRE(query);
    CHECK(query->class_name == "Win32_Service");
    CHECK(query->columns == std::vector<std::string>{"Name", "State"});
    CHECK(query->matches({{"Name", cim_text("termservice")}}));
    CHECK_FALSE(query->matches({{"Name", cim_text("KeyIso")}}));
}

TEST_CASE("simfleet wql: comparisons, AND, OR and parentheses", "[simfleet]") {
    const CimRow row{{"Port", cim_number(3389)}, {"Name", cim_text(R"(C:\a\f686_x)")}};
    CHECK(matches("Port = 3389 AND State = 2 OR Port = 3389", row));
    CHECK_FALSE(matches("Port = 3389 AND (State = 2 OR Port = 1)", row));
    CHECK(matches(R"(Name LIKE 'c:\\a\\f686%')", row));
    CHECK_FALSE(matches(R"(Name LIKE '%g')", row));
    CHECK(matches("Port <> 80", row));
    CHECK(matches("Port >= 3389", row));
}

TEST_CASE("simfleet wql: what is no data query is none", "[simfleet]") {
    for (const auto* text :
         {"",
          "SELECT",
          "DELETE FROM Win32_Process",
          "SELECT * FROM",
          "SELECT * FROM X WHERE",
          "SELECT * FROM X WHERE (a = 1",
          "SELECT * FROM X WHERE a = 'open",
          "SELECT * FROM X; SELECT * FROM Y"}) {
        INFO(text);
        CHECK_FALSE(read_wql(text));
    }
}
