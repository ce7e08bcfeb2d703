// Notes the marks of a boot or a crash in what comes, and lets those that wait look at the screen
// again.
#include "transports/serial/terminal.hpp"

#include "core/foreign_text.hpp"
#include "core/secret.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace rdpsweep::serial {

namespace {

constexpr std::size_t frame_bytes = 256; // and not more: the port is slow
constexpr std::size_t tail_bytes = 128;
constexpr std::size_t past_bytes = 16u << 10;

enum class Sign : std::uint8_t { reboot, boot_text, crash, degraded, prompt, health };

struct Mark {
    std::string_view text;
    Sign sign;
};

// Of firmware, boot manager and EMS; no word that is translated.
constexpr std::array marks{
    Mark{"BdsDxe:", Sign::reboot},
    Mark{"<machine-info>", Sign::reboot},
    Mark{"Windows Boot Manager", Sign::boot_text},
    Mark{"<BP>", Sign::crash},
    Mark{"!SAC>", Sign::degraded},
    Mark{"SAC>", Sign::prompt},
    Mark{"Microsoft Azure VM Health Report", Sign::health},
};

void note(Sign sign, Signs& signs) {
    switch (sign) {
    case Sign::reboot:
        signs.reboot = true;
        signs.boot_text = true;
        return;
    case Sign::boot_text:
        signs.boot_text = true;
        return;
    case Sign::crash:
        signs.crash = true;
        return;
    case Sign::degraded:
        signs.degraded = true;
        return;
    case Sign::prompt:
        signs.boot_text = false;
        signs.crash = false;
        return;
    case Sign::health:
        signs.health = true;
        return;
    }
}

} // namespace

Error out_of_time(const HostDeadline& deadline) {
    if (deadline.aborted()) return {Phase::run, Errc::cancelled, "the run ended"};
    return console_error(
        ConsoleOutcome::probe_timeout, "the VM's time was over before its console was done"
    );
}

// Looks for marks. Each counts once: one that ends in what came now.
void Terminal::take(const std::string& bytes) {
    if (bytes.empty()) return;
    signs_.heard = true;
    if (!typed_) {
        past_ += bytes;
        if (past_.size() > past_bytes) past_.erase(0, past_.size() - past_bytes);
    }
    const auto before = tail_.size();
    auto text = tail_ + bytes;
    std::erase(text, '\0'); // strewn anywhere, also within a word
    std::vector<std::pair<std::size_t, Sign>> found;
    for (const auto& [word, sign] : marks) {
        for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
            if (at + word.size() > before) found.emplace_back(at, sign);
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    for (const auto& [at, sign] : found)
        note(sign, signs_);
    tail_ = text.size() > tail_bytes ? text.substr(text.size() - tail_bytes) : std::move(text);
    screen_->feed(bytes);
}

std::optional<Error> Terminal::trouble() const {
    if (signs_.crash) return console_error(ConsoleOutcome::vm_crashed);
    if (signs_.reboot) return console_error(ConsoleOutcome::vm_rebooted);
    return {};
}

Task<Result<bool>> Terminal::until(Ready ready, Clock::duration limit, HostDeadline& deadline) {
    const auto end = Clock::now() + limit;
    for (;;) {
        if (auto bad = trouble()) co_return std::move(*bad);
        if (ready()) co_return true;
        if (lost_) co_return Error(*lost_);
        if (deadline.expired()) co_return out_of_time(deadline);
        const auto left = end - Clock::now();
        if (left <= Clock::duration::zero()) co_return false;
        auto came = co_await pipe_->receive(left, deadline);
        if (!came) {
            lost_ = std::move(came).error();
            continue;
        }
        take(*came);
    }
}

Task<Status> Terminal::quiet(Clock::duration silence, Clock::duration cap, HostDeadline& deadline) {
    const auto end = Clock::now() + cap;
    for (;;) {
        if (lost_) co_return Error(*lost_);
        if (deadline.expired()) co_return out_of_time(deadline);
        const auto left = std::min<Clock::duration>(silence, end - Clock::now());
        if (left <= Clock::duration::zero()) co_return Status();
        auto came = co_await pipe_->receive(left, deadline);
        if (!came) {
            lost_ = std::move(came).error();
            continue;
        }
        if (came->empty()) co_return Status();
        take(*came);
    }
}

Task<Status> Terminal::type(std::string keys, HostDeadline& deadline) {
    typed_ = true;
    for (std::size_t at = 0; at < keys.size() && !lost_; at += frame_bytes) {
        auto frame = keys.substr(at, frame_bytes);
        ++attempt_.round_trips;
        auto sent = co_await pipe_->send(std::move(frame), deadline);
        if (!sent) lost_ = std::move(sent).error();
    }
    cleanse(keys); // passwords are keys too
    if (lost_) co_return Error(*lost_);
    co_return Status();
}

void Terminal::reattach(std::unique_ptr<Pipe> pipe) {
    pipe_ = std::move(pipe);
    screen_ = std::make_unique<Screen>();
    lost_.reset();
    signs_ = {};
    tail_.clear();
    mark_ = 0;
}

Task<void> Terminal::close(HostDeadline& deadline) {
    co_await pipe_->close(deadline);
}

std::string what_is_shown(const Terminal& terminal) {
    return "the screen showed: " + foreign_text(terminal.screen().dump(), 300);
}

} // namespace rdpsweep::serial
