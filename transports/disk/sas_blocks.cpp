// Asks for each range until it is there, for a reason that ends it, or often enough.
#include "transports/disk/sas_blocks.hpp"

#include "core/foreign_text.hpp"
#include "transports/disk/image_kind.hpp"
#include "transports/disk/sas_link.hpp"
#include "transports/disk/waiting.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace rdpsweep::disk {

namespace {

using namespace std::chrono_literals;

constexpr int most_tries = 4; // of one range
constexpr Clock::duration longest_first_pause = 1s;
// What the reader asks for first, which is fetched with the blob's size.
constexpr std::size_t head_bytes = 64u << 10;

// Tells whether the connection was lost on the way, so that the same question may be asked anew.
bool is_lost(const Error& error) {
    return error.code() == Errc::peer_closed ||
           (error.code() == Errc::timed_out && error.phase() == Phase::http);
}

class SasBlocks final : public Blocks {
public:
    SasBlocks(SasSource& source, Services& services, Attempt& attempt)
        : source_(source), attempt_(attempt), link_(services, attempt),
          first_pause_(std::min(services.quota_delay, longest_first_pause)) {}

    // Learns how large the blob is, and what is in it.
    Task<Status> open(HostDeadline& deadline) {
        auto got = co_await take_url(false, deadline);
        if (!got) co_return got;
        const ByteRange front{0, head_bytes};
        auto head = co_await fetch(front, deadline);
        if (!head) co_return std::move(head).error();
        shape_ = head->shape;
        head_ = std::move(head->bytes);
        held_ = HeldBytes(deadline.bytes());
        auto kept = co_await held_.hold(head_.size(), deadline);
        if (!kept) co_return kept;
        const auto end = shape_->size < sector ? 0 : shape_->size - sector;
        auto tail = co_await bytes_at(end, std::min<std::size_t>(sector, shape_->size), deadline);
        if (!tail) co_return std::move(tail).error();
        const auto first = head_.substr(0, sector);
        auto extent = extent_of(shape_->size, first, *tail);
        if (!extent) co_return named(extent.error());
        extent_ = *extent;
        phase_ = Phase::run;
        co_return Status();
    }

    [[nodiscard]] std::uint64_t size() const noexcept override { return extent_.bytes; }

    [[nodiscard]] bool counts_itself() const noexcept override { return true; }

    [[nodiscard]] std::vector<Message> notes() const override {
        std::vector<Message> notes{Message{"note.disk_sas", {{"blob", url_->named}}}};
        if (again_ > 0) {
            notes.push_back(Message{"note.disk_again", {{"count", std::to_string(again_)}}});
        }
        return notes;
    }

    Task<Result<std::optional<std::string>>>
    read(std::uint64_t offset, std::size_t length, HostDeadline& deadline) override {
        auto bytes = co_await bytes_at(offset, length, deadline);
        if (!bytes) co_return std::move(bytes).error();
        co_return std::optional<std::string>(*std::move(bytes));
    }

private:
    Task<Result<std::string>>
    bytes_at(std::uint64_t offset, std::size_t length, HostDeadline& deadline) {
        if (offset < head_.size() && length <= head_.size() - offset) {
            co_return head_.substr(static_cast<std::size_t>(offset), length);
        }
        const ByteRange wanted{offset, length};
        auto answer = co_await fetch(wanted, deadline);
        if (!answer) co_return std::move(answer).error();
        co_return std::move(answer->bytes);
    }

    // Returns the answer to a range, asked for as often as it may be.
    Task<Result<RangeAnswer>> fetch(ByteRange wanted, HostDeadline& deadline) {
        bool renewed = false;
        for (int tries = 1;; ++tries) {
            bool refused = false;
            auto answer = co_await ask(wanted, refused, deadline);
            if (answer) co_return answer;
            if (deadline.expired()) co_return time_is_over(deadline).in_phase(phase_);
            if (refused && !renewed) {
                renewed = true;
                const auto fresh = co_await take_url(true, deadline);
                if (!fresh) co_return both(answer.error(), fresh.error());
                continue;
            }
            const auto& error = answer.error();
            const bool busy = error.code() == Errc::throttled;
            if (tries >= most_tries || !(busy || may_ask_anew(error))) co_return named(error);
            Clock::duration pause = first_pause_ * tries;
            if (busy && error.pause() > 0ms) pause = error.pause();
            // What was lost once is asked for at once.
            const bool slept = (!busy && tries == 1) || co_await deadline.sleep(pause);
            if (!slept) co_return time_is_over(deadline).in_phase(phase_);
            ++again_;
        }
    }

    // Where nothing was read yet, another attempt is the sweep's to make.
    [[nodiscard]] bool may_ask_anew(const Error& error) const {
        return is_lost(error) || (shape_ && error.retryable());
    }

    // Asks once. refused: the SAS was not accepted, and another one may be.
    Task<Result<RangeAnswer>> ask(ByteRange wanted, bool& refused, HostDeadline& deadline) {
        const RangeQuestion question{wanted, shape_ ? shape_->etag : std::string(), phase_};
        auto came = co_await link_.get(*url_, question, deadline);
        if (!came) co_return std::move(came).error();
        refused = refuses_signature(*came);
        const auto* const known = shape_ ? &*shape_ : nullptr;
        auto answer = read_range_answer(std::move(*came), wanted, known);
        if (answer) co_return answer;
        co_return std::move(answer).error().in_phase(phase_);
    }

    Task<Status> take_url(bool again, HostDeadline& deadline) {
        auto plain = co_await source_.url(again, deadline);
        if (!plain) co_return std::move(plain).error();
        auto url = read_sas_url(*plain);
        if (!url) co_return std::move(url).error();
        url_.emplace(*std::move(url));
        co_return Status();
    }

    // The same error, which says of what it is. Where no SAS is left to try, this is as far as we
    // came.
    [[nodiscard]] Error named(const Error& error) const {
        const bool ours = error.phase() == Phase::run || error.phase() == Phase::config;
        return Error(
                   ours ? phase_ : error.phase(),
                   error.code(),
                   url_->named + ": " + std::string(error.detail())
        )
            .with_native(std::string(error.native()))
            .with_hint(std::string(error.hint()))
            .with_pause(error.pause());
    }

    // Why the SAS was refused, and why there is no other.
    [[nodiscard]] Error both(const Error& refused, const Error& none) const {
        auto native = std::string(refused.native());
        if (!none.native().empty()) native += "; " + std::string(none.native());
        return named(Error(
                         none.phase(),
                         none.code(),
                         std::string(refused.detail()) + "; " + std::string(none.detail())
        )
                         .with_native(std::move(native))
                         .with_hint(std::string(none.hint().empty() ? refused.hint() : none.hint()))
                         .with_pause(none.pause()));
    }

    SasSource& source_;
    Attempt& attempt_;
    SasLink link_;
    std::optional<SasUrl> url_;
    std::optional<BlobShape> shape_; // since the first answer
    ImageExtent extent_;
    std::string head_; // the blob's first bytes
    HeldBytes held_;   // what they take
    Phase phase_ = Phase::open;
    Clock::duration first_pause_;
    std::size_t again_ = 0; // requests that had to be sent once more
};

} // namespace

Task<Result<std::unique_ptr<Blocks>>>
open_sas(SasSource& source, Services& services, HostDeadline& deadline, Attempt& attempt) {
    auto blocks = std::make_unique<SasBlocks>(source, services, attempt);
    auto opened = co_await blocks->open(deadline);
    attempt.enter(Phase::open);
    if (!opened) co_return std::move(opened).error();
    co_return std::unique_ptr<Blocks>(std::move(blocks));
}

} // namespace rdpsweep::disk
