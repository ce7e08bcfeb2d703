// A line for each plan: its id, and when it expires.
#include "scanner/store/plan_notes.hpp"

#include "core/text.hpp"
#include "scanner/store/find_run.hpp"
#include "scanner/system/write_all.hpp"

#include <charconv>
#include <cstring>
#include <fcntl.h>

namespace rdpsweep {

namespace {

constexpr auto notes_name = "plans";
constexpr std::size_t most_notes = 1u << 20;

} // namespace

Status note_plan(
    const std::string& state_dir,
    const std::string& run,
    const std::string& plan,
    std::int64_t expires
) {
    const auto folder = open_run(state_dir, run);
    if (!folder) return folder.error();
    const auto notes = folder->file(notes_name, O_WRONLY | O_CREAT | O_APPEND);
    if (!notes) return notes.error();
    const int failed = write_all(notes->get(), plan + " " + std::to_string(expires) + "\n");
    if (failed == 0) return {};
    return Error(
        Phase::config,
        Errc::local_limit,
        "cannot write " + folder->path_of(notes_name) + ": " + std::strerror(failed)
    );
}

std::string plan_of(const StateFolder& state, const StateFolder& run, std::int64_t now) {
    const auto notes = run.read(notes_name, most_notes);
    // What cannot be read may name a plan.
    if (!notes) return notes.error().code() == Errc::not_found ? "" : "a plan";
    const auto plans = state.folder("plans", IfMissing::fail);
    for (const auto& line : split(*notes, '\n')) {
        const auto blank = line.find(' ');
        if (blank == std::string::npos) continue;
        std::int64_t expires = 0;
        const auto* const end = line.data() + line.size();
        const auto read = std::from_chars(line.data() + blank + 1, end, expires);
        const auto plan = line.substr(0, blank);
        if (read.ec != std::errc() || expires > now) return plan;
        if (plans && plans->folder(plan, IfMissing::fail)) return plan;
    }
    return {};
}

} // namespace rdpsweep
