// powershell.exe as far as a script over the console needs it: pairs of letters, coded lines,
// pages. It is written from the protocol's description, not from the client's code.
#pragma once

#include "tests/simfleet/serial/console_program.hpp"
#include "tests/simfleet/serial/console_scene.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/windows/interpreter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace simfleet {

class SacLoader final : public ConsoleProgram {
public:
    SacLoader(
        const Vm& vm, std::string user, const ConsoleScene& scene, Stats& stats, ConsoleTime now
    );

    bool reads(ConsoleTime now) override;
    void line(std::string_view text, ConsoleTime now) override;
    std::string take_output(ConsoleTime now) override;
    bool ended(ConsoleTime now) override;

    [[nodiscard]] bool answering() const override { return stage_ == Stage::pages; }

    [[nodiscard]] std::size_t checked_lines() const override { return lines_; }

private:
    enum class Stage : std::uint8_t { letters, texts, script, pages, over };

    void take_letters(std::string_view text);
    void take_coded(std::string_view text, ConsoleTime now);
    void take_answer(std::string_view text);
    void end_text(ConsoleTime now);
    void run_script();
    void show_page(std::uint32_t wanted);

    void say(std::string_view text) { out_.append(text).append("\r\n"); }

    const Vm& vm_;
    std::string user_;
    const ConsoleScene& scene_;
    Stats& stats_;
    Stage stage_ = Stage::letters;
    ConsoleTime ready_; // nothing happens before
    std::string out_;
    std::string letters_;
    std::string bytes_;              // of the text that is coming
    std::vector<std::string> texts_; // pager, parameters, script
    std::size_t lines_ = 0;
    std::string answer_; // Base64 of the deflated output
    std::size_t packed_ = 0;
    std::string hash_;
    std::size_t page_ = 0;
    bool spoiled_ = false; // the scene's damage was done
};

} // namespace simfleet
