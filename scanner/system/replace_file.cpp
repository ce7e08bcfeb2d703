// Writes under a name that nobody else has, and renames.
#include "scanner/system/replace_file.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "scanner/system/descriptor.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>

namespace rdpsweep {

namespace {

bool write_all(int descriptor, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto wrote = ::write(descriptor, text.data(), text.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
}

} // namespace

Status replace_file(const std::string& path, std::string_view text) {
    const auto temporary = path + "." + random_hex128().substr(0, 8) + ".new";
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)
    );
    const bool kept = file.get() >= 0 && write_all(file.get(), text) && ::fsync(file.get()) == 0 &&
                      ::rename(temporary.c_str(), path.c_str()) == 0;
    if (kept) return {};
    const int code = errno;
    if (file.get() >= 0) ::unlink(temporary.c_str());
    return Error(
               Phase::config,
               Errc::local_limit,
               "cannot write " + printable(path) + ": " + std::strerror(code)
    )
        .with_native("errno " + std::to_string(code))
        .with_hint("rdpsweep doctor");
}

} // namespace rdpsweep
