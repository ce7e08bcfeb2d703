// Reads a password or a PEM file from each kind of source, and refuses files that others can read.
#include "scanner/credentials/credential_sources.hpp"

#include "core/descriptor.hpp"
#include "core/growing_buffer.hpp"
#include "core/text.hpp"
#include "scanner/system/child_environment.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

// Ours, and closed to group and others.
Status check_private(int descriptor, const std::string& path) {
    struct stat about {};

    if (fstat(descriptor, &about) != 0) {
        return system_error(Errc::local_limit, "cannot look at " + printable(path), errno);
    }
    if (!S_ISREG(about.st_mode) && !S_ISFIFO(about.st_mode)) {
        return Error(Phase::config, Errc::unsupported, printable(path) + " is not a file");
    }
    if (about.st_uid != geteuid()) {
        return Error(
                   Phase::config,
                   Errc::access_denied,
                   printable(path) + " belongs to user " + std::to_string(about.st_uid) +
                       ", not to us (" + std::to_string(geteuid()) + ")"
        )
            .with_hint("chown " + std::to_string(geteuid()) + " " + printable(path));
    }
    if ((about.st_mode & 077) == 0) return {};
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(about.st_mode & 07777));
    return Error(
               Phase::config,
               Errc::access_denied,
               printable(path) + " is open to other users (mode " + printable(mode) + ")"
    )
        .with_hint("chmod 600 " + printable(path));
}

// A terminal without echo, restored at the end. Signals from the keyboard are off meanwhile, else
// Ctrl-C would leave the terminal silent; it is read as a character instead.
class SilentTerminal {
public:
    explicit SilentTerminal(int descriptor) noexcept : descriptor_(descriptor) {
        silent_ = tcgetattr(descriptor_, &before_) == 0;
        if (!silent_) return;
        auto quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
        silent_ = tcsetattr(descriptor_, TCSAFLUSH, &quiet) == 0;
    }

    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

    ~SilentTerminal() {
        if (silent_) tcsetattr(descriptor_, TCSAFLUSH, &before_);
    }

    [[nodiscard]] bool silent() const noexcept { return silent_; }

private:
    int descriptor_;
    termios before_{};
    bool silent_ = false;
};

void say(int descriptor, const TerminalText& text) noexcept {
    // A terminal that cannot show the question can still be typed at.
    [[maybe_unused]] const auto written = write(descriptor, text.str().data(), text.size());
}

} // namespace

Error system_error(Errc code, const std::string& what, int number) {
    return Error(Phase::config, code, what + ": " + std::strerror(number))
        .with_native("errno " + std::to_string(number));
}

Result<std::string>
read_text(int descriptor, const std::string& where, std::size_t limit, Extent extent) {
    GrowingBuffer text(limit);
    while (extent == Extent::all || text.text().find('\n') == std::string_view::npos) {
        const auto room = text.room();
        const auto got = read(descriptor, room.data(), room.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(Errc::local_limit, "cannot read " + where, errno);
        if (got == 0) break;
        text.filled(static_cast<std::size_t>(got));
        if (text.over()) return Error(Phase::config, Errc::output_limit, where + " is too long");
    }
    return text.take();
}

Result<Secret> first_line(std::string& text, const std::string& where) {
    auto end = text.find('\n');
    if (end == std::string::npos) end = text.size();
    if (end > 0 && end < text.size() && text[end - 1] == '\r') --end;
    std::string line(text, 0, end);
    cleanse(text);
    const bool has_nul = line.find('\0') != std::string::npos;
    if (line.empty() || has_nul) {
        cleanse(line);
        return Error(
            Phase::config,
            Errc::malformed_output,
            where + (has_nul ? " holds a NUL byte" : " is empty")
        );
    }
    // The secret gets a copy of its own, so that the line can be overwritten here.
    Secret secret{std::string(line)};
    cleanse(line);
    return secret;
}

FromEnvironment from_environment(std::string variable) {
    hide_from_children(variable);
    return FromEnvironment{std::move(variable)};
}

Result<Secret> password_from(const FromEnvironment& source, const CredentialLimits&) {
    const auto where = "the environment variable " + printable(source.variable);
    const char* value = std::getenv(source.variable.c_str());
    if (value == nullptr) {
        return Error(Phase::config, Errc::name_not_found, where + " is not set")
            .with_hint("read -rs " + source.variable + " && export " + source.variable);
    }
    if (*value == '\0') return Error(Phase::config, Errc::malformed_output, where + " is empty");
    return Secret{std::string(value)};
}

Result<Secret> password_from(const FromFile& source, const CredentialLimits& limits) {
    return line_from(source, "the password file", limits);
}

Result<Secret>
line_from(const FromFile& source, const std::string& what, const CredentialLimits& limits) {
    const Descriptor file(open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    const auto where = what + " " + printable(source.path);
    if (file.get() < 0) {
        const auto code = errno == ENOENT ? Errc::name_not_found : Errc::access_denied;
        return system_error(code, "cannot open " + where, errno);
    }
    if (auto status = check_private(file.get(), source.path); !status) {
        return std::move(status).error();
    }
    auto text = read_text(file.get(), where, limits.bytes, Extent::line);
    if (!text) return std::move(text).error();
    return first_line(*text, where);
}

namespace {

// Returns all of text as a secret; text is overwritten.
Result<Secret> whole_text(std::string& text, const std::string& where) {
    if (text.empty()) return Error(Phase::config, Errc::malformed_output, where + " is empty");
    Secret secret{std::string(text)};
    cleanse(text);
    return secret;
}

} // namespace

Result<Secret> pem_from(const PemSource& source, PemKind kind, const CredentialLimits& limits) {
    const std::string what = kind == PemKind::key ? "the key" : "the certificate";
    if (const auto* env = std::get_if<FromEnvironment>(&source)) return password_from(*env, limits);
    if (const auto* given = std::get_if<FromSystemd>(&source)) {
        auto text = text_from(*given, limits, Extent::all);
        if (!text) return std::move(text).error();
        return whole_text(*text, what + " of systemd, " + printable(given->name));
    }
    const auto* named = std::get_if<FromFile>(&source);
    if (named == nullptr) return Error(Phase::config, Errc::unsupported, what + " has no source");
    const Descriptor file(open(named->path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    const auto where = what + "'s file " + printable(named->path);
    if (file.get() < 0) {
        const auto code = errno == ENOENT ? Errc::name_not_found : Errc::access_denied;
        return system_error(code, "cannot open " + where, errno);
    }
    if (kind == PemKind::key) {
        auto status = check_private(file.get(), named->path);
        if (!status) return std::move(status).error();
    }
    auto text = read_text(file.get(), where, limits.bytes, Extent::all);
    if (!text) return std::move(text).error();
    return whole_text(*text, where);
}

Result<Secret> ask_password(const std::string& who, const CredentialLimits& limits) {
    const Descriptor terminal(open(limits.terminal.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.get() < 0) {
        return system_error(Errc::unsupported, "there is no terminal to ask at", errno)
            .with_hint("use { env: ... }, { file: ... } or { command: [...] } instead");
    }
    const SilentTerminal silent(terminal.get());
    if (!silent.silent()) {
        return Error(Phase::config, Errc::unsupported, "the terminal cannot stop its echo");
    }
    say(terminal.get(), "Password for " + printable(who) + ": ");
    auto line = read_text(terminal.get(), "the password", limits.bytes, Extent::line);
    say(terminal.get(), "\n");
    if (!line) return std::move(line).error();
    if (line->find('\x03') != std::string::npos) { // Ctrl-C
        cleanse(*line);
        return Error(Phase::config, Errc::cancelled, "no password was given");
    }
    return first_line(*line, "the password");
}

} // namespace rdpsweep
