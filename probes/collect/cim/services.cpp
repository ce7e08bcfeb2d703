// /svc over CIM: as the service manager has them, and as the registry configures them.
#include "core/text.hpp"
#include "probes/collect/cim/shared.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace rdpsweep::cim_plan {

namespace {

constexpr std::array wanted_services{
    "TermService", "SessionEnv", "UmRdpService", "KeyIso", "CertPropSvc", "CryptSvc", "gpsvc"};
// Roles of a Remote Desktop deployment: few hosts have any.
constexpr std::array roles{"Tssdis", "RDMS", "TScPubRPC"};

// Names of the system's own accounts are the same in every language.
std::optional<std::string> well_known_sid(std::string_view account) {
    constexpr std::string_view authority = "nt authority\\";
    auto name = ascii_lower(account);
    if (name.starts_with(authority)) name.erase(0, authority.size());
    std::erase(name, ' ');
    if (name == "localsystem" || name == "system") return "S-1-5-18";
    if (name == "localservice") return "S-1-5-19";
    if (name == "networkservice") return "S-1-5-20";
    return {};
}

void ask_account(Steps& steps, const std::string& pointer, const std::string& account) {
    if (const auto sid = well_known_sid(account)) return steps.put(pointer, *sid);
    const auto cut = account.find('\\');
    if (cut == std::string::npos) return steps.unread(pointer, "unsupported", "");
    auto domain = account.substr(0, cut);
    if (domain == ".") {
        domain = steps.text_at("/os/host");
    }
    steps.query(
        pointer,
        "root/cimv2",
        "SELECT SID FROM Win32_Account WHERE Domain=" + wql_text(domain) +
            " AND Name=" + wql_text(account.substr(cut + 1)),
        [&steps, pointer](const cim::Rows& rows) {
            const auto sid = rows.empty() ? std::nullopt : text_of(rows.front(), "SID");
            if (sid)
                steps.put(pointer, *sid);
            else
                steps.unread(pointer, "absent", "");
        }
    );
}

void put_running(Steps& steps, const std::string& pointer, const cim::Instance& row) {
    if (const auto word = text_of(row, "State")) {
        const auto state = cim::service_state(*word);
        if (state != 0) steps.put(pointer + "/state", state);
    }
    if (const auto pid = number_of(row, "ProcessId")) steps.put(pointer + "/pid", *pid);
    if (const auto exit = number_of(row, "ExitCode")) steps.put(pointer + "/exit", *exit);
}

const cim::Instance* row_of(const cim::Rows& rows, std::string_view name) {
    for (const auto& row : rows) {
        if (iequals(text_of(row, "Name").value_or(""), name)) return &row;
    }
    return nullptr;
}

// Asks for the configuration in the registry, which may be newer than the service manager's.
void ask_configured(
    Steps& steps, const std::string& name, const cim::Instance* row, const Error* lost
) {
    const auto key = current + R"(\Services\)" + name;
    std::shared_ptr<cim::Instance> running =
        row == nullptr ? nullptr : std::make_shared<cim::Instance>(*row);
    std::shared_ptr<Error> failure = lost == nullptr ? nullptr : std::make_shared<Error>(*lost);
    steps.values("/svc", key, [&steps, key, name, running, failure](const auto& values) {
        if (!values) return;
        const auto index = steps.at("/svc").size();
        const auto pointer = "/svc/" + std::to_string(index);
        steps.put(pointer + "/n", name);
        if (values->type_of("Start") == reg_dword) {
            steps.dword(pointer + "/start", key, "Start", [&steps, pointer](auto start) {
                steps.put(pointer + "/start", start);
            });
        }
        if (values->type_of("Type") == reg_dword) {
            steps.dword(pointer + "/type", key, "Type", [&steps, pointer](auto type) {
                steps.put(pointer + "/type", type);
            });
        }
        if (values->type_of("ObjectName")) {
            steps.text(
                pointer + "/acct_sid",
                key,
                "ObjectName",
                [&steps, pointer](const auto& account) {
                    if (!account.empty()) ask_account(steps, pointer + "/acct_sid", account);
                }
            );
        }
        if (running) put_running(steps, pointer, *running);
        if (failure) {
            steps.unread(pointer + "/state", *failure);
            steps.unread(pointer + "/pid", *failure);
        }
    });
}

void keep_running(Shared& shared, const cim::Rows& rows) {
    shared.services_read = true;
    for (const auto& row : rows) {
        const auto pid = number_of(row, "ProcessId").value_or(0);
        if (pid != 0) shared.running.push_back({text_of(row, "Name").value_or(""), pid});
    }
}

} // namespace

// Asks for the services. named: only those we judge, where all of them are too many rows.
void ask_services(Steps& steps, bool named) {
    auto shared = std::make_shared<Shared>();
    const auto go_on = [&steps, shared](const cim::Rows& rows, const Error* lost) {
        for (const auto* name : wanted_services)
            ask_configured(steps, name, row_of(rows, name), lost);
        for (const auto* name : roles) {
            const auto* row = row_of(rows, name);
            if (row != nullptr || lost != nullptr) ask_configured(steps, name, row, lost);
        }
        ask_listener(steps, shared);
    };
    std::string query = "SELECT Name,State,ProcessId,ExitCode FROM Win32_Service";
    if (named) {
        for (const auto* name : wanted_services)
            query += (name == wanted_services.front() ? " WHERE Name='" : " OR Name='") +
                     std::string(name) + "'";
        for (const auto* name : roles)
            query += " OR Name='" + std::string(name) + "'";
    }
    steps.put("/svc", nlohmann::json::array());
    steps.query(
        "/svc",
        "root/cimv2",
        std::move(query),
        Steps::Readers{
            [shared, go_on](const cim::Rows& rows) {
                keep_running(*shared, rows);
                go_on(rows, nullptr);
            },
            [go_on](const Error& error) { go_on({}, &error); }}
    );
}

} // namespace rdpsweep::cim_plan
