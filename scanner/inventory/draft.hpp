// One target while it is being read: its values, and which of them were really given (so that
// defaults do not overrule them).
#pragma once

#include "core/target.hpp"
#include "scanner/inventory/field.hpp"
#include "scanner/inventory/field_values.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

struct TargetDraft {
    Target target;
    FieldSet given;
};

// Sets the field from a user's text, or says what is wrong with it and leaves it alone. Not for the
// route.
Complaint set_field(TargetDraft& draft, Field field, std::string_view text);

// Does the same for the route. transports: names it may hold.
Complaint set_route(
    TargetDraft& draft,
    const std::vector<std::string>& route,
    std::span<const std::string_view> transports
);

Complaint set_tag(TargetDraft& draft, std::string_view key, std::string_view value);

// Sets Target::id, and the name from the address, or from the disk's file, where it is missing.
// Complains about a target without a name, or without an address unless an ARM id or a disk stands
// for it. Call it last.
Complaint finish(TargetDraft& draft);

// Returns what is behind the last slash of a path.
std::string_view file_name(std::string_view path) noexcept;

// Fills what target did not give from defaults: values, and tags it lacks. Then what neither gave
// follows from the rest: the scheme from the port, the port from the scheme.
void apply_defaults(Target& target, FieldSet given, const TargetDraft& defaults);

} // namespace rdpsweep
