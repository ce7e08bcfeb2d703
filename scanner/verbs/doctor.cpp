// The verb `doctor`: is this machine fit to scan?
#include "core/text.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/cli/run_grammar.hpp"
#include "scanner/cli/scope_grammar.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/doctor_checks.hpp"
#include "scanner/verbs/verbs.hpp"

#include <algorithm>
#include <unistd.h>

namespace rdpsweep {

namespace {

constexpr std::size_t subject_width = 14;

TerminalText level_word(Diagnosis::Level level, bool color) {
    TerminalText word, paint;
    switch (level) {
    case Diagnosis::Level::ok:
        word = "ok  ";
        paint = "\x1b[32m";
        break;
    case Diagnosis::Level::warn:
        word = "warn";
        paint = "\x1b[33m";
        break;
    case Diagnosis::Level::fail:
        word = "fail";
        paint = "\x1b[31m";
        break;
    }
    return color ? paint + word + "\x1b[0m" : word;
}

TerminalText to_text(const Diagnosis& diagnosis, bool color) {
    auto subject = printable(diagnosis.subject);
    if (subject.size() < subject_width) subject.pad(subject_width - subject.size());
    auto text = level_word(diagnosis.level, color) + "  " + subject + "  " +
                printable(diagnosis.what) + "\n";
    if (!diagnosis.next.empty()) {
        text += TerminalText().pad(subject_width + 8) + printable(diagnosis.next, 2000) + "\n";
    }
    return text;
}

} // namespace

cli::Options doctor_options(DoctorOptions& asked, const CliNames& names) {
    auto options = cli::scope_options(asked.scope, names);
    options.push_back(cli::state_option(asked.state_dir, cli::group::talk));
    options.push_back(
        {"--ca-file", "FILE", "check these CAs", cli::text(asked.ca_file), cli::group::talk}
    );
    return options;
}

int run_doctor(const DoctorOptions& options) {
    Diagnoses list;
    check_machine(list);
    check_dns(list);
    check_gssapi(list);
    check_tls(options.ca_file, list);
    check_state(options.state_dir, list);
    check_disk_reader(list);
    check_snapshots(options.state_dir, list);
    if (cli::empty_scope(options.scope).empty()) {
        check_inventory(options.scope, list);
    }
    const bool color = wants_color(options.talk.color, STDOUT_FILENO);
    TerminalText text;
    for (const auto& diagnosis : list) {
        if (options.talk.quiet && diagnosis.level == Diagnosis::Level::ok) continue;
        text += to_text(diagnosis, color);
    }
    if (!write_out(text)) return exit_failed;
    const bool sick = std::any_of(list.begin(), list.end(), [](const Diagnosis& diagnosis) {
        return diagnosis.level == Diagnosis::Level::fail;
    });
    return sick ? exit_failed : exit_ok;
}

} // namespace rdpsweep
