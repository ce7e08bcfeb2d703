// The verbs `manual` and `completion`: what a package installs beside the program.
#include "core/text.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/cli/manual.hpp"
#include "scanner/store/new_file.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/provenance.hpp"
#include "scanner/verbs/table.hpp"
#include "scanner/verbs/verbs.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr mode_t readable_by_all = 0644;

// Returns the name of a verb's page. words: "fix plan", "fix-plan", "rdpsweep".
std::string page_of(std::string words) {
    std::replace(words.begin(), words.end(), ' ', '-');
    return words == "rdpsweep" ? words : "rdpsweep-" + words;
}

int write_all_pages(const std::vector<cli::ManualPage>& pages, const std::string& folder) {
    for (const auto& page : pages) {
        auto file = NewFile::beside(folder + "/" + page.name + ".1", readable_by_all);
        if (!file) return complain(file.error(), exit_failed);
        auto written = file->write(page.text);
        if (written) written = file->publish();
        if (!written) return complain(written.error(), exit_failed);
    }
    return exit_ok;
}

} // namespace

cli::Options manual_options(ManualOptions& asked, const CliNames&) {
    return {
        {"VERB",
         "TEXT",
         "a verb (fix-plan is fix plan), rdpsweep, or all: every page",
         cli::word(asked.verb),
         cli::group::word},
        {"-o,--out",
         "FOLDER",
         "where to write all pages, as rdpsweep-VERB.1",
         cli::text(asked.folder),
         cli::group::talk,
         cli::Preset::never}};
}

std::string wrong_manual(const ManualOptions& asked) {
    const bool all = asked.verb == "all";
    if (all && asked.folder.empty()) return "all pages need --out FOLDER";
    return !all && !asked.folder.empty() ? "--out is for all pages" : "";
}

int run_manual(const ManualOptions& options) {
    const auto pages =
        cli::manual_pages(all_verbs(), cli_names(), {RDPSWEEP_VERSION, provenance.day});
    if (options.verb == "all") return write_all_pages(pages, options.folder);
    const auto name = page_of(options.verb);
    for (const auto& page : pages) {
        if (page.name == name) return write_out(printable_lines(page.text)) ? exit_ok : exit_failed;
    }
    write_err("rdpsweep manual: no verb " + in_quotes(options.verb) + "\n  see: rdpsweep --help\n");
    return exit_usage;
}

cli::Options completion_options(CompletionOptions& asked, const CliNames&) {
    // A word is read as it stands; here it has to be one of three.
    auto bind = cli::choice<cli::Shell>(
        asked.shell,
        {{"bash", cli::Shell::bash}, {"zsh", cli::Shell::zsh}, {"fish", cli::Shell::fish}}
    );
    bind.takes = cli::Takes::word;
    return {{"SHELL", "TEXT", "bash, zsh or fish", std::move(bind), cli::group::word}};
}

int run_completion(const CompletionOptions& options) {
    const auto verbs = cli::completable(all_verbs(), cli_names());
    std::string text;
    switch (options.shell) {
    case cli::Shell::bash:
        text = cli::bash_completion(verbs);
        break;
    case cli::Shell::zsh:
        text = cli::zsh_completion(verbs);
        break;
    case cli::Shell::fish:
        text = cli::fish_completion(verbs);
        break;
    }
    return write_out(printable_lines(text)) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
