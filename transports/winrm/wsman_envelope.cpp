// Writes the headers that shell and CIM share, and opens an answer by its message id.
#include "transports/winrm/wsman_envelope.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "transports/winrm/namespaces.hpp"
#include "transports/winrm/xml.hpp"

#include <utility>

namespace rdpsweep::winrm {

namespace {

// The largest answer we accept, in octets; the host pages its output accordingly. 500 KiB is the
// default MaxEnvelopeSizekb since 2012 (MS-WSMV note 8).
constexpr std::string_view envelope_size = "512000";

std::string declarations() {
    const auto declare = [](std::string_view prefix, std::string_view uri) {
        return " xmlns:" + std::string(prefix) + "=\"" + std::string(uri) + "\"";
    };
    return declare("s", ns::soap) + declare("a", ns::addressing) + declare("w", ns::wsman) +
           declare("p", ns::wsmv) + declare("rsp", ns::shell);
}

} // namespace

std::string duration(std::chrono::seconds value) {
    return "PT" + std::to_string(value.count()) + "S";
}

std::string must(std::string_view name, std::string_view value) {
    const auto tag = std::string(name);
    return "<" + tag + " s:mustUnderstand=\"true\">" + xml_escape(value) + "</" + tag + ">";
}

Message envelope(
    const Conversation& conversation,
    const Addressed& to,
    std::string_view more_headers,
    const EnvelopeBody& body
) {
    Message message{random_guid(), {}};
    std::string xml;
    xml.reserve(body.before.size() + 2048);
    xml += "<s:Envelope" + declarations() + "><s:Header>";
    xml += "<a:To>" + xml_escape(conversation.endpoint) + "</a:To>";
    xml += must("w:ResourceURI", to.resource);
    xml += "<a:ReplyTo>" + must("a:Address", ns::anonymous) + "</a:ReplyTo>";
    xml += must("a:Action", to.action);
    xml += must("w:MaxEnvelopeSize", envelope_size);
    xml += "<a:MessageID>uuid:" + message.id + "</a:MessageID>";
    // Always English: a fault's text is then readable whatever the host's language.
    xml += "<w:Locale xml:lang=\"en-US\" s:mustUnderstand=\"false\"/>";
    xml += "<p:DataLocale xml:lang=\"en-US\" s:mustUnderstand=\"false\"/>";
    xml += "<p:SessionId s:mustUnderstand=\"false\">uuid:" + conversation.session_id +
           "</p:SessionId>";
    xml += "<w:OperationTimeout>" + duration(to.limit) + "</w:OperationTimeout>";
    xml += more_headers;
    xml += "</s:Header><s:Body>";
    xml += body.before;
    std::string end(body.behind);
    end += "</s:Body></s:Envelope>";
    if (!body.shared) xml += std::exchange(end, {});
    message.xml = net::SharedText(std::move(xml), body.shared, std::move(end));
    return message;
}

Result<Opened> open_reply(std::string_view xml, std::string_view id) {
    auto document = parse_xml(xml);
    if (!document) return std::move(document).error();
    const auto root = (*document)->document_element();
    if (!is_element(root, ns::soap, "Envelope")) return not_ours("the answer is no SOAP envelope");
    const auto header = child(root, ns::soap, "Header");
    Opened opened;
    opened.body = child(root, ns::soap, "Body");
    opened.action = text_of(child(header, ns::addressing, "Action"));
    const auto fault = child(opened.body, ns::soap, "Fault");
    if (fault) opened.fault = read_fault(fault);
    const auto relates = child(header, ns::addressing, "RelatesTo");
    const bool excused = fault && !relates;
    if (!excused && !iequals(text_of(relates), "uuid:" + std::string(id))) {
        return not_ours("the answer relates to another message");
    }
    opened.document = *std::move(document);
    return opened;
}

Error not_ours(std::string what) {
    return Error(Phase::http, Errc::protocol_violation, std::move(what))
        .with_hint("what answers on this port is not WS-Management, or a proxy mixes connections");
}

} // namespace rdpsweep::winrm
