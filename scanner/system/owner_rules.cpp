// Looks at owner and mode, and says which command mends them.
#include "scanner/system/owner_rules.hpp"

#include "core/text.hpp"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace rdpsweep {

namespace {

constexpr mode_t written_by_others = S_IWGRP | S_IWOTH;

Error refused(std::string what, std::string next) {
    return Error(Phase::config, Errc::access_denied, std::move(what)).with_hint(std::move(next));
}

std::string octal(mode_t mode) {
    char text[8];
    std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
    return text;
}

std::string us() {
    return std::to_string(geteuid());
}

// Returns the name of the user who called us by sudo, if it is the owner; empty: it is not.
std::string called_by_sudo(uid_t owner) {
    const char* number = std::getenv("SUDO_UID");
    const char* name = std::getenv("SUDO_USER");
    const bool theirs = geteuid() == 0 && number != nullptr && std::to_string(owner) == number;
    return theirs && name != nullptr ? printable(name, 100) : "";
}

Error not_ours(const struct stat& about, const std::string& path, const std::string& next) {
    const auto caller = called_by_sudo(about.st_uid);
    return refused(
        printable(path) + " belongs to user " + std::to_string(about.st_uid) + ", not to us (" +
            us() + "); mode " + octal(about.st_mode),
        caller.empty() ? next
                       : "run it as " + caller +
                             ", without sudo, or give root a folder of its "
                             "own: --state /root/.local/state/rdpsweep"
    );
}

} // namespace

Status check_ours(const struct stat& about, const std::string& path) {
    const bool folder = S_ISDIR(about.st_mode);
    const auto shown = printable(path);
    if (about.st_uid != geteuid()) {
        return not_ours(
            about,
            path,
            folder ? "if what is in it can be trusted: chown -R " + us() + " " + shown
                   : "if what is in it can be trusted: chown " + us() + " " + shown
        );
    }
    if ((about.st_mode & written_by_others) == 0) return {};
    return refused(
        shown + " can be written by other users (mode " + octal(about.st_mode) + ")",
        (folder ? "chmod 700 " : "chmod 600 ") + shown + " after a look at what others left in it"
    );
}

Status check_way(const struct stat& about, const std::string& path) {
    if (about.st_uid != 0 && about.st_uid != geteuid()) {
        return not_ours(
            about, path, "chown " + us() + " " + printable(path) + ", or --state elsewhere"
        );
    }
    const bool sticky = (about.st_mode & S_ISVTX) != 0;
    if (sticky || (about.st_mode & written_by_others) == 0) return {};
    return refused(
        printable(path) + " lets other users replace what is in it (mode " + octal(about.st_mode) +
            ", not sticky)",
        "chmod go-w " + printable(path) + ", or --state elsewhere"
    );
}

Status check_regular(const struct stat& about, const std::string& path) {
    if (S_ISREG(about.st_mode)) return {};
    const auto* what = S_ISLNK(about.st_mode)   ? " is a symbolic link"
                       : S_ISDIR(about.st_mode) ? " is a folder"
                                                : " is no regular file";
    return refused(
        printable(path) + what,
        "if nobody needs it: rm " + std::string(S_ISDIR(about.st_mode) ? "-r " : "") +
            printable(path)
    );
}

Status check_link(const struct stat& about, const std::string& path) {
    if (about.st_uid == 0 || about.st_uid == geteuid()) return {};
    return not_ours(about, path, "name the folder itself, without that link");
}

} // namespace rdpsweep
