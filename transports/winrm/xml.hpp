// Namespace-aware reading of small, untrusted XML documents over pugixml.
#pragma once

#include "core/result.hpp"

#include <pugixml.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::winrm {

// Parses text. Document types (and with them entities) are refused. Error{http,
// protocol_violation} when it is not well-formed, has a DTD, or no element.
Result<std::unique_ptr<pugi::xml_document>> parse_xml(std::string_view text);

// Tells whether node is the element {uri}name. Prefixes mean nothing, declarations in scope do.
bool is_element(const pugi::xml_node& node, std::string_view uri, std::string_view name);

// Returns the first child element {uri}name, or an empty node.
pugi::xml_node child(const pugi::xml_node& parent, std::string_view uri, std::string_view name);

// Returns every child element {uri}name, in order.
std::vector<pugi::xml_node>
children(const pugi::xml_node& parent, std::string_view uri, std::string_view name);

// Returns the namespace of an element; empty when it has none.
std::string_view namespace_of(const pugi::xml_node& node);

// Returns the element's name without its prefix.
std::string_view local_name(const pugi::xml_node& node);

// Returns all character data directly below node, trimmed.
std::string text_of(const pugi::xml_node& node);

// Returns it as it stands: a value's blanks are its own.
std::string whole_text_of(const pugi::xml_node& node);

// Returns text as XML character data or attribute value. Characters that XML 1.0 forbids are left
// out.
std::string xml_escape(std::string_view text);

} // namespace rdpsweep::winrm
