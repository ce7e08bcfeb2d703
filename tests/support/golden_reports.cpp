// One row a file: which fleet, in which format and language.
#include "tests/support/golden_reports.hpp"

#include "tests/support/report_fixture.hpp"

namespace rdpsweep::test {

std::vector<GoldenReport> golden_reports() {
    const auto mixed = [](std::string format) {
        return [format] { return render(format, mixed_fleet()); };
    };
    return {
        // the final screen
        {"mixed.txt", mixed("text")},
        {"small.txt",
         [] {
             return render("text", {broken_key_host(1), mixed_fleet()[7]});
         }},
        {"hostile.txt", [] { return render("text", {hostile_host(0)}); }},
        {"mixed.zh-TW.txt",
         [] { return render("text", Hosts(mixed_fleet()), Catalogue::built_in("zh-TW")); }},
        // for other programs
        {"mixed.csv", mixed("csv")},
        {"mixed.junit.xml", mixed("junit")},
        {"mixed.md", mixed("markdown")},
        {"mixed.prom", mixed("prometheus")},
        {"mixed.sarif", mixed("sarif")},
        {"mixed.json", mixed("json")},
        {"mixed.jsonl", mixed("jsonl")},
    };
}

} // namespace rdpsweep::test
