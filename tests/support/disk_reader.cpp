// Stands in for rdpsweep-disk in tests: the same helper in the same sandbox, but it does what the
// first sector of the disk says. It has no other way to be told: its arguments are the helper's.
#include "core/disk_wire.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <new>
#include <sstream>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "offline/helper/run_helper.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

// Says something as it stands.
void say(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (written <= 0) _exit(9);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void wait_for_an_answer() {
    std::array<char, 4096> bytes{};
    if (read(STDIN_FILENO, bytes.data(), bytes.size()) <= 0) _exit(9);
}

std::string header(char kind, std::uint32_t length) {
    std::string bytes(1, kind);
    for (unsigned at = 0; at < 4; ++at)
        bytes += static_cast<char>(length >> (8U * at) & 0xFFU);
    return bytes;
}

// "facts N": a document of N bytes, which stands behind the first sector.
Result<std::string> facts(std::istream& words, ByteSource& disk, const DiskOptions& options) {
    std::size_t length = 0;
    words >> length;
    options.stage("document");
    std::string json(length, '\0');
    auto read = disk.read(512, std::as_writable_bytes(std::span(json)));
    if (!read) return std::move(read).error();
    return json;
}

// "all N": asks N times, a MiB each, whatever the disk has there.
Result<std::string> ask_often(std::istream& words) {
    std::size_t times = 0;
    std::uint32_t length = 0;
    words >> times >> length;
    for (std::size_t done = 0; done < times; ++done) {
        say(disk_wire::to_bytes(disk_wire::Request{0, length}));
        for (std::size_t got = 0; got < length + disk_wire::header_bytes;) {
            std::array<char, 65536> bytes{};
            const auto some = read(STDIN_FILENO, bytes.data(), bytes.size());
            if (some <= 0) _exit(9);
            got += static_cast<std::size_t>(some);
        }
    }
    return std::string("{}");
}

Result<std::string> fail(std::istream& words) {
    std::string code, native, detail;
    words >> code >> native;
    std::getline(words >> std::ws, detail);
    Errc errc{};
    if (!from_string(code, errc)) _exit(9);
    return Error(Phase::run, errc, detail).with_native(native);
}

// Ends as a wild pointer does, and without the report that a sanitizer would write of one.
[[noreturn]] void crash() {
    std::signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    _exit(9);
}

// Tries what the sandbox is there to forbid. Each returns; the process does not.
void try_forbidden(const std::string& what) {
    if (what == "open") (void)!open("/etc/hostname", O_RDONLY);
    if (what == "socket") (void)!socket(AF_INET, SOCK_STREAM, 0);
    if (what == "fork") (void)!fork();
    if (what == "signal") (void)!kill(getppid(), SIGTERM);
    if (what == "execute")
        (void)!mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (what == "exec") (void)!execl("/bin/true", "true", nullptr);
}

// Misbehaves towards the parent.
void try_rude(const std::string& what, std::istream& words) {
    if (what == "ask") {
        disk_wire::Request request;
        words >> request.offset >> request.length;
        say(disk_wire::to_bytes(request));
        wait_for_an_answer();
    }
    if (what == "loud") {
        say(header('F', 100u << 20));
        for (;;)
            say(std::string(1u << 20, 'x'));
    }
    if (what == "babble") say("hello, this is no protocol");
    if (what == "stages") {
        for (;;)
            say(disk_wire::to_bytes(disk_wire::Kind::stage, "hive"));
    }
    if (what == "answer") say(disk_wire::to_bytes(disk_wire::Kind::facts, "no frame"));
    if (what == "hang") {
        for (;;)
            wait_for_an_answer();
    }
    if (what == "spin") {
        for (volatile unsigned count = 0;;)
            count = count + 1;
    }
}

Result<std::string> as_the_disk_says(ByteSource& disk, const DiskOptions& options) {
    std::string sector(512, '\0');
    auto read = disk.read(0, std::as_writable_bytes(std::span(sector)));
    if (!read) return std::move(read).error();
    std::istringstream words(sector.substr(0, sector.find('\n')));
    std::string what;
    words >> what;
    if (what == "facts") return facts(words, disk, options);
    if (what == "often") return ask_often(words);
    options.stage("hive");
    if (what == "fail") return fail(words);
    if (what == "memory") return std::string(std::size_t{2} << 30U, 'x');
    if (what == "abort") std::abort();
    if (what == "crash") crash();
    if (what == "exit") _exit(7);
    if (what == "kill") raise(SIGKILL);
    try_forbidden(what);
    try_rude(what, words);
    return Error(Phase::run, Errc::unsupported, "survived: " + what);
}

} // namespace

int main(int count, char** words) {
    const auto arguments = std::span(words, static_cast<std::size_t>(count)).subspan(count > 0);
    run_helper({arguments.data(), arguments.size()}, &as_the_disk_says);
}
