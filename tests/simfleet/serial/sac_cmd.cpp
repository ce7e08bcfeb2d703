// Prints what each of the tools would print of the simulated registry, services and connections.
#include "tests/simfleet/serial/sac_cmd.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace simfleet {

namespace {

using rdpsweep::ascii_lower;
using Lines = std::vector<std::string>;

struct Result {
    Lines lines;
    bool failed = false;
};

// Words; double quotes group.
Lines words_of(std::string_view line) {
    Lines words;
    bool quoted = false;
    bool open = false;
    for (const char c : line) {
        if (c == ' ' && !quoted) {
            open = false;
            continue;
        }
        if (!open) words.emplace_back();
        open = true;
        if (c == '"')
            quoted = !quoted;
        else
            words.back() += c;
    }
    return words;
}

std::string shown(const RegistryValue& value) {
    const auto text = [&value] {
        auto utf8 = rdpsweep::utf16le_to_utf8(value.data);
        while (!utf8.empty() && utf8.back() == '\0')
            utf8.pop_back();
        return utf8;
    };
    char number[16];
    switch (value.type) {
    case reg_dword: {
        std::uint32_t read = 0;
        for (std::size_t at = 0; at < 4 && at < value.data.size(); ++at)
            read |= static_cast<std::uint32_t>(static_cast<unsigned char>(value.data[at]))
                    << 8 * at;
        std::snprintf(number, sizeof number, "0x%x", static_cast<unsigned>(read));
        return number;
    }
    case reg_binary: {
        auto hex = rdpsweep::hex_encode(value.data);
        for (auto& c : hex)
            c = static_cast<char>(c >= 'a' ? c - 0x20 : c);
        return hex;
    }
    case reg_multi_sz:
        return rdpsweep::join(rdpsweep::split(text(), '\0'), "\\0");
    default:
        return text();
    }
}

const char* type_of(std::uint32_t type) {
    switch (type) {
    case reg_sz:
        return "REG_SZ";
    case reg_expand_sz:
        return "REG_EXPAND_SZ";
    case reg_binary:
        return "REG_BINARY";
    case reg_dword:
        return "REG_DWORD";
    case reg_multi_sz:
        return "REG_MULTI_SZ";
    default:
        return "REG_NONE";
    }
}

// reg query KEY [/v NAME]
Result query_registry(const Vm& vm, const Lines& words) {
    Result result;
    const std::string_view root = "HKLM\\";
    const auto path = words[2].substr(std::min(words[2].size(), root.size()));
    const auto* key = vm.state->registry.find(path);
    const bool denied = vm.state->limit("key:" + path) != nullptr;
    const bool one = words.size() == 5 && ascii_lower(words[3]) == "/v";
    const auto value = one && key != nullptr ? key->values.find(ascii_lower(words[4]))
                                             : decltype(key->values.begin())();
    if (key == nullptr || denied || (one && value == key->values.end())) {
        result.lines = {
            "", "ERROR: The system was unable to find the specified registry key or value."};
        result.failed = true;
        return result;
    }
    const auto whole = "HKEY_LOCAL_MACHINE\\" + path;
    const auto put = [&result](const NamedValue& named) {
        result.lines.push_back(
            "    " + named.name + "    " + type_of(named.value.type) + "    " + shown(named.value)
        );
    };
    result.lines = {"", whole};
    if (one) {
        put(value->second);
        result.lines.emplace_back();
        return result;
    }
    for (const auto& [folded, named] : key->values)
        put(named);
    result.lines.emplace_back();
    for (const auto& [folded, child] : key->keys)
        result.lines.push_back(whole + "\\" + child->name);
    return result;
}

Result query_service(const Vm& vm, const std::string& name) {
    const auto* service = vm.state->service(name);
    Result result;
    if (service == nullptr) {
        result.lines = {
            "[SC] EnumQueryServicesStatus:OpenService FAILED 1060:",
            "",
            "The specified service does not exist as an installed service."};
        result.failed = true;
        return result;
    }
    static constexpr std::array words{"", "STOPPED", "START_PENDING", "STOP_PENDING", "RUNNING"};
    const auto state = std::min<std::size_t>(service->state, words.size() - 1);
    result.lines = {
        "",
        "SERVICE_NAME: " + name,
        "        TYPE               : 30  WIN32  ",
        "        STATE              : " + std::to_string(service->state) + "  " + words[state],
        "                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)",
        "        WIN32_EXIT_CODE    : " + std::to_string(service->exit_code) + "  (0x0)",
        "        SERVICE_EXIT_CODE  : 0  (0x0)",
        "        CHECKPOINT         : 0x0",
        "        WAIT_HINT          : 0x0",
        "        PID                : " + std::to_string(service->pid),
        "        FLAGS              :"};
    return result;
}

Result connections(const Vm& vm) {
    Result result{
        {"",
         "Active Connections",
         "",
         "  Proto  Local Address          Foreign Address        State           PID"},
        false};
    for (const auto& socket : vm.state->sockets) {
        const bool v6 = socket.address.find(':') != std::string::npos;
        const auto local =
            (v6 ? "[" + socket.address + "]" : socket.address) + ":" + std::to_string(socket.port);
        char line[160];
        std::snprintf(
            line,
            sizeof line,
            "  TCP    %-22s %-22s LISTENING       %u",
            local.c_str(),
            v6 ? "[::]:0" : "0.0.0.0:0",
            static_cast<unsigned>(socket.pid)
        );
        result.lines.emplace_back(line);
    }
    return result;
}

Result process(const Vm& vm, const std::string& filter) {
    const auto pid =
        static_cast<std::uint32_t>(std::atoi(filter.substr(filter.rfind(' ') + 1).c_str()));
    const auto* found = vm.state->process(pid);
    if (found == nullptr) {
        return {{"INFO: No tasks are running which match the specified criteria."}, false};
    }
    return {
        {"\"" + found->image + "\",\"" + std::to_string(pid) +
         "\",\"Services\",\"0\",\"12,345 K\""},
        false};
}

// findstr [/i] [/e] [/c:]TEXT
Lines filtered(const Lines& lines, const Lines& words) {
    bool at_end = false;
    std::string wanted;
    for (std::size_t at = 1; at < words.size(); ++at) {
        const auto lower = ascii_lower(words[at]);
        if (lower == "/e") at_end = true;
        if (lower.starts_with("/c:")) wanted = lower.substr(3);
        if (!lower.starts_with('/')) wanted = lower;
    }
    Lines kept;
    for (const auto& line : lines) {
        const auto lower = ascii_lower(line);
        if (at_end ? lower.ends_with(wanted) : lower.find(wanted) != std::string::npos)
            kept.push_back(line);
    }
    return kept;
}

std::optional<Result> run_one(const Vm& vm, const Lines& words) {
    const auto program = words.empty() ? std::string() : ascii_lower(words[0]);
    if (program == "reg" && words.size() >= 3 && ascii_lower(words[1]) == "query")
        return query_registry(vm, words);
    if (program == "sc" && words.size() == 3 && ascii_lower(words[1]) == "queryex")
        return query_service(vm, words[2]);
    if (program == "netstat" && words.size() == 2 && ascii_lower(words[1]) == "-ano")
        return connections(vm);
    if (program == "tasklist" && words.size() == 6) return process(vm, words[5]);
    return {};
}

} // namespace

std::optional<std::string> run_cmd_tool(const Vm& vm, std::string_view line) {
    const auto cut = line.find('&');
    auto first = rdpsweep::trim(line.substr(0, cut));
    const auto pipe = first.find('|');
    auto result = run_one(vm, words_of(first.substr(0, pipe)));
    if (!result) return {};
    if (pipe != std::string_view::npos) {
        const auto words = words_of(first.substr(pipe + 1));
        if (words.empty() || ascii_lower(words[0]) != "findstr") return {};
        result->lines = filtered(result->lines, words);
    }
    if (cut != std::string_view::npos) {
        const auto rest = ascii_lower(rdpsweep::trim(line.substr(cut + 1)));
        constexpr std::string_view on_failure = "if errorlevel 1 echo ";
        if (!rest.starts_with(on_failure)) return {};
        if (result->failed) result->lines.push_back(rest.substr(on_failure.size()));
    }
    std::string out;
    for (const auto& text : result->lines)
        out += text + "\r\n";
    return out;
}

} // namespace simfleet
