// Opens by the folder's descriptor what is asked for by its name.
#include "scanner/store/state_folder.hpp"

#include "core/text.hpp"
#include "scanner/store/new_file.hpp"
#include "scanner/system/own_file.hpp"
#include "scanner/system/read_file.hpp"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { closedir(folder); }
};

} // namespace

StatePlace place_in_state(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return {".", path};
    return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

StateFolder::StateFolder(Descriptor folder, std::string path)
    : folder_(std::move(folder)), path_(std::move(path)) {}

Result<StateFolder> StateFolder::open(const std::string& path, IfMissing missing) {
    auto opened = open_own_folder(path, missing);
    if (!opened) return std::move(opened).error();
    return StateFolder(*std::move(opened), path);
}

Result<StateFolder> StateFolder::folder(const std::string& name, IfMissing missing) const {
    const auto path = path_of(name);
    if (!is_plain_name(name))
        return Error(Phase::config, Errc::not_found, "no folder has the name " + printable(name));
    auto opened = open_own_subfolder(folder_.get(), name, path, missing);
    if (!opened) return std::move(opened).error();
    return StateFolder(*std::move(opened), path);
}

Result<Descriptor> StateFolder::file(const std::string& name, int flags) const {
    return open_own_file(folder_.get(), name, path_of(name), flags);
}

Result<std::string> StateFolder::read(const std::string& name, std::size_t limit) const {
    const auto opened = file(name, O_RDONLY);
    if (!opened) return opened.error();
    return read_descriptor(opened->get(), path_of(name), limit);
}

Result<NewFile> StateFolder::make(const std::string& name) const {
    auto made = NewFile::in(folder_.get(), path_of(name), 0600);
    if (!made) return made;
    (void)fchmod(made->descriptor(), 0600); // the umask may have taken more than it should
    return made;
}

Status StateFolder::replace(const std::string& name, std::string_view bytes) const {
    auto made = make(name);
    if (!made) return std::move(made).error();
    auto written = made->write(bytes);
    if (written) written = made->publish();
    return written ? sync() : written;
}

Status StateFolder::sync() const {
    if (fsync(folder_.get()) == 0) return {};
    return Error(
        Phase::config, Errc::local_limit, "cannot sync " + path_ + ": " + std::strerror(errno)
    );
}

Status StateFolder::rename(const std::string& name, const std::string& other) const {
    if (renameat(folder_.get(), name.c_str(), folder_.get(), other.c_str()) == 0) return sync();
    return Error(
        Phase::config,
        Errc::local_limit,
        "cannot rename " + path_of(name) + " to " + other + ": " + std::strerror(errno)
    );
}

void StateFolder::remove(const std::string& name) const noexcept {
    (void)unlinkat(folder_.get(), name.c_str(), 0);
}

void StateFolder::remove_folder(const std::string& name) const noexcept {
    (void)unlinkat(folder_.get(), name.c_str(), AT_REMOVEDIR);
}

std::vector<std::string> StateFolder::names() const {
    std::vector<std::string> names;
    // fdopendir() takes the descriptor it is given.
    const int own = openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, CloseFolder> listing(own < 0 ? nullptr : fdopendir(own));
    if (!listing) return names;
    while (const auto* entry = readdir(listing.get())) {
        if (is_plain_name(entry->d_name)) names.emplace_back(entry->d_name);
    }
    return names;
}

std::vector<std::string> StateFolder::folders_with(const std::string& file) const {
    auto all = names();
    std::erase_if(all, [this, &file](const std::string& name) {
        struct stat about {};

        const auto path = name + "/" + file;
        return fstatat(folder_.get(), path.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0;
    });
    return all;
}

} // namespace rdpsweep
