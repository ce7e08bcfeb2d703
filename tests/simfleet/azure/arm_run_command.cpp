// Runs what a client sends as the agent would, and cuts the output to what Azure keeps.
#include "tests/simfleet/azure/arm_run_command.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "tests/simfleet/windows/powershell.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace simfleet {

using nlohmann::json;

namespace {

constexpr std::size_t tail = 4096; // bytes that Azure keeps of each stream

HttpResponse answer_of(unsigned status, const json& body) {
    HttpResponse response;
    response.status = status;
    response.content_type = "application/json; charset=utf-8";
    if (!body.is_null()) response.body = body.dump();
    return response;
}

// The agent calls the script with its parameters by name: a script that does not declare one of
// them is not run.
std::optional<std::map<std::string, std::string>>
parameters_of(const json& body, const std::string& script) {
    std::map<std::string, std::string> values;
    const auto end = script.find('\n');
    const auto declared = rdpsweep::ascii_lower(script.substr(0, end));
    if (!declared.starts_with("param(")) return {};
    for (const auto& parameter : body.value("parameters", json::array())) {
        const auto name = rdpsweep::ascii_lower(parameter.value("name", std::string()));
        if (declared.find("$" + name) == std::string::npos) return {};
        values[name] = parameter.value("value", std::string());
    }
    return values;
}

// The variables that the script's first lines set from its parameters, in the two ways they may.
Environment
variables_of(const std::string& script, const std::map<std::string, std::string>& values) {
    Environment environment;
    for (const auto& line : rdpsweep::split(script.substr(0, 1000), '\n')) {
        constexpr std::string_view sign = "$env:";
        if (!line.starts_with(sign)) continue;
        const auto equals = line.find(" = ");
        if (equals == std::string::npos) continue;
        for (const auto& [name, value] : values) {
            const auto right = rdpsweep::ascii_lower(line.substr(equals + 3));
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

json stream(const char* name, const std::string& text) {
    const auto kept = text.size() > tail ? text.substr(text.size() - tail) : text;
    return {
        {"code", std::string("ComponentStatus/") + name + "/succeeded"},
        {"level", "Info"},
        {"displayStatus", "Provisioning succeeded"},
        {"message", kept}};
}

} // namespace

HttpResponse
ArmRunCommand::begin(std::size_t index, const HttpRequest& request, const std::string& base) {
    const auto now = now_();
    const auto before = running_.find(index);
    if (before != running_.end() && now < operations_[before->second].ends) {
        return answer_of(
            409,
            {{"error",
              {{"code", "Conflict"},
               {"message",
                "Run command extension execution is in progress. Please wait for completion before "
                "invoking a run command."}}}}
        );
    }
    const auto body = json::parse(request.body, nullptr, false);
    std::string script;
    if (body.is_object() && body.value("commandId", std::string()) == "RunPowerShellScript") {
        for (const auto& line : body.value("script", std::vector<std::string>()))
            script += line + "\n";
    }
    const auto values = parameters_of(body.is_object() ? body : json::object(), script);
    Operation operation;
    operation.index = index;
    operation.ends = now + takes_;
    const auto& vm = fleet_.at(index);
    if (vm.wire.manner == Manner::powershell_missing) operation.failed = true;
    Execution done;
    const auto environment = values ? variables_of(script, *values) : Environment();
    const Job job{vm, environment, "NT AUTHORITY\\SYSTEM", "", std::nullopt};
    if (values)
        done = run_script(job, script, stats_);
    else
        done.err = "A parameter cannot be found that matches parameter name.";
    operation.result =
        json{{"value", json::array({stream("StdOut", done.out), stream("StdErr", done.err)})}}.dump(
        );
    const auto id = rdpsweep::random_hex128();
    operations_[id] = operation;
    running_[index] = id;
    auto response = answer_of(202, nullptr);
    // As long as the addresses that Azure signs.
    const auto link = base + "/operations/" + id + "?p=" + std::string(3000, 'c');
    response.headers.emplace_back("Azure-AsyncOperation", link + "&api-version=2024-07-01");
    response.headers.emplace_back("Location", link + "&monitor=true&api-version=2024-07-01");
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

HttpResponse ArmRunCommand::ask(const std::string& id, bool monitor) {
    const auto found = operations_.find(id);
    if (found == operations_.end()) {
        return answer_of(
            404, {{"error", {{"code", "NotFound"}, {"message", "no such operation"}}}}
        );
    }
    const auto& operation = found->second;
    const bool ended = now_() >= operation.ends;
    if (!ended) {
        auto response = answer_of(
            monitor ? 202 : 200, monitor ? json(nullptr) : json{{"status", "InProgress"}}
        );
        response.headers.emplace_back("Retry-After", "1");
        return response;
    }
    if (monitor) return answer_of(200, json::parse(operation.result));
    if (operation.failed) {
        return answer_of(
            200,
            {{"status", "Failed"},
             {"error",
              {{"code", "VMExtensionProvisioningError"},
               {"message", "VM has reported a failure when processing extension 'RunCommand'."}}}}
        );
    }
    return answer_of(
        200, {{"status", "Succeeded"}, {"properties", {{"output", json::parse(operation.result)}}}}
    );
}

} // namespace simfleet
