// Walks down to a folder by descriptors: what was looked at is what is opened.
#include "scanner/system/own_folder.hpp"

#include "core/text.hpp"
#include "scanner/system/owner_rules.hpp"

#include <climits>

#include <cerrno>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

constexpr int most_links = 40; // as the kernel
constexpr int for_passing = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int for_use = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Error trouble(const std::string& what, const std::string& path, int code) {
    return Error(
               Phase::config,
               Errc::local_limit,
               "cannot " + what + " " + printable(path) + ": " + std::strerror(code)
    )
        .with_native("errno " + std::to_string(code))
        .with_hint("give a folder of yours: --state DIR");
}

Error none_there(const std::string& path) {
    return Error(Phase::config, Errc::not_found, "there is no " + printable(path))
        .with_native("errno " + std::to_string(ENOENT));
}

Error no_state_folder() {
    return Error(
               Phase::config,
               Errc::not_found,
               "there is no state directory: STATE_DIRECTORY, XDG_STATE_HOME and HOME are not set, "
               "and this account has no home"
    )
        .with_hint("name one: --state DIR");
}

// Makes a folder for us alone, whatever the umask, if there is none yet.
Status make_folder(int in, const std::string& name, const std::string& path) {
    if (mkdirat(in, name.c_str(), 0700) != 0)
        return errno == EEXIST ? Status() : trouble("make", path, errno);
    if (fchmodat(in, name.c_str(), 0700, 0) != 0) return trouble("make", path, errno);
    return {};
}

// Returns the folder above, by its name; empty: the root.
std::string above(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

enum class Last : std::uint8_t { ours, way };

class Walk {
public:
    Walk(std::string path, Last last, IfMissing missing)
        : asked_(std::move(path)), last_(last), missing_(missing) {}

    Result<Descriptor> go() {
        auto gone = begin();
        while (gone && !rest_.empty()) {
            const auto name = std::move(rest_.front());
            rest_.pop_front();
            gone = step(name);
        }
        if (gone) gone = arrive();
        if (!gone) return std::move(gone).error();
        return std::move(at_);
    }

private:
    // Puts the folders of a path before those that are left.
    void lead(const std::string& path) {
        auto names = split(path, '/');
        for (auto name = names.rbegin(); name != names.rend(); ++name) {
            if (!name->empty() && *name != ".") rest_.push_front(std::move(*name));
        }
    }

    Status begin() {
        if (asked_.empty()) return no_state_folder();
        if (!asked_.starts_with('/')) {
            char here[PATH_MAX];
            if (getcwd(here, sizeof here) == nullptr) return trouble("find", ".", errno);
            asked_ = std::string(here) + "/" + asked_;
        }
        lead(asked_);
        return enter(AT_FDCWD, "/", "");
    }

    // Goes into a folder on the way. The last one is looked at on arrival.
    Status enter(int in, const std::string& name, const std::string& path) {
        Descriptor next(openat(in, name.c_str(), for_passing));

        struct stat about {};

        if (next.get() < 0 || fstat(next.get(), &about) != 0) return trouble("open", path, errno);
        auto fit = rest_.empty() ? Status() : check_way(about, path.empty() ? "/" : path);
        at_ = std::move(next);
        here_ = path;
        return fit;
    }

    Status arrive() {
        struct stat about {};

        const auto path = here_.empty() ? "/" : here_;
        if (fstat(at_.get(), &about) != 0) return trouble("open", path, errno);
        if (last_ == Last::way) return check_way(about, path);
        auto fit = check_ours(about, path);
        if (!fit) return fit;
        at_ = Descriptor(openat(at_.get(), ".", for_use));
        return at_.get() < 0 ? trouble("open", path, errno) : Status();
    }

    Status step(const std::string& name) {
        if (name == "..") return enter(at_.get(), name, above(here_));
        const auto path = here_ + "/" + name;

        struct stat about {};

        int found = fstatat(at_.get(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW);
        if (found != 0 && errno == ENOENT && missing_ == IfMissing::make) {
            auto made = make_folder(at_.get(), name, path);
            if (!made) return made;
            found = fstatat(at_.get(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW);
        }
        if (found != 0) return errno == ENOENT ? none_there(path) : trouble("open", path, errno);
        if (S_ISLNK(about.st_mode)) return follow(name, path, about);
        return enter(at_.get(), name, path);
    }

    Status follow(const std::string& name, const std::string& path, const struct stat& about) {
        auto fit = check_link(about, path);
        if (!fit) return fit;
        if (++links_ > most_links) return trouble("open", path, ELOOP);
        char target[PATH_MAX];
        const auto length = readlinkat(at_.get(), name.c_str(), target, sizeof target);
        if (length <= 0 || length == sizeof target) return trouble("follow", path, errno);
        const std::string leads_to(target, static_cast<std::size_t>(length));
        lead(leads_to);
        return leads_to.starts_with('/') ? enter(AT_FDCWD, "/", "") : Status();
    }

    std::string asked_;
    Last last_;
    IfMissing missing_;
    std::deque<std::string> rest_;
    std::string here_; // the folder that at_ is; empty: the root
    Descriptor at_;
    int links_ = 0;
};

} // namespace

Result<Descriptor> open_own_folder(const std::string& path, IfMissing missing) {
    return Walk(path, Last::ours, missing).go();
}

Result<Descriptor> open_way(const std::string& path) {
    return Walk(path, Last::way, IfMissing::fail).go();
}

Result<Descriptor> open_own_subfolder(
    int folder, const std::string& name, const std::string& path, IfMissing missing
) {
    if (missing == IfMissing::make) {
        auto made = make_folder(folder, name, path);
        if (!made) return std::move(made).error();
    }

    struct stat about {};

    if (fstatat(folder, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? none_there(path) : trouble("open", path, errno);
    if (!S_ISDIR(about.st_mode)) {
        auto kind = check_regular(about, path);
        if (!kind) return std::move(kind).error();
        return trouble("open", path, ENOTDIR);
    }
    Descriptor opened(openat(folder, name.c_str(), for_use));
    if (opened.get() < 0 || fstat(opened.get(), &about) != 0) return trouble("open", path, errno);
    auto fit = check_ours(about, path);
    if (!fit) return std::move(fit).error();
    return opened;
}

} // namespace rdpsweep
