// Looks at a file before and after it is opened.
#include "scanner/system/own_file.hpp"

#include "core/text.hpp"
#include "scanner/system/owner_rules.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace rdpsweep {

namespace {

constexpr int always = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

Error cannot_open(const std::string& path, int code) {
    return Error(
               Phase::config,
               code == ENOENT ? Errc::not_found : Errc::local_limit,
               "cannot open " + printable(path) + ": " + printable(std::strerror(code))
    )
        .with_native("errno " + std::to_string(code))
        .with_hint("is the disk full, and is --state DIR writable?");
}

// Opens what is there. Devices are told by their looks: opening some of them does something.
Result<Descriptor>
open_existing(int folder, const std::string& name, const std::string& path, int flags) {
    struct stat about {};

    if (fstatat(folder, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0)
        return cannot_open(path, errno);
    auto fit = check_regular(about, path);
    if (!fit) return std::move(fit).error();
    Descriptor file(openat(folder, name.c_str(), (flags & ~O_CREAT) | always));
    if (file.get() < 0 || fstat(file.get(), &about) != 0) return cannot_open(path, errno);
    fit = check_regular(about, path);
    if (fit) fit = check_ours(about, path);
    if (!fit) return std::move(fit).error();
    return file;
}

} // namespace

bool is_plain_name(const std::string& name) noexcept {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
}

Result<Descriptor>
open_own_file(int folder, const std::string& name, const std::string& path, int flags) {
    if (!is_plain_name(name)) return cannot_open(path, EINVAL);
    if ((flags & O_CREAT) == 0) return open_existing(folder, name, path, flags);
    constexpr int most_tries = 8; // another process may make and remove it between our looks
    for (int i = 0; i < most_tries; ++i) {
        Descriptor fresh(openat(folder, name.c_str(), flags | O_EXCL | always, 0600));
        if (fresh.get() >= 0 && fchmod(fresh.get(), 0600) == 0) return fresh;
        if (fresh.get() >= 0 || errno != EEXIST) return cannot_open(path, errno);
        auto there = open_existing(folder, name, path, flags);
        if (there || there.error().code() != Errc::not_found) return there;
    }
    return cannot_open(path, EEXIST);
}

} // namespace rdpsweep
