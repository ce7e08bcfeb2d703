// Looks beside this program, and tries what it finds on a disk of no bytes.
#include "transports/disk/helper_program.hpp"

#include "core/digest.hpp"
#include "core/disk_wire.hpp"
#include "transports/disk/reading.hpp"

#include <climits>

#include <array>
#include <csignal>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rdpsweep::disk {

namespace {

constexpr std::string_view program_name = "rdpsweep-disk";

// Returns the folder of this program; empty where it cannot be told.
std::string own_folder() {
    std::array<char, PATH_MAX> path{};
    const auto length = readlink("/proc/self/exe", path.data(), path.size());
    if (length <= 0 || static_cast<std::size_t>(length) >= path.size()) return {};
    const std::string whole(path.data(), static_cast<std::size_t>(length));
    return whole.substr(0, whole.rfind('/'));
}

// A disk that nothing may be read of.
class NoBlocks final : public Blocks {
public:
    [[nodiscard]] std::uint64_t size() const noexcept override { return 0; }

    Task<Result<std::optional<std::string>>>
    read(std::uint64_t, std::size_t, HostDeadline&) override {
        co_return std::optional<std::string>();
    }
};

// Returns what the program answers to a task that needs no disk.
Task<Result<std::string>>
ask_program(std::string program, std::string_view task, HostDeadline& deadline) {
    std::vector<std::string> argv{std::move(program), "0", random_hex128(), std::string(task)};
    auto helper = HelperProcess::start(deadline.executor(), argv);
    if (!helper) co_return std::move(helper).error();
    NoBlocks nothing;
    Reading reading(**helper, nothing);
    co_return co_await reading.answer(deadline);
}

} // namespace

Result<std::string> find_helper(const std::string& given) {
    if (!given.empty()) return given;
    const auto folder = own_folder();
    const std::string name(program_name);
    for (const auto& path : {folder + "/" + name, folder + "/../libexec/rdpsweep/" + name}) {
        if (access(path.c_str(), X_OK) == 0) return path;
    }
    return Error(
               Phase::open,
               Errc::not_found,
               name + " is neither in " + folder + " nor in libexec/rdpsweep beside it"
    )
        .with_hint(
            "cmake --build --preset release --target rdpsweep-disk, and put it beside rdpsweep"
        );
}

Task<Status> try_helper(std::string program, HostDeadline& deadline) {
    const auto inside = co_await ask_program(program, disk_wire::task_check, deadline);
    if (!inside) co_return inside.error();
    const auto escaped = co_await ask_program(program, disk_wire::task_escape, deadline);
    const bool held = !escaped && escaped.error().native() == "SIGSYS";
    if (held) co_return Status();
    if (!escaped) co_return escaped.error();
    co_return Error(Phase::run, Errc::unsupported, "the sandbox let a file be opened");
}

} // namespace rdpsweep::disk
