// Looks in the environment and in files for what the command line did not say.
#include "scanner/verbs/configuration.hpp"

#include "scanner/cli/state_dir.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/table.hpp"

#include <cstdlib>
#include <memory>

namespace rdpsweep {

namespace {

constexpr auto machine_file = "/etc/rdpsweep/config.yaml";

std::string variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
}

std::optional<cli::PresetValue> from_environment(const cli::Option& option) {
    const auto name = cli::variable_of(option);
    if (auto text = variable(name); !text.empty()) return cli::PresetValue{{text}, name, ""};
    const auto key = cli::key_of(option);
    if (key == "color" && !variable("NO_COLOR").empty())
        return cli::PresetValue{{"never"}, "NO_COLOR", ""};
    if (key == "state" && variable("STATE_DIRECTORY").starts_with('/'))
        return cli::PresetValue{{default_state_dir()}, "STATE_DIRECTORY", ""};
    return {};
}

const ConfigEntry* find_in(const ConfigFile& file, std::string_view verb, const std::string& key) {
    const ConfigEntry* found = nullptr;
    for (const auto& entry : file.entries) {
        if (entry.key != key || (!entry.verb.empty() && entry.verb != verb)) continue;
        if (found == nullptr || !entry.verb.empty()) found = &entry;
    }
    return found;
}

} // namespace

std::optional<cli::PresetValue>
Presets::of(std::string_view verb, const cli::Option& option) const {
    if (auto value = from_environment(option)) return value;
    const auto key = cli::key_of(option);
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        if (const auto* entry = find_in(*file, verb, key))
            return cli::PresetValue{entry->texts, entry->origin, entry->verb};
    }
    return {};
}

Presets read_presets(const std::string& file, Problems& problems) {
    Presets presets;
    const auto read = [&](const std::string& path, Wanted wanted) {
        presets.files.push_back(read_config_file(path, wanted, all_verbs(), problems));
    };
    const auto named = file.empty() ? variable("RDPSWEEP_CONFIG") : file;
    if (!named.empty()) {
        read(named, Wanted::by_name);
        return presets;
    }
    read(machine_file, Wanted::if_there);
    if (const auto own = user_config_file(); !own.empty()) read(own, Wanted::if_there);
    return presets;
}

cli::Configuration read_configuration(const std::string& file) {
    Problems problems;
    auto presets = std::make_shared<const Presets>(read_presets(file, problems));
    if (!problems.empty()) return {{}, to_text(problems).str()};
    auto of = [presets](std::string_view verb, const cli::Option& option) {
        return presets->of(verb, option);
    };
    return {std::move(of), ""};
}

} // namespace rdpsweep
