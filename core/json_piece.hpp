// Finds where a value stands in the text of a document, for what passes it on or replaces it as it
// is written.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace rdpsweep {

// Returns the text of the member at path, from member to member of the outermost object; empty when
// there is none. Nothing when json is no object, or on the way no object stands. What stands
// elsewhere is passed over, and not looked at: a document that others wrote is read by JsonDocument
// before. json gets json_room behind it; the view is one into it.
std::optional<std::string_view>
json_piece(std::string& json, std::initializer_list<std::string_view> path);

} // namespace rdpsweep
