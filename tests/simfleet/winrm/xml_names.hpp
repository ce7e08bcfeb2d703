// Reading XML by (namespace, local name); prefixes mean nothing.
#pragma once

#include <pugixml.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace simfleet {

inline constexpr std::string_view ns_soap = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view ns_addressing =
    "http://schemas.xmlsoap.org/ws/2004/08/addressing";
inline constexpr std::string_view ns_wsman = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
inline constexpr std::string_view ns_microsoft =
    "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd";
inline constexpr std::string_view ns_enumeration =
    "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
inline constexpr std::string_view ns_shell =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
inline constexpr std::string_view ns_identity =
    "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd";

// Fills document. False when bytes are not well-formed UTF-8 XML as far as we can tell: bad UTF-8,
// control characters (written or as references), a DTD, undeclared prefixes.
bool load_xml(std::string_view bytes, pugi::xml_document& document);

std::string_view local_name(pugi::xml_node node);
// Empty when the prefix is not declared, or there is no default namespace.
std::string_view namespace_of(pugi::xml_node node);

bool is(pugi::xml_node node, std::string_view ns, std::string_view local);
// The first such child element, or a null node.
pugi::xml_node child(pugi::xml_node parent, std::string_view ns, std::string_view local);
// All text and CDATA of the node itself.
std::string text_of(pugi::xml_node node);
// An attribute in a namespace (s:mustUnderstand).
std::optional<std::string_view>
attribute(pugi::xml_node node, std::string_view ns, std::string_view local);

} // namespace simfleet
