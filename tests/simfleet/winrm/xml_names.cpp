// Namespace lookup and strictness on top of pugixml.
#include "tests/simfleet/winrm/xml_names.hpp"

#include "core/unicode.hpp"

#include <charconv>

namespace simfleet {

namespace {

bool forbidden(unsigned code) noexcept {
    return code < 0x20 && code != '\t' && code != '\n' && code != '\r';
}

// "&#0;" and its like, which no XML 1.0 parser may accept.
bool forbidden_reference(std::string_view after_hash) noexcept {
    const bool hex = !after_hash.empty() && after_hash.front() == 'x';
    if (hex) after_hash.remove_prefix(1);
    unsigned code = 0;
    const auto [end, error] = std::from_chars(
        after_hash.data(), after_hash.data() + after_hash.size(), code, hex ? 16 : 10
    );
    return error != std::errc{} || end == after_hash.data() + after_hash.size() || *end != ';' ||
           forbidden(code);
}

bool characters_allowed(std::string_view bytes) {
    bool ascii = true;
    for (const char c : bytes) {
        if (forbidden(static_cast<unsigned char>(c))) return false;
        ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    }
    for (auto at = bytes.find("&#"); at != std::string_view::npos; at = bytes.find("&#", at + 2)) {
        if (forbidden_reference(bytes.substr(at + 2, 12))) return false;
    }
    return ascii || rdpsweep::to_valid_utf8(bytes) == bytes;
}

bool names_declared(pugi::xml_node node) {
    for (const pugi::xml_node each : node.children()) {
        if (each.type() == pugi::node_doctype) return false;
        if (each.type() != pugi::node_element) continue;
        const bool prefixed = std::string_view{each.name()}.find(':') != std::string_view::npos;
        if (prefixed && namespace_of(each).empty()) return false;
        if (!names_declared(each)) return false;
    }
    return true;
}

std::string_view lookup(pugi::xml_node node, std::string_view prefix) {
    std::string wanted = "xmlns";
    if (!prefix.empty()) wanted.append(":").append(prefix);
    for (; node; node = node.parent()) {
        if (const auto declared = node.attribute(wanted.c_str())) return declared.value();
    }
    return {};
}

} // namespace

bool load_xml(std::string_view bytes, pugi::xml_document& document) {
    if (!characters_allowed(bytes)) return false;
    const unsigned flags = pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata_single;
    const auto result =
        document.load_buffer(bytes.data(), bytes.size(), flags, pugi::encoding_utf8);
    return result && names_declared(document);
}

std::string_view local_name(pugi::xml_node node) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view namespace_of(pugi::xml_node node) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return lookup(node, colon == std::string_view::npos ? "" : name.substr(0, colon));
}

bool is(pugi::xml_node node, std::string_view ns, std::string_view local) {
    return node && local_name(node) == local && namespace_of(node) == ns;
}

pugi::xml_node child(pugi::xml_node parent, std::string_view ns, std::string_view local) {
    for (const pugi::xml_node each : parent.children()) {
        if (is(each, ns, local)) return each;
    }
    return {};
}

std::string text_of(pugi::xml_node node) {
    std::string text;
    for (const pugi::xml_node each : node.children()) {
        if (each.type() == pugi::node_pcdata || each.type() == pugi::node_cdata) {
            text += each.value();
        }
    }
    return text;
}

std::optional<std::string_view>
attribute(pugi::xml_node node, std::string_view ns, std::string_view local) {
    for (const pugi::xml_attribute each : node.attributes()) {
        const std::string_view name = each.name();
        const auto colon = name.find(':');
        if (colon == std::string_view::npos || name.substr(colon + 1) != local) continue;
        if (lookup(node, name.substr(0, colon)) == ns) return each.value();
    }
    return std::nullopt;
}

} // namespace simfleet
