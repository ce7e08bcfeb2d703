// cmd.exe: splits a line and runs its parts.
#include "tests/simfleet/windows/interpreter.hpp"

#include "core/text.hpp"
#include "tests/simfleet/windows/powershell.hpp"

#include <charconv>

namespace simfleet {

namespace {

// cmd.exe's limit, by Microsoft's documentation of it.
constexpr std::size_t longest_line = 8191;

// CreateProcess' limit is for winrshost, which answers with a fault: see ShellHost.

// Removes "cmd.exe /c" and the quotes around the rest, as cmd.exe itself does.
std::string_view without_cmd(std::string_view line) {
    line = rdpsweep::trim(line);
    const std::string lower = rdpsweep::ascii_lower(line);
    for (const std::string_view prefix : {"cmd.exe /c ", "cmd /c "}) {
        if (!lower.starts_with(prefix)) continue;
        line.remove_prefix(prefix.size());
        if (line.size() > 1 && line.front() == '"' && line.back() == '"' &&
            line.substr(1, line.size() - 2).find('"') == std::string_view::npos) {
            line = line.substr(1, line.size() - 2);
        }
        break;
    }
    return line;
}

// The parts between unquoted "&&".
std::vector<std::string> split_parts(std::string_view line) {
    std::vector<std::string> parts(1);
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '"') quoted = !quoted;
        if (!quoted && line.substr(at, 2) == "&&") {
            parts.emplace_back();
            ++at;
        } else {
            parts.back() += line[at];
        }
    }
    return parts;
}

// Whether cmd.exe would see an operator that this one does not know.
bool has_operator(std::string_view part) {
    bool quoted = false;
    for (const char c : part) {
        if (c == '"') quoted = !quoted;
        if (!quoted && std::string_view{"|<>&^%"}.find(c) != std::string_view::npos) return true;
    }
    return false;
}

std::string file_name(std::string_view path) {
    if (const auto slash = path.rfind('\\'); slash != std::string_view::npos) {
        path.remove_prefix(slash + 1);
    }
    std::string name = rdpsweep::ascii_lower(path);
    if (name.ends_with(".exe")) name.resize(name.size() - 4);
    return name;
}

Execution not_recognized(std::string_view word, std::uint32_t exit_code) {
    Execution done;
    done.exit_code = exit_code;
    done.err = "'" + std::string{word} +
               "' is not recognized as an internal or external command,\r\n"
               "operable program or batch file.\r\n";
    return done;
}

Execution echo(std::string_view text) {
    Execution done;
    const auto redirect = text.find(">&2");
    if (redirect == std::string_view::npos) {
        done.out = std::string{text} + "\r\n";
    } else {
        done.err = std::string{text.substr(0, redirect)}.append(text.substr(redirect + 3)) + "\r\n";
    }
    return done;
}

Execution leave(std::string_view number) {
    Execution done;
    number = rdpsweep::trim(number);
    std::from_chars(number.data(), number.data() + number.size(), done.exit_code);
    return done;
}

Execution list_variables(const Job& job) {
    Execution done;
    for (const auto& [name, value] : job.environment)
        done.out += name + "=" + value + "\r\n";
    done.out += "COMPUTERNAME=" + job.vm.name + "\r\n";
    return done;
}

Execution address_table(const Job& job) {
    Execution done;
    done.out = "\r\nWindows IP Configuration\r\n\r\n\r\nEthernet adapter Ethernet:\r\n\r\n   "
               "IPv4 Address. . . . . . . . . . . : " +
               job.vm.address + "\r\n";
    return done;
}

Execution say(std::string text) {
    Execution done;
    done.out = std::move(text) + "\r\n";
    return done;
}

Execution run_part(const Job& job, std::string_view part, Stats& stats) {
    while (!part.empty() && part.front() == ' ')
        part.remove_prefix(1);
    const bool quoted = part.starts_with('"');
    const auto end = quoted ? part.find('"', 1) : part.find(' ');
    const std::string_view word = quoted ? part.substr(1, end - 1) : part.substr(0, end);
    std::string_view rest = end == std::string_view::npos ? "" : part.substr(end + 1);
    const std::string name = file_name(word);
    if (name == "echo") return echo(rest);
    if (has_operator(part)) {
        stats.violation("a command line with characters that cmd.exe interprets");
        Execution done;
        done.exit_code = 255;
        done.err = "The syntax of the command is incorrect.\r\n";
        return done;
    }
    if (name == "powershell") {
        if (job.vm.wire.manner == Manner::powershell_missing) return not_recognized(word, 9009);
        return run_powershell(job, rest, stats);
    }
    if (name == "hostname") return say(job.vm.name);
    if (name == "whoami") return say(rdpsweep::ascii_lower(job.user));
    if (name == "ipconfig") return address_table(job);
    if (name == "set") return list_variables(job);
    if (name == "exit") return leave(rest);
    return not_recognized(word, 1);
}

} // namespace

const std::string* find_variable(const Environment& environment, std::string_view name) {
    for (const auto& [key, value] : environment) {
        if (rdpsweep::iequals(key, name)) return &value;
    }
    return nullptr;
}

Execution execute(const Job& job, Stats& stats) {
    Execution whole;
    if (job.line.size() > longest_line) {
        stats.violation("a command line longer than cmd.exe takes");
        whole.exit_code = 1;
        whole.err = "The command line is too long.\r\n";
        return whole;
    }
    for (const std::string& part : split_parts(without_cmd(job.line))) {
        Execution done = run_part(job, part, stats);
        if (done.wants_input) return done;
        whole.out += done.out;
        whole.err += done.err;
        whole.exit_code = done.exit_code;
        whole.powershell = whole.powershell || done.powershell;
        if (whole.exit_code != 0) break;
    }
    return whole;
}

} // namespace simfleet
