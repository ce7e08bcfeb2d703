// Opens and reads on a thread of the pool: a disk may be slow, or a file on a network.
#include "transports/disk/file_blocks.hpp"

#include "core/descriptor.hpp"
#include "core/offload.hpp"
#include "transports/disk/waiting.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace rdpsweep::disk {

namespace {

Error of_file(int code) {
    const auto what = [code] {
        if (code == ENOENT || code == ENOTDIR) return Errc::not_found;
        if (code == EACCES || code == EPERM) return Errc::access_denied;
        return Errc::local_limit;
    }();
    const auto hint = what == Errc::not_found ? "look at the path of disk: or --disk"
                      : what == Errc::access_denied
                          ? "give this user read access to it: setfacl -m u:USER:r FILE"
                          : "";
    return Error(
               Phase::open, what, std::string("the disk cannot be opened: ") + std::strerror(code)
    )
        .with_native("errno " + std::to_string(code))
        .with_hint(hint);
}

Error no_disk(const char* what) {
    return Error(Phase::open, Errc::unsupported, std::string("it is ") + what + ", and no disk")
        .with_hint("give an image file or a block device");
}

// What changes when somebody writes to a file; of a device only its size tells.
struct Shape {
    std::uint64_t bytes = 0;
    dev_t device = 0;
    ino_t inode = 0;
    timespec written{};
    timespec changed{};

    bool operator==(const Shape& other) const noexcept {
        const auto same = [](const timespec& a, const timespec& b) {
            return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
        };
        return bytes == other.bytes && device == other.device && inode == other.inode &&
               same(written, other.written) && same(changed, other.changed);
    }
};

// Returns 0, or the errno of what failed.
int look_at(int file, Shape& shape) {
    struct stat about {};

    if (fstat(file, &about) != 0) return errno;
    shape.device = about.st_dev;
    shape.inode = about.st_ino;
    if (S_ISBLK(about.st_mode)) return ioctl(file, BLKGETSIZE64, &shape.bytes) == 0 ? 0 : errno;
    shape.bytes = static_cast<std::uint64_t>(about.st_size);
    shape.written = about.st_mtim;
    shape.changed = about.st_ctim;
    return 0;
}

// Says what else it is, before it is opened: to open a FIFO waits, and a tape winds back.
Status check_kind(const std::string& path) {
    struct stat about {};

    if (stat(path.c_str(), &about) != 0) return of_file(errno);
    if (S_ISREG(about.st_mode) || S_ISBLK(about.st_mode)) return {};
    return no_disk(
        S_ISDIR(about.st_mode)    ? "a folder"
        : S_ISFIFO(about.st_mode) ? "a FIFO"
        : S_ISCHR(about.st_mode)  ? "a character device"
                                  : "a socket"
    );
}

struct Read {
    int code = 0; // errno
    bool changed = false;
    std::string bytes; // fewer than asked for: the file ends
};

class OpenFile {
public:
    OpenFile(Descriptor file, const Shape& shape) : file_(std::move(file)), shape_(shape) {}

    [[nodiscard]] std::uint64_t bytes() const noexcept { return shape_.bytes; }

    [[nodiscard]] Read read(std::uint64_t offset, std::size_t length) const {
        Read read;
        read.bytes.resize(length);
        std::size_t done = 0;
        while (done < length) {
            const auto got = pread(
                file_.get(),
                read.bytes.data() + done,
                length - done,
                static_cast<off_t>(offset + done)
            );
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) read.code = errno;
            if (got <= 0) break;
            done += static_cast<std::size_t>(got);
        }
        read.bytes.resize(done);
        Shape now;
        read.changed = look_at(file_.get(), now) != 0 || !(now == shape_);
        return read;
    }

private:
    Descriptor file_;
    Shape shape_;
};

using Opened = std::pair<std::shared_ptr<const OpenFile>, ImageExtent>;

Result<Opened> open_now(const std::string& path) {
    if (auto disk = check_kind(path); !disk) return std::move(disk).error();
    Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.get() < 0) return of_file(errno);
    Shape shape;
    if (const int code = look_at(file.get(), shape); code != 0) return of_file(code);
    auto opened = std::make_shared<const OpenFile>(std::move(file), shape);
    const auto end = shape.bytes < sector ? 0 : shape.bytes - sector;
    const auto head = opened->read(0, sector);
    const auto tail = opened->read(end, sector);
    if (head.code != 0 || tail.code != 0) return of_file(head.code != 0 ? head.code : tail.code);
    auto extent = extent_of(shape.bytes, head.bytes, tail.bytes);
    if (!extent) return std::move(extent).error();
    return Opened(std::move(opened), *extent);
}

class FileBlocks final : public Blocks {
public:
    FileBlocks(Opened opened, asio::thread_pool& pool)
        : file_(std::move(opened.first)), extent_(opened.second), pool_(pool) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return extent_.bytes; }

    Task<Result<std::optional<std::string>>>
    read(std::uint64_t offset, std::size_t length, HostDeadline& deadline) override {
        std::function<Read()> work = [file = file_, offset, length] {
            return file->read(offset, length);
        };
        auto read = co_await offload(pool_, std::move(work), deadline);
        if (!read) co_return time_is_over(deadline);
        if (read->changed || (read->code == 0 && read->bytes.size() != length)) {
            co_return Error(
                Phase::run, Errc::protocol_violation, "the disk changed while it was read"
            )
                .with_hint("is it in use? read a copy or a snapshot of it");
        }
        std::optional<std::string> bytes;
        if (read->code == 0) bytes = std::move(read->bytes);
        co_return bytes;
    }

private:
    std::shared_ptr<const OpenFile> file_; // also the thread's, which may end later
    ImageExtent extent_;
    asio::thread_pool& pool_;
};

} // namespace

Task<Result<std::unique_ptr<Blocks>>>
open_file(std::string path, asio::thread_pool& pool, HostDeadline& deadline) {
    std::function<Result<Opened>()> work = [path = std::move(path)] { return open_now(path); };
    auto opened = co_await offload(pool, std::move(work), deadline);
    if (!opened) co_return time_is_over(deadline).in_phase(Phase::open);
    if (!*opened) co_return std::move(*opened).error();
    co_return std::unique_ptr<Blocks>(std::make_unique<FileBlocks>(**std::move(opened), pool));
}

} // namespace rdpsweep::disk
