// Steps one VM's port through boot, SAC and its channels, by time and by the bytes that come.
#include "tests/simfleet/serial/sac_machine.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace simfleet {

namespace {

using namespace std::chrono_literals;
using Scene = ConsoleScene;

constexpr auto on_the_way = 500ms; // keys that were typed before the reboot could be seen
constexpr std::size_t past_bytes = 4096;
constexpr std::size_t line_capacity = 78;
constexpr std::size_t ring_bytes = 1024; // of the driver; what comes at once beyond it is lost
constexpr auto sac_application = "63d02270-8aa4-11d5-bccf-806d6172696f";
constexpr auto prompt_application = "63d02271-8aa4-11d5-bccf-00b0d014a2d0";
constexpr auto sac_guid = "1dd7b3f0-79cb-11ea-87e3-806e6f6e6963";

} // namespace

SacMachine::SacMachine(const ChannelSetting& setting, std::uint64_t seed, ConsoleTime now)
    : setting_(setting), dice_(seed) {
    fill_past();
    arrive_as_told();
    const auto& scene = setting_.scene;
    if (scene.prompts == Scene::Prompts::late) {
        service_ = false;
        at(now + 20s, [this](ConsoleTime) {
            service_ = true;
            event(words("The CMD command is now available."));
        });
    }
    past_ = out_.size() > past_bytes ? out_.substr(out_.size() - past_bytes) : out_;
    out_.clear();
    if (scene.port != Scene::Port::boot_menu) return;
    booting_ = true;
    at(now + 12s, [this](ConsoleTime when) {
        booting_ = false;
        sac_.clear();
        emit(
            "<?xml version=\"1.0\"?>\r\n<machine-info>\r\n<name>" + setting_.vm.name +
            "</name>\r\n<os-build-number>" + std::to_string(setting_.vm.state->build()) +
            "</os-build-number>\r\n</machine-info>\r\n\x1b[2J"
        );
        say(banner());
        emit(sac_.full_paint());
        at(when + 3s, [this](ConsoleTime) { event(words("The CMD command is now available.")); });
    });
}

std::string SacMachine::words(std::string_view text) const {
    return setting_.scene.other_words ? pseudo_translated(text) : std::string(text);
}

std::string SacMachine::banner() const {
    return words("Computer is booting, SAC started and initialized.") + "\r\n\r\n" +
           words("Use the \"ch -?\" command for information about using channels.") + "\r\n" +
           words("Use the \"?\" command for general help.") + "\r\n\r\n\r\nSAC>";
}

void SacMachine::at(ConsoleTime when, std::function<void(ConsoleTime)> what) {
    later_.emplace(when, std::move(what));
}

// NUL bytes stand where a transcript had them, beside prompts and line ends, and elsewhere.
void SacMachine::emit(std::string_view bytes) {
    if (!setting_.scene.nul) {
        out_.append(bytes);
        return;
    }
    for (const char c : bytes) {
        if (dice_.below(20) == 0) out_ += '\0';
        out_ += c;
    }
}

void SacMachine::say(std::string_view text) {
    sac_.put(text);
    if (current_ == 0 && !switching_) emit(text);
}

void SacMachine::event(std::string_view text) {
    say("\r\nEVENT: " + std::string(text) + "\r\n");
    prompt();
    // Whether what was half typed shows again is not known; it is there either way.
    if (dice_.below(2) == 0) say(typed_);
}

std::size_t SacMachine::free_index() const {
    std::size_t index = 1;
    while (channels_.contains(index))
        ++index;
    return index;
}

void SacMachine::input(std::string_view bytes, ConsoleTime now) {
    if (bytes.size() > ring_bytes) {
        setting_.stats.violation("more keys at once than the serial port's buffer holds");
        bytes = bytes.substr(0, ring_bytes);
    }
    for (const char c : bytes)
        key(c, now);
}

void SacMachine::key(char c, ConsoleTime now) {
    if (booting_) {
        if (now < booting_since_ + on_the_way) return;
        setting_.stats.violation(
            c == '\x1b' ? "ESC while Windows starts: it cancels" : "a key while Windows starts"
        );
        return;
    }
    if (deaf_) return;
    if (c == '\x1b') {
        escape_ = true;
        return;
    }
    if (std::exchange(escape_, false)) {
        if (c == '\t') return to_next_channel();
        // ESC and another character go to the program.
        if (current_ != 0 && !switching_) channels_[current_]->key('\x1b', now);
    }
    if (switching_) {
        if (c == '0') return show_switch_screen(0);
        return dismiss(now);
    }
    if (current_ == 0) return sac_key(c, now);
    channels_[current_]->key(c, now);
}

void SacMachine::to_next_channel() {
    if (setting_.scene.alone && channels_.empty() && !switching_) return;
    auto next = channels_.upper_bound(switching_ ? target_ : current_);
    show_switch_screen(next == channels_.end() ? 0 : next->first);
}

void SacMachine::show_switch_screen(std::size_t index) {
    switching_ = true;
    target_ = index;
    const bool sac = index == 0;
    const auto& name = sac ? std::string("SAC") : channels_[index]->name();
    const bool newer = setting_.vm.state->build() > 9200;
    const auto* description = sac     ? "Special Administration Console"
                              : newer ? "Command"
                                      : "Command Prompt";
    SacGrid screen;
    screen.put(words("Name:") + "                  " + name + "\r\n");
    screen.put(words("Description:") + "           " + words(description) + "\r\n");
    screen.put(words("Type:") + "                  VT-UTF8\r\n");
    screen.put(
        words("Channel GUID:") + "          " +
        (sac ? std::string(sac_guid) : channels_[index]->guid()) + "\r\n"
    );
    screen.put(
        words("Application Type GUID:") + " " + (sac ? sac_application : prompt_application) +
        "\r\n\r\n"
    );
    screen.put(words("Press") + " <esc><tab> " + words("for next channel.") + "\r\n");
    screen.put(words("Press") + " <esc><tab>0 " + words("to return to the SAC channel.") + "\r\n");
    screen.put(words("Use any other key to view this channel.") + "\r\n");
    emit(screen.full_paint());
}

// The key that does it is consumed.
void SacMachine::dismiss(ConsoleTime now) {
    switching_ = false;
    current_ = target_;
    if (current_ != 0) {
        channels_[current_]->show(now);
        emit(channels_[current_]->repaint());
        return;
    }
    emit(sac_.full_paint());
}

void SacMachine::sac_key(char c, ConsoleTime now) {
    // Ctrl-C is another Enter there.
    const bool enter = c == '\r' || c == '\n' || c == '\x03';
    if (!held_.empty()) {
        if (!enter) return;
        say("\r\n");
        turn_page();
        if (held_.empty()) prompt();
        return;
    }
    if (enter) {
        say("\r\n");
        auto line = std::exchange(typed_, {});
        run(line, now);
        if (!switching_) prompt();
        return;
    }
    if (c == '\b' || c == '\x7f') {
        if (typed_.empty()) return;
        typed_.pop_back();
        say("\b \b");
        return;
    }
    if (c == '\t') return emit("\x07");
    if (typed_.size() >= line_capacity) {
        typed_.back() = c;
        say(std::string("\b") + c);
        return;
    }
    typed_ += c;
    say(std::string(1, c));
    if (typed_.find(setting_.account.password) != std::string::npos) {
        setting_.stats.violation("a password at SAC's prompt");
    }
}

// A shell that ended takes its channel along and shows SAC's switch screen.
void SacMachine::close_dead_channels() {
    for (auto it = channels_.begin(); it != channels_.end();) {
        if (!it->second->closed()) {
            ++it;
            continue;
        }
        const bool shown = current_ == it->first && !switching_;
        const auto name = it->second->name();
        it = channels_.erase(it);
        if (!shown) continue;
        sac_.put(
            "\r\nEVENT:   " + words("A channel has been closed.") + "\r\n" + words("Channel:") +
            " " + name + "\r\nSAC>"
        );
        show_switch_screen(0);
    }
}

// A nonmaskable interrupt: Windows stops, says so, and restarts by itself.
void SacMachine::interrupt(ConsoleTime now) {
    deaf_ = true;
    emit("<BP>\r\n<INSTANCE CLASSNAME=\"BLUESCREEN\">\r\n<PROPERTY NAME=\"STOPCODE\" "
         "TYPE=\"string\"><VALUE>\"0x80\"</VALUE></PROPERTY>\r\n</INSTANCE>\r\n</BP>\r\n");
    at(now + 2s, [this](ConsoleTime when) { reboot(when); });
}

void SacMachine::reboot(ConsoleTime now) {
    rebooted_ = true;
    deaf_ = false;
    held_.clear();
    typed_.clear();
    channels_.clear();
    current_ = 0;
    switching_ = false;
    booting_ = true;
    booting_since_ = now;
    out_ += "\x1b[2J\x1b[1;1HBdsDxe: loading Boot0001 \"Windows Boot Manager\"\r\n"
            "BdsDxe: starting Boot0001 \"Windows Boot Manager\"\r\n";
    at(now + 30s, [this](ConsoleTime) {
        booting_ = false;
        sac_.clear();
        say(banner());
    });
}

std::string SacMachine::output(ConsoleTime now) {
    while (!later_.empty() && later_.begin()->first <= now) {
        const auto what = std::move(later_.begin()->second);
        later_.erase(later_.begin());
        what(now);
    }
    for (auto& [index, channel] : channels_) {
        const bool shown = index == current_ && !switching_;
        emit(channel->paint(now, shown));
    }
    close_dead_channels();
    const bool halfway = stage() == Stage::answering;
    if (halfway && setting_.scene.cut == Scene::Cut::reboot && !rebooted_) reboot(now);
    return std::exchange(out_, {});
}

SacMachine::Stage SacMachine::stage() const {
    auto stage = Stage::sac;
    for (const auto& [index, channel] : channels_) {
        if (channel->foreign() || !channel->shown_yet()) continue;
        stage = channel->answering()    ? Stage::answering
                : channel->in_program() ? Stage::program
                : channel->at_dialog()  ? Stage::dialog
                                        : Stage::shell;
    }
    return stage;
}

std::size_t SacMachine::left_open() const {
    return static_cast<std::size_t>(std::count_if(
        channels_.begin(),
        channels_.end(),
        [](const auto& entry) { return !entry.second->foreign(); }
    ));
}

} // namespace simfleet
