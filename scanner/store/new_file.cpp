// Makes a file of a name that nobody has, and renames it.
#include "scanner/store/new_file.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "scanner/store/leftovers.hpp"
#include "scanner/system/write_all.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep {

namespace {

Error cannot_write(const std::string& path, int code) {
    return Error(
               Phase::config,
               Errc::local_limit,
               "cannot write " + printable(path) + ": " + printable(std::strerror(code))
    )
        .with_native("errno " + std::to_string(code));
}

// Returns a name that nobody can have guessed and made. It fits where the name itself fits.
std::string temporary_name(const std::string& name) {
    constexpr std::size_t most = 200; // of 255
    return name.substr(0, most) + "." + random_hex128().substr(0, 16) + ".part";
}

} // namespace

NewFile::NewFile(Descriptor folder, Descriptor file, std::string temporary, std::string path)
    : folder_(std::move(folder)), file_(std::move(file)), temporary_(std::move(temporary)),
      name_(path.substr(path.rfind('/') + 1)), path_(std::move(path)),
      leftover_(remember_leftover(folder_.get(), temporary_)) {}

NewFile::NewFile(NewFile&& other) noexcept
    : folder_(std::move(other.folder_)), file_(std::move(other.file_)),
      temporary_(std::exchange(other.temporary_, {})), name_(std::move(other.name_)),
      path_(std::move(other.path_)), leftover_(std::exchange(other.leftover_, -1)) {}

NewFile::~NewFile() {
    forget_leftover(leftover_);
    if (!temporary_.empty()) (void)unlinkat(folder_.get(), temporary_.c_str(), 0);
}

Result<NewFile> NewFile::beside(const std::string& path, mode_t mode) {
    const auto slash = path.rfind('/');
    const auto above = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    Descriptor folder(open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // A folder may let us in and not be read.
    if (folder.get() < 0 && errno == EACCES)
        folder = Descriptor(open(above.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0) return cannot_write(path, errno);
    return in(folder.get(), path, mode);
}

Result<NewFile> NewFile::in(int folder, const std::string& path, mode_t mode) {
    Descriptor own(fcntl(folder, F_DUPFD_CLOEXEC, 0));
    if (own.get() < 0) return cannot_write(path, errno);
    auto temporary = temporary_name(path.substr(path.rfind('/') + 1));
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Descriptor file(openat(folder, temporary.c_str(), flags, mode));
    if (file.get() < 0) return cannot_write(path, errno);
    return NewFile(std::move(own), std::move(file), std::move(temporary), path);
}

Status NewFile::write(std::string_view bytes) const {
    const int failed = write_all(file_.get(), bytes);
    return failed == 0 ? Status() : Status(cannot_write(path_, failed));
}

Status NewFile::publish() {
    if (temporary_.empty()) return {};
    const bool named =
        fsync(file_.get()) == 0 &&
        renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) == 0;
    if (!named) return cannot_write(path_, errno);
    forget_leftover(std::exchange(leftover_, -1));
    temporary_.clear();
    return {};
}

} // namespace rdpsweep
