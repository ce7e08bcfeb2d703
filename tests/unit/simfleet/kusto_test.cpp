// The simulated Resource Graph's queries: what each step makes of rows, and what is refused.
#include "tests/simfleet/azure/kusto.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace simfleet;
using nlohmann::json;

namespace {

const std::vector<json>& resources() {
    static const std::vector<json> all{
        {{"id", "b"},
         {"type", "microsoft.compute/disks"},
         {"size", 9},
         {"tags", {{"env", "prod"}}}},
        {{"id", "a"}, {"type", "microsoft.compute/disks"}, {"size", 10}, {"zones", {"1", "2"}}},
        {{"id", "c"}, {"type", "microsoft.network/nics"}, {"properties", {{"on", true}}}}};
    return all;
}

json answer(const char* text) {
    const auto query = Kusto::parse(text);
    REQUIRE(query);
    return query->run([](const auto& visit) {
        for (const auto& row : resources())
            visit(row);
    });
}

// The ids of the rows, joined.
std::string ids(const char* text) {
    std::string found;
    for (const auto& row : answer(text))
        found += row.value("id", std::string("-"));
    return found;
}

} // namespace

TEST_CASE("simulated Resource Graph: a table in any letter case, or none", "[simfleet]") {
    for (const auto* table : {"resources", "Resources", "RESOURCES | where true", "where true"}) {
        INFO(table);
        CHECK(ids(table) == "bac");
        CHECK(Kusto::parse(table)->table() == "resources");
    }
    CHECK(Kusto::parse("ResourceContainers | count")->table() == "resourcecontainers");
}

TEST_CASE("simulated Resource Graph: conditions", "[simfleet]") {
    const auto where = [](const std::string& condition) {
        return ids(("Resources | where " + condition).c_str());
    };
    CHECK(where("type =~ 'Microsoft.Compute/Disks'") == "ba");
    CHECK(where("type == 'Microsoft.Compute/Disks'").empty());
    CHECK(where("type == \"microsoft.compute/disks\"") == "ba");
    CHECK(where("type !~ 'Microsoft.Compute/Disks'") == "c");
    CHECK(where("id != 'a' and id != 'b'") == "c");
    CHECK(where("id == 'a' or id == 'b' and size > 9") == "a");
    CHECK(where("(id == 'a' or id == 'b') and size < 10") == "b");
    CHECK(where("id in ('a', 'C')") == "a");
    CHECK(where("id in~ ('a', 'C')") == "ac");
    CHECK(where("id !in ('a', 'b')") == "c");
    CHECK(where("type contains 'COMPUTE'") == "ba");
    CHECK(where("type !contains 'compute'") == "c");
    CHECK(where("type has 'disks'") == "ba");
    CHECK(where("type has 'disk'").empty());
    CHECK(where("type startswith 'Microsoft.N'") == "c");
    CHECK(where("isnotempty(tags.env)") == "b");
    CHECK(where("isempty(tags['env'])") == "ac");
    CHECK(where("zones[1] == '2'") == "a");
    CHECK(where("zones[2] == '2'").empty());
    CHECK(where("properties.on") == "c");
    CHECK(where("not(properties.on)") == "ba");
    CHECK(where("tolower(tostring(tags.env)) == 'prod' | where size <= 9") == "b");
    CHECK(where("properties.On").empty()); // a name is exact
}

TEST_CASE("simulated Resource Graph: what is made of rows", "[simfleet]") {
    CHECK(ids("Resources | order by id asc") == "abc");
    CHECK(ids("Resources | order by id") == "cba");
    CHECK(ids("Resources | sort by type desc, id asc") == "cab");
    CHECK(ids("Resources | order by size asc") == "cba"); // what has none comes first
    CHECK(ids("Resources | take 2") == "ba");
    CHECK(ids("Resources | top 2 by size desc") == "ab");
    CHECK(answer("Resources | count") == json::array({{{"Count", 3}}}));
    CHECK(answer("Resources | where id == 'x' | count") == json::array({{{"Count", 0}}}));
    CHECK(
        answer("Resources | summarize count() by type | top 1 by count_") ==
        json::array({{{"type", "microsoft.compute/disks"}, {"count_", 2}}})
    );
    CHECK(
        answer("Resources | summarize n = count() by type | order by n asc | project n") ==
        json::array({{{"n", 1}}, {{"n", 2}}})
    );
    CHECK(answer("Resources | distinct type").size() == 2);
    CHECK(
        answer("Resources | where id == 'b' | project id, tags.env, s = strcat(id, '-', size)") ==
        json::array({{{"id", "b"}, {"tags_env", "prod"}, {"s", "b-9"}}})
    );
    CHECK(
        answer("Resources | where id == 'a' | extend n = array_length(zones) | project n") ==
        json::array({{{"n", 2}}})
    );
}

TEST_CASE("simulated Resource Graph: what has pages, and what is refused", "[simfleet]") {
    CHECK(Kusto::parse("Resources")->has_pages());
    CHECK(Kusto::parse("Resources | project id")->has_pages());
    CHECK(!Kusto::parse("Resources | project name")->has_pages());
    CHECK(!Kusto::parse("Resources | project id | limit 5")->has_pages());
    CHECK(!Kusto::parse("Resources | project id")->ordered());
    CHECK(Kusto::parse("Resources | project id | order by id asc")->ordered());
    CHECK(
        Kusto::parse("Resources | project name, id")->columns() ==
        std::vector<std::string>{"name", "id"}
    );
    for (const auto* text :
         {"Nowhere",
          "Resources | join x",
          "Resources | where",
          "Resources | where id ==",
          "Resources | where id == 'a",
          "Resources | where nosuch(id) == 'a'",
          "Resources | where id == 'a' 'b'",
          "Resources | project",
          "Resources | take many",
          "Resources | top 5",
          "Resources | order id",
          "Resources | summarize sum(size)",
          "Resources |"}) {
        INFO(text);
        CHECK(!Kusto::parse(text));
    }
}
