// Opens each report's file, streams into it, and renames it into place at the end.
#include "scanner/run/report_output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

Error write_error(const std::string& path, int code) {
    return Error(
               Phase::config,
               Errc::local_limit,
               "cannot write the report " + path + ": " + std::strerror(code)
    )
        .with_hint("the run is stored: render it again with `rdpsweep report last`");
}

const ReportFormat* find_format(std::string_view name) {
    for (const auto& format : all_reports()) {
        if (format.name == name) return &format;
    }
    return nullptr;
}

ReportOptions
options_for(const std::string& path, const TalkOptions& talk, const std::string& run) {
    ReportOptions options;
    options.run = run;
    const bool terminal = path == "-" && isatty(STDOUT_FILENO) == 1;
    const char* no_color = std::getenv("NO_COLOR");
    const bool wished =
        talk.color == Color::automatic && terminal && (no_color == nullptr || *no_color == '\0');
    options.color = talk.color == Color::always || wished;
    winsize size{};
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 40) {
        options.width = size.ws_col;
    }
    return options;
}

// Tells whether it is a device or a pipe (/dev/null, /dev/stderr, a FIFO): that is written to,
// never replaced.
bool is_special(const std::string& path) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

// Returns the file that is to be replaced: of a link, what it points to, be it there yet or not.
std::string replaced_file(std::filesystem::path path) {
    constexpr int most_links = 40; // as the kernel
    std::error_code code;
    for (int i = 0; i < most_links && std::filesystem::is_symlink(path, code); ++i) {
        const auto target = std::filesystem::read_symlink(path, code);
        if (code) break;
        path = path.parent_path() / target; // an absolute target stands by itself
    }
    return path.string();
}

} // namespace

struct ReportOutputs::Output {
    ~Output() {
        if (descriptor >= 0 && descriptor != STDOUT_FILENO) ::close(descriptor);
    }

    Status write(std::string_view bytes) {
        buffer += bytes;
        constexpr std::size_t flush_at = 64u << 10;
        return buffer.size() < flush_at ? Status() : flush();
    }

    Status flush() {
        std::string_view rest = buffer;
        while (!rest.empty()) {
            const auto written = ::write(descriptor, rest.data(), rest.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return write_error(path, errno);
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
        buffer.clear();
        return {};
    }

    // Gives the finished file its name.
    Status publish() {
        auto flushed = flush();
        if (!flushed || temporary.empty()) return flushed;
        if (fsync(descriptor) != 0 || rename(temporary.c_str(), path.c_str()) != 0) {
            return write_error(path, errno);
        }
        return {};
    }

    std::string path;
    std::string temporary; // empty: written in place
    int descriptor = -1;
    bool live = false;
    std::string buffer;
    std::unique_ptr<Reporter> reporter;
};

ReportOutputs::ReportOutputs() = default;
ReportOutputs::ReportOutputs(ReportOutputs&&) noexcept = default;
ReportOutputs::~ReportOutputs() = default;

Result<ReportOutputs> ReportOutputs::open(
    const std::vector<ReportRequest>& requests,
    const TalkOptions& talk,
    const Catalogue& messages,
    const std::string& run
) {
    ReportOutputs outputs;
    for (const auto& request : requests) {
        const auto* format = find_format(request.format);
        if (format == nullptr) {
            return Error(
                Phase::config, Errc::unsupported, "unknown report format " + request.format
            );
        }
        auto output = std::make_unique<Output>();
        output->path = request.path;
        output->live = format->live;
        if (request.path == "-") {
            output->descriptor = STDOUT_FILENO;
        } else {
            if (!format->live && !is_special(request.path)) {
                output->path = replaced_file(request.path);
                output->temporary = output->path + ".part";
            }
            const auto& name = output->temporary.empty() ? output->path : output->temporary;
            output->descriptor =
                ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
            if (output->descriptor < 0) return write_error(name, errno);
        }
        auto* sink = output.get();
        output->reporter = format->make(
            [sink](std::string_view bytes) { return sink->write(bytes); },
            messages,
            options_for(request.path, talk, run)
        );
        outputs.outputs_.push_back(std::move(output));
    }
    return outputs;
}

void ReportOutputs::on_host(const HostResult& host) {
    for (auto& output : outputs_) {
        output->reporter->on_host(host);
        // The reader of a live report sees a host when it is done. A failure shows at the end.
        if (output->live) [[maybe_unused]]
            const auto flushed = output->flush();
    }
}

Status ReportOutputs::finish(const FleetReport& report, HostReader& hosts) {
    Status first;
    for (auto& output : outputs_) {
        auto written = output->reporter->on_finish(report, hosts);
        if (written) written = output->publish();
        if (!written && first) first = std::move(written);
    }
    return first;
}

} // namespace rdpsweep
