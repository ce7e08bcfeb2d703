// Opens each report's file, streams into it, and gives it its name at the end.
#include "scanner/run/report_output.hpp"

#include "scanner/run/report_file.hpp"

#include <cstdlib>
#include <optional>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

using Seen = ReportFile::Seen;

Error with_advice(Error error, const std::string& again) {
    return std::move(error).with_hint("the run is stored: render it again with `" + again + "`");
}

std::string name_of(const std::string& path) {
    return path == "-" ? "the report to stdout" : "the report " + path;
}

const ReportFormat* find_format(std::span<const ReportFormat> known, std::string_view name) {
    for (const auto& format : known) {
        if (format.name == name) return &format;
    }
    return nullptr;
}

ReportOptions
options_for(const std::string& path, const TalkOptions& talk, const ReportedRun& run) {
    ReportOptions options;
    options.run = run.id;
    options.started = run.started;
    options.in_order = run.in_order;
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
    Output(std::string where, std::string made_by)
        : path(std::move(where)), again(std::move(made_by)) {}

    // Opens the place: a file under another name until it is whole, except where it may be followed
    // while the run goes on.
    Status open(const ReportFormat& format) {
        if (path == "-") {
            writer.emplace(standard_output(name_of(path), STDOUT_FILENO));
            return {};
        }
        auto opened = ReportFile::open(path, format.live ? Seen::at_once : Seen::when_whole);
        if (!opened) return with_advice(std::move(opened).error(), again);
        file.emplace(*std::move(opened));
        writer.emplace(file->place(name_of(path)));
        return {};
    }

    Status write(std::string_view bytes) {
        writer->write(std::string(bytes));
        if (patience) writer->wait_for_room(patience());
        return state();
    }

    [[nodiscard]] Status state() const {
        auto failure = writer->failure();
        if (failure) return with_advice(*std::move(failure), again);
        return {};
    }

    // Writes the rest, and gives the finished file its name.
    Status finish(const FleetReport& report, HostReader& hosts) {
        auto written = state();
        if (written) written = reporter->on_finish(report, hosts);
        if (!written) return written;
        writer->flush(patience ? patience() : limits::reader_patience);
        written = state();
        if (!written || !file) return written;
        auto named = file->publish();
        if (!named) return with_advice(std::move(named).error(), again);
        return named;
    }

    std::string path;
    std::string again;
    std::optional<ReportFile> file; // nothing for stdout
    std::optional<Writer> writer;
    Patience patience; // empty: a reader is not waited for
    std::unique_ptr<Reporter> reporter;
};

ReportOutputs::ReportOutputs() = default;
ReportOutputs::ReportOutputs(ReportOutputs&&) noexcept = default;

// Of a run that failed a live report has all that became of it.
ReportOutputs::~ReportOutputs() {
    for (auto& output : outputs_)
        if (output->writer) output->writer->flush(limits::last_words);
}

Result<ReportOutputs> ReportOutputs::open(
    const std::vector<ReportRequest>& requests,
    const TalkOptions& talk,
    const Catalogue& messages,
    const ReportedRun& run,
    std::span<const ReportFormat> known
) {
    ReportOutputs outputs;
    for (const auto& request : requests) {
        const auto* format = find_format(known, request.format);
        if (format == nullptr) {
            return Error(
                Phase::config, Errc::unsupported, "unknown report format " + request.format
            );
        }
        auto output = std::make_unique<Output>(request.path, run.again);
        auto opened = output->open(*format);
        if (!opened) return std::move(opened).error();
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

void ReportOutputs::on_host(const HostResult& host, std::string_view json) {
    for (auto& output : outputs_) {
        // What reports do with a host that they were not given, they do for a run that is resumed.
        if (output->writer->waiting() > limits::output_most) continue;
        if (json.empty())
            output->reporter->on_host(host);
        else
            output->reporter->on_host_as_text(host, json);
    }
}

void ReportOutputs::on_baseline(const Difference& difference) {
    for (auto& output : outputs_)
        output->reporter->on_baseline(difference);
}

bool ReportOutputs::behind() {
    bool any = false;
    for (auto& output : outputs_)
        any = output->writer->behind(limits::reader_patience) || any;
    return any;
}

void ReportOutputs::wait_for_readers(Patience patience) {
    for (auto& output : outputs_)
        output->patience = patience;
}

std::vector<Error> ReportOutputs::finish(const FleetReport& report, HostReader& hosts) {
    std::vector<Error> failures;
    for (auto& output : outputs_) {
        auto written = output->finish(report, hosts);
        if (!written) failures.push_back(std::move(written).error());
    }
    return failures;
}

} // namespace rdpsweep
