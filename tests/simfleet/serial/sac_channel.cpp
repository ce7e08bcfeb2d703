// Keeps one channel's state: who is asked for, what was typed, and which program has the keys.
#include "tests/simfleet/serial/sac_channel.hpp"

#include "core/text.hpp"
#include "tests/simfleet/serial/sac_cmd.hpp"
#include "tests/simfleet/serial/sac_loader.hpp"

#include <algorithm>
#include <cstdio>

namespace simfleet {

namespace {

using namespace std::chrono_literals;

constexpr auto paint_pause = 100ms; // between two looks of the scraper
constexpr std::uint32_t first_stream_build = 20348;

std::string make_guid(Dice& dice) {
    char text[64];
    const auto a = dice.next();
    const auto b = dice.next();
    std::snprintf(
        text,
        sizeof text,
        "%08x-%04x-%04x-%04x-%012llx",
        static_cast<unsigned>(a >> 32),
        static_cast<unsigned>(a >> 16 & 0xffff),
        static_cast<unsigned>(a & 0xffff),
        static_cast<unsigned>(b >> 48),
        static_cast<unsigned long long>(b & 0xffffffffffff)
    );
    return text;
}

std::string not_recognized(std::string_view word) {
    return "'" + std::string(word) +
           "' is not recognized as an internal or external command,\r\n"
           "operable program or batch file.\r\n";
}

char swapped(char c) {
    switch (c) {
    case 'y':
        return 'z';
    case 'z':
        return 'y';
    case 'Y':
        return 'Z';
    case 'Z':
        return 'Y';
    default:
        return c;
    }
}

} // namespace

std::string pseudo_translated(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c >= 'a' && c <= 'z') {
            out += static_cast<char>('a' + (c - 'a' + 13) % 26);
        } else if (c >= 'A' && c <= 'Z') {
            out += static_cast<char>('A' + (c - 'A' + 13) % 26);
        } else if (c == ':') {
            out += "\xef\xbc\x9a";
        } else {
            out += c;
        }
    }
    return out;
}

SacChannel::SacChannel(
    const ChannelSetting& setting, std::string name, std::uint64_t seed, bool foreign
)
    : setting_(setting), name_(std::move(name)), dice_(seed), foreign_(foreign),
      width_(setting.scene.width) {
    guid_ = make_guid(dice_);
}

bool SacChannel::streams() const {
    switch (setting_.scene.painter) {
    case ConsoleScene::Painter::stream:
        return true;
    case ConsoleScene::Painter::differences:
        return false;
    case ConsoleScene::Painter::by_build:
        break;
    }
    return setting_.vm.state->build() >= first_stream_build;
}

std::string SacChannel::words(std::string_view text) const {
    return setting_.scene.other_words ? pseudo_translated(text) : std::string(text);
}

void SacChannel::print(std::string_view text) {
    if (width_ >= SacGrid::columns || !streams() || stage_ < Stage::shell) {
        grid_.put(text);
        stream_.append(text);
        return;
    }
    // A stream wraps where the shell believes the line to end.
    for (const char c : text) {
        grid_.put(std::string_view(&c, 1), width_);
        stream_ += c;
        const bool wrapped = c >= ' ' && grid_.column() == 0;
        if (wrapped) stream_ += "\r\n";
    }
}

void SacChannel::clear_screen() {
    grid_.clear();
    stream_ += "\x1b[2J\x1b[1;1H";
}

void SacChannel::preset(std::string_view text) {
    stage_ = Stage::shell;
    print(text);
    stream_.clear();
    painted_ = grid_;
}

void SacChannel::show(ConsoleTime) {
    if (stage_ == Stage::fresh) begin_dialog();
}

void SacChannel::begin_dialog() {
    stage_ = Stage::user;
    typed_.clear();
    clear_screen();
    print(words("Please enter login credentials.") + "\r\n" + words("Username:") + " ");
}

void SacChannel::key(char c, ConsoleTime now) {
    if (foreign_) {
        setting_.stats.violation("a key for somebody else's channel");
        return;
    }
    if (now < eaten_until_) return;
    const auto& scene = setting_.scene;
    const bool equal = c == last_key_ && now - last_time_ < scene.window;
    if (equal && c != '\r' && dice_.below(100) < scene.drop_percent) return;
    last_key_ = c;
    last_time_ = now;
    if (scene.layout && stage_ == Stage::shell) c = swapped(c);
    if (stage_ < Stage::starting) return dialog_key(c, now);
    if (stage_ != Stage::shell) return;
    advance(now);
    if (program_ && c != '\x03') {
        ahead_.push_back(c);
        return feed_program(now);
    }
    shell_key(c, now);
}

void SacChannel::dialog_key(char c, ConsoleTime now) {
    if (stage_ == Stage::refused) return begin_dialog(); // any key
    if (c == '\r') return end_field(now);
    if (c == '\b') {
        if (typed_.empty()) return;
        typed_.pop_back();
        print("\b \b");
        return;
    }
    typed_ += c;
    print(stage_ == Stage::password ? "*" : std::string(1, c));
}

void SacChannel::end_field(ConsoleTime now) {
    auto text = std::exchange(typed_, {});
    switch (stage_) {
    case Stage::user:
        given_.user = std::move(text);
        stage_ = Stage::domain;
        print("\r\n" + words("Domain  :") + " ");
        return;
    case Stage::domain:
        given_.domain = std::move(text);
        stage_ = Stage::password;
        print("\r\n" + words("Password:") + " ");
        return;
    default:
        given_.password = std::move(text);
        print("\r\n");
        decide(now);
    }
}

void SacChannel::decide(ConsoleTime now) {
    const auto& account = setting_.account;
    const bool good = given_.user == account.user && given_.password == account.password &&
                      (given_.domain.empty() || rdpsweep::iequals(given_.domain, account.domain));
    const auto manner = setting_.scene.logon;
    if (good && manner == ConsoleScene::Logon::ok) {
        stage_ = Stage::starting;
        until_ = now + setting_.scene.profile;
        return;
    }
    setting_.stats.refused_credentials(setting_.vm.index, "console", "");
    print("\r\n" + words("Unable to authenticate.") + "\r\n");
    stage_ = manner == ConsoleScene::Logon::refused_leaves ? Stage::closed : Stage::refused;
}

void SacChannel::prompt() {
    typed_.clear();
    print("C:\\Windows\\system32>");
}

void SacChannel::advance(ConsoleTime now) {
    if (stage_ == Stage::starting && now >= until_) {
        stage_ = Stage::shell;
        clear_screen();
        if (streams()) stream_ += "\x1b]0;Administrator: C:\\Windows\\system32\\cmd.exe\x07";
        print(
            "Microsoft Windows [Version 10.0." + std::to_string(setting_.vm.state->build()) +
            "]\r\n(c) Microsoft Corporation. All rights reserved.\r\n\r\n"
        );
        prompt();
        eaten_until_ = now + setting_.scene.eaten;
    }
    if (program_) feed_program(now);
}

// What becomes of a key on its way, in a scene of damaged lines: once it is changed, once it is
// lost, and once an Enter is lost, so that two lines come as one. All lines behind a damaged one
// are refused with it.
std::optional<char> SacChannel::arrived(char c) {
    if (!setting_.scene.bad_lines) return c;
    constexpr std::size_t after_lines[] = {2, 20, 40};
    constexpr std::size_t within = 12; // in the midst of a line
    if (damages_ == std::size(after_lines) || program_->checked_lines() < after_lines[damages_])
        return c;
    const bool enter = damages_ == 2;
    if (enter ? c != '\r' : c == '\r' || typed_.size() != within) return c;
    if (damages_++ == 0) return c == 'Q' ? 'R' : 'Q';
    return {};
}

// What was typed ahead is echoed when it is read.
void SacChannel::feed_program(ConsoleTime now) {
    for (;;) {
        print(program_->take_output(now));
        if (program_->ended(now)) return stop_program();
        if (ahead_.empty() || !program_->reads(now)) return;
        const auto come = arrived(ahead_.front());
        ahead_.pop_front();
        if (!come) continue;
        const char c = *come;
        if (c != '\r') {
            typed_ += c;
            print(std::string(1, c));
            continue;
        }
        print("\r\n");
        program_->line(std::exchange(typed_, {}), now);
    }
}

void SacChannel::stop_program() {
    const bool unharmed = setting_.scene.bad_lines && program_->checked_lines() > 0 && damages_ < 3;
    if (unharmed) setting_.stats.violation("the scene has too few lines to damage");
    program_.reset();
    print("\r\n");
    prompt();
    ahead_.clear();
}

void SacChannel::shell_key(char c, ConsoleTime now) {
    if (c == '\x03') {
        print("^C");
        if (program_) return stop_program();
        print("\r\n");
        return prompt();
    }
    if (c == '\r') {
        print("\r\n");
        return run(std::exchange(typed_, {}), now);
    }
    if (c == '\b') {
        if (typed_.empty()) return;
        typed_.pop_back();
        print("\b \b");
        return;
    }
    if (static_cast<unsigned char>(c) < ' ') return;
    typed_ += c;
    print(std::string(1, c));
}

void SacChannel::start_powershell(
    const std::string& line, const std::string& user, ConsoleTime now
) {
    const bool takes_lines =
        line.find("read-host") != std::string::npos && line.find("iex $t") != std::string::npos;
    if (!takes_lines) setting_.stats.violation("a PowerShell that nobody knows");
    if (setting_.powershell) {
        program_ = setting_.powershell(line.substr(line.find(' ') + 1));
        return;
    }
    const auto& [vm, scene, stats, account, real] = setting_;
    program_ = std::make_unique<SacLoader>(vm, user, scene, stats, now);
}

void SacChannel::run(std::string line, ConsoleTime now) {
    const auto lower = rdpsweep::ascii_lower(rdpsweep::trim(line));
    const auto& scene = setting_.scene;
    const auto user = rdpsweep::ascii_lower(setting_.account.domain + "\\" + setting_.account.user);
    if (lower == "exit") {
        stage_ = Stage::closed;
        return;
    }
    const bool powershell = lower.starts_with("powershell ");
    if (powershell && scene.shell != ConsoleScene::Shell::missing)
        return start_powershell(std::string(rdpsweep::trim(line)), user, now);
    if (powershell) {
        print(not_recognized("powershell"));
    } else if (lower == "cls") {
        clear_screen();
    } else if (lower == "whoami") {
        print(user + "\r\n");
    } else if (lower.starts_with("whoami /groups")) {
        print(
            std::string("Mandatory Label\\") + (scene.limited ? "Medium" : "High") +
            " Mandatory Level     Label   " + (scene.limited ? "S-1-16-8192" : "S-1-16-12288") +
            "\r\n"
        );
    } else if (lower.starts_with("mode con cols=")) {
        width_ = std::max(20, std::atoi(lower.c_str() + 14));
    } else if (const auto said = run_cmd_tool(setting_.vm, line)) {
        print(*said);
    } else if (!lower.empty()) {
        // Whatever cmd.exe does not know, comments of other languages among it.
        if (!lower.starts_with('#')) setting_.stats.violation("an unknown command on a console");
        print(not_recognized(line.substr(0, line.find(' '))));
    }
    if (lower != "cls") print("\r\n");
    prompt();
}

std::string SacChannel::paint(ConsoleTime now, bool shown) {
    advance(now);
    if (streams()) {
        auto bytes = std::exchange(stream_, {});
        return shown ? bytes : std::string();
    }
    stream_.clear();
    if (!shown || now - last_paint_ < paint_pause) return {};
    last_paint_ = now;
    auto bytes = grid_.changes_since(painted_);
    painted_ = grid_;
    return bytes;
}

std::string SacChannel::repaint() {
    stream_.clear();
    painted_ = grid_;
    return grid_.full_paint();
}

} // namespace simfleet
