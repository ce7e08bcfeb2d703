// Writes each message of the shell and reads its answer.
#include "transports/winrm/wsman.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "transports/winrm/namespaces.hpp"
#include "transports/winrm/wsman_envelope.hpp"
#include "transports/winrm/xml.hpp"

#include <charconv>
#include <initializer_list>

namespace rdpsweep::winrm {

namespace {

struct Option {
    std::string_view name;
    std::string_view value;
};

std::string action_uri(std::string_view verb) {
    return std::string(ns::shell) + "/" + std::string(verb);
}

std::string option_set(std::initializer_list<Option> options, bool must_understand) {
    std::string xml = must_understand ? "<w:OptionSet s:mustUnderstand=\"true\">" : "<w:OptionSet>";
    for (const auto& [name, value] : options) {
        xml += "<w:Option Name=\"" + std::string(name) + "\">" + std::string(value) + "</w:Option>";
    }
    return xml + "</w:OptionSet>";
}

std::string selector(const Conversation& conversation) {
    return "<w:SelectorSet><w:Selector Name=\"ShellId\">" + xml_escape(conversation.shell_id) +
           "</w:Selector></w:SelectorSet>";
}

Addressed to_shell(std::string_view action, std::chrono::seconds timeout) {
    return Addressed{ns::cmd_shell, action, timeout};
}

// Returns a shell up to where the shared part of its environment goes.
std::string shell_begins(const ShellOptions& options) {
    std::string xml = "<rsp:Shell>";
    if (options.environment.empty() && !options.shared_environment) return xml;
    xml += "<rsp:Environment>";
    for (const auto& [name, value] : options.environment)
        xml += variable(name, value);
    return xml;
}

// Returns what stands behind that part.
std::string shell_ends(const ShellOptions& options) {
    const bool has_environment = !options.environment.empty() || options.shared_environment;
    return (has_environment ? "</rsp:Environment><rsp:Lifetime>" : "<rsp:Lifetime>") +
           duration(options.lifetime) + "</rsp:Lifetime><rsp:IdleTimeOut>" +
           duration(options.idle_timeout) +
           "</rsp:IdleTimeOut><rsp:InputStreams>stdin</rsp:InputStreams>"
           "<rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>";
}

void read_streams(const pugi::xml_node& response, Reply& reply, bool& well_formed) {
    for (const auto& stream : children(response, ns::shell, "Stream")) {
        const auto bytes = base64_decode(text_of(stream));
        if (!bytes) {
            well_formed = false;
            continue;
        }
        const std::string_view name = stream.attribute("Name").value();
        if (name == "stdout") reply.out += *bytes;
        if (name == "stderr") reply.err += *bytes;
    }
}

void read_state(const pugi::xml_node& response, Reply& reply) {
    const auto state = child(response, ns::shell, "CommandState");
    const std::string_view uri = state.attribute("State").value();
    reply.done = uri.ends_with("/CommandState/Done");
    const auto exit = child(state, ns::shell, "ExitCode");
    if (!exit) return;
    const auto text = text_of(exit);
    // A process that ends with -1 is told as -1 or as 4294967295.
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    if (whole && value >= INT32_MIN && value <= UINT32_MAX)
        reply.exit_code = static_cast<std::uint32_t>(value);
}

std::string shell_id_of(const pugi::xml_node& body) {
    const auto shell = child(body, ns::shell, "Shell");
    auto id = text_of(child(shell, ns::shell, "ShellId"));
    if (!id.empty()) return id;
    // Before 2012 only the reference parameters carry it.
    const auto created = child(body, ns::transfer, "ResourceCreated");
    const auto parameters = child(created, ns::addressing, "ReferenceParameters");
    const auto set = child(parameters, ns::wsman, "SelectorSet");
    for (const auto& candidate : children(set, ns::wsman, "Selector")) {
        if (iequals(candidate.attribute("Name").value(), "ShellId")) return text_of(candidate);
    }
    return {};
}

} // namespace

std::string variable(std::string_view name, std::string_view value) {
    return "<rsp:Variable Name=\"" + xml_escape(name) + "\">" + xml_escape(value) +
           "</rsp:Variable>";
}

Message create_shell(
    const Conversation& conversation, const ShellOptions& options, std::chrono::seconds timeout
) {
    const auto headers =
        option_set({{"WINRS_NOPROFILE", "TRUE"}, {"WINRS_CODEPAGE", "65001"}}, true);
    const auto before = shell_begins(options);
    const auto behind = shell_ends(options);
    const EnvelopeBody body{before, options.shared_environment, behind};
    return envelope(
        conversation, to_shell(std::string(ns::transfer) + "/Create", timeout), headers, body
    );
}

Message run_command(
    const Conversation& conversation,
    std::string_view command,
    std::string_view arguments,
    std::chrono::seconds timeout
) {
    // Pipe semantics for stdin, and cmd.exe in between: 2012 R2 and later ignore both options.
    const auto headers =
        option_set(
            {{"WINRS_CONSOLEMODE_STDIN", "FALSE"}, {"WINRS_SKIP_CMD_SHELL", "FALSE"}}, true
        ) +
        selector(conversation);
    auto body = "<rsp:CommandLine><rsp:Command>" + xml_escape(command) + "</rsp:Command>";
    if (!arguments.empty()) body += "<rsp:Arguments>" + xml_escape(arguments) + "</rsp:Arguments>";
    body += "</rsp:CommandLine>";
    return envelope(conversation, to_shell(action_uri("Command"), timeout), headers, body);
}

Message send_input(
    const Conversation& conversation,
    std::string_view command_id,
    InputPiece piece,
    std::chrono::seconds timeout
) {
    const auto body = "<rsp:Send><rsp:Stream Name=\"stdin\" CommandId=\"" + xml_escape(command_id) +
                      "\"" + (piece.last ? " End=\"true\"" : "") + ">" +
                      base64_encode(piece.bytes) + "</rsp:Stream></rsp:Send>";
    return envelope(
        conversation, to_shell(action_uri("Send"), timeout), selector(conversation), body
    );
}

Message receive(
    const Conversation& conversation, std::string_view command_id, std::chrono::seconds timeout
) {
    const auto headers =
        option_set({{"WSMAN_CMDSHELL_OPTION_KEEPALIVE", "TRUE"}}, true) + selector(conversation);
    const auto body = "<rsp:Receive><rsp:DesiredStream CommandId=\"" + xml_escape(command_id) +
                      "\">stdout stderr</rsp:DesiredStream></rsp:Receive>";
    return envelope(conversation, to_shell(action_uri("Receive"), timeout), headers, body);
}

Message terminate(
    const Conversation& conversation, std::string_view command_id, std::chrono::seconds timeout
) {
    const auto body = "<rsp:Signal CommandId=\"" + xml_escape(command_id) + "\"><rsp:Code>" +
                      action_uri("signal/terminate") + "</rsp:Code></rsp:Signal>";
    return envelope(
        conversation, to_shell(action_uri("Signal"), timeout), selector(conversation), body
    );
}

Message delete_shell(const Conversation& conversation, std::chrono::seconds timeout) {
    return envelope(
        conversation,
        to_shell(std::string(ns::transfer) + "/Delete", timeout),
        selector(conversation),
        {}
    );
}

Result<Reply> read_reply(std::string_view xml, std::string_view id) {
    auto opened = open_reply(xml, id);
    if (!opened) return std::move(opened).error();
    Reply reply;
    reply.action = std::move(opened->action);
    reply.fault = std::move(opened->fault);
    if (reply.fault) return reply;
    const auto body = opened->body;
    reply.shell_id = shell_id_of(body);
    reply.owner = text_of(child(child(body, ns::shell, "Shell"), ns::shell, "Owner"));
    const auto command = child(body, ns::shell, "CommandResponse");
    reply.command_id = text_of(child(command, ns::shell, "CommandId"));
    bool well_formed = true;
    if (const auto output = child(body, ns::shell, "ReceiveResponse")) {
        read_streams(output, reply, well_formed);
        read_state(output, reply);
    }
    if (!well_formed) return not_ours("the output is not Base64");
    return reply;
}

} // namespace rdpsweep::winrm
