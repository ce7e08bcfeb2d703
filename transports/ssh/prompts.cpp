// Knows the words that PAM modules and SSH servers ask with. What they say is read, never kept.
#include "transports/ssh/prompts.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep::ssh {

namespace {

constexpr std::array<std::string_view, 12> of_codes{
    "passcode",
    "otp",
    "totp",
    "token",
    "authenticator",
    "factor",
    "verification",
    "duo",
    "yubikey",
    "challenge",
    "2fa",
    "mfa"};

constexpr std::array<std::string_view, 7> of_new_passwords{
    "new password",
    "new unix password",
    "current password",
    "retype",
    "expired",
    "change your password",
    "must be changed"};

bool is_of_codes(std::string_view word) {
    // Also in one word, as German has it; a user's name that has it inside is none.
    return word.ends_with("code") ||
           std::find(of_codes.begin(), of_codes.end(), word) != of_codes.end();
}

// Reads whole words only: a prompt may name the user.
bool asks_for_code(std::string_view said) {
    if (said.find("one-time") != std::string_view::npos) return true;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= said.size(); ++at) {
        const char c = at < said.size() ? said[at] : ' ';
        if (is_digit(c) || (c >= 'a' && c <= 'z')) continue;
        if (is_of_codes(said.substr(begin, at - begin))) return true;
        begin = at + 1;
    }
    return false;
}

bool asks_for_new_password(std::string_view said) {
    return std::any_of(of_new_passwords.begin(), of_new_passwords.end(), [said](auto words) {
        return said.find(words) != std::string_view::npos;
    });
}

} // namespace

Wanted read_prompts(
    std::span<const Prompt> prompts, std::string_view instruction, const std::string* answered
) {
    if (prompts.empty()) return Wanted::nothing;
    std::string asked;
    for (const auto& prompt : prompts)
        asked += ascii_lower(prompt.text) + "\n";
    if (asks_for_new_password(asked)) return Wanted::new_password;
    if (asks_for_code(asked)) return Wanted::second_factor;
    const bool alone = prompts.size() == 1 && !prompts.front().echo;
    // An instruction may speak of what comes later: it counts where the question itself is mute.
    const auto about = ascii_lower(instruction);
    if (answered == nullptr) {
        const bool named = asked.find("passw") != std::string::npos;
        return alone && (named || !asks_for_code(about)) ? Wanted::password : Wanted::second_factor;
    }
    if (asks_for_new_password(about)) return Wanted::new_password;
    if (asks_for_code(about)) return Wanted::second_factor;
    return alone && prompts.front().text == *answered ? Wanted::again : Wanted::more;
}

} // namespace rdpsweep::ssh
