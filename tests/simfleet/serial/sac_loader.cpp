// Decodes the lines that are typed, checks them, and pages out what the script prints.
#include "tests/simfleet/serial/sac_loader.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/inflate.hpp"
#include "core/text.hpp"
#include "tests/simfleet/windows/powershell.hpp"

#include <algorithm>
#include <cstdio>

namespace simfleet {

namespace {

constexpr std::size_t row_length = 56;
constexpr std::size_t page_rows = 20;
constexpr std::size_t most_text = 1u << 20;
constexpr std::chrono::milliseconds script_time{800};

int place_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '-') return 63;
    return c == '/' ? 64 : -1;
}

// The values of a coded line, their check taken off; nothing when it is damaged.
std::optional<std::vector<int>> values_of(std::string_view text) {
    if (!text.starts_with('#') || text.size() < 5) return {};
    std::vector<int> values;
    int before = 0;
    for (const char c : text.substr(1)) {
        const int place = place_of(c);
        if (place < 0) return {};
        values.push_back((place - before - 1 + 130) % 65);
        before = place;
    }
    if (std::any_of(values.begin(), values.end(), [](int value) { return value > 63; })) return {};
    const auto check = values.size() - 3;
    int low = 0;
    int high = 0;
    for (std::size_t at = 0; at < check; ++at) {
        low = (low + values[at]) % 255;
        high = (high + low) % 255;
    }
    const int told = values[check] * 4096 + values[check + 1] * 64 + values[check + 2];
    if (told != high * 256 + low) return {};
    values.resize(check);
    return values;
}

std::string checked(const std::string& row) {
    unsigned low = 0;
    unsigned high = 0;
    for (const char c : row) {
        low = (low + static_cast<unsigned char>(c)) % 255;
        high = (high + low) % 255;
    }
    char digits[16];
    std::snprintf(digits, sizeof digits, "%02x%02x", high, low);
    return "~" + row + digits + "~";
}

// The script's text may be padded behind the deflated stream, to full groups of bytes.
std::optional<std::string> unpacked(std::string bytes) {
    for (int padding = 0; padding < 3 && !bytes.empty(); ++padding) {
        if (auto text = rdpsweep::inflate_raw(bytes, most_text)) return text;
        bytes.pop_back();
    }
    return {};
}

} // namespace

SacLoader::SacLoader(
    const Vm& vm, std::string user, const ConsoleScene& scene, Stats& stats, ConsoleTime now
)
    : vm_(vm), user_(std::move(user)), scene_(scene), stats_(stats),
      ready_(now + scene.powershell) {}

bool SacLoader::reads(ConsoleTime now) {
    if (scene_.shell == ConsoleScene::Shell::hangs) return false;
    if (stage_ == Stage::script && now >= ready_) run_script();
    return now >= ready_ && stage_ != Stage::over;
}

bool SacLoader::ended(ConsoleTime now) {
    return stage_ == Stage::over && now >= ready_;
}

std::string SacLoader::take_output(ConsoleTime now) {
    if (stage_ == Stage::script && now >= ready_) run_script();
    return std::exchange(out_, {});
}

void SacLoader::line(std::string_view text, ConsoleTime now) {
    if (!text.empty() && !text.starts_with('#')) {
        stats_.violation("a line on a console that does not begin with #");
    }
    switch (stage_) {
    case Stage::letters:
        return take_letters(text);
    case Stage::texts:
        return take_coded(text, now);
    case Stage::pages:
        return take_answer(text);
    case Stage::script:
    case Stage::over:
        return;
    }
}

void SacLoader::take_letters(std::string_view text) {
    if (text != "#.") {
        letters_.append(text.substr(std::min<std::size_t>(text.size(), 1)));
        return;
    }
    std::string program;
    for (std::size_t at = 0; at + 1 < letters_.size(); at += 2)
        program += static_cast<char>((letters_[at] - 'A') * 16 + (letters_[at + 1] - 'a'));
    // It asks which language it may speak before it does anything; then it is ready.
    if (program.find("LanguageMode") == std::string::npos) {
        stats_.violation("a loader that does not look at the language mode");
    }
    if (scene_.shell == ConsoleScene::Shell::constrained) {
        say("!C");
        stage_ = Stage::over;
        return;
    }
    if (program.find("Read-Host") == std::string::npos) {
        say("The term is not recognized.");
        stage_ = Stage::over;
        return;
    }
    stage_ = Stage::texts;
    say("+0");
}

void SacLoader::take_coded(std::string_view text, ConsoleTime now) {
    const auto values = values_of(text);
    if (!values || values->front() != static_cast<int>(lines_ % 64)) {
        say("-" + std::to_string(lines_));
        return;
    }
    ++lines_;
    for (std::size_t at = 1; at + 3 < values->size(); at += 4) {
        const int group = (*values)[at] << 18 | (*values)[at + 1] << 12 | (*values)[at + 2] << 6 |
                          (*values)[at + 3];
        for (const int shift : {16, 8, 0})
            bytes_ += static_cast<char>(group >> shift & 255);
    }
    say("+" + std::to_string(lines_));
    if (values->size() == 1) end_text(now);
}

void SacLoader::end_text(ConsoleTime now) {
    auto text = unpacked(std::exchange(bytes_, {}));
    if (!text) {
        stats_.violation("a text over the console that cannot be unpacked");
        stage_ = Stage::over;
        return;
    }
    texts_.push_back(*std::move(text));
    if (texts_.size() < 3) return;
    stage_ = Stage::script;
    ready_ = now + script_time;
}

void SacLoader::run_script() {
    const auto parameters = rdpsweep::split(texts_[1], '\n');
    Environment environment;
    if (parameters.size() > 1) {
        environment.emplace_back("RDPSWEEP_NONCE", parameters[0]);
        environment.emplace_back("RDPSWEEP_ARGS", parameters[1]);
    }
    const Job job{vm_, environment, user_, "", std::nullopt};
    const auto done = simfleet::run_script(job, texts_[2], stats_);
    const auto text = std::to_string(done.err.size()) + "\n" + done.err + done.out;
    const auto packed = rdpsweep::deflate_raw(text);
    packed_ = packed.size();
    hash_ = rdpsweep::sha256_hex(packed).substr(0, 16);
    answer_ = rdpsweep::base64_encode(packed);
    stage_ = Stage::pages;
    show_page(0xffffff);
}

void SacLoader::show_page(std::uint32_t wanted) {
    const bool lose = scene_.lost_page && page_ == 1 && !std::exchange(spoiled_, true);
    if (lose) return;
    const bool damage = scene_.bad_row && page_ == 1 && !std::exchange(spoiled_, true);
    const char letter = static_cast<char>('A' + page_ % 26);
    const auto first = page_ * page_rows * row_length;
    const auto left = answer_.size() - std::min(answer_.size(), first);
    const auto rows = std::min(page_rows, (left + row_length - 1) / row_length);
    for (std::size_t row = 0; row < rows; ++row) {
        if ((wanted >> row & 1) == 0) continue;
        auto text = std::string{letter, static_cast<char>('a' + row)} +
                    answer_.substr(first + row * row_length, row_length);
        text = checked(text);
        if (damage && row == 3) text[10] = text[10] == 'Q' ? 'R' : 'Q';
        say(text);
    }
    char end[64];
    const bool more = answer_.size() > first + page_rows * row_length;
    std::snprintf(end, sizeof end, "%c=%02zu%d%06zu", letter, rows, more ? 1 : 0, packed_);
    say(checked(end + hash_));
}

void SacLoader::take_answer(std::string_view text) {
    const auto values = values_of(text);
    const bool ours =
        values && values->size() == 5 && values->front() == static_cast<int>(page_ % 64);
    if (!ours) return show_page(0);
    const int wanted = (*values)[1] << 18 | (*values)[2] << 12 | (*values)[3] << 6 | (*values)[4];
    if (wanted != 0) return show_page(static_cast<std::uint32_t>(wanted));
    ++page_;
    if (page_ * page_rows * row_length >= answer_.size()) {
        stage_ = Stage::over;
        return;
    }
    show_page(0xffffff);
}

} // namespace simfleet
