// Joins requests, shells and the manners that show in an envelope.
#include "tests/simfleet/winrm/wsman_service.hpp"

#include "core/digest.hpp"
#include "tests/simfleet/winrm/config_resource.hpp"
#include "tests/simfleet/winrm/pause.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"
#include "tests/simfleet/winrm/soap_request.hpp"

#include <optional>

namespace simfleet {

using rdpsweep::Task;

namespace {

constexpr std::uint64_t huge_length = 200'000'000;

HttpResponse envelope(unsigned status, std::string text) {
    HttpResponse response;
    response.status = status;
    response.content_type = "application/soap+xml;charset=UTF-8";
    response.body = std::move(text);
    return response;
}

HttpResponse fault_response(Stats& stats, const Vm& vm, const SoapFault& fault) {
    stats.fault(fault.code);
    return envelope(500, render_fault(fault, vm.address));
}

std::string entity_bomb() {
    std::string out = "<?xml version=\"1.0\"?><!DOCTYPE s:Envelope [<!ENTITY a0 \"aaaaaaaaaa\">";
    for (int level = 1; level < 10; ++level) {
        const std::string below = "&a" + std::to_string(level - 1) + ";";
        out += "<!ENTITY a" + std::to_string(level) + " \"";
        for (int times = 0; times < 10; ++times)
            out += below;
        out += "\">";
    }
    return out + "]><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header/>"
                 "<s:Body>&a9;</s:Body></s:Envelope>";
}

// Answers that never look at the request.
std::optional<HttpResponse> blind_answer(Manner manner) {
    HttpResponse response = envelope(200, {});
    switch (manner) {
    case Manner::empty_500:
        response = HttpResponse{};
        response.status = 500;
        return response;
    case Manner::endless:
        response.delivery = Delivery::endless;
        return response;
    case Manner::huge:
        response.delivery = Delivery::huge;
        response.claimed_length = huge_length;
        return response;
    case Manner::bad_xml:
        response.body = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\">"
                        "<s:Header><a:Action>oops</s:Header><s:Body><rsp:Shell></s:Body>";
        return response;
    case Manner::xml_bomb:
        response.body = entity_bomb();
        return response;
    default:
        return std::nullopt;
    }
}

// Returns how long the VM takes before it does that with its shells.
std::chrono::milliseconds time_of(const Slowness& slowness, std::string_view verb) {
    if (verb == "Create") return slowness.shell;
    if (verb == "Command") return slowness.command;
    return {};
}

Task<ShellHost::Reply>
dispatch(World& world, const Vm& vm, const SoapRequest& request, const Caller& caller) {
    if (request.config) co_return answer_config(world, vm, request);
    if (request.cim) co_return world.cim.answer(vm, request);
    ShellHost& shells = world.shells;
    co_await pause(time_of(vm.wire.slowness, request.verb));
    if (request.verb == "Create") co_return shells.create(vm, request, caller);
    if (request.verb == "Command") co_return shells.command(vm, request, caller);
    if (request.verb == "Send") co_return shells.send(vm, request, caller);
    if (request.verb == "Signal") co_return shells.signal(vm, request);
    if (request.verb == "Delete") co_return shells.remove(vm, request, caller);
    co_return co_await shells.receive(vm, request, caller);
}

// A right answer, but to somebody else. The shell in it is closed at once: whoever believes the
// answer finds out with the next request.
void answer_for_another(
    ShellHost& shells, const Vm& vm, SoapRequest& request, const std::string& body
) {
    const auto begin = body.find("<rsp:ShellId>");
    if (request.verb == "Create" && begin != std::string::npos) {
        request.shell_id = body.substr(begin + 13, 36);
        shells.remove(vm, request, {});
    }
    request.message_id = "uuid:" + rdpsweep::random_guid();
}

} // namespace

Task<HttpResponse>
serve_soap(std::shared_ptr<World> world, const Vm& vm, Caller caller, std::string body) {
    auto parsed = read_soap(body);
    if (const auto* fault = std::get_if<SoapFault>(&parsed)) {
        world->stats.request(vm.index, "invalid");
        world->stats.violation("an envelope that was refused with " + std::to_string(fault->code));
        co_return fault_response(world->stats, vm, *fault);
    }
    SoapRequest request = std::move(*std::get_if<SoapRequest>(&parsed));
    world->stats.request(vm.index, request.verb);
    if (auto blind = blind_answer(vm.wire.manner)) co_return std::move(*blind);
    ShellHost::Reply reply = co_await dispatch(*world, vm, request, caller);
    if (const auto* fault = std::get_if<SoapFault>(&reply)) {
        co_return fault_response(world->stats, vm, *fault);
    }
    const std::string& inner = *std::get_if<std::string>(&reply);
    if (vm.wire.manner == Manner::wrong_relates_to) {
        answer_for_another(world->shells, vm, request, inner);
    }
    HttpResponse response =
        envelope(200, render_envelope(request.action + "Response", request.message_id, inner));
    if (vm.wire.manner == Manner::reset_mid_answer && request.verb == "Receive") {
        response.delivery = Delivery::half_then_reset;
    }
    co_return response;
}

} // namespace simfleet
