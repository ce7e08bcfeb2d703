// Opens each report's file, streams into it, and gives it its name at the end.
#include "scanner/run/report_output.hpp"

#include "scanner/run/report_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

using Seen = ReportFile::Seen;

constexpr auto render_again = "the run is stored: render it again with `rdpsweep report last`";

Error write_error(const std::string& path, int code) {
    return Error(
               Phase::config,
               Errc::local_limit,
               "cannot write the report " + path + ": " + std::strerror(code)
    )
        .with_hint(render_again);
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

} // namespace

struct ReportOutputs::Output {
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
        if (!flushed || !file) return flushed;
        auto named = file->publish();
        return named ? named : Status(Error(named.error()).with_hint(render_again));
    }

    std::string path;
    std::optional<ReportFile> file; // nothing for stdout
    int descriptor = STDOUT_FILENO;
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
        if (request.path != "-") {
            const auto seen = format->live ? Seen::at_once : Seen::when_whole;
            auto file = ReportFile::open(request.path, seen);
            if (!file) return Error(file.error()).with_hint(render_again);
            output->file.emplace(*std::move(file));
            output->descriptor = output->file->descriptor();
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
