// Checks the headers of a request.
#include "tests/simfleet/winrm/soap_request.hpp"

#include "core/text.hpp"
#include "tests/simfleet/winrm/soap_body.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"
#include "tests/simfleet/winrm/xml_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace simfleet {

namespace {

using Failed = std::optional<SoapFault>;

SoapFault failure(std::uint32_t code, std::string message) {
    SoapFault out;
    out.code = code;
    out.message = std::move(message);
    return out;
}

struct Known {
    std::string_view ns, local;
};

constexpr std::array known_headers{
    Known{ns_addressing, "To"},
    Known{ns_addressing, "Action"},
    Known{ns_addressing, "MessageID"},
    Known{ns_addressing, "ReplyTo"},
    Known{ns_addressing, "From"},
    Known{ns_addressing, "FaultTo"},
    Known{ns_wsman, "ResourceURI"},
    Known{ns_wsman, "MaxEnvelopeSize"},
    Known{ns_wsman, "Locale"},
    Known{ns_wsman, "OperationTimeout"},
    Known{ns_wsman, "SelectorSet"},
    Known{ns_wsman, "OptionSet"},
    Known{ns_microsoft, "DataLocale"},
    Known{ns_microsoft, "SessionId"},
    Known{ns_microsoft, "OperationID"},
    Known{ns_microsoft, "SequenceId"},
    Known{ns_microsoft, "ActivityId"},
};

constexpr std::array<std::string_view, 5> known_options{
    "WINRS_NOPROFILE",
    "WINRS_CODEPAGE",
    "WINRS_CONSOLEMODE_STDIN",
    "WINRS_SKIP_CMD_SHELL",
    "WSMAN_CMDSHELL_OPTION_KEEPALIVE"};

bool truth(std::string_view text) {
    return text == "true" || text == "1";
}

bool must_understand(pugi::xml_node header) {
    const auto mark = attribute(header, ns_soap, "mustUnderstand");
    return mark && truth(*mark);
}

// Every header is known or ignorable, and none comes twice.
Failed check_known(pugi::xml_node headers) {
    for (const pugi::xml_node each : headers.children()) {
        if (each.type() != pugi::node_element) continue;
        const bool known =
            std::any_of(known_headers.begin(), known_headers.end(), [&](const Known& one) {
                return is(each, one.ns, one.local);
            });
        if (!known && must_understand(each)) {
            return failure(fault::must_understand, "Not understood: " + std::string{each.name()});
        }
        for (auto next = each.next_sibling(); known && next; next = next.next_sibling()) {
            if (is(next, namespace_of(each), local_name(each))) {
                return failure(fault::invalid_header, "Twice: " + std::string{each.name()});
            }
        }
    }
    return std::nullopt;
}

Failed read_locales(pugi::xml_node headers, SoapRequest& out) {
    const pugi::xml_node locale = child(headers, ns_wsman, "Locale");
    const pugi::xml_node data = child(headers, ns_microsoft, "DataLocale");
    if (must_understand(locale) || must_understand(data)) {
        return failure(fault::locale_must_understand, "");
    }
    out.locale = locale.attribute("xml:lang").value();
    return std::nullopt;
}

// The shell, WinRM's configuration, or ".../wmi/root/cimv2/Win32_Service".
Failed read_resource(SoapRequest& out) {
    if (out.resource == uri_cmd) return std::nullopt;
    if (out.resource == uri_config || out.resource.starts_with(std::string(uri_config) + "/")) {
        const auto below = std::min(uri_config.size() + 1, out.resource.size());
        out.config = rdpsweep::ascii_lower(out.resource.substr(below));
        return std::nullopt;
    }
    if (!out.resource.starts_with(uri_wmi)) return failure(fault::invalid_resource, "");
    const auto path = out.resource.substr(uri_wmi.size());
    const auto cut = path.rfind('/');
    if (cut == std::string::npos || cut + 1 == path.size()) {
        return failure(fault::invalid_resource, "");
    }
    out.cim.emplace();
    out.cim->name_space = rdpsweep::ascii_lower(path.substr(0, cut));
    out.cim->class_name = path.substr(cut + 1);
    return std::nullopt;
}

Failed read_addressing(pugi::xml_node headers, SoapRequest& out) {
    out.action = rdpsweep::trim(text_of(child(headers, ns_addressing, "Action")));
    out.resource = rdpsweep::trim(text_of(child(headers, ns_wsman, "ResourceURI")));
    const pugi::xml_node reply = child(headers, ns_addressing, "ReplyTo");
    if (out.action.empty()) return failure(fault::header_required, "Action");
    if (out.message_id.empty()) return failure(fault::header_required, "MessageID");
    if (!child(headers, ns_addressing, "To")) return failure(fault::header_required, "To");
    if (!reply) return failure(fault::header_required, "ReplyTo");
    const std::string address = text_of(child(reply, ns_addressing, "Address"));
    if (rdpsweep::trim(address) != uri_anonymous) return failure(fault::addressing_mode, "");
    return read_resource(out);
}

Failed read_limits(pugi::xml_node headers, SoapRequest& out) {
    using namespace std::chrono_literals;
    if (const auto node = child(headers, ns_wsman, "MaxEnvelopeSize")) {
        const std::string text = text_of(node);
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), out.max_envelope);
        if (error != std::errc{} || end != text.data() + text.size()) {
            return failure(fault::invalid_header, "MaxEnvelopeSize is no number.");
        }
        if (out.max_envelope < 8192) return failure(fault::min_envelope, "");
    }
    if (const auto node = child(headers, ns_wsman, "OperationTimeout")) {
        const auto duration = read_duration(text_of(node));
        if (!duration) return failure(fault::invalid_header, "OperationTimeout is no duration.");
        out.operation_timeout = std::clamp<std::chrono::milliseconds>(*duration, 500ms, 60s);
    }
    return std::nullopt;
}

Failed read_sets(pugi::xml_node headers, SoapRequest& out) {
    for (const auto each : child(headers, ns_wsman, "SelectorSet").children()) {
        if (!is(each, ns_wsman, "Selector")) continue;
        if (out.cim) {
            out.cim->selectors[rdpsweep::ascii_lower(each.attribute("Name").value())] =
                text_of(each);
            continue;
        }
        if (out.config) continue;
        if (!rdpsweep::iequals(each.attribute("Name").value(), "ShellId")) {
            return failure(fault::unexpected_selectors, "");
        }
        out.shell_id = rdpsweep::trim(text_of(each));
    }
    for (const auto each : child(headers, ns_wsman, "OptionSet").children()) {
        if (!is(each, ns_wsman, "Option")) continue;
        const std::string name = each.attribute("Name").value();
        const bool known =
            std::find(known_options.begin(), known_options.end(), name) != known_options.end();
        if (!known && truth(each.attribute("MustComply").value())) {
            return failure(fault::invalid_options, "Unknown option: " + name);
        }
        out.options[name] = text_of(each);
    }
    return std::nullopt;
}

Failed read_headers(pugi::xml_node headers, SoapRequest& out) {
    out.message_id = rdpsweep::trim(text_of(child(headers, ns_addressing, "MessageID")));
    for (const auto step :
         {+[](pugi::xml_node node, SoapRequest&) { return check_known(node); },
          &read_locales,
          &read_addressing,
          &read_limits,
          &read_sets}) {
        if (auto failed = step(headers, out)) return failed;
    }
    return std::nullopt;
}

// "20.5S" off the front of text: the number in milliseconds and its unit.
std::optional<std::pair<double, char>> take_part(std::string_view& text) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || used == text.size() || number < 0) return std::nullopt;
    const char unit = text[used];
    text.remove_prefix(used + 1);
    return std::pair{number * 1000, unit};
}

} // namespace

std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
    text = rdpsweep::trim(text);
    if (text.size() < 3 || text.front() != 'P') return std::nullopt;
    text.remove_prefix(1);
    bool time = false;
    double total = 0;
    while (!text.empty()) {
        if (!time && text.front() == 'T') {
            time = true;
            text.remove_prefix(1);
            if (text.empty()) return std::nullopt;
        }
        const auto part = take_part(text);
        if (!part) return std::nullopt;
        const auto [amount, unit] = *part;
        if (!time && unit == 'D') {
            total += amount * 86400;
        } else if (time && unit == 'H') {
            total += amount * 3600;
        } else if (time && unit == 'M') {
            total += amount * 60;
        } else if (time && unit == 'S') {
            total += amount;
        } else {
            return std::nullopt;
        }
    }
    if (total > 1e12) return std::nullopt;
    return std::chrono::milliseconds{static_cast<std::int64_t>(total)};
}

bool is_identify(std::string_view body) {
    pugi::xml_document document;
    if (!load_xml(body, document)) return false;
    const auto content = child(document.document_element(), ns_soap, "Body");
    return static_cast<bool>(child(content, ns_identity, "Identify"));
}

std::variant<SoapRequest, SoapFault> read_soap(std::string_view body) {
    pugi::xml_document document;
    if (!load_xml(body, document)) return failure(fault::schema, "The XML is invalid.");
    const pugi::xml_node envelope = document.document_element();
    const pugi::xml_node headers = child(envelope, ns_soap, "Header");
    const pugi::xml_node content = child(envelope, ns_soap, "Body");
    if (!is(envelope, ns_soap, "Envelope") || !headers || !content) {
        return failure(fault::schema, "Not a SOAP 1.2 envelope.");
    }
    SoapRequest request;
    auto failed = read_headers(headers, request);
    if (!failed) failed = read_body(content, request);
    if (failed) {
        failed->relates_to = request.message_id;
        return std::move(*failed);
    }
    return request;
}

SoapFault failure_of(std::uint32_t code, const SoapRequest& request) {
    SoapFault out;
    out.code = code;
    out.relates_to = request.message_id;
    return out;
}

} // namespace simfleet
