// The redactor: a secret of the input's choice, in a form of its choice, between texts of its
// choice, does not survive; and a text without it is left as it is.
// The input: a byte for the form, one for the length of the secret, the secret, then the choices of
// the form and the texts around.
#include "core/foreign_text.hpp"
#include "core/secret.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/secret_forms.hpp"

#include <algorithm>
#include <string>

using namespace rdpsweep;

namespace {

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : bytes_(reinterpret_cast<const char*>(data), size) {}

    std::uint8_t byte() {
        if (at_ >= bytes_.size()) return 0;
        return static_cast<std::uint8_t>(bytes_[at_++]);
    }

    std::string take(std::size_t count) {
        auto part = bytes_.substr(std::min(at_, bytes_.size()), count);
        at_ += count;
        return part;
    }

private:
    std::string bytes_;
    std::size_t at_ = 0;
};

// Printable ASCII, as the forms want it.
std::string as_password(std::string bytes) {
    for (char& byte : bytes)
        byte = static_cast<char>('!' + static_cast<unsigned char>(byte) % ('~' - '!' + 1));
    return bytes;
}

// The longest that a form leaves of what stands beside a secret in Base64, all of it escaped.
constexpr std::size_t most_left = 80;

// Our own notes hold letters, too, and a secret may be one of them.
bool in_our_notes(const std::string& plain) {
    return std::string("[redacted] [withheld: it may hold a secret]").find(plain) !=
           std::string::npos;
}

void check_around(const std::string& plain, const std::string& written, Input& input) {
    // A mark on either side: behind a lone "%" the first two letters of a secret read as a byte.
    const auto before = input.take(input.byte() % 64) + '\x02';
    const auto after = '\x02' + input.take(input.byte() % 64);
    const auto text = before + written + after;
    const auto clean = redact(text);
    must(clean != text, "something was done");
    const bool withheld = clean == "[withheld: it may hold a secret]";
    must(plain.size() >= 8 || withheld, "a short secret's text is withheld");
    if (withheld) return;
    must(clean.find("[redacted]") != std::string::npos, "it is told");
    if ((before + after).find(written) == std::string::npos) {
        must(clean.find(written) == std::string::npos, "it does not stand there");
    }
    if (redact(before + after) == before + after) {
        must(clean.size() <= before.size() + after.size() + most_left, "and all of it is gone");
    }
    for (const auto most : {std::size_t{1}, before.size(), before.size() + written.size() / 2}) {
        const auto shown = foreign_text(text, most);
        must(in_our_notes(plain) || shown.find(plain) == std::string::npos, "nor what is shown");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto forms = secret_forms::all();
    const auto& form = forms[input.byte() % forms.size()];
    const auto plain = as_password(input.take(1 + input.byte() % 40));
    if (plain.empty()) return 0;
    const std::string raw(reinterpret_cast<const char*>(data), size);
    must(redact(raw) == raw, "without secrets a text stays");
    const Secret secret{std::string(plain)};
    const auto written = form.write(plain, [&input](std::uint32_t below) {
        return static_cast<std::uint32_t>(input.byte()) % below;
    });
    const auto alone = redact("\x02 " + written + " \x02");
    must(in_our_notes(plain) || alone.find(plain) == std::string::npos, "not alone either");
    must(alone.size() <= most_left, "all of it is gone, but padding and what stood beside it");
    check_around(plain, written, input);
    return 0;
}
