// Answers them by what a Link and a Login have put there.
#include "transports/ssh/callbacks.hpp"

#include "transports/ssh/link.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace rdpsweep::ssh {

namespace {

unsigned int size_for_libssh2(std::string_view text) {
    return static_cast<unsigned int>(text.size());
}

// Returns memory that libssh2 frees with free().
char* copy_for_libssh2(std::string_view text) {
    auto* const copy = static_cast<char*>(std::malloc(text.size() + 1));
    if (copy == nullptr) return nullptr;
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    return copy;
}

} // namespace

// NOLINTNEXTLINE(readability-function-size): libssh2's signature
void answer_prompts(
    const char*,
    int,
    const char* instruction,
    int instruction_length,
    int count,
    const LIBSSH2_USERAUTH_KBDINT_PROMPT* prompts,
    LIBSSH2_USERAUTH_KBDINT_RESPONSE* responses,
    void** abstract
) {
    auto& link = *static_cast<Link*>(*abstract);
    std::vector<Prompt> read;
    for (int i = 0; i < count; ++i) {
        const auto* const text = reinterpret_cast<const char*>(prompts[i].text);
        read.push_back({std::string_view(text, prompts[i].length), prompts[i].echo != 0});
    }
    const std::string_view said(
        instruction, static_cast<std::size_t>(std::max(instruction_length, 0))
    );
    auto* const answers = link.answers;
    if (answers == nullptr) return link.kill();
    const auto wanted = read_prompts(read, said, answers->given ? &answers->prompt : nullptr);
    const bool fits = wanted == Wanted::password;
    for (int i = 0; i < count; ++i) {
        const std::string_view text = fits ? answers->password : std::string_view();
        responses[i].text = copy_for_libssh2(text);
        responses[i].length = responses[i].text == nullptr ? 0 : size_for_libssh2(text);
    }
    if (fits) {
        answers->given = true;
        answers->prompt = read.front().text;
    } else if (wanted != Wanted::nothing) {
        answers->unanswered = wanted;
        link.kill();
    }
}

void change_nothing(LIBSSH2_SESSION*, char** password, int* length, void**) {
    *password = nullptr;
    *length = 0;
}

// NOLINTNEXTLINE(readability-function-size): libssh2's signature
int on_sign(
    LIBSSH2_SESSION*,
    unsigned char** signature,
    std::size_t* length,
    const unsigned char* data,
    std::size_t data_length,
    void** abstract
) {
    auto& signing = *static_cast<Signing*>(*abstract);
    if (!signing.signature) {
        signing.data.assign(reinterpret_cast<const char*>(data), data_length);
        signing.wanted = true;
        return LIBSSH2_ERROR_EAGAIN;
    }
    *signature = reinterpret_cast<unsigned char*>(copy_for_libssh2(*signing.signature));
    *length = signing.signature->size();
    return *signature == nullptr ? -1 : 0;
}

} // namespace rdpsweep::ssh
