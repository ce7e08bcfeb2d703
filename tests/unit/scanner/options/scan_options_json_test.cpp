// Every option of scan, from the command line into JSON and back.
#include "core/json.hpp"
#include "scanner/cli/command_line.hpp"
#include "scanner/cli/names.hpp"
#include "scanner/options/scan_options_json.hpp"
#include "scanner/verbs/table.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <fstream>
#include <regex>
#include <set>

using namespace rdpsweep;
using nlohmann::json;

namespace {

struct Sample {
    std::vector<std::string> args; // the option first, then its value and what it cannot be without
    const char* member;            // where it is stored
    const char* value;             // JSON
};

// One for each option of `rdpsweep scan --help`, with a value that is not its default.
const std::vector<Sample>& samples() {
    static const std::vector<Sample> all{
        {{"--inventory", "fleet.yaml"}, "/scope/inventories", R"(["fleet.yaml"])"},
        {{"--target", "a,b=10.0.0.1"}, "/scope/targets", R"(["base","a","b=10.0.0.1"])"},
        {{"--disk", "a.vhd", "b.raw"}, "/scope/disks", R"(["a.vhd","b.raw"])"},
        {{"--snapshot-id", "/s/a", "/s/b"}, "/scope/snapshots", R"(["/s/a","/s/b"])"},
        {{"--disk-snapshots"}, "/scope/disk_snapshots", "true"},
        {{"--transport", "ssh,rdp"}, "/scope/transports", R"(["ssh","rdp"])"},
        {{"--select", "tag:env=prod & !dc*"}, "/scope/select", R"("tag:env=prod & !dc*")"},
        {{"--exclude", "vm:dc*"}, "/scope/exclude", R"("vm:dc*")"},
        {{"--pick", "20"}, "/scope/pick", "20"},
        {{"--seed", "18446744073709551615"}, "/scope/seed", "18446744073709551615"},
        {{"--limit", "30"}, "/scope/limit", "30"},
        {{"--allow-empty"}, "/scope/allow_empty", "true"},
        {{"--credential", "admins"}, "/scope/credential/name", R"("admins")"},
        {{"--user", "CORP\\é", "--kerberos"}, "/scope/credential/user", R"("CORP\\é")"},
        {{"--password-file", "f", "--user", "u"}, "/scope/credential/password_file", R"("f")"},
        {{"--password-env", "V", "--user", "u"}, "/scope/credential/password_env", R"("V")"},
        {{"--password-systemd", "c", "--user", "u"},
         "/scope/credential/password_systemd",
         R"("c")"},
        {{"--password-prompt", "--user", "u"}, "/scope/credential/password_prompt", "true"},
        {{"--kerberos"}, "/scope/credential/kerberos", "true"},
        {{"--subscription", "S"}, "/scope/azure/subscriptions", R"(["S"])"},
        {{"--all-subscriptions"}, "/scope/azure/all", "true"},
        {{"--resource-group", "G"}, "/scope/azure/resource_groups", R"(["G"])"},
        {{"--resource", "/subscriptions/x"}, "/scope/azure/resources", R"(["/subscriptions/x"])"},
        {{"--azure-cloud", "AzureChinaCloud"}, "/scope/azure/cloud", R"("AzureChinaCloud")"},
        {{"--azure-login", "managed-identity"}, "/scope/azure/login", R"("managed-identity")"},
        {{"--azure-address", "public"}, "/scope/azure/address", R"("public")"},
        {{"--azure-ca-file", "az.pem"}, "/scope/azure/ca_file", R"("az.pem")"},
        {{"--ca-file", "ca.pem"}, "/identity/ca_file", R"("ca.pem")"},
        {{"--known-hosts", "kh"}, "/identity/known_hosts", R"(["kh"])"},
        {{"--pin-on-first-use"}, "/identity/pin_on_first_use", "true"},
        {{"--insecure"}, "/identity/insecure", "true"},
        {{"--legacy-tls"}, "/identity/legacy_tls", "true"},
        {{"--no-cbt"}, "/identity/channel_bindings", "false"},
        {{"--http-fallback", "kerberos"}, "/identity/http_fallback", R"("kerberos")"},
        {{"--collector", "cim"}, "/looks/collector", R"("cim")"},
        {{"--no-handshake"}, "/looks/handshake", "false"},
        {{"--rdp-matrix"}, "/looks/rdp_matrix", "true"},
        {{"--azure-evidence"}, "/looks/azure_evidence", "true"},
        {{"--takeover"}, "/looks/takeover", "true"},
        {{"--jobs", "7"}, "/pace/jobs", "7"},
        {{"--connect-rate", "0.5"}, "/pace/connect_rate", "0.5"},
        {{"--retries", "9"}, "/pace/retries", "9"},
        {{"--connect-timeout", "1234ms"}, "/pace/connect_timeout", "1234"},
        {{"--step-timeout", "2s"}, "/pace/step_timeout", "2000"},
        {{"--deadline", "3s"}, "/pace/deadline", "3000"},
        {{"--run-deadline", "4s"}, "/pace/run_deadline", "4000"},
        {{"--quota-delay", "6s"}, "/pace/quota_delay", "6000"},
        {{"--serial-jobs", "3"}, "/pace/serial_jobs", "3"},
        {{"--report", "json:o.json"}, "/records/reports", R"([{"format":"json","path":"o.json"}])"},
        {{"--state", "s"}, "/records/state_dir", R"("s")"},
        {{"--resume", "last"}, "/records/resume", R"("last")"},
        {{"--rerun", "last:broken"}, "/records/rerun", R"("last:broken")"},
        {{"--name", "nightly"}, "/records/name", R"("nightly")"},
        {{"--fail-on", "never"}, "/records/fail_on", "null"},
        {{"--max-unassessed", "5"}, "/records/max_unassessed", "5"},
        {{"--stats-json", "st"}, "/records/stats_json", R"("st")"},
        {{"--audit-file", "au"}, "/records/audit_file", R"("au")"},
        {{"--color", "never"}, "/talk/color", R"("never")"},
        {{"--lang", "zh-TW"}, "/talk/lang", R"("zh-TW")"},
        {{"--quiet"}, "/talk/quiet", "true"},
        {{"--verbose"}, "/talk/verbose", "1"},
        {{"--log-file", "l"}, "/talk/log_file", R"("l")"},
        {{"--log-level", "debug"}, "/talk/log_level", R"("debug")"}};
    return all;
}

ScanOptions options_of(const std::vector<std::string>& more) {
    std::vector<std::string> args{"scan", "-t", "base"};
    args.insert(args.end(), more.begin(), more.end());
    const auto line = parse_command_line(args, all_verbs(), cli_names());
    INFO(line.text);
    REQUIRE_FALSE(line.exit);
    return line.given<ScanOptions>();
}

json stored(const ScanOptions& options) {
    return json::parse(to_json_text(options));
}

// What the first version stored of `rdpsweep scan -t base`: all that it knew.
json stored_by_first() {
    std::ifstream file(RDPSWEEP_SOURCE_DIR "/tests/golden/options-1.json");
    return json::parse(file);
}

// The groups in which a version refuses what it does not know.
constexpr std::array strict_groups{"/scope", "/identity", "/looks"};

// What is wrong with that change to what is stored; empty: it can be read.
std::string mistake(const char* member, const char* value) {
    auto document = stored(options_of({}));
    document[json::json_pointer(member)] = json::parse(value);
    const auto read = scan_options_from_json(document.dump());
    return read ? "" : std::string(read.error().detail());
}

} // namespace

TEST_CASE("stored options: each option of the help has its member, and comes back", "[options]") {
    const auto usual = stored(options_of({}));
    for (const auto& sample : samples()) {
        INFO(sample.args.front());
        const auto options = options_of(sample.args);
        const auto document = stored(options);
        const json::json_pointer member(sample.member);
        REQUIRE(document.contains(member));
        CHECK(document[member] == json::parse(sample.value));
        CHECK((!usual.contains(member) || document[member] != usual[member]));
        const auto back = scan_options_from_json(to_json_text(options));
        REQUIRE(back);
        CHECK(to_json_text(*back) == to_json_text(options));
    }
}

TEST_CASE("stored options: no option of scan is without a sample", "[options]") {
    const auto help = parse_command_line({"scan", "--help"}, all_verbs(), cli_names()).text;
    const std::regex option("\n +(?:-[a-z],)?(--[a-z-]+)");
    std::set<std::string> in_help;
    for (std::sregex_iterator at(help.begin(), help.end(), option), end; at != end; ++at)
        in_help.insert((*at)[1]);
    in_help.erase("--help");
    in_help.erase("--config"); // what it holds is stored, not where that was
    std::set<std::string> sampled;
    std::set<std::string> members;
    for (const auto& sample : samples()) {
        sampled.insert(sample.args.front());
        members.insert(sample.member);
    }
    CHECK(in_help.size() > 50);
    CHECK(sampled == in_help);
    CHECK(members.size() == samples().size());
    // And the other way round: no member is written that no option sets.
    const auto flat = stored(options_of({})).flatten();
    for (const auto& item : flat.items()) {
        // An empty list or object is a leaf, the first element of a list another.
        const auto key = item.key().substr(0, item.key().find("/0"));
        INFO(key);
        CHECK((members.count(key) == 1 || key == "/version"));
    }
}

TEST_CASE("stored options: what another version stored", "[options]") {
    // Absent: the default of this version.
    const auto bare = scan_options_from_json("{}");
    REQUIRE(bare);
    CHECK(to_json_text(*bare) == to_json_text(ScanOptions()));
    // What cannot change which hosts are visited, and how, is passed over.
    CHECK(mistake("/pace/burst", "5").empty());
    CHECK(mistake("/records/history", "{}").empty());
    CHECK(mistake("/talk/beep", "true").empty());
    const auto names = [](const char* member, const char* value) {
        const auto wrong = mistake(member, value);
        INFO(wrong);
        return wrong.find(std::string(member) + " is unknown") != std::string::npos;
    };
    CHECK(names("/scope/leave_out", R"("dc*")"));
    CHECK(names("/scope/azure/tenant", R"("t")"));
    CHECK(names("/identity/pinned_only", "true"));
    CHECK(names("/looks/disk", "true"));
    CHECK(names("/queue", "{}"));
}

TEST_CASE("stored options: a former version reads what uses nothing newer", "[options]") {
    const auto first = stored_by_first();
    const auto usual = stored(options_of({}));
    for (const auto* group : strict_groups) {
        const json::json_pointer at(group);
        REQUIRE(first.contains(at));
        CHECK(usual[at].flatten() == first[at].flatten());
    }
    // Elsewhere it passes over what it does not know, and takes no other kind of value.
    const auto known = first.flatten();
    const auto now = usual.flatten();
    for (const auto& item : now.items()) {
        INFO(item.key());
        if (known.contains(item.key())) CHECK(item.value().type() == known[item.key()].type());
    }
}

TEST_CASE("stored options: what the first version stored is read as it was meant", "[options]") {
    const auto first = stored_by_first();
    const auto read = scan_options_from_json(first.dump());
    REQUIRE(read);
    const auto again = stored(*read).flatten();
    const auto meant = first.flatten();
    for (const auto& item : meant.items()) {
        INFO(item.key());
        CHECK(again.value(item.key(), json()) == item.value());
    }
}

TEST_CASE("stored options: what is no value is named, and nothing is thrown", "[options]") {
    for (const auto& [member, value] : std::vector<std::pair<const char*, const char*>>{
             {"/pace", "[]"},
             {"/scope", "null"},
             {"/pace/jobs", "0"},
             {"/pace/jobs", "-1"},
             {"/pace/jobs", "1e9"},
             {"/pace/jobs", R"("7")"},
             {"/pace/jobs", "18446744073709551615"},
             {"/pace/connect_rate", "0"},
             {"/pace/connect_rate", "1e300"},
             {"/pace/retries", "11"},
             {"/pace/deadline", "0"},
             {"/pace/deadline", "9223372036854775807"},
             {"/pace/step_timeout", "null"},
             {"/scope/seed", "-1"},
             {"/scope/inventories", R"([1])"},
             {"/scope/inventories", R"("a")"},
             {"/scope/azure/login", R"("nobody")"},
             {"/scope/allow_empty", R"("yes")"},
             {"/identity/http_fallback", R"("sometimes")"},
             {"/looks/collector", "7"},
             {"/records/fail_on", R"("ok")"},
             {"/records/reports", R"(["json"])"},
             {"/records/reports", R"([{"format":1}])"},
             {"/talk/color", R"("red")"},
             {"/talk/verbose", "4294967296"}}) {
        INFO(member << " = " << value);
        const auto wrong = mistake(member, value);
        CHECK_THAT(wrong, Catch::Contains(member));
        CHECK_THAT(wrong, Catch::Contains(" is not "));
    }
    for (const auto* text : {"", "[]", "null", "{", "{\"pace\":{\"jobs\":1,\"jobs\":2}}", "\xff"})
        CHECK_FALSE(scan_options_from_json(text));
    CHECK_FALSE(scan_options_from_json(std::string(100'000, '[')));
}

TEST_CASE(
    "stored options: the version of their schema is said, and a later one refused", "[options]"
) {
    CHECK(stored(options_of({}))["version"] == 1);
    CHECK(mistake("/version", "1").empty());
    const std::string words = "the options stored with the run: ";
    CHECK(
        mistake("/version", "2") ==
        words + "they are of version 2, and this program knows version 1"
    );
    for (const auto* value : {"0", "-1", "\"1\"", "null"})
        CHECK_THAT(mistake("/version", value), Catch::Contains("/version is not a number from 1"));
    auto older = stored(options_of({}));
    older.erase("version");
    CHECK(scan_options_from_json(older.dump()));
}
