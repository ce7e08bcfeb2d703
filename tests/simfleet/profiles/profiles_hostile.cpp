// VMs whose names and answers attack whoever shows them: terminals, browsers, spreadsheets.
#include "tests/simfleet/profiles/profile.hpp"
#include "tests/simfleet/windows/paths.hpp"

#include <array>

namespace simfleet {
namespace {

constexpr std::string_view terminal = "\x1b[2J\x1b[31mowned\x07";
constexpr std::string_view markup = "<script>alert(1)</script>";
constexpr std::string_view formula = "=cmd|' /C calc'!A0";
constexpr std::string_view turned = "\xe2\x80\xae"
                                    "gpj.exe"; // U+202E RIGHT-TO-LEFT OVERRIDE
constexpr std::size_t long_image = 1'200;

// Wider than any column a report sets.
constexpr std::string_view wide_name =
    "averyveryverylongmachinenamethatnobodywouldevergiveonpurposebutthatsomescriptmadeupanyway"
    "averyveryverylongmachinenamethatnobodywouldevergiveonpurposebutthatsomescriptmadeupanyway"
    "averyveryverylongmachinenamethatnobodywouldevergiveonpurposebutthatsomescriptmadeupanyway";

// Another process on the port, whose image is the attack; and the attack in every free text.
void attack(Machine& machine, std::string_view text) {
    machine.stop_listening();
    const auto pid = machine.start_process(std::string(text) + ".exe");
    machine.listen("0.0.0.0", 3389, pid);
    machine.state.os.domain = std::string(text);
    machine.state.registry.set(paths::current_version, "EditionID", text_value(text));
    machine.state.registry.set(
        paths::firewall,
        text,
        text_value(
            "v2.20|Action=Allow|Active=TRUE|Dir=In|Protocol=6|"
            "LPort=3389|Profile=" +
            std::string(text) + "|"
        )
    );
    machine.log("RdpCoreTS", 140, 300, {{"IPString", std::string(text)}});
}

Truth another_listens(std::uint32_t build) {
    return assessed(
        "broken",
        "rdp_port",
        with(
            handshake_failed(build, other_answer),
            {{"PORT.OWNER",
              "broken critical direct foreign /listener/sockets/0/a /listener/sockets/0/pid"}}
        )
    );
}

const std::array hostile_table{
    Profile{
        .name = "hostile_terminal",
        .kind = Kind::hostile,
        .builds = current_builds(),
        .damage = [](Machine& machine) { attack(machine, terminal); },
        .truth = another_listens,
        .inventory_name = terminal},
    Profile{
        .name = "hostile_markup",
        .kind = Kind::hostile,
        .builds = current_builds(),
        .damage = [](Machine& machine) { attack(machine, markup); },
        .truth = another_listens,
        .inventory_name = markup},
    Profile{
        .name = "hostile_formula",
        .kind = Kind::hostile,
        .builds = current_builds(),
        .damage = [](Machine& machine) { attack(machine, formula); },
        .truth = another_listens,
        .inventory_name = formula},
    Profile{
        .name = "hostile_direction",
        .kind = Kind::hostile,
        .builds = current_builds(),
        .damage = [](Machine& machine) { attack(machine, turned); },
        .truth = another_listens,
        .inventory_name = turned},
    Profile{
        .name = "hostile_length",
        .kind = Kind::hostile,
        .builds = current_builds(),
        .damage = [](Machine& machine) { attack(machine, std::string(long_image, 'A')); },
        .truth = another_listens,
        .inventory_name = wide_name}};

} // namespace

std::span<const Profile> hostile_profiles() {
    return hostile_table;
}

} // namespace simfleet
