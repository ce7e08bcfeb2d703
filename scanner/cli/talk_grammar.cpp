// The options that all verbs share.
#include "scanner/cli/talk_grammar.hpp"

#include "scanner/cli/binders.hpp"

namespace rdpsweep::cli {

Option config_option(std::string& file) {
    return {
        "--config",
        "FILE",
        "read options from FILE instead of /etc/rdpsweep/config.yaml and "
        "$XDG_CONFIG_HOME/rdpsweep/config.yaml",
        text(file),
        group::talk,
        Preset::never};
}

Options talk_options(TalkOptions& talk, const CliNames& names) {
    std::vector<std::pair<std::string, std::string>> languages;
    for (const auto name : names.languages)
        languages.emplace_back(name, name);
    const auto color = choice<Color>(
        talk.color, {{"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}}
    );
    const auto level = choice<LogLevel>(
        talk.log_level,
        {{"error", LogLevel::error},
         {"warn", LogLevel::warn},
         {"info", LogLevel::info},
         {"debug", LogLevel::debug}}
    );
    // A row an option.
    // clang-format off
    return {
        {"--color", "WORD", "auto (on a terminal, unless NO_COLOR is set), always or never",
         color, group::talk},
        {"--lang", "WORD", "language of rules and reports",
         choice(talk.lang, languages), group::talk},
        {"-q,--quiet", "", "print errors only, no progress and no advice",
         flag(talk.quiet), group::talk},
        {"-v,--verbose", "", "say more; give it twice to log to stderr",
         count(talk.verbose), group::talk},
        {"--log-file", "FILE", "append a log to FILE (- is stderr)",
         text(talk.log_file), group::talk},
        {"--log-level", "WORD", "error, warn, info or debug", level, group::talk},
    };
    // clang-format on
}

} // namespace rdpsweep::cli
