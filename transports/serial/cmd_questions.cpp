// Answers the CIM questions that cmd.exe's tools can answer, one command each, as rows of CIM.
#include "transports/serial/cmd_questions.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <charconv>

namespace rdpsweep::serial {

namespace {

// Win32 codes, as StdRegProv returns them (winerror.h).
constexpr std::uint32_t file_not_found = 2;
constexpr std::uint32_t access_denied = 5;

// What a line prints when its program fails: reg says no more than that.
constexpr std::string_view failed_mark = "#no";
constexpr std::string_view mark_failure = "& if errorlevel 1 echo #no";

Error unsupported() {
    return {Phase::run, Errc::unsupported, "no command of cmd.exe tells this"};
}

cim::Value text_value(std::string text) {
    cim::Value value;
    value.texts.push_back(std::move(text));
    return value;
}

cim::Rows code_row(std::uint32_t code) {
    cim::Instance row;
    row.properties.emplace_back("ReturnValue", text_value(std::to_string(code)));
    return {std::move(row)};
}

std::string parameter(const cim::Invoke& call, std::string_view name) {
    for (const auto& [key, value] : call.parameters)
        if (iequals(key, name)) return value;
    return {};
}

// Tells whether text fits into double quotes, which names and values of the registry get.
bool can_be_quoted(std::string_view text) {
    return text.size() < 200 && std::all_of(text.begin(), text.end(), [](char c) {
               return c >= ' ' && c < '\x7f' && c != '"' && c != '%' && c != '^' && c != '!';
           });
}

// Returns what follows mark in text, up to a quote or a space.
std::vector<std::string> told_after(std::string_view text, std::string_view mark) {
    std::vector<std::string> found;
    for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
        auto rest = text.substr(at + mark.size());
        found.emplace_back(rest.substr(0, rest.find_first_of("' ")));
    }
    return found;
}

std::optional<std::uint32_t> number(std::string_view text, int base = 10) {
    std::uint32_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc() || stop != end || text.empty()) return {};
    return value;
}

cim::Value bytes_value(std::string_view hex) {
    cim::Value value;
    const auto bytes = hex_decode(ascii_lower(hex)).value_or(std::string());
    for (const char c : bytes)
        value.texts.push_back(std::to_string(static_cast<unsigned char>(c)));
    value.null = value.texts.empty();
    return value;
}

cim::Value parts_value(std::string_view text) {
    cim::Value value;
    while (!text.empty()) {
        const auto end = text.find("\\0");
        if (end != 0) value.texts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 2);
    }
    value.null = value.texts.empty();
    return value;
}

// A value as the method gives it; code 1 where it is of another type.
cim::Rows row_of(std::string_view method, const RegValue& value) {
    auto rows = code_row(0);
    auto& properties = rows.front().properties;
    const auto is = [method](std::string_view name) { return method == name; };
    if (is("GetDWORDValue") && value.type == 4) {
        const auto read = number(std::string_view(value.text).substr(2), 16);
        if (read) properties.emplace_back("uValue", text_value(std::to_string(*read)));
    } else if (is("GetBinaryValue") && value.type == 3) {
        properties.emplace_back("uValue", bytes_value(value.text));
    } else if (is("GetMultiStringValue") && value.type == 7) {
        properties.emplace_back("sValue", parts_value(value.text));
    } else if ((is("GetStringValue") && value.type == 1) || (is("GetExpandedStringValue") && value.type == 2)) {
        properties.emplace_back("sValue", text_value(value.text));
    } else {
        return code_row(1);
    }
    return rows;
}

bool has_failed(const ShellLink::Said& said) {
    return !said.rows.empty() && said.rows.back() == failed_mark;
}

} // namespace

Task<Result<ShellLink::Said>> CmdQuestions::run(std::string line, HostDeadline& deadline) {
    ++asked_;
    auto said = co_await shell_.command(without_doubles(std::move(line)), deadline);
    co_return said;
}

Task<Result<cim::Rows>> CmdQuestions::ask(cim::Request request, HostDeadline& deadline) {
    if (!cim::reads_only(request)) co_return unsupported();
    if (const auto* call = std::get_if<cim::Invoke>(&request.what)) {
        if (request.class_name != "StdRegProv") co_return unsupported();
        co_return co_await registry(*call, deadline);
    }
    auto* asked = std::get_if<cim::Query>(&request.what);
    if (asked == nullptr) co_return unsupported();
    co_return co_await query(std::move(asked->wql), deadline);
}

// A key as reg shows it, asked for once.
Task<Result<CmdQuestions::Known>> CmdQuestions::look_at(std::string key, HostDeadline& deadline) {
    const auto folded = ascii_lower(key);
    if (const auto known = known_.find(folded); known != known_.end()) co_return known->second;
    auto line = "reg query \"HKLM\\" + key + "\"" + std::string(mark_failure);
    auto said = co_await run(std::move(line), deadline);
    if (!said) co_return std::move(said).error();
    Known known;
    if (said->whole && has_failed(*said)) {
        known.code = file_not_found;
        // reg fails alike for what is absent and what is denied: its parent knows.
        const auto cut = key.rfind('\\');
        if (cut != std::string::npos) {
            auto second = "reg query \"HKLM\\" + key.substr(0, cut) + "\"|findstr /i /e /c:\"\\" +
                          key.substr(cut + 1) + "\"";
            auto listed = co_await run(std::move(second), deadline);
            if (!listed) co_return std::move(listed).error();
            const auto below = read_reg(listed->rows, key);
            if (below) known.code = access_denied;
        }
    } else if (said->whole) {
        known.key = read_reg(said->rows, key);
        if (!known.key) known.key = RegKey(); // it has neither values nor keys: reg shows nothing
    }
    known_.emplace(folded, known);
    co_return known;
}

Task<Result<std::optional<RegValue>>> CmdQuestions::value_of(
    const Known& known, std::string key, std::string name, HostDeadline& deadline
) {
    const auto find = [&name](const RegKey& from) -> std::optional<RegValue> {
        for (const auto& value : from.values)
            if (iequals(value.name, name)) return value;
        return {};
    };
    if (known.key) co_return find(*known.key);
    auto line = "reg query \"HKLM\\" + key + "\" /v \"" + name + "\"" + std::string(mark_failure);
    auto said = co_await run(std::move(line), deadline);
    if (!said) co_return std::move(said).error();
    if (!said->whole) {
        co_return Error(Phase::run, Errc::output_limit, "the value is longer than a screen");
    }
    const auto read = read_reg(said->rows, key);
    if (!read || has_failed(*said)) co_return std::optional<RegValue>();
    co_return find(*read);
}

Task<Result<cim::Rows>> CmdQuestions::registry(const cim::Invoke& call, HostDeadline& deadline) {
    auto key = parameter(call, "sSubKeyName");
    auto name = parameter(call, "sValueName");
    if (!can_be_quoted(key) || !can_be_quoted(name)) co_return unsupported();
    if (call.method == "GetSecurityDescriptor") co_return unsupported();
    auto known = co_await look_at(key, deadline);
    if (!known) co_return std::move(known).error();
    if (known->code != 0) co_return code_row(known->code);
    if (call.method == "EnumKey" || call.method == "EnumValues") {
        if (!known->key) {
            co_return Error(Phase::run, Errc::output_limit, "the key holds more than a screen");
        }
        auto rows = code_row(0);
        cim::Value names;
        cim::Value types;
        if (call.method == "EnumKey") {
            names.texts = known->key->subkeys;
        } else {
            for (const auto& value : known->key->values) {
                names.texts.push_back(value.name);
                types.texts.push_back(std::to_string(value.type));
            }
        }
        if (names.texts.empty()) co_return rows;
        rows.front().properties.emplace_back("sNames", std::move(names));
        if (!types.texts.empty()) rows.front().properties.emplace_back("Types", std::move(types));
        co_return rows;
    }
    auto value = co_await value_of(*known, std::move(key), std::move(name), deadline);
    if (!value) co_return std::move(value).error();
    if (!*value) co_return code_row(file_not_found);
    co_return row_of(call.method, **value);
}

Task<Result<cim::Rows>> CmdQuestions::query(std::string wql, HostDeadline& deadline) {
    const auto from = [&wql](std::string_view name) {
        return wql.find(" FROM " + std::string(name)) != std::string::npos;
    };
    if (from("Win32_OperatingSystem")) co_return co_await system(deadline);
    if (from("Win32_Service")) co_return co_await services(wql, deadline);
    if (from("Win32_Process")) co_return co_await processes(wql, deadline);
    if (from("MSFT_NetTCPConnection")) {
        const auto ports = told_after(wql, "LocalPort=");
        const auto port = ports.size() == 1 ? number(ports.front()) : std::nullopt;
        if (port && *port < 65536) {
            co_return co_await listeners(static_cast<std::uint16_t>(*port), deadline);
        }
    }
    co_return unsupported();
}

// Asks for build and kind of the system, which are in the registry.
Task<Result<cim::Rows>> CmdQuestions::system(HostDeadline& deadline) {
    auto version = co_await look_at(R"(SOFTWARE\Microsoft\Windows NT\CurrentVersion)", deadline);
    if (!version) co_return std::move(version).error();
    auto build = co_await value_of(
        *version, R"(SOFTWARE\Microsoft\Windows NT\CurrentVersion)", "CurrentBuildNumber", deadline
    );
    if (!build) co_return std::move(build).error();
    const std::string options = R"(SYSTEM\CurrentControlSet\Control\ProductOptions)";
    auto product = co_await look_at(options, deadline);
    if (!product) co_return std::move(product).error();
    auto kind = co_await value_of(*product, options, "ProductType", deadline);
    if (!kind) co_return std::move(kind).error();
    cim::Instance row;
    if (*build) row.properties.emplace_back("BuildNumber", text_value((*build)->text));
    const auto type = !*kind                               ? 0
                      : iequals((*kind)->text, "WinNT")    ? 1
                      : iequals((*kind)->text, "LanmanNT") ? 2
                      : iequals((*kind)->text, "ServerNT") ? 3
                                                           : 0;
    if (type != 0) row.properties.emplace_back("ProductType", text_value(std::to_string(type)));
    co_return cim::Rows{std::move(row)};
}

Task<Result<cim::Rows>> CmdQuestions::services(const std::string& wql, HostDeadline& deadline) {
    const auto names = told_after(wql, "Name='");
    if (names.empty()) co_return unsupported(); // all of them are more than a screen holds
    cim::Rows rows;
    for (const auto& name : names) {
        if (!can_be_quoted(name)) co_return unsupported();
        auto said = co_await run("sc queryex \"" + name + "\"", deadline);
        if (!said) co_return std::move(said).error();
        const auto state = read_sc(said->rows);
        const auto word = state ? cim::service_state(state->state) : std::string_view();
        if (word.empty()) continue;
        cim::Instance row;
        row.properties.emplace_back("Name", text_value(name));
        row.properties.emplace_back("State", text_value(std::string(word)));
        row.properties.emplace_back("ProcessId", text_value(std::to_string(state->pid)));
        row.properties.emplace_back("ExitCode", text_value(std::to_string(state->exit)));
        rows.push_back(std::move(row));
    }
    co_return rows;
}

Task<Result<cim::Rows>> CmdQuestions::listeners(std::uint16_t port, HostDeadline& deadline) {
    auto line = "netstat -ano|findstr \":" + std::to_string(port) + "\"";
    auto said = co_await run(std::move(line), deadline);
    if (!said) co_return std::move(said).error();
    if (!said->whole) {
        co_return Error(Phase::run, Errc::output_limit, "more connections than a screen holds");
    }
    cim::Rows rows;
    for (const auto& listener : read_netstat(said->rows, port)) {
        cim::Instance row;
        row.properties.emplace_back("LocalAddress", text_value(listener.address));
        row.properties.emplace_back("OwningProcess", text_value(std::to_string(listener.pid)));
        rows.push_back(std::move(row));
    }
    co_return rows;
}

Task<Result<cim::Rows>> CmdQuestions::processes(const std::string& wql, HostDeadline& deadline) {
    cim::Rows rows;
    for (const auto& text : told_after(wql, "ProcessId=")) {
        const auto pid = number(text);
        if (!pid) continue;
        auto line = "tasklist /fo csv /nh /fi \"pid eq " + std::to_string(*pid) + "\"";
        auto said = co_await run(std::move(line), deadline);
        if (!said) co_return std::move(said).error();
        const auto image = read_tasklist(said->rows, *pid);
        if (!image) continue;
        cim::Instance row;
        row.properties.emplace_back("ProcessId", text_value(std::to_string(*pid)));
        row.properties.emplace_back("Name", text_value(*image));
        rows.push_back(std::move(row));
    }
    co_return rows;
}

} // namespace rdpsweep::serial
