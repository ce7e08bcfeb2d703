// Reads a configuration file, and compares its keys with the table of verbs.
#include "scanner/verbs/config_file.hpp"

#include "core/descriptor.hpp"
#include "core/text.hpp"
#include "scanner/cli/presets.hpp"
#include "scanner/inventory/yaml_tree.hpp"
#include "scanner/system/read_file.hpp"
#include "scanner/verbs/config_keys.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

constexpr std::size_t longest_file = 64u << 10;
constexpr std::string_view nowhere = "/dev/null"; // --config /dev/null: no configuration

// Complains about a file that somebody else could have written.
bool is_ours(int descriptor, const std::string& path, Problems& problems) {
    struct stat about {};

    if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
        problems.add(path, "is not a file");
        return false;
    }
    if (about.st_uid != 0 && about.st_uid != geteuid()) {
        problems.add(
            path,
            "belongs to user " + std::to_string(about.st_uid) + ", neither to root nor to us",
            "chown " + std::to_string(geteuid()) + " " + path + ", or --config FILE"
        );
        return false;
    }
    if ((about.st_mode & (S_IWGRP | S_IWOTH)) == 0) return true;
    problems.add(
        path,
        "can be written by other users",
        "chmod go-w " + path + " after a look at what others left in it"
    );
    return false;
}

// Returns the text of a file; nothing where it is not there, or (with a problem) cannot be read.
std::optional<std::string> text_of(const std::string& path, Wanted wanted, Problems& problems) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file.get() < 0) {
        const bool absent = errno == ENOENT || errno == ENOTDIR;
        if (wanted == Wanted::by_name || !absent)
            problems.add(
                path,
                std::string("cannot be opened: ") + std::strerror(errno),
                "--config FILE names another one; /dev/null is none"
            );
        return {};
    }
    if (!is_ours(file.get(), path, problems)) return {};
    auto text = read_descriptor(file.get(), path, longest_file);
    if (text) return *std::move(text);
    problems.add(path, std::string(text.error().detail()));
    return {};
}

// Tells whether a text has nothing but comments, which is no document to YAML.
bool is_bare(std::string_view text) {
    for (const auto& line : split(text, '\n')) {
        const auto words = trim(line);
        if (!words.empty() && !words.starts_with('#') && words != "---") return false;
    }
    return true;
}

class Reading {
public:
    Reading(ConfigFile& file, cli::Verbs verbs, Problems& problems)
        : file_(file), keys_(verbs), problems_(problems) {}

    // Takes what stands at the top: an option, or a verb with its options below it.
    void top(const YamlEntry& entry) {
        if (entry.value.kind != YamlNode::Kind::map) return option("", entry);
        if (!keys_.has_verb(entry.key)) {
            complain(
                entry.key_at,
                {"no verb is called " + in_quotes(entry.key),
                 suggest(entry.key, keys_.verbs(), "verbs with options")}
            );
            return;
        }
        for (const auto& below : entry.value.entries)
            option(entry.key, below);
    }

    void complain(Position at, Mistake mistake) {
        problems_.add(to_text(file_.path, at), std::move(mistake));
    }

private:
    void option(const std::string& verb, const YamlEntry& entry) {
        const auto* known = keys_.find(verb, entry.key);
        if (known == nullptr) return complain(entry.key_at, keys_.unknown(verb, entry.key));
        if (!cli::may_be_preset(*known)) {
            complain(
                entry.key_at,
                {"--" + entry.key + " has to be said for each run", "give it on the command line"}
            );
            return;
        }
        auto texts = values(*known, entry);
        if (!texts) return;
        for (const auto& text : *texts) {
            if (auto mistake = keys_.relative(*known, text)) complain(entry.value.at, *mistake);
        }
        file_.entries.push_back(
            {verb, entry.key, std::move(*texts), to_text(file_.path, entry.key_at)}
        );
    }

    // Returns a value's texts: of a scalar, or of a list where the option takes several.
    std::optional<std::vector<std::string>>
    values(const cli::Option& known, const YamlEntry& entry) {
        const auto& node = entry.value;
        if (node.kind == YamlNode::Kind::scalar) return std::vector{node.text};
        bool plain = node.kind == YamlNode::Kind::sequence && !node.items.empty();
        std::vector<std::string> texts;
        for (const auto& item : node.items) {
            plain = plain && item.kind == YamlNode::Kind::scalar;
            texts.push_back(item.text);
        }
        if (plain && takes_several(known)) return texts;
        complain(
            node.at,
            {entry.key +
                 (takes_several(known) ? " takes a text or a list of texts, not "
                                       : " takes one value, not ") +
                 std::string(to_text(node.kind)),
             ""}
        );
        return {};
    }

    ConfigFile& file_;
    ConfigKeys keys_;
    Problems& problems_;
};

} // namespace

ConfigFile
read_config_file(const std::string& path, Wanted wanted, cli::Verbs verbs, Problems& problems) {
    ConfigFile file{path, false, {}};
    if (path == nowhere) return file;
    const auto text = text_of(path, wanted, problems);
    if (!text) return file;
    file.there = true;
    if (is_bare(*text)) return file;
    Reading reading(file, verbs, problems);
    YamlReceiver receiver;
    receiver.called = "a configuration";
    receiver.beginning = "write an option a line: jobs: 500";
    receiver.entry = [&reading](const YamlEntry& entry) { reading.top(entry); };
    receiver.item = [](const YamlNode&) {};
    receiver.stop = [&problems] { return problems.full(); };
    if (auto fault = read_yaml_pieces(*text, receiver))
        reading.complain(fault->at, std::move(fault->mistake));
    return file;
}

} // namespace rdpsweep
