// What can be met on a serial console: one named scene a VM, and how a visit must end there.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace simfleet {

struct ConsoleScene {
    enum class Painter : std::uint8_t { by_build, stream, differences };
    enum class Arrival : std::uint8_t {
        prompt,
        past_session,  // the backlog holds somebody's whole session
        foreign_shell, // half of "del /s" typed in somebody's shell
        half_restart,  // half of a command at SAC's prompt
        switch_screen,
        foreign_dialog,
        pager, // a long list of SAC's that somebody has not read to its end
    };
    enum class Port : std::uint8_t {
        normal,
        silent,
        health_report,
        output_only,
        boot_menu,
        degraded,
        crashed
    };
    enum class Prompts : std::uint8_t { ok, late, disabled, status };
    enum class Logon : std::uint8_t { ok, refused_stays, refused_leaves };
    enum class Shell : std::uint8_t { ok, constrained, missing, hangs };
    enum class Frames : std::uint8_t { text, binary, mixed };
    enum class Cut : std::uint8_t {
        none,
        taken_before_logon, // somebody else connects, and stays
        taken_after_logon,
        idle,   // the gateway closes; nobody else is there
        reboot, // in the middle of the answer
    };
    enum class Gate : std::uint8_t {
        open,
        rights,  // 403 AuthorizationFailed
        storage, // 403 of the storage account
        storage_gone,
        slow_host,    // 5xx
        busy,         // 429 twice, then well
        foreign_host, // the answer names somebody else's gateway
        distrust,     // our token is not taken
        closes_4xxx,  // a private close code before a word
        in_use,
        no_diagnostics,
    };

    std::string_view name;
    std::string_view outcome = "ok";  // of the console; "ok": assessed as over any other way
    std::string_view outcome_of = {}; // nothing, or the note that must stand beside it
    Painter painter = Painter::by_build;
    Arrival arrival = Arrival::prompt;
    Port port = Port::normal;
    Prompts prompts = Prompts::ok;
    Logon logon = Logon::ok;
    Shell shell = Shell::ok;
    Frames frames = Frames::text;
    Cut cut = Cut::none;
    Gate gate = Gate::open;
    unsigned drop_percent = 0; // of keys that follow their equal within window, in channels
    std::chrono::milliseconds window{250};
    std::chrono::milliseconds eaten{800};   // keys lost after a shell starts
    std::chrono::milliseconds profile{500}; // from the password to the prompt
    std::chrono::milliseconds powershell{700};
    std::chrono::milliseconds latency{0}; // of a key on its way to the VM
    int foreign_channels = 0;
    int width = 80;           // that the stream painter's shell believes in, before mode con
    bool nul = false;         // NUL bytes around prompts and echoes
    bool split = false;       // frames cut anywhere
    bool bad_utf8 = false;    // in a text frame
    bool layout = false;      // y and z are swapped
    bool other_words = false; // every word of SAC's and the dialog's is another, colons are wide
    bool bad_row = false;     // one row of the answer is damaged once
    bool bad_lines = false;   // a key of a typed line is changed, one is lost, an Enter is lost
    bool lost_page = false;   // one page is never shown the first time
    bool alone = false;       // ESC TAB does nothing where SAC is the only channel
    bool limited = false;     // the account is no administrator there
};

// Every scene; the first ones are those without trouble, by the VM's Windows.
std::span<const ConsoleScene> all_scenes();

// Null when there is none of that name.
const ConsoleScene* find_scene(std::string_view name);

} // namespace simfleet
