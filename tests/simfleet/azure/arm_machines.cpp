// Answers for single VMs: what they are, what they run, their serial ports and boot logs.
#include "core/digest.hpp"
#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/azure/arm_url.hpp"
#include "tests/simfleet/serial/console_gateway.hpp"

#include <nlohmann/json.hpp>

namespace simfleet {

using rdpsweep::iequals;

namespace {

HttpResponse no_such_machine() {
    return arm_failure(
        404,
        "ResourceNotFound",
        "The Resource 'Microsoft.Compute/virtualMachines' under resource group was not found."
    );
}

HttpResponse not_running() {
    return arm_failure(
        409, "OperationNotAllowed", "Cannot modify extensions in the VM when the VM is not running."
    );
}

} // namespace

// A signed address is all that it takes; a token does not belong there.
HttpResponse ArmFace::give_blob(const HttpRequest& request, const Url& url) {
    if (request.header("authorization") != nullptr) {
        stats_.violation("a token of ours at a signed address");
    }
    const auto signature = signed_.find(url.parts[1]);
    HttpResponse response;
    if (signature == signed_.end() || signature->second != url.value("sig")) {
        response.status = 403;
        return response;
    }
    response.content_type = "text/plain";
    response.body = resources_.boot_log(number_of(url.parts[1], 0));
    return response;
}

// .../virtualMachines/NAME and what is below it.
HttpResponse ArmFace::of_machine(const HttpRequest& request, const Url& url) {
    const auto index = resources_.find(url.parts[1], url.parts[3], url.parts[7]);
    if (!index) return of_linux(request, url);
    const auto base = policy_.base + "/subscriptions/" + url.parts[1];
    const bool runs = url.is(8, "runCommand") || url.is(8, "runCommands");
    if (runs && request.method != "GET" && resources_.stopped(*index)) return not_running();
    if (request.method == "POST" && url.is(8, "runCommand")) {
        return run_command_.begin(*index, request, base);
    }
    if (url.is(8, "runCommands") && url.parts.size() == 10) {
        const auto& vm = resources_.fleet().at(*index);
        const bool with_view = iequals(url.value("$expand"), "instanceView");
        return watched(managed_commands_.answer(vm, request, url.path, with_view), url);
    }
    if (request.method == "POST" && url.is(8, "retrieveBootDiagnosticsData")) {
        return boot_diagnostics(*index);
    }
    if (url.is(9, "Microsoft.SerialConsole") && consoles_ != nullptr) {
        return of_console(request, url, *index);
    }
    if (request.method != "GET") return arm_failure(405, "MethodNotAllowed", "no");
    if (url.is(8, "runCommands")) {
        Rows rows;
        for (const auto& each : managed_commands_.list(*index))
            rows.emplace_back([each] { return each.dump(); });
        return page(url, rows);
    }
    if (url.is(8, "instanceView")) return json_answer(200, resources_.instance_view(*index));
    if (url.parts.size() > 8) return no_such_machine();
    return describe(*index, iequals(url.value("$expand"), "instanceView"));
}

// The VM with Linux that each subscription of a messy scene has.
HttpResponse ArmFace::of_linux(const HttpRequest& request, const Url& url) {
    const auto number = subscription_of(url);
    const bool known =
        resources_.scene().messy && number && url.is(3, "RG-CI") && url.is(7, "build-agent");
    if (!known) return no_such_machine();
    if (request.method == "POST" && url.is(8, "runCommand")) {
        return run_command_.begin_linux(request, policy_.base + "/subscriptions/" + url.parts[1]);
    }
    if (request.method != "GET") return arm_failure(405, "MethodNotAllowed", "no");
    if (url.is(8, "runCommands") && url.parts.size() == 9) return page(url, {});
    if (url.is(8, "instanceView")) return json_answer(200, resources_.linux_view());
    if (url.parts.size() > 8) return no_such_machine();
    auto machine = resources_.linux_machine(*number);
    if (iequals(url.value("$expand"), "instanceView")) {
        machine["properties"]["instanceView"] = resources_.linux_view();
    }
    return json_answer(200, machine);
}

HttpResponse ArmFace::boot_diagnostics(std::size_t index) {
    auto& signature = signed_[std::to_string(index)];
    signature = rdpsweep::random_hex128();
    const auto link = policy_.base + "/blob/" + std::to_string(index) + "?sig=" + signature;
    return json_answer(
        200, {{"consoleScreenshotBlobUri", link}, {"serialConsoleLogBlobUri", link}}
    );
}

HttpResponse ArmFace::describe(std::size_t index, bool with_view) const {
    auto machine = resources_.machine(index);
    if (with_view) machine["properties"]["instanceView"] = resources_.instance_view(index);
    if (consoles_ != nullptr) {
        using Gate = ConsoleScene::Gate;
        const auto gate = consoles_->scene(index).gate;
        auto& diagnostics = machine["properties"]["diagnosticsProfile"]["bootDiagnostics"];
        diagnostics["enabled"] = gate != Gate::no_diagnostics;
        if (gate == Gate::storage || gate == Gate::storage_gone) {
            diagnostics["storageUri"] = "https://bootdiag.blob.core.windows.net/";
        }
    }
    return json_answer(200, machine);
}

// .../serialPorts/0 and its connect. Nothing else of a port is for a scanner.
HttpResponse ArmFace::of_console(const HttpRequest& request, const Url& url, std::size_t index) {
    const bool port = url.is(10, "serialPorts") && url.is(11, "0");
    if (port && request.method == "GET") return consoles_->port_state(index);
    if (port && request.method == "POST" && url.is(12, "connect")) {
        return consoles_->connect(index, request);
    }
    stats_.violation("a change of a serial port");
    return arm_failure(405, "MethodNotAllowed", "no");
}

} // namespace simfleet
