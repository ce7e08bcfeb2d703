// The table of scenes. Where no transcript shows what Windows or Azure do, the bytes are invented:
// docs/serial-console-fidelity.md says which.
#include "tests/simfleet/serial/console_scene.hpp"

#include <algorithm>
#include <array>

namespace simfleet {

namespace {

using Scene = ConsoleScene;
using namespace std::chrono_literals;

constexpr std::array scenes{
    Scene{.name = "happy"},
    Scene{.name = "happy-stream", .painter = Scene::Painter::stream},
    Scene{.name = "happy-differences", .painter = Scene::Painter::differences},
    Scene{
        .name = "happy-drop",
        .painter = Scene::Painter::differences,
        .drop_percent = 60,
        .nul = true},
    Scene{
        .name = "drop-hard",
        .painter = Scene::Painter::differences,
        .drop_percent = 100,
        .window = 1500ms},
    Scene{.name = "narrow-stream", .painter = Scene::Painter::stream, .width = 30},
    Scene{.name = "far", .painter = Scene::Painter::differences, .latency = 150ms},
    Scene{.name = "past-session", .arrival = Scene::Arrival::past_session, .foreign_channels = 1},
    Scene{.name = "foreign-shell", .arrival = Scene::Arrival::foreign_shell, .foreign_channels = 1},
    Scene{.name = "half-restart", .arrival = Scene::Arrival::half_restart},
    Scene{.name = "alone", .alone = true},
    Scene{.name = "alone-half-restart", .arrival = Scene::Arrival::half_restart, .alone = true},
    Scene{.name = "switch-screen", .arrival = Scene::Arrival::switch_screen, .foreign_channels = 1},
    Scene{
        .name = "foreign-dialog", .arrival = Scene::Arrival::foreign_dialog, .foreign_channels = 1},
    Scene{.name = "pager", .arrival = Scene::Arrival::pager},
    Scene{.name = "channels-full", .outcome = "channels_full", .foreign_channels = 9},
    Scene{.name = "late-service", .prompts = Scene::Prompts::late},
    Scene{.name = "cmd-disabled", .outcome = "cmd_disabled", .prompts = Scene::Prompts::disabled},
    Scene{.name = "cmd-status", .outcome = "cmd_unavailable", .prompts = Scene::Prompts::status},
    Scene{.name = "password-a", .outcome = "auth_failed", .logon = Scene::Logon::refused_stays},
    Scene{.name = "password-b", .outcome = "auth_failed", .logon = Scene::Logon::refused_leaves},
    Scene{.name = "first-profile", .profile = 45s},
    Scene{.name = "ems-silent", .outcome = "no_response", .port = Scene::Port::silent},
    Scene{.name = "ems-report", .outcome = "ems_disabled", .port = Scene::Port::health_report},
    Scene{.name = "output-only", .outcome = "no_echo", .port = Scene::Port::output_only},
    Scene{.name = "boot-menu", .port = Scene::Port::boot_menu},
    Scene{.name = "degraded", .outcome = "sac_degraded", .port = Scene::Port::degraded},
    Scene{.name = "crashed", .outcome = "vm_crashed", .port = Scene::Port::crashed},
    Scene{.name = "reboot", .outcome = "vm_rebooted", .cut = Scene::Cut::reboot},
    Scene{
        .name = "taken-before-logon",
        .outcome = "session_preempted",
        .outcome_of = "note.channel_leaked",
        .cut = Scene::Cut::taken_before_logon},
    Scene{
        .name = "taken-after-logon",
        .outcome = "session_preempted",
        .outcome_of = "note.channel_leaked",
        .cut = Scene::Cut::taken_after_logon},
    Scene{.name = "idle-close", .outcome_of = "note.console_resumed", .cut = Scene::Cut::idle},
    Scene{.name = "binary-split", .frames = Scene::Frames::mixed, .split = true},
    Scene{.name = "bad-utf8", .split = true, .bad_utf8 = true},
    Scene{.name = "nul-noise", .nul = true, .split = true},
    Scene{.name = "layout", .outcome = "keyboard_layout_mismatch", .layout = true},
    Scene{.name = "other-words", .other_words = true},
    Scene{.name = "constrained", .outcome_of = "note.cmd", .shell = Scene::Shell::constrained},
    Scene{.name = "no-powershell", .outcome_of = "note.cmd", .shell = Scene::Shell::missing},
    Scene{.name = "hung-powershell", .outcome = "probe_timeout", .shell = Scene::Shell::hangs},
    Scene{.name = "not-elevated", .outcome = "not_elevated", .limited = true},
    Scene{.name = "bad-row", .outcome_of = "note.console_resent", .bad_row = true},
    Scene{.name = "bad-lines", .outcome_of = "note.console_resent", .bad_lines = true},
    Scene{.name = "lost-page", .outcome_of = "note.console_resent", .lost_page = true},
    Scene{.name = "rights", .outcome = "rbac_denied", .gate = Scene::Gate::rights},
    Scene{.name = "storage", .outcome = "storage_firewall", .gate = Scene::Gate::storage},
    Scene{.name = "storage-gone", .outcome = "storage_bad", .gate = Scene::Gate::storage_gone},
    Scene{.name = "slow-host", .outcome = "service_timeout", .gate = Scene::Gate::slow_host},
    Scene{.name = "busy", .gate = Scene::Gate::busy},
    Scene{.name = "foreign-host", .outcome = "ws_blocked", .gate = Scene::Gate::foreign_host},
    Scene{.name = "distrust", .outcome = "auth_rejected", .gate = Scene::Gate::distrust},
    Scene{.name = "closes", .outcome = "service_timeout", .gate = Scene::Gate::closes_4xxx},
    Scene{.name = "in-use", .outcome = "console_in_use", .gate = Scene::Gate::in_use},
    Scene{
        .name = "no-diagnostics",
        .outcome = "bootdiag_disabled",
        .gate = Scene::Gate::no_diagnostics},
};

} // namespace

std::span<const ConsoleScene> all_scenes() {
    return scenes;
}

const ConsoleScene* find_scene(std::string_view name) {
    const auto found = std::find_if(scenes.begin(), scenes.end(), [name](const auto& scene) {
        return scene.name == name;
    });
    return found == scenes.end() ? nullptr : &*found;
}

} // namespace simfleet
