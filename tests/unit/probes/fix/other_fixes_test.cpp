// Fixes tls12, gpsvc, ems and dump: what each changes, and what it refuses, value by value.
#include "tests/support/catch.hpp"
#include "tests/support/facts_builder.hpp"
#include "tests/unit/probes/fix/fix_table.hpp"

using namespace rdpsweep;
using namespace rdpsweep::test;

namespace {

const std::string tls_key =
    R"(SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server)";

ProtocolSide& tls12(Facts& facts) {
    return facts.schannel.value->protocols["TLS 1.2"].server;
}

ConsoleFacts& console(Facts& facts) {
    return *facts.console.value;
}

} // namespace

TEST_CASE("tls12 fix: the values that switch it off, and no other", "[fix]") {
    check_fix(
        "tls12",
        "TLS.PROTO.off",
        [](Facts&) {},
        {{"Enabled=0",
          [](Facts& f) { set_protocol(f, "TLS 1.2", 0, {}); },
          "value|" + tls_key + "|Enabled|dword:0|dword:1\n"},
         {"DisabledByDefault=1",
          [](Facts& f) { set_protocol(f, "TLS 1.2", {}, 1); },
          "value|" + tls_key + "|DisabledByDefault|dword:1|dword:0\n"},
         {"both",
          [](Facts& f) { set_protocol(f, "TLS 1.2", 0, 1); },
          "value|" + tls_key + "|Enabled|dword:0|dword:1\n" + "value|" + tls_key +
              "|DisabledByDefault|dword:1|dword:0\n"},
         {"on by another number",
          [](Facts& f) { set_protocol(f, "TLS 1.2", 0xffffffff, 0); },
          "fix.refused.other_case"},
         {"no such key", [](Facts&) {}, "fix.refused.other_case"},
         {"Enabled is no number",
          [](Facts& f) { tls12(f).enabled_type = 1; },
          "fix.refused.wrong_type key=" + tls_key},
         {"DisabledByDefault is no number",
          [](Facts& f) { tls12(f).default_type = 3; },
          "fix.refused.wrong_type key=" + tls_key},
         {"a number that is not there",
          [](Facts& f) { tls12(f).enabled_type = 4; },
          "fix.refused.other_case"},
         {"2012",
          [](Facts& f) {
              set_protocol(f, "TLS 1.2", 0, {});
              f.os.value->build = 9200;
          },
          "value|" + tls_key + "|Enabled|dword:0|dword:1\n"},
         {"before 2012", [](Facts& f) { f.os.value->build = 9199; }, "fix.refused.needs_update"},
         {"no TLS facts",
          [](Facts& f) { f.schannel.value.reset(); },
          "fix.refused.unread fact=/tls"},
         {"no build", [](Facts& f) { f.os.value->build = 0; }, "fix.refused.unread fact=/tls"}}
    );
}

TEST_CASE("gpsvc fix: as SYSTEM, or by its task", "[fix]") {
    const std::string start = R"(value|SYSTEM\CurrentControlSet\Services\gpsvc|Start|)";
    check_fix(
        "gpsvc",
        "GPO.GPSVC.disabled",
        [](Facts& f) {
            f.group_policy.value->gpsvc_start = 4;
            f.collector.value->as_sid = "S-1-5-18";
        },
        {{"disabled", [](Facts&) {}, start + "dword:4|dword:2\n"},
         {"by an administrator",
          [](Facts& f) { f.collector.value->as_sid = "S-1-5-21-1-2-3-500"; },
          R"(task|rdpsweep-gpsvc|SYSTEM\CurrentControlSet\Services\gpsvc|absent|absent)"
          "\n" +
              start + "dword:4|dword:2\n"},
         {"by somebody",
          [](Facts& f) { f.collector.value.reset(); },
          "fix.refused.unread fact=/collector"},
         {"not read",
          [](Facts& f) { f.group_policy.value->gpsvc_start.reset(); },
          "fix.refused.unread fact=/gp/gpsvc_start"},
         {"no policy facts",
          [](Facts& f) { f.group_policy.value.reset(); },
          "fix.refused.unread fact=/gp/gpsvc_start"}}
    );
    CHECK(done_for("gpsvc", healthy_facts(), "GPO.GPSVC.missing") == "fix.refused.other_case");
}

TEST_CASE("ems fix: each element by itself", "[fix]") {
    const std::string on = "|boot:on\n", settings = "boot|{emssettings}|";
    check_fix(
        "ems",
        "EMS.READY.off",
        [](Facts&) {},
        {{"off", [](Facts& f) { console(f).ems = false; }, "boot|{default}|ems|boot:off" + on},
         {"not set", [](Facts& f) { console(f).ems.reset(); }, "boot|{default}|ems|absent" + on},
         {"another port",
          [](Facts& f) { console(f).port = 2; },
          settings + "emsport|boot:2|boot:1\n"},
         {"no port",
          [](Facts& f) { console(f).port.reset(); },
          settings + "emsport|absent|boot:1\n"},
         {"another speed",
          [](Facts& f) { console(f).baud = 9600; },
          settings + "emsbaudrate|boot:9600|boot:115200\n"},
         {"all is well", [](Facts&) {}, "fix.refused.other_case"},
         {"the switch is not read",
          [](Facts& f) { mark_unread(f, "/ems/ems"); },
          "fix.refused.unread fact=/ems/ems"},
         {"the port is not read",
          [](Facts& f) { mark_unread(f, "/ems/port"); },
          "fix.refused.unread fact=/ems/port"},
         {"the speed is not read",
          [](Facts& f) { mark_unread(f, "/ems/baud"); },
          "fix.refused.unread fact=/ems/baud"},
         {"nothing is read",
          [](Facts& f) { f.console.value.reset(); },
          "fix.refused.unread fact=/ems"}}
    );
}

TEST_CASE("dump fix: the dump that this Windows ships with", "[fix]") {
    const std::string value = R"(value|SYSTEM\CurrentControlSet\Control\CrashControl|)"
                              "CrashDumpEnabled|";
    check_fix(
        "dump",
        "DUMP.READY.off",
        [](Facts& f) { console(f).crash_dump = 0; },
        {{"2012", [](Facts& f) { f.os.value->build = 9200; }, value + "dword:0|dword:7\n"},
         {"before", [](Facts& f) { f.os.value->build = 9199; }, value + "dword:0|dword:2\n"},
         {"not set", [](Facts& f) { console(f).crash_dump.reset(); }, value + "absent|dword:7\n"},
         {"no build",
          [](Facts& f) { f.os.value->build = 0; },
          "fix.refused.unread fact=/crash/dump"},
         {"not read",
          [](Facts& f) { f.console.value.reset(); },
          "fix.refused.unread fact=/crash/dump"}}
    );
    CHECK(done_for("dump", healthy_facts(), "DUMP.READY.small") == "fix.refused.other_case");
}
