// Does its task and tells the parent what came of it, facts or an error.
#include "offline/helper/run_helper.hpp"

#include "core/digest.hpp"
#include "core/limits.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <new>
#include <optional>
#include <unistd.h>

#include "offline/block_cache.hpp"
#include "offline/helper/pipe_source.hpp"
#include "offline/sandbox.hpp"

namespace rdpsweep::offline {

namespace {

constexpr int answered = 0;
constexpr int parent_gone = 1;
constexpr int misused = 2;

struct Task {
    std::uint64_t size = 0;
    std::string_view nonce;
    std::string_view name;
};

std::optional<Task> read_arguments(std::span<const char* const> arguments) {
    if (arguments.size() != 3) return std::nullopt;
    Task task{0, arguments[1], arguments[2]};
    const std::string_view size = arguments[0];
    const auto parsed = std::from_chars(size.data(), size.data() + size.size(), task.size);
    const bool number = parsed.ec == std::errc() && parsed.ptr == size.data() + size.size();
    const bool hex = !task.nonce.empty() && task.nonce.size() <= 64 &&
                     std::all_of(task.nonce.begin(), task.nonce.end(), [](unsigned char c) {
                         return std::isxdigit(c) != 0;
                     });
    const bool known = task.name == disk_wire::task_facts || task.name == disk_wire::task_check ||
                       task.name == disk_wire::task_escape;
    if (!number || !hex || !known) return std::nullopt;
    return task;
}

// Returns the one line that a collector would print.
Result<std::string> framed(std::string_view nonce, const std::string& json) {
    std::array<char, 48> numbers{};
    std::snprintf(
        numbers.data(),
        numbers.size(),
        " %zu %08x ",
        json.size(),
        static_cast<unsigned>(crc32(json))
    );
    auto line = "RDPSWEEP1 " + std::string(nonce) + numbers.data() + json + "\n";
    if (line.size() <= limits::stdout_bytes) return line;
    return Error(Phase::run, Errc::output_limit, "the disk's facts are longer than an answer is");
}

// Does what nothing here may do: it proves the sandbox, whose end it is.
Result<std::string> escape() {
    const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (file >= 0) close(file);
    return Error(Phase::run, Errc::unsupported, "the sandbox let a file be opened");
}

Result<std::string> read_facts(ParentLink& link, const Task& task, FactsReader read) {
    PipeSource parent(link, task.size);
    BlockCache disk(parent);
    DiskOptions options;
    options.stage = [&link](std::string_view stage) {
        (void)link.send(disk_wire::to_bytes(disk_wire::Kind::stage, stage));
    };
    return read(disk, options);
}

Result<std::string> do_task(ParentLink& link, const Task& task, FactsReader read) {
    if (task.name == disk_wire::task_escape) return escape();
    if (task.name == disk_wire::task_check) return std::string("{}");
    return read_facts(link, task, read);
}

// The door of the libraries, and of the C++ one when memory is at its limit.
Result<std::string> do_guarded(ParentLink& link, const Task& task, FactsReader read) {
    try {
        auto json = do_task(link, task, read);
        if (!json) return json;
        return framed(task.nonce, *json);
    } catch (const std::bad_alloc&) {
        return Error(Phase::run, Errc::output_limit, "the disk wants more memory than it may have");
    } catch (const std::exception&) {
        return Error(
            Phase::run, Errc::malformed_output, "the disk cannot be read: a library failed"
        );
    }
}

} // namespace

void run_helper(std::span<const char* const> arguments, FactsReader read) {
    const auto task = read_arguments(arguments);
    if (!task) {
        constexpr std::string_view usage = "rdpsweep-disk is started by rdpsweep, which gives it a "
                                           "disk: rdpsweep scan --disk FILE\n";
        (void)!write(STDERR_FILENO, usage.data(), usage.size());
        _exit(misused);
    }
    ParentLink link(STDIN_FILENO, STDOUT_FILENO);
    const auto inside = enter_sandbox();
    auto answer = inside ? do_guarded(link, *task, read) : Result<std::string>(inside.error());
    const auto sent = link.send(
        answer ? disk_wire::to_bytes(disk_wire::Kind::facts, *answer)
               : disk_wire::to_bytes(answer.error())
    );
    _exit(sent ? answered : parent_gone);
}

} // namespace rdpsweep::offline
