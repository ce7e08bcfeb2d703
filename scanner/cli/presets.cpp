// Which presets hold beside what was said.
#include "scanner/cli/presets.hpp"

#include "scanner/cli/flag_words.hpp"

#include <algorithm>

namespace rdpsweep::cli {

namespace {

// Tells whether what was said leaves no room for the preset of an option.
bool ruled_out(const Option& option, const Option& said) noexcept {
    if (&option == &said) return true;
    const bool alternatives = option.preset == Preset::sources || option.preset == Preset::logon;
    if (alternatives && said.preset == option.preset) return true;
    const bool recalled = option.preset == Preset::sources || option.preset == Preset::fresh;
    return recalled && said.preset == Preset::recall;
}

std::string joined_by_commas(const std::vector<std::string>& texts) {
    std::string joined;
    for (const auto& text : texts)
        joined += (joined.empty() ? "" : ",") + text;
    return joined;
}

} // namespace

bool may_be_preset(const Option& option) noexcept {
    return !option.nameless() && option.preset != Preset::never && option.preset != Preset::recall;
}

std::optional<std::string> set_preset(const Option& option, const PresetValue& value) {
    const auto takes = option.bind.takes;
    if (takes == Takes::nothing || takes == Takes::count) {
        const auto times = value.texts.size() == 1 ? flag_value(value.texts.front()) : std::nullopt;
        if (!times) return "is true or false";
        if (takes == Takes::count) return option.bind.set(std::to_string(std::max(*times, 0)));
        return option.bind.set(*times > 0 ? "true" : "false");
    }
    if (!option.repeatable()) return option.bind.set(joined_by_commas(value.texts));
    for (const auto& text : value.texts) {
        if (auto wrong = option.bind.set(text)) return wrong;
    }
    return {};
}

std::optional<std::string> apply_presets(
    std::string_view verb,
    const Options& options,
    const std::vector<const Option*>& said,
    const PresetsOf& presets
) {
    for (const auto& option : options) {
        const auto rules_out = [&option](const Option* other) { return ruled_out(option, *other); };
        if (!may_be_preset(option) || std::any_of(said.begin(), said.end(), rules_out)) continue;
        const auto value = presets(verb, option);
        if (!value) continue;
        if (const auto wrong = set_preset(option, *value))
            return value->origin + ": " + key_of(option) + ": " + *wrong;
    }
    return {};
}

} // namespace rdpsweep::cli
