// /os, /pending, /ems and /crash over CIM.
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "probes/collect/cim/shared.hpp"
#include "probes/collect/cim/steps.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>

namespace rdpsweep::cim_plan {

namespace {

const std::string version_key = R"(SOFTWARE\Microsoft\Windows NT\CurrentVersion)";

// Every text a host may put into a small field.
std::string bounded(std::string text) {
    constexpr std::size_t most = 1'000;
    if (text.size() > most) text.resize(most);
    return to_valid_utf8(text);
}

// Little room is told, and no rows mean that there is more than that.
void read_disk(Steps& steps, const cim::Rows& rows) {
    constexpr std::uint64_t mib = 1024 * 1024;
    if (rows.empty()) return;
    if (const auto left = number_of(rows.front(), "FreeSpace")) {
        steps.put("/os/disk_free_mb", *left / mib);
    }
}

// drive: what the host says of itself, so only a drive's name becomes part of a question.
void ask_disk(Steps& steps, const std::string& drive) {
    const bool named = drive.size() == 2 && drive[1] == ':' && ascii_lower(drive)[0] >= 'a' &&
                       ascii_lower(drive)[0] <= 'z';
    if (!named) return steps.unread("/os/disk_free_mb", "absent", "no system drive");
    const auto question = "SELECT FreeSpace FROM Win32_LogicalDisk WHERE DeviceID='" + drive +
                          "' AND FreeSpace<1073741824";
    steps.query("/os/disk_free_mb", "root/cimv2", question, [&steps](const cim::Rows& rows) {
        read_disk(steps, rows);
    });
}

constexpr auto of_system = {"/os/boot_utc", "/os/disk_free_mb"}; // what Windows' row is asked for

void read_system(Steps& steps, const cim::Rows& rows) {
    if (rows.empty()) {
        for (const auto* pointer : of_system)
            steps.unread(pointer, "absent", "no row");
        return;
    }
    const auto& row = rows.front();
    ask_disk(steps, text_of(row, "SystemDrive").value_or(""));
    if (const auto build = number_of(row, "BuildNumber")) steps.put("/os/build", *build);
    if (const auto type = number_of(row, "ProductType")) steps.put("/os/product_type", *type);
    if (const auto lcid = number_of(row, "OSLanguage")) steps.put("/os/locale_lcid", *lcid);
    if (const auto boot = time_of(row, "LastBootUpTime")) {
        steps.put("/os/boot_utc", to_iso8601(*boot));
    }
}

// Reads the clock, in fields that no time zone changes.
void read_clock(Steps& steps, const cim::Rows& rows) {
    if (rows.empty()) return;
    const auto part = [&](std::string_view name) {
        return static_cast<unsigned>(number_of(rows.front(), name).value_or(0));
    };
    char text[40];
    std::snprintf(
        text,
        sizeof text,
        "%04u-%02u-%02uT%02u:%02u:%02uZ",
        part("Year") % 10'000,
        part("Month") % 100,
        part("Day") % 100,
        part("Hour") % 100,
        part("Minute") % 100,
        part("Second") % 100
    );
    if (from_iso8601(text)) steps.put("/collector/utc", std::string(text));
}

void read_computer(Steps& steps, const cim::Rows& rows) {
    if (rows.empty()) return;
    if (const auto role = number_of(rows.front(), "DomainRole")) {
        steps.put("/os/domain_role", *role);
    }
}

void put_names(Steps& steps) {
    const auto host = steps.text_at("/os/host");
    const auto domain = steps.text_at("/os/domain");
    if (!host.empty()) steps.put("/os/fqdn", domain.empty() ? host : host + "." + domain);
}

auto put_text(Steps& steps, const std::string& pointer) {
    return [&steps, pointer](std::string text) { steps.put(pointer, bounded(std::move(text))); };
}

void ask_wmi(Steps& steps) {
    const auto lost = [&steps](const Error& error) {
        for (const auto* pointer : of_system)
            steps.unread(pointer, error);
    };
    steps.query(
        "/os/boot_utc",
        "root/cimv2",
        "SELECT BuildNumber,ProductType,OSLanguage,LastBootUpTime,SystemDrive FROM "
        "Win32_OperatingSystem",
        Steps::Readers{[&steps](const cim::Rows& rows) { read_system(steps, rows); }, lost}
    );
    steps.query(
        "/os/domain_role",
        "root/cimv2",
        "SELECT DomainRole FROM Win32_ComputerSystem",
        [&steps](const cim::Rows& rows) { read_computer(steps, rows); }
    );
    steps.query(
        "/collector/utc",
        "root/cimv2",
        "SELECT Year,Month,Day,Hour,Minute,Second FROM Win32_UTCTime",
        [&steps](const cim::Rows& rows) { read_clock(steps, rows); }
    );
}

// Asks for the release, also where WMI's own classes are out of reach.
void ask_release(Steps& steps) {
    steps.text("/os/build", version_key, "CurrentBuildNumber", [&steps](std::string text) {
        steps.put("/os/build", std::strtoul(text.c_str(), nullptr, 10));
    });
    steps.text("/os/edition", version_key, "EditionID", put_text(steps, "/os/edition"));
    steps.text(
        "/os/install_type", version_key, "InstallationType", put_text(steps, "/os/install_type")
    );
    steps.dword("/os/ubr", version_key, "UBR", [&steps](auto ubr) { steps.put("/os/ubr", ubr); });
    steps.text(
        "/os/machine_guid",
        R"(SOFTWARE\Microsoft\Cryptography)",
        "MachineGuid",
        put_text(steps, "/os/machine_guid")
    );
}

void ask_names(Steps& steps) {
    const auto network = current + R"(\Services\Tcpip\Parameters)";
    steps.text("/os/host", network, "Hostname", put_text(steps, "/os/host"));
    steps.text("/os/domain", network, "Domain", [&steps](std::string text) {
        steps.put("/os/domain", bounded(std::move(text)));
        put_names(steps);
    });
}

void ask_os(Steps& steps) {
    ask_wmi(steps);
    ask_release(steps);
    ask_names(steps);
    steps.subkeys("/os/winpe", current + R"(\Control\MiniNT)", [&steps](const auto& names) {
        steps.put("/os/winpe", names.has_value());
    });
}

void ask_pending(Steps& steps) {
    const std::string windows = R"(SOFTWARE\Microsoft\Windows\CurrentVersion)";
    const auto exists = [&steps](const std::string& pointer, const std::string& key) {
        steps.subkeys(pointer, key, [&steps, pointer](const auto& names) {
            steps.put(pointer, names.has_value());
        });
    };
    exists("/pending/cbs", windows + R"(\Component Based Servicing\RebootPending)");
    exists("/pending/wu", windows + R"(\WindowsUpdate\Auto Update\RebootRequired)");
    // Its names only: the value itself can be very long.
    steps.values(
        "/pending/rename",
        current + R"(\Control\Session Manager)",
        [&](const auto& values) {
            const bool there = values && values->type_of("PendingFileRenameOperations");
            steps.put("/pending/rename", there);
        }
    );
    steps.unread("/pending/ts_stale", "unsupported", "");
}

const std::string bcd = R"(BCD00000000\Objects\)";

void ask_bcd_number(
    Steps& steps, const std::string& element, const std::string& pointer, bool flag
) {
    // {emssettings}
    const auto key = bcd + R"({0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}\Elements\)" + element;
    steps.binary(pointer, key, "Element", [&steps, pointer, flag](const std::string& bytes) {
        if (bytes.empty()) return;
        std::uint32_t number = 0;
        for (std::size_t i = std::min<std::size_t>(bytes.size(), 4); i-- > 0;)
            number = number << 8 | static_cast<unsigned char>(bytes[i]);
        if (flag)
            steps.put(pointer, bytes[0] != '\0');
        else
            steps.put(pointer, number);
    });
}

void ask_console(Steps& steps) {
    steps.subkeys("/ems", "BCD00000000", [&steps](const auto& names) {
        if (!names) return steps.give_up("/ems", "absent", "");
        steps.put("/ems", nlohmann::json::object());
        // {bootmgr}'s default loader, and whether EMS is on in it.
        const auto manager = bcd + R"({9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements\23000003)";
        steps.text("/ems/ems", manager, "Element", [&steps](const std::string& loader) {
            const auto key = bcd + loader.substr(0, 64) + R"(\Elements\260000b0)";
            steps.binary("/ems/ems", key, "Element", [&steps](const std::string& bytes) {
                if (!bytes.empty()) steps.put("/ems/ems", bytes[0] != '\0');
            });
        });
        ask_bcd_number(steps, "15000022", "/ems/port", false);
        ask_bcd_number(steps, "15000023", "/ems/baud", false);
    });
    steps.dword(
        "/crash/dump",
        current + R"(\Control\CrashControl)",
        "CrashDumpEnabled",
        [&](auto kind) { steps.put("/crash/dump", kind); }
    );
}

} // namespace

void ask_system(Steps& steps) {
    ask_os(steps);
    ask_pending(steps);
    ask_console(steps);
}

} // namespace rdpsweep::cim_plan
