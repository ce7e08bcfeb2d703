// Opens and reads a file within a limit, and says what the system said when it cannot.
#include "scanner/system/read_file.hpp"

#include "core/text.hpp"
#include "scanner/system/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

Error system_error(const std::string& path, int code) {
    auto errc = Errc::local_limit;
    if (code == ENOENT) errc = Errc::name_not_found;
    if (code == EACCES || code == EPERM) errc = Errc::access_denied;
    return Error(
               Phase::config,
               errc,
               "cannot read " + printable(path) + ": " + printable(std::strerror(code))
    )
        .with_native("errno " + std::to_string(code));
}

} // namespace

Result<std::string> read_descriptor(int descriptor, const std::string& path, std::size_t limit) {
    std::string text;

    struct stat about {};

    if (fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0) {
        // One more byte than the file says, so that its end is seen without growing the buffer.
        text.reserve(std::min(static_cast<std::size_t>(about.st_size), limit) + 1);
    }
    constexpr std::size_t step = 64u << 10;
    for (;;) {
        const auto had = text.size();
        const auto room = text.capacity() - had;
        text.resize(had + (room > 0 ? room : step));
        const auto got = read(descriptor, text.data() + had, text.size() - had);
        if (got < 0 && errno == EINTR) {
            text.resize(had);
            continue;
        }
        if (got < 0) return system_error(path, errno);
        text.resize(had + static_cast<std::size_t>(got));
        if (text.size() > limit) {
            return Error(
                Phase::config,
                Errc::output_limit,
                printable(path) + " is larger than " + std::to_string(limit) + " bytes"
            );
        }
        if (got == 0) return text;
    }
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    if (path == "-") return read_descriptor(STDIN_FILENO, "stdin", limit);
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (file.get() < 0) return system_error(path, errno);
    return read_descriptor(file.get(), path, limit);
}

} // namespace rdpsweep
