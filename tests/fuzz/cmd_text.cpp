// What cmd.exe's tools and EMS print on a serial console: reg, sc, netstat, tasklist and the XML of
// a machine that starts. What is read is printed as the tool would, and read again.
#include "transports/serial/cmd_text.hpp"

#include "core/text.hpp"
#include "tests/fuzz/target.hpp"
#include "transports/serial/reading.hpp"

#include <string>

using namespace rdpsweep;
using namespace rdpsweep::serial;

namespace {

constexpr std::string_view key = R"(SYSTEM\CurrentControlSet\Control\X)";

void check_reg(const TextRows& rows, std::string_view all) {
    const auto read = read_reg(rows, key);
    if (!read) return;
    must(all.find("HKEY_") != std::string_view::npos || all.size() > key.size(), "the key showed");
    for (const auto& value : read->values) {
        must(value.type == 7 || value.type <= 4, "a type that reg names, or none");
        // Printed in rows that no screen wraps.
        if (value.name.size() + value.text.size() > 40) continue;
        constexpr const char* names[] = {
            "REG_X", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "", "", "REG_MULTI_SZ"};
        const auto row = "    " + value.name + "    " + names[value.type] + "    " + value.text;
        const auto again = read_reg({"HKEY_LOCAL_MACHINE\\" + std::string(key), row}, key);
        must(again && again->values.size() == 1, "one value is printed and read");
        must(again->values[0].name == value.name, "with its name");
        must(again->values[0].type == value.type, "its type");
        must(again->values[0].text == value.text, "and its text");
    }
    for (const auto& subkey : read->subkeys)
        must(!subkey.empty(), "a subkey has a name");
}

void check_sc(const TextRows& rows) {
    const auto read = read_sc(rows);
    if (!read) return;
    const auto row = [](std::uint32_t number) {
        return "  X  : " + std::to_string(number) + "  Y";
    };
    const auto again = read_sc(
        {row(30),
         row(read->state),
         row(read->exit),
         row(0),
         row(0),
         row(0),
         row(read->pid),
         "  F :"}
    );
    must(again.has_value(), "a service is printed and read");
    must(again->state == read->state && again->exit == read->exit, "its state and exit code");
    must(again->pid == read->pid, "and its process");
}

void check_netstat(const TextRows& rows) {
    TextRows printed;
    const auto read = read_netstat(rows, 3389);
    for (const auto& one : read) {
        const bool six = one.address.find(':') != std::string::npos;
        const auto address = six ? "[" + one.address + "]" : one.address;
        printed.push_back(
            "  TCP    " + address + ":3389  0.0.0.0:0  X  " + std::to_string(one.pid)
        );
    }
    const auto again = read_netstat(printed, 3389);
    must(again.size() == read.size(), "listeners are printed and read");
    for (std::size_t i = 0; i < read.size(); ++i) {
        must(again[i].address == read[i].address, "with their addresses");
        must(again[i].pid == read[i].pid, "and processes");
    }
    must(read_netstat(printed, 3388).empty(), "and listen at no other port");
}

void check_tasklist(const TextRows& rows) {
    const auto name = read_tasklist(rows, 812);
    if (!name) return;
    const auto again = read_tasklist({"\"" + *name + "\",\"812\",\"Services\",\"0\",\"1 K\""}, 812);
    must(again == name, "a process is printed and read");
}

void check_machine_info(std::string_view text) {
    const auto info = read_machine_info(text);
    if (!info) return;
    const auto again = read_machine_info(
        "<machine-info><name>" + info->name + "</name><os-build-number>" + info->build +
        "</os-build-number></machine-info>"
    );
    must(again.has_value(), "a machine is told and read");
    must(again->name == info->name && again->build == info->build, "with its name and build");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto rows = split(text, '\n');
    check_reg(rows, text);
    check_sc(rows);
    check_netstat(rows);
    check_tasklist(rows);
    check_machine_info(text);
    return 0;
}
