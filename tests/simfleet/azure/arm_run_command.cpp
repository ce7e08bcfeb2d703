// Runs what a client sends as the agent would, and cuts the output to what Azure keeps.
#include "tests/simfleet/azure/arm_run_command.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"

#include <nlohmann/json.hpp>

namespace simfleet {

using nlohmann::json;

namespace {

constexpr auto of_windows = "RunPowerShellScript";
constexpr auto of_linux = "RunShellScript";

json stream(const char* name, const std::string& text) {
    return {
        {"code", std::string("ComponentStatus/") + name + "/succeeded"},
        {"level", "Info"},
        {"displayStatus", "Provisioning succeeded"},
        {"message", kept_output(text)}};
}

HttpResponse no_such_command() {
    return arm_failure(
        400, "InvalidParameter", "The value of parameter commandId is invalid for this VM."
    );
}

bool asks_for(const json& body, const char* command) {
    return body.is_object() && rdpsweep::iequals(body.value("commandId", std::string()), command);
}

json document_of(const char* id, const char* system, const char* label) {
    return {
        {"$schema", "http://schema.management.azure.com/schemas/2016-11-17/runcommands.json"},
        {"id", id},
        {"osType", system},
        {"label", label},
        {"description", std::string(label) + "."}};
}

} // namespace

HttpResponse
ArmRunCommand::begin(std::size_t index, const HttpRequest& request, const std::string& base) {
    const auto now = now_();
    const auto before = running_.find(index);
    if (before != running_.end() && now < operations_[before->second].ends) {
        return arm_failure(
            409,
            "Conflict",
            "Run command extension execution is in progress. Please wait for completion before "
            "invoking a run command."
        );
    }
    const auto body = json::parse(request.body, nullptr, false);
    if (!asks_for(body, of_windows)) return no_such_command();
    const auto& vm = fleet_.at(index);
    const auto done = run_by_agent(vm, agent_script(body), stats_);
    Operation operation;
    operation.ends = now + takes_;
    operation.failed = vm.wire.manner == Manner::powershell_missing;
    operation.result =
        json{{"value", json::array({stream("StdOut", done.out), stream("StdErr", done.err)})}}.dump(
        );
    const auto id = rdpsweep::random_hex128();
    running_[index] = id;
    return accept(id, std::move(operation), base);
}

// Linux' agent gives both streams as one text (recorded traffic).
HttpResponse ArmRunCommand::begin_linux(const HttpRequest& request, const std::string& base) {
    const auto body = json::parse(request.body, nullptr, false);
    if (!asks_for(body, of_linux)) return no_such_command();
    const auto done = run_by_shell(agent_script(body));
    const json only{
        {"code", "ProvisioningState/succeeded"},
        {"level", "Info"},
        {"displayStatus", "Provisioning succeeded"},
        {"message",
         "Enable succeeded: \n[stdout]\n" + kept_output(done.out) + "\n[stderr]\n" +
             kept_output(done.err)}};
    Operation operation;
    operation.ends = now_() + takes_;
    operation.result = json{{"value", json::array({only})}}.dump();
    return accept(rdpsweep::random_hex128(), std::move(operation), base);
}

HttpResponse
ArmRunCommand::accept(const std::string& id, Operation operation, const std::string& base) {
    operations_[id] = std::move(operation);
    auto response = json_answer(202, nullptr);
    // As long as the addresses that Azure signs.
    const auto link = base + "/operations/" + id + "?p=" + std::string(3000, 'c');
    response.headers.emplace_back("Azure-AsyncOperation", link + "&api-version=2024-07-01");
    response.headers.emplace_back("Location", link + "&monitor=true&api-version=2024-07-01");
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

HttpResponse ArmRunCommand::ask(const std::string& id, bool monitor) {
    const auto found = operations_.find(id);
    if (found == operations_.end()) return arm_failure(404, "NotFound", "no such operation");
    const auto& operation = found->second;
    const bool ended = now_() >= operation.ends;
    if (!ended) {
        auto response =
            json_answer(monitor ? 202 : 200, monitor ? json() : json{{"status", "InProgress"}});
        response.headers.emplace_back("Retry-After", "1");
        return response;
    }
    if (monitor) return json_answer(200, json::parse(operation.result));
    if (operation.failed) {
        return json_answer(
            200,
            {{"status", "Failed"},
             {"error",
              {{"code", "VMExtensionProvisioningError"},
               {"message", "VM has reported a failure when processing extension 'RunCommand'."}}}}
        );
    }
    return json_answer(
        200, {{"status", "Succeeded"}, {"properties", {{"output", json::parse(operation.result)}}}}
    );
}

json ArmRunCommand::documents() {
    return json::array(
        {document_of(of_windows, "Windows", "Executes a PowerShell script"),
         document_of("IPConfig", "Windows", "List IP configuration"),
         document_of("RDPSettings", "Windows", "Verify RDP Listener Settings"),
         document_of(of_linux, "Linux", "Executes a Linux shell script"),
         document_of("ifconfig", "Linux", "List network configuration")}
    );
}

json ArmRunCommand::document(std::string_view id) {
    for (auto& each : documents()) {
        if (!rdpsweep::iequals(each.at("id").get<std::string>(), id)) continue;
        each["script"] = json::array({"# the command's own lines"});
        each["parameters"] = json::array();
        return each;
    }
    return nullptr;
}

} // namespace simfleet
