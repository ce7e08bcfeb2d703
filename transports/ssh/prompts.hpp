// The questions of keyboard-interactive (RFC 4256): which of them the password answers, and what
// the others want.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rdpsweep::ssh {

struct Prompt {
    std::string_view text;
    bool echo = false;
};

// What a round of questions wants.
enum class Wanted : std::uint8_t {
    nothing,       // no question: a notice
    password,      // it, and nothing else
    second_factor, // a code, or something beside the password
    new_password,  // the one it has is expired
    more,          // something that cannot be told, after the password was given
    again,         // the same as before: what was given is wrong
};

// Reads one round. What it cannot read, in whatever language, is taken for the password's only
// where one answer without echo is wanted. answered: the prompt that got the password in an earlier
// round; null: none did.
Wanted read_prompts(
    std::span<const Prompt> prompts, std::string_view instruction, const std::string* answered
);

// Answers rounds with the password, once. A round that wants anything else gets no answer at all.
struct Answers {
    std::string_view password;
    bool given = false;
    std::string prompt;                  // that it was given to; compared, never shown
    Wanted unanswered = Wanted::nothing; // what the round wanted that ended it
};

} // namespace rdpsweep::ssh
