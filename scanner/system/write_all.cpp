// Goes on where a signal or a full pipe cut a call short.
#include "scanner/system/write_all.hpp"

#include <cerrno>
#include <unistd.h>

namespace rdpsweep {

int write_all(int descriptor, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        if (written == 0) return EIO; // no file does that
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

} // namespace rdpsweep
