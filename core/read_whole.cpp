// Asks a regular file for its size, and everything else only for its bytes.
#include "core/read_whole.hpp"

#include "core/growing_buffer.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

// Returns how many bytes a regular file still has, as it says; 0 where there is no word of it (a
// pipe, /proc).
std::size_t expected_bytes(int descriptor) {
    struct stat about {};

    if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) return 0;
    const auto left = about.st_size - lseek(descriptor, 0, SEEK_CUR);
    return left > 0 ? static_cast<std::size_t>(left) : 0;
}

} // namespace

int read_whole(int descriptor, std::size_t most, std::string& text) {
    text.clear();
    const auto expected = expected_bytes(descriptor);
    if (expected > most) return EFBIG;
    GrowingBuffer bytes(most, expected);
    for (;;) {
        const auto room = bytes.room();
        const auto got = read(descriptor, room.data(), room.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        if (got == 0) break;
        bytes.filled(static_cast<std::size_t>(got));
        if (bytes.over()) return EFBIG;
    }
    text = bytes.take();
    return 0;
}

int read_whole(const std::string& path, std::size_t most, std::string& text) {
    text.clear();
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) return errno;
    const int code = read_whole(descriptor, most, text);
    close(descriptor);
    return code;
}

} // namespace rdpsweep
