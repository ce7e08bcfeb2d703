// Recognises the collector by where it comes from and answers with the facts of the VM's state.
#include "tests/simfleet/windows/powershell.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "tests/simfleet/azure/lean_rows.hpp"
#include "tests/simfleet/windows/change_script.hpp"
#include "tests/simfleet/windows/facts_json.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <ctime>

namespace simfleet {

namespace {

// The mark that every version of the collector prints, so its text must hold it.
constexpr std::string_view frame_mark = "RDPSWEEP1";
constexpr std::string_view clixml_head =
    "#< CLIXML\r\n<Objs Version=\"1.1.0.1\" "
    "xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">";

std::string clixml_error(const std::string& message) {
    return std::string{clixml_head} + "<S S=\"Error\">" + message + "_x000D__x000A_</S>" +
           "<S S=\"Error\">At line:1 char:1_x000D__x000A_</S></Objs>";
}

Execution failed(const std::string& message) {
    Execution done;
    done.powershell = true;
    done.exit_code = 1;
    done.err = clixml_error(message);
    return done;
}

std::string frame(const std::string& nonce, const std::string& json) {
    char check[16];
    std::snprintf(check, sizeof check, "%08x", static_cast<unsigned>(rdpsweep::crc32(json)));
    std::string out{frame_mark};
    out += " " + nonce + " " + std::to_string(json.size()) + " " + check + " ";
    return out;
}

// An empty object where there is none, or none that is JSON.
nlohmann::json arguments_of(const Job& job, Stats& stats) {
    const std::string* text = find_variable(job.environment, "RDPSWEEP_ARGS");
    if (text == nullptr) return nlohmann::json::object();
    auto parsed = nlohmann::json::parse(*text, nullptr, false);
    if (parsed.is_object()) return parsed;
    stats.violation("RDPSWEEP_ARGS is not one JSON object");
    return nlohmann::json::object();
}

// Of the lean profile: what it may print, 0 for any length; nothing for another profile.
std::optional<std::size_t> lean_limit(const nlohmann::json& arguments) {
    if (arguments.value("profile", std::string()) != "lean") return {};
    return arguments.value("most", std::size_t{0});
}

Execution run_changes(const Job& job) {
    const std::string* nonce = find_variable(job.environment, "RDPSWEEP_NONCE");
    const std::string* arguments = find_variable(job.environment, "RDPSWEEP_ARGS");
    const auto json = run_change_script(job.vm, arguments == nullptr ? "" : *arguments);
    Execution done;
    done.powershell = true;
    done.out = frame(nonce == nullptr ? "none" : *nonce, json) + json + "\n";
    return done;
}

Execution run_collector(const Job& job, std::string_view script, Stats& stats) {
    if (script.find(frame_mark) == std::string_view::npos) {
        stats.violation("a script that is not the collector");
        return failed("Invoke-Expression : not a collector script");
    }
    stats.script(rdpsweep::sha256_hex(script));
    if (is_change_script(script)) return run_changes(job);
    const std::string* nonce = find_variable(job.environment, "RDPSWEEP_NONCE");
    if (nonce == nullptr || nonce->empty()) {
        stats.violation("the collector was started without RDPSWEEP_NONCE");
        return failed("RDPSWEEP_NONCE is missing");
    }
    const auto arguments = arguments_of(job, stats);
    stats.script_run();
    if (job.vm.wire.manner == Manner::script_fails) {
        return failed("The term 'Get-Nothing' is not recognized as the name of a cmdlet");
    }
    Execution done;
    done.powershell = true;
    const std::string json =
        facts_json(*job.vm.state, std::time(nullptr), arguments.value("handshake", true));
    // What constrained language leaves to say is little, and needs no rows.
    const bool constrained = job.vm.state->collector.language_mode != "FullLanguage";
    if (const auto most = lean_limit(arguments); most && !constrained) {
        done.out = lean_answer(json, *nonce, *most);
        return done;
    }
    const bool cut = job.vm.wire.manner == Manner::truncated_frame;
    done.out = frame(*nonce, json) + (cut ? json.substr(0, json.size() / 2) : json) + "\n";
    return done;
}

bool name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The values of all $env:NAME in text, in order, joined.
std::string expand_variables(const Environment& environment, std::string_view text) {
    std::string out;
    const std::string lower = rdpsweep::ascii_lower(text);
    for (auto at = lower.find("env:"); at != std::string::npos; at = lower.find("env:", at)) {
        at += 4;
        std::size_t end = at;
        while (end < text.size() && name_character(text[end]))
            ++end;
        if (const auto* value = find_variable(environment, text.substr(at, end - at))) {
            out += *value;
        }
    }
    return out;
}

std::string unquoted(std::string_view text) {
    text = rdpsweep::trim(text);
    const bool quoted = text.size() > 1 && text.front() == text.back() &&
                        (text.front() == '"' || text.front() == '\'');
    return std::string{quoted ? text.substr(1, text.size() - 2) : text};
}

// What stands in "& { ... }", as clients wrap a script; else text.
std::string_view called_block(std::string_view text) {
    text = rdpsweep::trim(text);
    if (!text.starts_with('&')) return text;
    const auto block = rdpsweep::trim(text.substr(1));
    const bool whole = block.size() > 1 && block.front() == '{' && block.back() == '}';
    return whole ? rdpsweep::trim(block.substr(1, block.size() - 2)) : text;
}

// One statement of those a person tries first.
Execution run_trivial(std::string_view text) {
    Execution done;
    done.powershell = true;
    text = called_block(text);
    const std::string lower = rdpsweep::ascii_lower(text);
    for (const std::string_view word : {"write-output ", "write-host ", "echo "}) {
        if (!lower.starts_with(word)) continue;
        done.out = unquoted(text.substr(word.size())) + "\r\n";
        return done;
    }
    if (lower == "(pwd).path") {
        done.out = "C:\\Windows\\system32\r\n";
        return done;
    }
    if (lower.starts_with("exit ")) {
        done.exit_code = static_cast<std::uint32_t>(std::atoi(lower.c_str() + 5));
        return done;
    }
    return failed("The term is not recognized as the name of a cmdlet");
}

Execution wait_for_input() {
    Execution waiting;
    waiting.wants_input = true;
    waiting.powershell = true;
    return waiting;
}

} // namespace

Execution run_script(const Job& job, std::string_view script, Stats& stats) {
    return run_collector(job, script, stats);
}

namespace {

// A command line that takes variables from the first lines of its input and a script from the rest.
constexpr std::string_view takes_a_variable = "[environment]::setenvironmentvariable('";
constexpr std::string_view from_a_line = "',[console]::in.readline())";
constexpr std::string_view runs_the_rest = "invoke-expression ([console]::in.readtoend())";

std::string take_line(std::string& input) {
    const auto end = std::min(input.find('\n'), input.size());
    std::string line = input.substr(0, end);
    input.erase(0, std::min(end + 1, input.size()));
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

Execution run_with_variables(const Job& job, const std::string& text, Stats& stats) {
    if (!job.input) return wait_for_input();
    std::string input = *job.input;
    Environment environment = job.environment;
    for (const auto& part : rdpsweep::split(text, ';')) {
        const auto statement = rdpsweep::ascii_lower(part);
        if (statement == runs_the_rest) {
            return run_collector({job.vm, environment, job.user, job.line, input}, input, stats);
        }
        if (!statement.starts_with(takes_a_variable) || !statement.ends_with(from_a_line)) break;
        const auto size = part.size() - takes_a_variable.size() - from_a_line.size();
        environment.emplace_back(part.substr(takes_a_variable.size(), size), take_line(input));
    }
    return failed("The string is missing the terminator");
}

Execution run_text(const Job& job, const std::string& text, Stats& stats) {
    const std::string lower = rdpsweep::ascii_lower(text);
    if (lower.starts_with(takes_a_variable)) return run_with_variables(job, text, stats);
    if (lower == runs_the_rest) {
        return job.input ? run_collector(job, *job.input, stats) : wait_for_input();
    }
    if (lower.find("invoke-expression") != std::string::npos || lower.starts_with("iex ")) {
        return run_collector(job, expand_variables(job.environment, text), stats);
    }
    if (text.find(frame_mark) != std::string::npos) return run_collector(job, text, stats);
    return run_trivial(text);
}

// A Windows command line's arguments: spaces separate, double quotes group, \" is a quote.
std::vector<std::string> split_arguments(std::string_view line) {
    std::vector<std::string> out;
    bool quoted = false;
    bool open = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char c = line[at];
        if (c == ' ' && !quoted) {
            open = false;
            continue;
        }
        if (!open) out.emplace_back();
        open = true;
        if (c == '\\' && at + 1 < line.size() && line[at + 1] == '"') {
            out.back() += line[++at];
        } else if (c == '"') {
            quoted = !quoted;
        } else {
            out.back() += c;
        }
    }
    return out;
}

std::string join(const std::vector<std::string>& words, std::size_t from) {
    std::string out;
    for (std::size_t at = from; at < words.size(); ++at) {
        out += (at == from ? "" : " ") + words[at];
    }
    return out;
}

bool is_switch(const std::string& word, std::string_view full) {
    const std::string lower = rdpsweep::ascii_lower(word);
    return lower.size() > 1 && full.starts_with(lower);
}

bool takes_value(const std::string& word) {
    for (const std::string_view full :
         {"-executionpolicy", "-outputformat", "-inputformat", "-version", "-windowstyle"}) {
        if (is_switch(word, full)) return true;
    }
    return rdpsweep::iequals(word, "-ep");
}

Execution run_encoded(const Job& job, const std::string& encoded, Stats& stats) {
    const auto bytes = rdpsweep::base64_decode(encoded);
    if (!bytes) return failed("Cannot process the command because the value is not Base64");
    return run_text(job, rdpsweep::utf16le_to_utf8(*bytes), stats);
}

} // namespace

std::string clixml_progress() {
    return std::string{clixml_head} +
           "<Obj S=\"progress\" RefId=\"0\"><TN RefId=\"0\"><T>System.Management.Automation."
           "PSCustomObject</T><T>System.Object</T></TN><MS><I64 N=\"SourceId\">1</I64><PR "
           "N=\"Record\"><AV>Preparing modules for first use.</AV><AI>0</AI><Nil /><PI>-1</PI>"
           "<PC>-1</PC><T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj></Objs>";
}

Execution run_powershell(const Job& job, std::string_view arguments, Stats& stats) {
    const std::vector<std::string> words = split_arguments(arguments);
    for (std::size_t at = 0; at < words.size(); ++at) {
        const bool more = at + 1 < words.size();
        if (is_switch(words[at], "-encodedcommand") || rdpsweep::iequals(words[at], "-ec")) {
            return run_encoded(job, more ? words[at + 1] : std::string{}, stats);
        }
        const bool command = is_switch(words[at], "-command");
        if (!command && words[at].starts_with('-') && words[at] != "-") {
            at += takes_value(words[at]) ? 1 : 0;
            continue;
        }
        const std::string text = join(words, command ? at + 1 : at);
        if (text != "-") return run_text(job, text, stats);
        if (job.input) return run_text(job, *job.input, stats);
        return wait_for_input();
    }
    return failed("An interactive PowerShell has nobody to talk to");
}

} // namespace simfleet
