// What a port has said, and where others have left its console, before anybody comes.
#include "tests/simfleet/serial/sac_machine.hpp"

namespace simfleet {

using namespace std::chrono_literals;

void SacMachine::fill_past() {
    const auto& scene = setting_.scene;
    const auto build = std::to_string(setting_.vm.state->build());
    switch (scene.port) {
    case ConsoleScene::Port::silent:
        deaf_ = true;
        return;
    case ConsoleScene::Port::health_report:
        deaf_ = true;
        emit("======== Microsoft Azure VM Health Report - Start 2026-11-25T03:00:00Z ========\r\n"
             "{\"reportTime\":\"2026-11-25T03:00:00Z\",\"networkAdapters\":[]}\r\n"
             "======== Microsoft Azure VM Health Report - End 2026-11-25T03:00:00Z ========\r\n");
        return;
    case ConsoleScene::Port::boot_menu:
        emit("\x1b[2J\x1b[1;1H\x1b[0m\x1b[37;40mWindows Boot Manager\r\n\r\nChoose an operating "
             "system to start:\r\n  Windows Server\r\n");
        return;
    case ConsoleScene::Port::degraded:
        deaf_ = true;
        emit("\r\n!SAC>");
        return;
    case ConsoleScene::Port::output_only:
        deaf_ = true;
        break;
    case ConsoleScene::Port::normal:
    case ConsoleScene::Port::crashed:
        break;
    }
    emit(
        "<?xml version=\"1.0\"?>\r\n<machine-info>\r\n<name>" + setting_.vm.name +
        "</name>\r\n<os-version>10.0</os-version>\r\n<os-build-number>" + build +
        "</os-build-number>\r\n</machine-info>\r\n\x1b[2J"
    );
    say(banner());
    emit(sac_.full_paint());
    say("\r\nEVENT: " + words("The CMD command is now available.") + "\r\n");
    prompt();
    if (scene.port == ConsoleScene::Port::crashed) {
        deaf_ = true;
        emit("<BP>\r\n<INSTANCE CLASSNAME=\"BLUESCREEN\">\r\n<PROPERTY NAME=\"STOPCODE\" "
             "TYPE=\"string\"><VALUE>\"0x7E\"</VALUE></PROPERTY>\r\n</INSTANCE>\r\n</BP>\r\n");
    }
}

void SacMachine::arrive_as_told() {
    const auto& scene = setting_.scene;
    for (int i = 0; i < scene.foreign_channels; ++i) {
        const auto index = free_index();
        char name[16];
        std::snprintf(name, sizeof name, "Cmd%04u", next_name_++);
        channels_[index] = std::make_unique<SacChannel>(setting_, name, dice_.next(), true);
        channels_[index]->preset("Microsoft Windows [Version 10.0.17763.1]\r\n\r\nC:\\>del /s ");
    }
    switch (scene.arrival) {
    case ConsoleScene::Arrival::prompt:
        return;
    case ConsoleScene::Arrival::past_session:
        say("cmd\r\n" + words("The Command Prompt session was successfully launched.") + "\r\n");
        prompt();
        say("\r\nEVENT:   " + words("A new channel has been created.") +
            "\r\nChannel: Cmd0001\r\nSAC>");
        emit(channels_[1]->repaint());
        emit(sac_.full_paint());
        return;
    case ConsoleScene::Arrival::half_restart:
        typed_ = "restart";
        say(typed_);
        return;
    case ConsoleScene::Arrival::pager:
        say("t\r\n");
        for (int process = 0; process < 60; ++process)
            held_.push_back(std::to_string(process * 4) + "  8  0  00:00:00.015  svchost.exe");
        turn_page();
        return;
    case ConsoleScene::Arrival::switch_screen:
        show_switch_screen(1);
        return;
    case ConsoleScene::Arrival::foreign_dialog:
    case ConsoleScene::Arrival::foreign_shell:
        current_ = 1;
        if (scene.arrival == ConsoleScene::Arrival::foreign_dialog) {
            channels_[1]->preset("\r\n\r\nPlease enter login credentials.\r\nUsername: adm");
        }
        emit(channels_[1]->repaint());
        return;
    }
}

} // namespace simfleet
