// Writes a plan whole or not at all, and reads it within bounds.
#include "scanner/fix/plan_file.hpp"

#include "scanner/system/write_all.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace rdpsweep {

namespace {

Error cannot(const char* what, const std::string& path, int code) {
    return {
        Phase::config,
        Errc::local_limit,
        std::string("cannot ") + what + " the plan " + path + ": " + std::strerror(code)};
}

// A plan that could not be read again would be found out by whoever is to apply it.
Status check_readable(const std::string& text) {
    const auto again = read_plan(text);
    if (again) return {};
    return Error(
               Phase::config,
               again.error().code(),
               "this plan could not be read again: " + std::string(again.error().detail())
    )
        .with_hint("plan fewer hosts at once: rdpsweep fix plan --max-targets N, or scan in parts");
}

} // namespace

Status write_plan(const std::string& path, const Plan& plan) {
    const auto text = plan_text(plan);
    auto fit = check_readable(text);
    if (!fit) return fit;
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return cannot("write", path, errno);
    int code = write_all(file, text);
    if (code == 0 && fsync(file) != 0) code = errno;
    ::close(file);
    if (code == 0) return {};
    ::unlink(path.c_str());
    return cannot("write", path, code);
}

Result<std::string> read_plan_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return cannot("read", path, errno);
    std::string text;
    char block[65'536];
    while (file.read(block, sizeof block) || file.gcount() > 0) {
        text.append(block, static_cast<std::size_t>(file.gcount()));
        if (text.size() > plan_limits.bytes) return cannot("read", path, EFBIG);
    }
    return text;
}

Result<Plan> load_plan(const std::string& path) {
    auto text = read_plan_file(path);
    if (!text) return std::move(text).error();
    return read_plan(*text);
}

} // namespace rdpsweep
