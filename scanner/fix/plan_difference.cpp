// Walks through two JSON documents side by side until they part.
#include "scanner/fix/plan_difference.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace rdpsweep {

namespace {

using nlohmann::json;

constexpr std::size_t longest_value = 120;

std::string shown(const json* value) {
    return value == nullptr ? "nothing" : printable(dump_json(*value), longest_value);
}

const json* member(const json& object, const std::string& name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

const json* element(const json& array, std::size_t at) {
    return at < array.size() ? &array[at] : nullptr;
}

std::optional<PlanDifference>
differ(const json* expected, const json* found, const std::string& where);

std::optional<PlanDifference>
differ_inside(const json& expected, const json& found, const std::string& where) {
    if (expected.is_array()) {
        for (std::size_t at = 0; at < std::max(expected.size(), found.size()); ++at) {
            const auto place = where + "/" + std::to_string(at);
            if (auto difference = differ(element(expected, at), element(found, at), place))
                return difference;
        }
        return {};
    }
    std::set<std::string> names;
    for (const auto* object : {&expected, &found}) {
        for (const auto& item : object->items())
            names.insert(item.key());
    }
    for (const auto& name : names) {
        const auto place = where + "/" + printable(name, longest_value);
        if (auto difference = differ(member(expected, name), member(found, name), place))
            return difference;
    }
    return {};
}

std::optional<PlanDifference>
differ(const json* expected, const json* found, const std::string& where) {
    if (expected != nullptr && found != nullptr) {
        if (*expected == *found) return {};
        const bool both_hold = expected->is_structured() && expected->type() == found->type();
        if (both_hold) return differ_inside(*expected, *found, where);
    }
    return PlanDifference{where, shown(expected), shown(found)};
}

// Returns the name of the host at that position of a list, in either plan.
std::string name_at(const json& list, std::size_t at) {
    const auto* host = list.is_array() ? element(list, at) : nullptr;
    const auto* name = host != nullptr && host->is_object() ? member(*host, "name") : nullptr;
    if (name == nullptr || !name->is_string()) return "number " + std::to_string(at + 1);
    return printable(name->get_ref<const std::string&>(), longest_value);
}

std::optional<PlanDifference> differ_in_hosts(const json& expected, const json& found) {
    const bool lists = expected.is_array() && found.is_array();
    for (std::size_t at = 0; lists && at < std::max(expected.size(), found.size()); ++at) {
        const auto* is = element(expected, at);
        const auto* has = element(found, at);
        auto difference = differ(is, has, "");
        if (!difference) continue;
        const auto name = name_at(has == nullptr ? expected : found, at);
        const bool whole = difference->where.empty();
        difference->where = "host " + name + (whole ? "" : ": " + difference->where);
        return difference;
    }
    return {};
}

} // namespace

std::optional<PlanDifference> first_difference(const json& expected, const json& found) {
    // Hosts by their names, and before the totals that follow from them.
    const auto* is = member(expected, "hosts");
    const auto* has = member(found, "hosts");
    if (is != nullptr && has != nullptr) {
        if (auto difference = differ_in_hosts(*is, *has)) return difference;
    }
    return differ(&expected, &found, "");
}

} // namespace rdpsweep
