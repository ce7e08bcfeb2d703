// Tells what is written in place from what is replaced.
#include "scanner/run/report_file.hpp"

#include "core/text.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

namespace fs = std::filesystem;

Error cannot_open(const std::string& path, int code) {
    return {
        Phase::config,
        Errc::local_limit,
        "cannot open " + printable(path) + ": " + printable(std::strerror(code))};
}

// Returns the number of the descriptor of ours that path names, also by links such as /dev/stdout.
std::optional<int> named_descriptor(fs::path path) {
    constexpr int most_links = 40; // as the kernel
    const fs::path ours = "/proc/" + std::to_string(getpid()) + "/fd";
    std::error_code code;
    for (int i = 0; i < most_links; ++i) {
        const auto above = path.has_parent_path() ? path.parent_path() : fs::path(".");
        const auto folder = fs::canonical(above, code);
        if (code) return {};
        if (folder == ours) {
            const auto name = path.filename().string();
            int number = -1;
            const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
            const bool whole = read.ec == std::errc() && read.ptr == name.data() + name.size();
            return whole ? std::optional(number) : std::nullopt;
        }
        const auto target = fs::read_symlink(path, code);
        if (code) return {};
        path = above / target; // an absolute target stands by itself
    }
    return {};
}

bool is_special(const std::string& path) {
    struct stat about {};

    return stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode);
}

bool is_file(int descriptor) {
    struct stat about {};

    return fstat(descriptor, &about) != 0 || S_ISREG(about.st_mode);
}

} // namespace

Result<ReportFile> ReportFile::open(const std::string& path, Seen seen) {
    if (const auto number = named_descriptor(path)) {
        Descriptor same(fcntl(*number, F_DUPFD_CLOEXEC, 0));
        if (same.get() < 0) return cannot_open(path, errno);
        return ReportFile(std::move(same));
    }
    if (is_special(path)) {
        auto special = open_output("the report " + printable(path), path, 0);
        if (!special) return std::move(special).error();
        if (special->descriptor < 0) return ReportFile(path);
        Descriptor opened(special->descriptor);
        // It may have been changed for a file between the two looks.
        if (is_file(opened.get())) return cannot_open(path, EEXIST);
        return ReportFile(std::move(opened));
    }
    constexpr mode_t for_readers = 0644;
    auto made = NewFile::beside(path, for_readers);
    if (!made) return std::move(made).error();
    ReportFile file(*std::move(made));
    auto named = seen == Seen::at_once ? file.publish() : Status();
    if (!named) return std::move(named).error();
    return file;
}

OutputPlace ReportFile::place(std::string name) const {
    if (!fifo_.empty()) return {std::move(name), -1, fifo_};
    const int descriptor = file_ ? file_->descriptor() : in_place_.get();
    return {std::move(name), fcntl(descriptor, F_DUPFD_CLOEXEC, 0)};
}

} // namespace rdpsweep
