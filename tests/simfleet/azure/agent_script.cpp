// Takes the param() block off a script and runs what is behind it, statement by statement.
#include "tests/simfleet/azure/agent_script.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/windows/powershell.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

namespace simfleet {

using nlohmann::json;
using rdpsweep::ascii_lower;
using rdpsweep::trim;

namespace {

using Variables = std::map<std::string, std::string>; // names in small letters

// Where the script's own lines begin, and what it declares before them.
struct Declared {
    std::size_t end = 0;
    std::string block; // of param(...), in small letters
    bool any = false;
    bool strict = false; // a parameter that is not declared is an error
};

// Behind what may stand before param(): blank lines, comments, attributes.
std::size_t skip_preamble(const std::string& text) {
    std::size_t at = 0;
    for (;;) {
        at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
        if (at == text.size() || (text[at] != '#' && text[at] != '[')) return at;
        at = std::min(text.find('\n', at), text.size());
    }
}

Declared declared_by(const std::string& script) {
    const auto text = ascii_lower(script);
    const auto begin = skip_preamble(text);
    Declared declared;
    if (text.compare(begin, 5, "param") != 0) return declared;
    const auto open = text.find_first_not_of(" \t\r\n", begin + 5);
    if (open == std::string::npos || text[open] != '(') return declared;
    std::size_t end = open;
    for (int depth = 0; end < text.size(); ++end) {
        if (text[end] == '(') ++depth;
        if (text[end] == ')' && --depth == 0) break;
    }
    declared.any = true;
    declared.end = std::min(end + 1, text.size());
    declared.block = text.substr(open, declared.end - open);
    declared.strict = text.substr(0, begin).find("[cmdletbinding") != std::string::npos ||
                      declared.block.find("[parameter") != std::string::npos;
    return declared;
}

bool variable_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool declares(const Declared& declared, const std::string& name) {
    const auto wanted = "$" + name;
    const auto& block = declared.block;
    for (auto at = block.find(wanted); at != std::string::npos; at = block.find(wanted, at + 1)) {
        const auto end = at + wanted.size();
        if (end == block.size() || !variable_character(block[end])) return true;
    }
    return false;
}

// The variables that a script of ours sets from its parameters, in the two ways it may.
Environment environment_of(const std::string& script, const Variables& values) {
    Environment environment;
    for (const auto& line : rdpsweep::split(script.substr(0, 1000), '\n')) {
        constexpr std::string_view sign = "$env:";
        if (!line.starts_with(sign)) continue;
        const auto equals = line.find(" = ");
        if (equals == std::string::npos) continue;
        for (const auto& [name, value] : values) {
            const auto right = ascii_lower(line.substr(equals + 3));
            const auto variable = line.substr(sign.size(), equals - sign.size());
            if (right == "$" + name) environment.emplace_back(variable, value);
            if (right ==
                "[text.encoding]::ascii.getstring([convert]::frombase64string($" + name + "))") {
                environment.emplace_back(
                    variable, rdpsweep::base64_decode(value).value_or("not Base64")
                );
            }
        }
    }
    return environment;
}

// text with each $name replaced by its value; one that has none is empty.
std::string expanded(std::string_view text, const Variables& values) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool begins = text[at] == '$' && at + 1 < text.size() &&
                            (variable_character(text[at + 1]) || text[at + 1] == '{');
        if (!begins) {
            out += text[at];
            continue;
        }
        const bool braces = text[at + 1] == '{';
        auto end = at + (braces ? 2 : 1);
        const auto first = end;
        while (end < text.size() && (variable_character(text[end]) || text[end] == ':'))
            ++end;
        const auto found = values.find(ascii_lower(text.substr(first, end - first)));
        if (found != values.end()) out += found->second;
        at = braces ? end : end - 1;
    }
    return out;
}

// What a word or a string in quotes stands for.
std::string value_of(std::string_view text, const Variables& values) {
    text = trim(text);
    const bool quoted = text.size() > 1 && text.front() == text.back();
    if (quoted && text.front() == '\'') return std::string(text.substr(1, text.size() - 2));
    if (quoted && text.front() == '"') text = text.substr(1, text.size() - 2);
    return expanded(text, values);
}

std::string unknown_term(std::string_view word) {
    const std::string term(word);
    return term + " : The term '" + term +
           "' is not recognized as the name of a cmdlet, function, script file, or operable "
           "program.\r\n";
}

// The text behind the first of those words; nothing where the statement begins with none of them.
std::optional<std::string_view>
words_behind(std::string_view statement, std::initializer_list<std::string_view> words) {
    const auto blank = std::min(statement.find(' '), statement.size());
    for (const auto word : words)
        if (rdpsweep::iequals(statement.substr(0, blank), word))
            return trim(statement.substr(blank));
    return {};
}

// "$name = value"; false where it is none.
bool assigns(std::string_view statement, Variables& values) {
    const auto equals = statement.find('=');
    if (!statement.starts_with('$') || equals == std::string_view::npos) return false;
    const auto name = ascii_lower(trim(statement.substr(1, equals - 1)));
    values[name] = value_of(statement.substr(equals + 1), values);
    return true;
}

// Returns false at the end of the script.
bool run_statement(std::string_view statement, Variables& values, Execution& done) {
    statement = trim(statement);
    if (statement.empty() || statement.starts_with('#') || assigns(statement, values)) return true;
    const auto first = statement.front();
    if (first == '$' || first == '\'' || first == '"') {
        done.out += value_of(statement, values) + "\r\n";
    } else if (const auto said = words_behind(statement, {"Write-Output", "Write-Host", "echo"})) {
        done.out += value_of(*said, values) + "\r\n";
    } else if (words_behind(statement, {"hostname"})) {
        done.out += values["env:computername"] + "\r\n";
    } else if (const auto wrong = words_behind(statement, {"Write-Error", "throw"})) {
        done.err += value_of(*wrong, values) + "\r\n";
        if (!rdpsweep::iequals(statement.substr(0, 5), "throw")) return true;
        done.exit_code = 1;
        return false;
    } else if (const auto code = words_behind(statement, {"exit"})) {
        std::from_chars(code->data(), code->data() + code->size(), done.exit_code);
        return false;
    } else {
        done.err += unknown_term(statement.substr(0, statement.find(' ')));
    }
    return true;
}

Execution run_statements(std::string_view text, Variables values) {
    Execution done;
    for (const auto& line : rdpsweep::split(text, '\n'))
        for (const auto& statement : rdpsweep::split(line, ';'))
            if (!run_statement(statement, values, done)) return done;
    return done;
}

} // namespace

AgentScript agent_script(const json& body) {
    AgentScript script;
    const auto text = body.value("script", json());
    if (text.is_string()) script.text = text.get<std::string>();
    if (text.is_array())
        for (const auto& line : text)
            if (line.is_string()) script.text += line.get<std::string>() + "\n";
    const auto parameters = body.value("parameters", json());
    if (!parameters.is_array()) return script;
    for (const auto& parameter : parameters)
        script.parameters.emplace_back(
            parameter.value("name", std::string()), parameter.value("value", std::string())
        );
    return script;
}

Execution run_by_agent(const Vm& vm, const AgentScript& script, Stats& stats) {
    const auto declared = declared_by(script.text);
    Variables values;
    std::string left; // $args
    for (const auto& [name, value] : script.parameters) {
        const auto folded = ascii_lower(name);
        if (declares(declared, folded)) {
            values[folded] = value;
            continue;
        }
        if (declared.strict) {
            Execution refused;
            refused.exit_code = 1;
            refused.err =
                "A parameter cannot be found that matches parameter name '" + name + "'.\r\n";
            return refused;
        }
        left += (left.empty() ? "-" : "\r\n-") + name + "\r\n" + value;
    }
    // The mark that every version of our scripts prints, so its text must hold it.
    if (script.text.find("RDPSWEEP1") != std::string::npos) {
        const auto environment = environment_of(script.text, values);
        return run_script(
            {vm, environment, "NT AUTHORITY\\SYSTEM", "", std::nullopt}, script.text, stats
        );
    }
    values["args"] = left;
    values["env:computername"] = vm.name;
    return run_statements(std::string_view(script.text).substr(declared.end), std::move(values));
}

Execution run_by_shell(const AgentScript& script) {
    Variables values{{"env:computername", "build-agent"}};
    for (const auto& [name, value] : script.parameters)
        values[ascii_lower(name)] = value;
    auto done = run_statements(script.text, std::move(values));
    done.out.erase(std::remove(done.out.begin(), done.out.end(), '\r'), done.out.end());
    return done;
}

std::string kept_output(const std::string& text) {
    constexpr std::size_t tail = 4096; // bytes that Azure keeps of each stream
    return text.size() > tail ? text.substr(text.size() - tail) : text;
}

} // namespace simfleet
