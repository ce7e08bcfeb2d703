// Answers to CIM questions: rows, objects and output parameters as the recorded servers write them.
#include "transports/winrm/namespaces.hpp"
#include "transports/winrm/wsman_cim.hpp"
#include "transports/winrm/wsman_envelope.hpp"
#include "transports/winrm/xml.hpp"

#include <unordered_map>

namespace rdpsweep::winrm {

namespace {

// Twice what we ask the host to stay within.
constexpr std::size_t largest_answer = 1'048'576;

cim::Instance read_instance(const pugi::xml_node& node, std::string class_name);

pugi::xml_node first_element(const pugi::xml_node& parent) {
    for (const auto& node : parent.children()) {
        if (node.type() == pugi::node_element) return node;
    }
    return {};
}

std::string_view instance_attribute(const pugi::xml_node& node, std::string_view name) {
    for (const auto& attribute : node.attributes()) {
        const std::string_view qualified = attribute.name();
        const auto colon = qualified.find(':');
        if (colon == std::string_view::npos || qualified.substr(colon + 1) != name) continue;
        const auto declared = "xmlns:" + std::string(qualified.substr(0, colon));
        for (auto scope = node; scope; scope = scope.parent()) {
            const auto uri = scope.attribute(declared.c_str());
            if (!uri) continue;
            if (uri.value() == ns::instance) return attribute.value();
            break;
        }
    }
    return {};
}

// "p:Win32_ACE_Type" is the class Win32_ACE; without a type the element's name has to do.
std::string class_of(const pugi::xml_node& node) {
    auto type = instance_attribute(node, "type");
    type = type.substr(type.find(':') + 1); // npos + 1 is 0
    constexpr std::string_view suffix = "_Type";
    if (type.ends_with(suffix)) type.remove_suffix(suffix.size());
    return std::string(type.empty() ? local_name(node) : type);
}

void add_value(cim::Value& value, const pugi::xml_node& node) {
    const auto nil = instance_attribute(node, "nil");
    if (nil == "true" || nil == "1") {
        value.null = value.texts.empty() && value.objects.empty();
        return;
    }
    value.null = false;
    const auto inside = first_element(node);
    if (!inside) return value.texts.push_back(whole_text_of(node));
    if (local_name(inside) == "Datetime") return value.texts.push_back(text_of(inside));
    value.objects.push_back(read_instance(node, class_of(node)));
}

cim::Instance read_instance(const pugi::xml_node& node, std::string class_name) {
    cim::Instance instance{std::move(class_name), {}};
    std::unordered_map<std::string_view, std::size_t> places;
    for (const auto& property : node.children()) {
        if (property.type() != pugi::node_element) continue;
        const auto name = local_name(property); // lives as long as the document
        const auto [place, fresh] = places.try_emplace(name, instance.properties.size());
        if (fresh) instance.properties.emplace_back(std::string(name), cim::Value{});
        add_value(instance.properties[place->second].second, property);
    }
    return instance;
}

// A row is an object, the columns of a query (XmlFragment), or an object with its address (Item).
cim::Instance read_row(const pugi::xml_node& row) {
    if (is_element(row, ns::wsman, "XmlFragment")) return read_instance(row, {});
    if (is_element(row, ns::wsman, "Item")) {
        const auto object = first_element(row);
        return object ? read_row(object) : cim::Instance{};
    }
    return read_instance(row, class_of(row));
}

void read_rows(const pugi::xml_node& items, CimReply& reply) {
    for (const auto& row : items.children()) {
        if (row.type() == pugi::node_element) reply.instances.push_back(read_row(row));
    }
}

// The answers to Enumerate and Pull differ in the namespace of what they hold.
void read_page(const pugi::xml_node& page, std::string_view uri, CimReply& reply) {
    read_rows(child(page, uri, "Items"), reply);
    reply.context = text_of(child(page, ns::enumeration, "EnumerationContext"));
    reply.more = !child(page, uri, "EndOfSequence");
}

} // namespace

Result<CimReply> read_cim_reply(std::string_view xml, std::string_view id) {
    if (xml.size() > largest_answer) {
        return Error(Phase::http, Errc::output_limit, "an answer of more than 1 MiB");
    }
    auto opened = open_reply(xml, id);
    if (!opened) return std::move(opened).error();
    CimReply reply;
    reply.fault = std::move(opened->fault);
    if (reply.fault) return reply;
    const auto content = first_element(opened->body);
    if (is_element(content, ns::enumeration, "EnumerateResponse")) {
        read_page(content, ns::wsman, reply);
    } else if (is_element(content, ns::enumeration, "PullResponse")) {
        read_page(content, ns::enumeration, reply);
    } else if (content) {
        reply.instances.push_back(read_row(content));
    }
    return reply;
}

} // namespace rdpsweep::winrm
