// The files that a run's options name are the same from every folder.
#include "core/json.hpp"
#include "scanner/cli/command_line.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/inventory/inventory.hpp"
#include "scanner/options/scan_options_json.hpp"
#include "scanner/run/whole_paths.hpp"
#include "scanner/system/whole_path.hpp"
#include "scanner/verbs/table.hpp"
#include "tests/support/catch.hpp"

#include <filesystem>
#include <regex>

using namespace rdpsweep;

namespace {

ScanOptions parsed(std::vector<std::string> more) {
    more.insert(more.begin(), {"scan", "-t", "base"});
    const auto line = parse_command_line(more, all_verbs(), cli_names());
    INFO(line.text);
    REQUIRE_FALSE(line.exit);
    return line.given<ScanOptions>();
}

} // namespace

TEST_CASE("whole paths: a name is joined to its folder, and not rewritten", "[run]") {
    CHECK(whole_path("a/b", "/f") == "/f/a/b");
    CHECK(whole_path("./a", "/f") == "/f/a");
    CHECK(whole_path("../a", "/f") == "/f/../a"); // /f may be a link
    CHECK(whole_path("a", "/") == "/a");
    CHECK(whole_path("/a", "/f") == "/a");
    CHECK(whole_path("-", "/f") == "-");
    CHECK(whole_path("", "/f").empty());
    CHECK(whole_path("a", "") == "a");
    CHECK(std::filesystem::equivalent(current_folder(), "."));
    CHECK(current_folder().starts_with('/'));
}

TEST_CASE("whole paths: what may stand behind -i", "[run]") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"fleet.yaml", "/f/fleet.yaml"},
        {"-", "-"},
        {"/dev/fd/63", "/dev/fd/63"},
        {"ansible:hosts", "ansible:/f/hosts"},
        {"ansible:/etc/hosts", "ansible:/etc/hosts"},
        {"nmap:scans/x.xml", "nmap:/f/scans/x.xml"},
        {"exec:./list.sh prod a/b", "exec:/f/list.sh prod a/b"},
        {"exec:bin/list", "exec:/f/bin/list"},
        {"exec:/bin/list", "exec:/bin/list"},
        {"exec:list", "exec:list"}, // found in $PATH
        {"exec:", "exec:"},
        {"azure:", "azure:"},
        {"azure:Production,Test", "azure:Production,Test"},
    };
    for (const auto& [written, whole] : rows) {
        ScanOptions options;
        options.scope.inventories = {written};
        CHECK(with_whole_paths(options, "/f").scope.inventories.front() == whole);
    }
    CHECK(whole_inventory("exec:./list.sh", "/a b") == "exec:./list.sh"); // a blank ends the name
}

TEST_CASE("whole paths: what may stand behind -t and --azure-cloud", "[run]") {
    ScanOptions options;
    options.scope.targets = {"web-01", "a=10.0.0.1:5986", "@list", " @./list", "@/list", "@"};
    options.scope.azure.cloud = "AzureCloud";
    auto whole = with_whole_paths(options, "/f");
    CHECK(
        whole.scope.targets ==
        std::vector<std::string>{"web-01", "a=10.0.0.1:5986", "@/f/list", "@/f/list", "@/list", "@"}
    );
    CHECK(whole.scope.azure.cloud == "AzureCloud");
    options.scope.azure.cloud = "clouds/mine";
    CHECK(with_whole_paths(options, "/f").scope.azure.cloud == "/f/clouds/mine");
    options.scope.azure.cloud = "mine.json";
    CHECK(with_whole_paths(options, "/f").scope.azure.cloud == "/f/mine.json");
}

TEST_CASE("whole paths: no option of scan that names a file is forgotten", "[run]") {
    const auto help = parse_command_line({"scan", "--help"}, all_verbs(), cli_names()).text;
    const std::regex option(R"((--[a-z-]+) (FILE|FOLDER|FORMAT\[:PATH\]))");
    std::size_t seen = 0;
    for (auto at = std::sregex_iterator(help.begin(), help.end(), option);
         at != std::sregex_iterator();
         ++at) {
        const auto name = (*at)[1].str();
        const std::string value = (*at)[2] == "FORMAT[:PATH]" ? "json:some.file" : "some.file";
        INFO(name);
        if (name == "--config") continue; // what it holds is stored, not where that was
        auto words = std::vector<std::string>{name, name == "--inventory" ? "some.yaml" : value};
        if (name == "--password-file") words.insert(words.end(), {"--user", "u"});
        const auto stored = to_json_text(with_whole_paths(parsed(words), "/begun"));
        CHECK_THAT(stored, Catch::Contains("\"/begun/some."));
        CHECK_THAT(stored, !Catch::Contains("\"some."));
        ++seen;
    }
    CHECK(seen == 11);
}
