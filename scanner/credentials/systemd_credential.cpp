// Reads a credential that systemd handed to the unit that we are.
#include "core/descriptor.hpp"
#include "core/text.hpp"
#include "scanner/credentials/credential_sources.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

// Says which line of the unit gives the credential.
std::string hint_for(const FromSystemd& source) {
    const auto name = printable(source.name);
    return "systemctl edit UNIT, and below [Service]: LoadCredential=" + name + ":/etc/rdpsweep/" +
           name;
}

// Says where a credential that is empty comes from.
std::string hint_for_nothing(const FromSystemd& source) {
    return "systemctl cat UNIT shows the file of LoadCredential=" + printable(source.name);
}

// systemd gives the file to us, or leaves it to root and lets us read it by an access list
// (write_credential() in its src/core). Such a list shows as the group's right to read, though
// nobody of the group has it.
Status check_handed(int descriptor, const std::string& where) {
    struct stat about {};

    if (fstat(descriptor, &about) != 0)
        return system_error(Errc::local_limit, "cannot look at " + where, errno);
    if (!S_ISREG(about.st_mode))
        return Error(Phase::config, Errc::unsupported, where + " is not a file");
    constexpr mode_t of_others = S_IWGRP | S_IXGRP | S_IRWXO;
    const bool owned = about.st_uid == 0 || about.st_uid == geteuid();
    if (owned && (about.st_mode & of_others) == 0) return {};
    return Error(
        Phase::config,
        Errc::access_denied,
        where + " is open to other users, so systemd did not make it"
    );
}

} // namespace

bool is_systemd_name(std::string_view name) noexcept {
    constexpr std::size_t longest = 255; // NAME_MAX
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '/' && c != ':';
    });
    return plain && !name.empty() && name.size() <= longest && name != "." && name != "..";
}

Result<std::string>
text_from(const FromSystemd& source, const CredentialLimits& limits, Extent extent) {
    // Not shown: it may be the secret itself.
    if (!is_systemd_name(source.name)) {
        return Error(
                   Phase::config,
                   Errc::unsupported,
                   "that is not the name of a credential of systemd"
        )
            .with_hint("NAME, as the unit has it in LoadCredential=NAME:PATH");
    }
    const auto name = "systemd's credential " + printable(source.name);
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder != '/') {
        return Error(
                   Phase::config,
                   Errc::name_not_found,
                   name + " is not here: CREDENTIALS_DIRECTORY is not set, as it is in a unit"
        )
            .with_hint(hint_for(source));
    }
    const auto path = std::string(folder) + "/" + source.name;
    const auto where = name + " (" + printable(path) + ")";
    const Descriptor file(
        open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK)
    );
    if (file.get() < 0) {
        const auto code = errno == ENOENT ? Errc::name_not_found : Errc::access_denied;
        return system_error(code, "cannot open " + where, errno).with_hint(hint_for(source));
    }
    if (auto status = check_handed(file.get(), where); !status) {
        return std::move(status).error().with_hint(hint_for(source));
    }
    auto text = read_text(file.get(), where, limits.bytes, extent);
    if (text && text->empty()) {
        return Error(Phase::config, Errc::malformed_output, where + " is empty")
            .with_hint(hint_for_nothing(source));
    }
    return text;
}

Result<Secret> password_from(const FromSystemd& source, const CredentialLimits& limits) {
    auto text = text_from(source, limits, Extent::line);
    if (!text) return std::move(text).error();
    auto line = first_line(*text, "systemd's credential " + printable(source.name));
    if (!line) return std::move(line).error().with_hint(hint_for_nothing(source));
    return line;
}

} // namespace rdpsweep
