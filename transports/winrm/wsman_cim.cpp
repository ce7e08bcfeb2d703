// Writes the requests of CIM; their answers are read in wsman_cim_reply.cpp.
#include "transports/winrm/wsman_cim.hpp"

#include "transports/winrm/namespaces.hpp"
#include "transports/winrm/wsman_envelope.hpp"
#include "transports/winrm/xml.hpp"

namespace rdpsweep::winrm {

namespace {

std::string resource_of(std::string_view name_space, std::string_view class_name) {
    return std::string(ns::wmi) + "/" + std::string(name_space) + "/" + std::string(class_name);
}

std::string enumeration_verb(std::string_view verb) {
    return std::string(ns::enumeration) + "/" + std::string(verb);
}

std::string selector_set(const cim::Names& selectors) {
    if (selectors.empty()) return {};
    std::string xml = "<w:SelectorSet>";
    for (const auto& [name, value] : selectors) {
        xml +=
            "<w:Selector Name=\"" + xml_escape(name) + "\">" + xml_escape(value) + "</w:Selector>";
    }
    return xml + "</w:SelectorSet>";
}

// The host cuts a page by size; the number only has to be no limit (winrm.cmd sends it too).
constexpr std::string_view no_limit = "<w:MaxElements>32000</w:MaxElements>";

std::string query_body(const cim::Query& query) {
    return "<n:Enumerate xmlns:n=\"" + std::string(ns::enumeration) +
           "\"><w:OptimizeEnumeration/>" + std::string(no_limit) + "<w:Filter Dialect=\"" +
           std::string(ns::wql) + "\">" + xml_escape(query.wql) + "</w:Filter></n:Enumerate>";
}

std::string invoke_body(const cim::Invoke& call, std::string_view resource) {
    const auto input = "c:" + xml_escape(call.method) + "_INPUT";
    auto xml = "<" + input + " xmlns:c=\"" + xml_escape(resource) + "\">";
    for (const auto& [name, value] : call.parameters) {
        const auto tag = "c:" + xml_escape(name);
        xml += "<" + tag + ">" + xml_escape(value) + "</" + tag + ">";
    }
    return xml + "</" + input + ">";
}

Message about(
    const Conversation& conversation,
    const Enumeration& enumeration,
    std::string_view verb,
    std::chrono::seconds timeout
) {
    const auto tag = "n:" + std::string(verb);
    const auto resource = resource_of(enumeration.name_space, "*");
    const auto action = enumeration_verb(verb);
    const std::string_view limit = verb == "Pull" ? "<n:MaxElements>32000</n:MaxElements>" : "";
    const auto body = "<" + tag + " xmlns:n=\"" + std::string(ns::enumeration) +
                      "\"><n:EnumerationContext>" + xml_escape(enumeration.context) +
                      "</n:EnumerationContext>" + std::string(limit) + "</" + tag + ">";
    return envelope(conversation, Addressed{resource, action, timeout}, {}, body);
}

} // namespace

Message ask_cim(
    const Conversation& conversation, const cim::Request& request, std::chrono::seconds timeout
) {
    if (const auto* query = std::get_if<cim::Query>(&request.what)) {
        // A WQL filter names its class itself and is refused on any resource but "all classes".
        const auto all = resource_of(request.name_space, "*");
        const auto verb = enumeration_verb("Enumerate");
        return envelope(conversation, Addressed{all, verb, timeout}, {}, query_body(*query));
    }
    const auto resource = resource_of(request.name_space, request.class_name);
    if (const auto* call = std::get_if<cim::Invoke>(&request.what)) {
        const auto action = resource + "/" + call->method;
        const auto body = invoke_body(*call, resource);
        return envelope(
            conversation, Addressed{resource, action, timeout}, selector_set(call->selectors), body
        );
    }
    const auto action = std::string(ns::transfer) + "/Get";
    const auto keys = selector_set(std::get<cim::Get>(request.what).selectors);
    return envelope(conversation, Addressed{resource, action, timeout}, keys, {});
}

Message
pull(const Conversation& conversation, const Enumeration& from, std::chrono::seconds timeout) {
    return about(conversation, from, "Pull", timeout);
}

Message
release(const Conversation& conversation, const Enumeration& what, std::chrono::seconds timeout) {
    return about(conversation, what, "Release", timeout);
}

} // namespace rdpsweep::winrm
