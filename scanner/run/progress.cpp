// Draws the progress line, the full status and the JSON of --stats-json.
#include "scanner/run/progress.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fcntl.h>

namespace rdpsweep {

namespace {

constexpr auto terminal_interval = std::chrono::milliseconds(250);
constexpr auto plain_interval = std::chrono::seconds(30);
constexpr std::size_t shown_flights = 10;

std::size_t counted(const Totals& totals) {
    std::size_t done = 0;
    for (const auto& [outcome, count] : totals.by_outcome)
        done += count;
    return done;
}

TerminalText seconds(std::chrono::milliseconds time) {
    return printable(time.count() / 1000) + " s";
}

TerminalText verdict_counts(const Totals& totals) {
    return "ok " + printable(totals.of(Verdict::ok)) + ", broken " +
           printable(totals.of(Verdict::broken)) + ", at risk " +
           printable(totals.of(Verdict::at_risk)) + ", unknown " +
           printable(totals.of(Verdict::unknown)) + ", not assessed " +
           printable(counted(totals) - totals.of(Outcome::assessed));
}

TerminalText padded(TerminalText text, std::size_t width) {
    if (text.size() < width) text.pad(width - text.size());
    return text;
}

// Tells whether timeouts made the window smaller than it may be.
bool narrowed(const Sweep& sweep) {
    return sweep.window().size() < sweep.window().most();
}

// Returns why no host is begun; empty where nothing holds them.
TerminalText why_held(const Sweep& sweep) {
    switch (sweep.held()) {
    case Sweep::Held::by_reader:
        return "the reader of an output is slow";
    case Sweep::Held::by_memory:
        return "answers of hosts take all the memory they may";
    case Sweep::Held::by_nothing:
        break;
    }
    return {};
}

// Returns the hosts in flight, the slowest first.
TerminalText flight_lines(const Sweep& sweep) {
    const auto flights = sweep.in_flight();
    const auto& window = sweep.window();
    auto text = "in flight " + printable(flights.size()) + " of at most " +
                printable(window.size()) + "; the slowest:\n";
    if (narrowed(sweep)) {
        text += "timeouts narrowed it from " + printable(window.most()) +
                "; it widens again when they stop\n";
    }
    if (const auto why = why_held(sweep); !why.empty()) text += "no host is begun: " + why + "\n";
    for (std::size_t i = 0; i < std::min(shown_flights, flights.size()); ++i) {
        const auto& flight = flights[i];
        text += "  " + padded(printable(flight.name, 40), 40) + " " +
                padded(printable(flight.rung), 8) + " " + seconds(flight.since) + "\n";
    }
    return text;
}

} // namespace

Progress::Progress(asio::io_context& lane, const Totals& totals, Speaker& speaker, Options options)
    : totals_(totals), speaker_(speaker), options_(std::move(options)), timer_(lane),
      begun_(Clock::now()) {}

void Progress::start(const Sweep& sweep) {
    sweep_ = &sweep;
    begun_ = Clock::now();
    const auto& path = options_.stats_json;
    if (!path.empty()) {
        auto place = open_output("the figures " + path, path, O_CREAT | O_APPEND);
        if (place) stats_ = std::make_unique<Writer>(*std::move(place));
        if (!place) no_stats_ = std::move(place).error();
    }
    schedule();
}

void Progress::schedule() {
    timer_.expires_after(
        speaker_.on_terminal() ? Clock::duration(terminal_interval)
                               : Clock::duration(plain_interval)
    );
    timer_.async_wait([this](boost::system::error_code code) {
        if (code) return;
        tick();
        schedule();
    });
}

std::optional<Error> Progress::stop() {
    timer_.cancel();
    if (stats_) stats_->write(stats_line());
    if (stats_) stats_->flush(speaker_.patience());
    if (stats_) no_stats_ = stats_->failure();
    stats_.reset();
    speaker_.erase();
    sweep_ = nullptr;
    return no_stats_;
}

void Progress::tick() {
    // A reader that is slow gets fewer lines, not older ones.
    if (stats_ && stats_->waiting() == 0) stats_->write(stats_line());
    if (!options_.quiet) print_line();
}

double Progress::rate() const {
    const auto elapsed = std::chrono::duration<double>(Clock::now() - begun_).count();
    return elapsed > 0 ? static_cast<double>(counted(totals_)) / elapsed : 0;
}

void Progress::print_line() {
    const auto done = counted(totals_);
    const auto flights = sweep_ != nullptr ? sweep_->in_flight() : std::vector<Sweep::Flight>();
    auto line = printable(done) + "/" + printable(totals_.targets) + "  " +
                verdict_counts(totals_) + "  " + printable(static_cast<int>(rate())) +
                "/s  in flight " + printable(flights.size());
    if (sweep_ != nullptr && narrowed(*sweep_))
        line += " of at most " + printable(sweep_->window().size());
    if (sweep_ != nullptr && !why_held(*sweep_).empty()) line += "  held: " + why_held(*sweep_);
    if (rate() > 0 && done < totals_.targets) {
        const auto left = static_cast<double>(totals_.targets - done) / rate();
        line += "  eta " + printable(static_cast<long>(left)) + " s";
    }
    if (!flights.empty()) {
        line += "  slow: " + printable(flights[0].name, 40) + " " + printable(flights[0].rung) +
                " " + seconds(flights[0].since);
    }
    speaker_.draw(line);
}

void Progress::print_status() {
    char rate_text[32];
    std::snprintf(rate_text, sizeof rate_text, "%.1f", rate());
    auto text = printable(counted(totals_)) + " of " + printable(totals_.targets) +
                " done: " + verdict_counts(totals_) + ", " +
                printable(std::string_view(rate_text)) + " a second\n";
    if (sweep_ != nullptr) text += flight_lines(*sweep_);
    speaker_.say(text);
}

std::string Progress::stats_line() const {
    nlohmann::json verdicts;
    for (const auto& [verdict, count] : totals_.by_verdict) {
        verdicts[std::string(to_string(verdict))] = count;
    }
    nlohmann::json outcomes;
    for (const auto& [outcome, count] : totals_.by_outcome) {
        outcomes[std::string(to_string(outcome))] = count;
    }
    nlohmann::json stats{
        {"t", to_iso8601(std::time(nullptr))},
        {"total", totals_.targets},
        {"done", counted(totals_)},
        {"by_verdict", verdicts.is_null() ? nlohmann::json::object() : verdicts},
        {"by_outcome", outcomes.is_null() ? nlohmann::json::object() : outcomes},
        {"in_flight", sweep_ != nullptr ? sweep_->in_flight().size() : 0},
        {"rps", rate()},
    };
    if (sweep_ != nullptr) {
        const auto& window = sweep_->window();
        stats["window"] = {
            {"size", window.size()}, {"most", window.most()}, {"halvings", window.halvings()}};
    }
    return dump_json(stats) + "\n";
}

} // namespace rdpsweep
