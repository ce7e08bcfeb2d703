#include "scanner/inventory/csv_rows.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/inventory/read_inventory.hpp"

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

ReadInventory read(std::string_view text) {
    return read_inventory(read_csv, text, "fleet.csv");
}

std::vector<std::vector<std::string>> rows_of(std::string_view text) {
    CsvRows rows(text);
    std::vector<std::vector<std::string>> all;
    std::vector<CsvField> row;
    while (rows.next(row)) {
        all.emplace_back();
        for (const auto& field : row)
            all.back().push_back(field.text);
    }
    if (rows.mistake()) all.push_back({"mistake", rows.mistake()->second.what});
    return all;
}

using Rows = std::vector<std::vector<std::string>>;

} // namespace

TEST_CASE("csv: RFC 4180 rows", "[inventory]") {
    CHECK(rows_of("a,b\n1,2\n") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(rows_of("a,b\r\n1,2") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(
        rows_of("\xEF\xBB\xBF"
                "a") == Rows{{"a"}}
    );
    CHECK(rows_of("\"a,b\",\"c\"\"d\",\"e\nf\"\n") == Rows{{"a,b", "c\"d", "e\nf"}});
    CHECK(rows_of(",,\n") == Rows{{"", "", ""}});
    CHECK(rows_of("\"\"\n") == Rows{{""}});
    CHECK(rows_of("a\n\n\r\nb") == Rows{{"a"}, {"b"}});
    CHECK(rows_of("a\rb") == Rows{{"a\rb"}});
    CHECK(rows_of("") == Rows{});
    CHECK(rows_of("\"a") == Rows{{"mistake", "this quote is never closed"}});
    CHECK(rows_of("\"a\"b") == Rows{{"mistake", "a quote in the middle of a field"}});
    CHECK(rows_of("a\"b") == Rows{{"mistake", "a quote in the middle of a field"}});
}

TEST_CASE("csv: positions survive line ends inside quotes", "[inventory]") {
    CsvRows rows("a,\"x\ny\",b\nc\n");
    std::vector<CsvField> row;
    REQUIRE(rows.next(row));
    REQUIRE(row.size() == 3);
    CHECK(row[1].at.line == 1);
    CHECK(row[1].at.column == 3);
    CHECK(row[2].at.line == 2);
    CHECK(row[2].at.column == 4);
    REQUIRE(rows.next(row));
    CHECK(row[0].at.line == 3);
}

TEST_CASE("csv: targets with every column", "[inventory]") {
    const auto result = read(
        "Name,address,port,route,auth,pin,legacy_tls,spn_service,rdp_port,deadline,tag:Env\n"
        "web-01,10.1.0.4,15986,winrm;rdp,ntlm,sha256:" +
        std::string(64, 'a') +
        ",true,WSMAN,33890,2m,\"prod, eu\"\n"
        "web-02, 10.1.0.5 ,,,,,,,,,\n"
    );
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    REQUIRE(result.inventory.targets.size() == 2);
    const auto& web = result.inventory.targets[0];
    CHECK(web.route == std::vector<std::string>{"winrm", "rdp"});
    CHECK(web.winrm.port == 15986);
    CHECK(web.winrm.auth == WinRmAuth::ntlm);
    CHECK(web.winrm.pin_sha256 == std::string(64, 'a'));
    CHECK(web.winrm.legacy_tls);
    CHECK(web.winrm.spn_service == "WSMAN");
    CHECK(web.rdp_port == 33890);
    CHECK(web.deadline == 2min);
    CHECK(web.tags.at("Env") == "prod, eu");
    CHECK(web.origin == "fleet.csv:2:1");
    const auto& empty = result.inventory.targets[1];
    CHECK(empty.address == "10.1.0.5");
    CHECK(empty.winrm.port == 5986);
    CHECK(empty.tags.empty());
}

TEST_CASE("csv: a row may ask for HTTP", "[inventory]") {
    const auto result = read("name,address,port,scheme,http_port,http_fallback\n"
                             "a,10.1.0.4,,http,,\nb,10.1.0.5,5985,,,\nc,10.1.0.6,,,81,any\n"
                             "d,10.1.0.7,,,,\n");
    CAPTURE(result.complaints());
    REQUIRE(result.problems.empty());
    const auto& targets = result.inventory.targets;
    CHECK(targets[0].winrm.scheme == WinRmScheme::http);
    CHECK(targets[0].winrm.port == 5985);
    CHECK(targets[1].winrm.scheme == WinRmScheme::http);
    CHECK(targets[2].winrm.scheme == WinRmScheme::https);
    CHECK(targets[2].winrm.http_port == 81);
    CHECK(targets[2].winrm.http_fallback == HttpFallback::any);
    CHECK(targets[3].winrm.scheme == WinRmScheme::https);
    CHECK(targets[3].winrm.port == 5986);
}

TEST_CASE("csv: each mistake is told with its place", "[inventory]") {
    const auto all = std::vector<std::pair<std::string, std::string>>{
        {"", "fleet.csv:1:1: the file has no header row"},
        {"name,adress\na,b\n", "fleet.csv:1:6: unknown column \"adress\""},
        {"name,tag:\na,b\n", "fleet.csv:1:6: unknown column \"tag:\""},
        {"name,address,name\n", "fleet.csv:1:14: the column \"name\" is there twice"},
        {"name,address\na\n", "fleet.csv:2:1: this row has 1 fields, the header 2"},
        {"name,address\na,b,c\n", "fleet.csv:2:1: this row has 3 fields, the header 2"},
        {"name,address,port\na,b,99999\n", "fleet.csv:2:5: the WinRM port must be a number"},
        {"name,address,route\na,b,ssh\n", "fleet.csv:2:5: this version has no transport \"ssh\""},
        {"name,address\na,\n", "fleet.csv:2:1: the target \"a\" has no address"},
        {"name,address\na,\"b\n", "fleet.csv:2:3: this quote is never closed"},
        {"name,address,credential\na,b,x\n", "fleet.csv:2:1: no credential is named \"x\""},
        {"address\nb\nB\n", "fleet.csv:3:1: the target \"B\" is already defined at fleet.csv:2:1"},
    };
    for (const auto& [text, complaint] : all) {
        INFO(text);
        const auto result = read(text);
        CHECK_THAT(result.complaint(), Catch::StartsWith(complaint));
        CHECK(result.problems.list().size() == 1);
    }
    CHECK(read("name,adress\na,b\n").cure() == "did you mean \"address\"?");
}

TEST_CASE("csv: another separator is named", "[inventory]") {
    const auto semicolons = read("Name;address;port\nweb;10.0.0.1;5986\n");
    CHECK(
        semicolons.complaints() ==
        std::vector<std::string>{"fleet.csv:1:1: the fields are apart by semicolons, not by commas"}
    );
    CHECK(semicolons.cure().find("Export-Csv -Delimiter ','") != std::string::npos);
    CHECK(
        read("tag:env\taddress\nweb\t10.0.0.1\n").complaint() ==
        "fleet.csv:1:1: the fields are apart by tabs, not by commas"
    );
    CHECK(read("colour;size\n").complaint().find("unknown column") != std::string::npos);
}
