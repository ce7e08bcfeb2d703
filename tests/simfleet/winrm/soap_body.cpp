// Reads the bodies of Create, Command, Receive, Send, Signal and Delete.
#include "tests/simfleet/winrm/soap_body.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "core/unicode.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"
#include "tests/simfleet/winrm/xml_names.hpp"

#include <array>

namespace simfleet {

namespace {

using Failed = std::optional<SoapFault>;

// The longest environment variable Windows holds, name, "=" and value, in UTF-16 units.
constexpr std::size_t longest_variable = 32767;

constexpr std::string_view signal_codes =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/";

Failed schema(std::string message) {
    SoapFault out;
    out.code = fault::schema;
    out.message = std::move(message);
    return out;
}

Failed wrong(std::uint32_t code) {
    SoapFault out;
    out.code = code;
    return out;
}

bool too_long(const std::string& name, const std::string& value) {
    // UTF-16 never has more units than UTF-8 has octets.
    if (name.size() + 1 + value.size() <= longest_variable) return false;
    return rdpsweep::utf8_to_utf16le(name + "=" + value).size() / 2 > longest_variable;
}

Failed read_create(pugi::xml_node body, SoapRequest& out) {
    const pugi::xml_node shell = child(body, ns_shell, "Shell");
    if (!shell) return schema("Create without rsp:Shell.");
    out.input_streams = rdpsweep::trim(text_of(child(shell, ns_shell, "InputStreams")));
    out.output_streams = rdpsweep::trim(text_of(child(shell, ns_shell, "OutputStreams")));
    if (out.input_streams.empty() && out.output_streams.empty()) {
        return schema("rsp:Shell without streams.");
    }
    out.idle_timeout = rdpsweep::trim(text_of(child(shell, ns_shell, "IdleTimeOut")));
    const std::string lifetime = text_of(child(shell, ns_shell, "Lifetime"));
    if (!out.idle_timeout.empty() && !read_duration(out.idle_timeout)) {
        return schema("IdleTimeOut is no duration.");
    }
    if (!lifetime.empty() && !read_duration(lifetime)) return schema("Lifetime is no duration.");
    out.working_directory = text_of(child(shell, ns_shell, "WorkingDirectory"));
    for (const auto each : child(shell, ns_shell, "Environment").children()) {
        if (!is(each, ns_shell, "Variable")) continue;
        std::string name = each.attribute("Name").value();
        std::string value = text_of(each);
        if (name.empty()) return schema("A variable without a name.");
        if (too_long(name, value)) return wrong(fault::name_too_long);
        out.environment.emplace_back(std::move(name), std::move(value));
    }
    return std::nullopt;
}

Failed read_command(pugi::xml_node body, SoapRequest& out) {
    const pugi::xml_node line = child(body, ns_shell, "CommandLine");
    out.command = text_of(child(line, ns_shell, "Command"));
    if (out.command.empty()) return schema("CommandLine without Command.");
    for (const auto each : line.children()) {
        if (is(each, ns_shell, "Arguments")) out.arguments.push_back(text_of(each));
    }
    return std::nullopt;
}

Failed read_receive(pugi::xml_node body, SoapRequest& out) {
    const auto wanted = child(child(body, ns_shell, "Receive"), ns_shell, "DesiredStream");
    if (!wanted) return schema("Receive without DesiredStream.");
    out.command_id = wanted.attribute("CommandId").value();
    out.streams = rdpsweep::trim(text_of(wanted));
    return std::nullopt;
}

Failed read_send(pugi::xml_node body, SoapRequest& out) {
    const auto stream = child(child(body, ns_shell, "Send"), ns_shell, "Stream");
    if (!stream) return schema("Send without Stream.");
    out.command_id = stream.attribute("CommandId").value();
    out.streams = stream.attribute("Name").value();
    const std::string_view end = stream.attribute("End").value();
    out.end_of_input = rdpsweep::iequals(end, "true") || end == "1";
    auto data = rdpsweep::base64_decode(rdpsweep::trim(text_of(stream)));
    if (!data || out.streams != "stdin") return schema("Stream is not Base64 for stdin.");
    out.data = std::move(*data);
    return std::nullopt;
}

Failed read_signal(pugi::xml_node body, SoapRequest& out) {
    const auto signal = child(body, ns_shell, "Signal");
    const std::string code =
        rdpsweep::ascii_lower(rdpsweep::trim(text_of(child(signal, ns_shell, "Code"))));
    if (!signal || !code.starts_with(signal_codes)) return schema("Signal without a signal code.");
    out.command_id = signal.attribute("CommandId").value();
    out.signal = code.substr(signal_codes.size());
    return std::nullopt;
}

Failed read_delete(pugi::xml_node, SoapRequest&) {
    return std::nullopt;
}

Failed read_enumerate(pugi::xml_node body, CimCall& call) {
    const auto enumerate = child(body, ns_enumeration, "Enumerate");
    if (!enumerate) return schema("Enumerate without n:Enumerate.");
    call.optimize = static_cast<bool>(child(enumerate, ns_wsman, "OptimizeEnumeration"));
    const auto filter = child(enumerate, ns_wsman, "Filter");
    call.dialect = filter.attribute("Dialect").value();
    call.filter = text_of(filter);
    // A WQL filter names its class itself.
    if (filter && call.dialect != uri_wql) return wrong(fault::cannot_process_filter);
    if (filter && call.class_name != "*") return wrong(fault::wql_resource_uri);
    if (!filter && call.class_name == "*") return wrong(fault::wql_resource_uri);
    return std::nullopt;
}

Failed read_context(pugi::xml_node body, CimCall& call, std::string_view verb) {
    const auto element = child(body, ns_enumeration, verb);
    call.context = rdpsweep::trim(text_of(child(element, ns_enumeration, "EnumerationContext")));
    if (call.context.empty()) return schema("No EnumerationContext.");
    return std::nullopt;
}

// The input's elements are in the namespace of the class; their names' case matters.
Failed read_method(pugi::xml_node body, SoapRequest& out) {
    auto& call = *out.cim;
    call.method = out.action.substr(out.resource.size() + 1);
    const auto input = child(body, out.resource, call.method + "_INPUT");
    if (!input) return schema("No input of the method in the namespace of its class.");
    for (const auto each : input.children()) {
        if (each.type() != pugi::node_element) continue;
        if (namespace_of(each) != out.resource) return schema("A parameter of another namespace.");
        call.parameters.emplace_back(std::string(local_name(each)), text_of(each));
    }
    return std::nullopt;
}

Failed read_cim(pugi::xml_node body, SoapRequest& out) {
    const std::string enumeration{uri_enumeration};
    for (const auto* verb : {"Pull", "Release"}) {
        if (out.action != enumeration + verb) continue;
        out.verb = verb;
        return read_context(body, *out.cim, verb);
    }
    if (out.action == enumeration + "Enumerate") {
        out.verb = "Enumerate";
        return read_enumerate(body, *out.cim);
    }
    if (out.action == std::string(uri_transfer) + "Get") {
        out.verb = "Get";
        return std::nullopt;
    }
    if (!out.action.starts_with(out.resource + "/")) return wrong(fault::invalid_action);
    out.verb = "Invoke";
    return read_method(body, out);
}

// What changes it is known here, to be refused where it is answered.
Failed read_config(SoapRequest& out) {
    for (const auto* verb : {"Get", "Put", "Create", "Delete"}) {
        if (out.action == std::string(uri_transfer) + verb) out.verb = verb;
    }
    if (out.action == std::string(uri_enumeration) + "Enumerate") out.verb = "Enumerate";
    if (out.action.starts_with(out.resource + "/")) out.verb = "Invoke";
    if (out.verb.empty()) return wrong(fault::invalid_action);
    return std::nullopt;
}

struct Verb {
    std::string_view prefix, name;
    Failed (*read)(pugi::xml_node, SoapRequest&);
};

constexpr std::string_view shell_verbs = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/";

constexpr std::array verbs{
    Verb{uri_transfer, "Create", &read_create},
    Verb{shell_verbs, "Command", &read_command},
    Verb{shell_verbs, "Receive", &read_receive},
    Verb{shell_verbs, "Send", &read_send},
    Verb{shell_verbs, "Signal", &read_signal},
    Verb{uri_transfer, "Delete", &read_delete},
};

} // namespace

std::optional<SoapFault> read_body(pugi::xml_node body, SoapRequest& out) {
    if (out.cim) return read_cim(body, out);
    if (out.config) return read_config(out);
    for (const Verb& verb : verbs) {
        if (out.action != std::string{verb.prefix}.append(verb.name)) continue;
        out.verb = verb.name;
        if (verb.name != "Create" && out.shell_id.empty()) {
            return wrong(fault::insufficient_selectors);
        }
        return verb.read(body, out);
    }
    return wrong(fault::invalid_action);
}

} // namespace simfleet
