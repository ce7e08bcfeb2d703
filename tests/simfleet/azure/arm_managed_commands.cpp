// Keeps each VM's commands with what came of them; a script runs when its command is made.
#include "tests/simfleet/azure/arm_managed_commands.hpp"

#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"

namespace simfleet {

using nlohmann::json;

namespace {

std::string name_in(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

} // namespace

HttpResponse ArmManagedCommands::answer(
    const Vm& vm, const HttpRequest& request, const std::string& path, bool with_view
) {
    if (request.method == "PUT") return make(vm, request, path);
    const auto found = commands_.find(Key(vm.index, rdpsweep::ascii_lower(name_in(path))));
    if (request.method == "DELETE") {
        if (found == commands_.end()) return json_answer(204, nullptr);
        commands_.erase(found);
        return json_answer(202, nullptr);
    }
    if (request.method != "GET") return arm_failure(405, "MethodNotAllowed", "no");
    if (found == commands_.end()) {
        return arm_failure(404, "ResourceNotFound", "The run command was not found.");
    }
    return json_answer(200, describe(found->second, with_view));
}

std::vector<json> ArmManagedCommands::list(std::size_t index) const {
    std::vector<json> rows;
    for (auto at = commands_.lower_bound(Key(index, "")); at != commands_.end(); ++at) {
        if (at->first.first != index) break;
        rows.push_back(describe(at->second, false));
    }
    return rows;
}

HttpResponse
ArmManagedCommands::make(const Vm& vm, const HttpRequest& request, const std::string& path) {
    Command command;
    command.path = path;
    command.body = json::parse(request.body, nullptr, false);
    if (!command.body.is_object() || command.body.value("location", std::string()).empty()) {
        return arm_failure(400, "LocationRequired", "The location property is required.");
    }
    const auto script = command.body.value("/properties/source/script"_json_pointer, json());
    if (!script.is_string()) {
        return arm_failure(400, "InvalidParameter", "Required parameter 'source' is missing.");
    }
    auto properties = command.body["properties"];
    properties["script"] = script;
    command.done = run_by_agent(vm, agent_script(properties), stats_);
    // What is protected is given to the script and shown to nobody.
    command.body["properties"].erase("protectedParameters");
    command.ends = now_() + takes_;
    const auto answer = describe(command, false);
    commands_[Key(vm.index, rdpsweep::ascii_lower(name_in(path)))] = std::move(command);
    return json_answer(201, answer);
}

json ArmManagedCommands::describe(const Command& command, bool with_view) const {
    const bool ended = now_() >= command.ends;
    auto properties = command.body.value("properties", json::object());
    properties["provisioningState"] = ended ? "Succeeded" : "Creating";
    if (with_view) {
        const bool failed = command.done.exit_code != 0;
        json view{{"executionState", !ended ? "Running" : failed ? "Failed" : "Succeeded"}};
        view["exitCode"] = ended ? command.done.exit_code : 0;
        view["output"] = ended ? kept_output(command.done.out) : "";
        view["error"] = ended ? kept_output(command.done.err) : "";
        properties["instanceView"] = view;
    }
    return {
        {"name", name_in(command.path)},
        {"id", command.path},
        {"type", "Microsoft.Compute/virtualMachines/runCommands"},
        {"location", command.body["location"]},
        {"properties", properties}};
}

} // namespace simfleet
