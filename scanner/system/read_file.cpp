// Reads a file within a limit, and says what the system said when it cannot.
#include "scanner/system/read_file.hpp"

#include "core/read_whole.hpp"
#include "core/text.hpp"

#include <cerrno>
#include <cstring>
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

// Says why a file could not be read. code: of read_whole().
Error cannot_read(int code, const std::string& path, std::size_t limit) {
    if (code != EFBIG) return system_error(path, code);
    return Error(
        Phase::config,
        Errc::output_limit,
        printable(path) + " is larger than " + std::to_string(limit) + " bytes"
    );
}

} // namespace

Result<std::string> read_descriptor(int descriptor, const std::string& path, std::size_t limit) {
    std::string text;
    const int code = read_whole(descriptor, limit, text);
    if (code != 0) return cannot_read(code, path, limit);
    return text;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    if (path == "-") return read_descriptor(STDIN_FILENO, "stdin", limit);
    std::string text;
    const int code = read_whole(path, limit, text);
    if (code != 0) return cannot_read(code, path, limit);
    return text;
}

} // namespace rdpsweep
