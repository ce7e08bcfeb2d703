// /tls over CIM.
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "probes/collect/cim/steps.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace rdpsweep::cim_plan {

namespace {

const std::string schannel = R"(SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL)";
constexpr std::size_t most_suites = 512;

// Returns a name in a JSON pointer (RFC 6901).
std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : to_valid_utf8(name)) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

// Asks for one side of one protocol, with the registry type of each value.
void ask_side(Steps& steps, const std::string& protocol, const char* side) {
    const auto pointer = "/tls/proto/" + escaped(protocol) + "/" + side;
    const auto key = schannel + R"(\Protocols\)" + protocol + "\\" +
                     (std::string_view(side) == "server" ? "Server" : "Client");
    steps.put(pointer, nlohmann::json::object());
    steps.values(pointer, key, [&steps, pointer, key](const auto& values) {
        if (!values) return;
        for (const auto& [number, type, name] :
             {std::tuple{"e", "te", "Enabled"}, std::tuple{"d", "td", "DisabledByDefault"}}) {
            const auto found = values->type_of(name);
            if (!found) continue;
            steps.put(pointer + "/" + type, *found);
            if (*found != reg_dword) continue;
            const auto to = pointer + "/" + number;
            steps.dword(to, key, name, [&steps, to](auto value) { steps.put(to, value); });
        }
    });
}

void ask_protocols(Steps& steps) {
    steps.put("/tls/proto", nlohmann::json::object());
    steps.subkeys("/tls/proto", schannel + R"(\Protocols)", [&steps](const auto& names) {
        if (!names) return;
        for (const auto& name : *names) {
            ask_side(steps, name, "server");
            ask_side(steps, name, "client");
        }
    });
}

// Asks for SCHANNEL\Ciphers and its like: a key each, with a value Enabled.
void ask_switches(Steps& steps, const std::string& table, const std::string& group) {
    const auto below = schannel + "\\" + table;
    steps.put(group, nlohmann::json::object());
    steps.subkeys(group, below, [&steps, below, group](const auto& names) {
        if (!names) return;
        for (const auto& name : *names) {
            const auto pointer = group + "/" + escaped(name);
            steps.values(
                pointer,
                below + "\\" + name,
                [&steps, below, name, pointer](const auto& values) {
                    const auto type = values ? values->type_of("Enabled") : std::nullopt;
                    if (!type) return;
                    if (*type != reg_dword) return steps.unread(pointer, "error", "wrong type");
                    steps.dword(
                        pointer,
                        below + "\\" + name,
                        "Enabled",
                        [&steps, pointer](auto on) { steps.put(pointer, on); }
                    );
                }
            );
        }
    });
}

// Puts a REG_MULTI_SZ, or a REG_SZ with commas. An empty list is not an absent one.
void put_list(Steps& steps, const std::string& pointer, const std::vector<std::string>& texts) {
    auto list = nlohmann::json::array();
    for (const auto& text : texts) {
        for (const auto& part : split(text, ',')) {
            const auto word = std::string(trim(part));
            if (!word.empty() && list.size() < most_suites) list.push_back(to_valid_utf8(word));
        }
    }
    steps.put(pointer, std::move(list));
}

// A value whose type is looked up among those of its key.
struct ListValue {
    const std::string& key;
    std::string name;
    const std::optional<KeyValues>& values;
};

void ask_list(Steps& steps, const std::string& pointer, const ListValue& list) {
    const auto& [key, name, values] = list;
    const auto type = values ? values->type_of(name) : std::nullopt;
    if (type == reg_multi_sz) {
        steps.texts(pointer, key, name, [&steps, pointer](const auto& texts) {
            put_list(steps, pointer, texts);
        });
    } else if (type == reg_sz || type == reg_expand_sz) {
        steps.text(pointer, key, name, [&steps, pointer](const auto& text) {
            put_list(steps, pointer, {text});
        });
    } else if (type) {
        steps.unread(pointer, "error", "wrong type");
    }
}

void ask_suites(Steps& steps) {
    const std::string policy =
        R"(SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002)";
    const std::string local =
        R"(SYSTEM\CurrentControlSet\Control\Cryptography\Configuration\Local\SSL\00010002)";
    steps.values("/tls/suites_policy", policy, [&steps, policy](const auto& values) {
        ask_list(steps, "/tls/suites_policy", {policy, "Functions", values});
        ask_list(steps, "/tls/curves", {policy, "EccCurves", values});
    });
    steps.values("/tls/suites_local", local, [&steps, local](const auto& values) {
        ask_list(steps, "/tls/suites_local", {local, "Functions", values});
        if (steps.at("/tls/curves").is_null())
            ask_list(steps, "/tls/curves", {local, "EccCurves", values});
    });
}

} // namespace

void ask_schannel(Steps& steps) {
    steps.subkeys("/tls", schannel, [&steps](const auto& names) {
        steps.put("/tls", nlohmann::json::object());
        const auto has = [&names](std::string_view table) {
            return names && std::any_of(names->begin(), names->end(), [&](const auto& name) {
                       return iequals(name, table);
                   });
        };
        ask_protocols(steps);
        for (const auto& [table, group] :
             {std::pair{"Ciphers", "/tls/ciphers"},
              std::pair{"Hashes", "/tls/hashes"},
              std::pair{"KeyExchangeAlgorithms", "/tls/kx"}}) {
            if (has(table))
                ask_switches(steps, table, group);
            else
                steps.put(group, nlohmann::json::object());
        }
        ask_suites(steps);
        steps.dword("/tls/eventlogging", schannel, "EventLogging", [&steps](auto level) {
            steps.put("/tls/eventlogging", level);
        });
    });
}

} // namespace rdpsweep::cim_plan
