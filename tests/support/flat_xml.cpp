#include "tests/support/flat_xml.hpp"

#include "tests/support/catch.hpp"

#include <pugixml.hpp>

namespace rdpsweep::test {

namespace {

// Written for the tests: the client's own reader must not judge the client's own writer.
std::string expand(const pugi::xml_node& node) {
    const std::string name = node.name();
    const auto colon = name.find(':');
    const auto prefix = colon == std::string::npos ? "" : name.substr(0, colon);
    const auto key = prefix.empty() ? "xmlns" : "xmlns:" + prefix;
    for (auto scope = node; scope; scope = scope.parent()) {
        for (const auto& attribute : scope.attributes()) {
            if (key == attribute.name()) {
                return "{" + std::string(attribute.value()) + "}" + name.substr(colon + 1);
            }
        }
    }
    return "{}" + name.substr(colon + 1);
}

std::string local(const std::string& name) {
    return name.substr(name.find(':') + 1);
}

void walk(const pugi::xml_node& node, const std::string& above, std::vector<FlatElement>& out) {
    FlatElement element;
    element.path = above.empty() ? expand(node) : above + "/" + expand(node);
    for (const auto& attribute : node.attributes()) {
        const std::string name = attribute.name();
        if (name == "xmlns" || name.starts_with("xmlns:")) continue;
        element.attributes[local(name)] = attribute.value();
    }
    element.text = node.text().get();
    out.push_back(element);
    const auto here = above.empty() ? local(node.name()) : above + "/" + local(node.name());
    for (const auto& below : node.children()) {
        if (below.type() == pugi::node_element) walk(below, here, out);
    }
}

} // namespace

std::vector<FlatElement> flatten(const std::string& text) {
    pugi::xml_document document;
    const auto parsed = document.load_string(text.c_str());
    INFO(text.substr(0, 400));
    REQUIRE(parsed);
    std::vector<FlatElement> out;
    walk(document.document_element(), "", out);
    return out;
}

} // namespace rdpsweep::test
