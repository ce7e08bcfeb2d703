// doctor: the program that reads disks.
#include "core/run_until.hpp"
#include "core/spawn.hpp"
#include "scanner/verbs/doctor_checks.hpp"
#include "transports/disk/helper_program.hpp"

#include <optional>
#include <string>
#include <utility>

namespace rdpsweep {

namespace {

using Level = Diagnosis::Level;

constexpr auto subject = "disk reader";
constexpr auto patience = std::chrono::seconds(10);

Status try_program(const std::string& program) {
    asio::io_context lane{1};
    HostDeadline deadline(lane.get_executor(), Clock::now() + patience);
    std::optional<Status> tried;
    auto work = [&]() -> Task<void> {
        auto status = co_await disk::try_helper(program, deadline);
        tried.emplace(std::move(status));
    };
    spawn(lane.get_executor(), work);
    (void)run_until(lane, [&tried] { return tried.has_value(); });
    return tried ? *std::move(tried)
                 : Status(Error(Phase::run, Errc::timed_out, "it did not answer"));
}

} // namespace

// Who reads no disks needs no such program: what is missing is a warning.
void check_disk_reader(Diagnoses& out) {
    const auto program = disk::find_helper("");
    if (!program) {
        const auto& error = program.error();
        out.push_back({Level::warn, subject, std::string(error.detail()), std::string(error.hint())}
        );
        return;
    }
    const auto tried = try_program(*program);
    if (tried) {
        out.push_back({Level::ok, subject, *program + " works, and its sandbox holds", ""});
        return;
    }
    const auto& error = tried.error();
    const auto native = error.native().empty() ? "" : " (" + std::string(error.native()) + ")";
    out.push_back(
        {Level::warn,
         subject,
         *program + ": " + std::string(error.detail()) + native,
         "disks cannot be read here: the kernel, or the container, has to allow seccomp filters"}
    );
}

} // namespace rdpsweep
