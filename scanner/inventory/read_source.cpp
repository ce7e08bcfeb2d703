// Finds out which kind of inventory an -i names, and reads it.
#include "core/text.hpp"
#include "scanner/inventory/ansible_model.hpp"
#include "scanner/inventory/inventory.hpp"
#include "scanner/inventory/text_encoding.hpp"
#include "scanner/system/read_file.hpp"
#include "scanner/system/whole_path.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace rdpsweep {

namespace {

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return {};
    return slash == 0 ? "/" : path.substr(0, slash);
}

enum class Format : std::uint8_t { yaml, csv, lines, ansible, nmap, program, unknown };

struct Source {
    Format format = Format::unknown;
    std::string path; // without its prefix
};

Format format_of(const std::string& path) {
    // <(command) and /dev/stdin: a pipe has no ending.
    if (path == "-" || path.starts_with("/dev/fd/") || path == "/dev/stdin") return Format::lines;
    const auto name = ascii_lower(path.substr(path.rfind('/') + 1));
    // JSON is YAML.
    for (const auto ending : {".yaml", ".yml", ".json"}) {
        if (name.ends_with(ending)) return Format::yaml;
    }
    if (name.ends_with(".csv")) return Format::csv;
    if (name.ends_with(".ini")) return Format::ansible;
    if (name.ends_with(".xml")) return Format::nmap;
    for (const auto ending : {".txt", ".list"}) {
        if (name.ends_with(ending)) return Format::lines;
    }
    return Format::unknown;
}

Source source_of(const std::string& written) {
    static constexpr std::array<std::pair<std::string_view, Format>, 3> prefixes{
        {{"ansible:", Format::ansible}, {"nmap:", Format::nmap}, {"exec:", Format::program}}};
    for (const auto& [prefix, format] : prefixes) {
        if (written.starts_with(prefix)) return {format, written.substr(prefix.size())};
    }
    return {format_of(written), written};
}

// Paths of disks are those beside the file that names them.
void place_disks(std::vector<Target>& targets, const ReadContext& here) {
    for (auto& target : targets) {
        if (!target.disk->given()) continue;
        auto& disk = target.disk.edit();
        for (auto* path : {&disk.file, &disk.sas_file}) {
            if (!path->empty()) *path = path_beside(*path, here);
        }
    }
}

} // namespace

bool is_program(const std::string& written) {
    const auto format = source_of(written).format;
    return format == Format::program || format == Format::ansible;
}

std::string whole_inventory(const std::string& written, const std::string& folder) {
    const auto [format, path] = source_of(written);
    const auto prefix = written.substr(0, written.size() - path.size());
    if (format != Format::program) return prefix + whole_path(path, folder);
    const auto begin = std::min(path.find_first_not_of(' '), path.size());
    const auto program = path.substr(begin, path.find(' ', begin) - begin);
    // Without a slash it is looked for in $PATH, and a blank ends the program's name.
    const bool stays =
        program.find('/') == std::string::npos || folder.find(' ') != std::string::npos;
    if (stays) return written;
    return prefix + whole_path(program, folder) + path.substr(begin + program.size());
}

std::string path_beside(std::string_view path, const ReadContext& context) {
    if (path.starts_with("~/")) {
        const char* home = std::getenv("HOME");
        if (home != nullptr && *home != '\0') return home + std::string(path.substr(1));
    }
    if (path.starts_with('/') || context.folder.empty()) return std::string(path);
    return context.folder + '/' + std::string(path);
}

void read_ansible_text(std::string_view text, const ReadContext& context, AnsibleFleet& fleet) {
    const auto name = ascii_lower(context.file);
    if (trim(text).starts_with('{')) {
        read_ansible_list(text, context, fleet);
    } else if (name.ends_with(".yaml") || name.ends_with(".yml")) {
        read_ansible_yaml(text, context, fleet);
    } else {
        read_ansible_ini(text, context, fleet);
    }
}

void read_ansible(std::string_view text, const ReadContext& context, InventorySource& source) {
    AnsibleFleet fleet;
    read_ansible_text(text, context, fleet);
    if (context.problems.empty()) ansible_targets(fleet, context, source);
}

void read_source(const std::string& written, const ReadContext& context, InventorySource& source) {
    const auto [format, path] = source_of(written);
    if (format == Format::program) {
        read_program(path, context, source);
        return;
    }
    if (format == Format::unknown) {
        context.problems.add(
            context.file,
            "the ending of " + in_quotes(path) + " names no inventory format",
            "known: .yaml .yml .json, .csv, .txt .list, .ini, .xml, - for lines on stdin; or say "
            "ansible:FILE, nmap:FILE, exec:PROGRAM"
        );
        return;
    }
    const ReadContext here{
        context.file, folder_of(path), context.transports, context.problems, context.said};
    if (format == Format::ansible) {
        read_ansible_file(path, here, source);
        return;
    }
    auto text = read_file(path, inventory_limits::file_bytes);
    if (!text) {
        context.problems.add(context.file, std::string(text.error().detail()));
        return;
    }
    if (auto wrong = decode_text(*text)) {
        context.problems.add(context.file, std::move(*wrong));
        return;
    }
    if (format == Format::yaml) read_yaml(*text, here, source);
    if (format == Format::csv) read_csv(*text, here, source);
    place_disks(source.targets, here);
    if (format == Format::lines) read_lines(*text, here, source);
    if (format == Format::nmap) read_nmap(*text, here, source);
}

} // namespace rdpsweep
