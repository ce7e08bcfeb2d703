// A secret in a text of others, in every form, cut anywhere, long and short.
#include "core/encoding.hpp"
#include "core/secret.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/secret_forms.hpp"

#include <random>

using namespace rdpsweep;

namespace {

const std::string blank = "[redacted]";

// The NUL behind the last letter of UTF-16, or a line break before the first, may stay.
std::string without_edges(std::string text) {
    std::erase_if(text, [](char c) { return c == '\0' || c == '\r' || c == '\n'; });
    return text;
}

const std::string withheld = "[withheld: it may hold a secret]";

} // namespace

TEST_CASE("redact: a secret goes in every form, and nothing beside it", "[secret]") {
    const auto* plain = GENERATE(
        "hunter2-Passw0rd",
        "p@ss&<w\"o'rd>/\\%41+=_x",
        "a&amp;b%2Fc\\u0041d",
        "eight888",
        "correct horse battery staple, and some more of it"
    );
    const Secret secret{std::string(plain)};
    std::mt19937 random(20261130);
    const secret_forms::Choose choose = [&](std::uint32_t below) {
        return static_cast<std::uint32_t>(random() % below);
    };
    for (const auto& form : secret_forms::all()) {
        CAPTURE(plain, form.name);
        for (int i = 0; i < 25; ++i) {
            const auto written = form.write(plain, choose);
            CAPTURE(written);
            const bool based = form.name.find("Base64") != std::string_view::npos;
            const auto clean = redact("~ ~ " + written + " ~ ~");
            if (!based) {
                CHECK(without_edges(clean) == "~ ~ " + blank + " ~ ~");
                continue;
            }
            // What stands beside it in the Base64 may stay, and padding: 2 bytes on either side.
            CHECK(clean.starts_with("~ ~ "));
            CHECK(clean.find(blank) != std::string::npos);
            CHECK(clean.size() <= blank.size() + 8 + 12 + 12 * 6);
            CHECK(clean.find(written.substr(4, written.size() - 8)) == std::string::npos);
        }
    }
}

TEST_CASE("redact: no bit of a secret's last bytes stays in Base64", "[secret]") {
    const std::string plain = "hunter2-Passw0rd";
    const Secret secret(plain);
    // The first digits of "ab:" are its own; the fourth is too, as the secret begins with a byte.
    CHECK(redact(base64_encode("ab:" + plain)) == "YWI6" + blank + "==");
    CHECK(redact(base64_encode("a:" + plain)) == "YT" + blank);
    CHECK(redact(base64_encode("a:" + plain + "zz")) == "YT" + blank + "eno=");
    CHECK(redact(base64_encode("a" + plain)) == "Y" + blank + "=");
    CHECK(redact("Basic " + base64_encode(plain)) == "Basic " + blank + "==");
    CHECK(redact("/" + base64_encode(plain) + "/") == "/" + blank + "==/");
}

TEST_CASE("redact: characters beyond ASCII", "[secret]") {
    const Secret secret("Grüße-aus-Köln-\xF0\x9F\x94\x91");
    const Secret latin("schöne-Grüße");
    CHECK(redact("a Grüße-aus-Köln-\xF0\x9F\x94\x91 b") == "a " + blank + " b");
    CHECK(redact("Gr\\u00fc\\u00DFe-aus-K\\u00f6ln-\\uD83D\\uDD11") == blank);
    CHECK(redact("Gr&uuml;&szlig;e-aus-K&#246;ln-&#x1F511;") == blank);
    CHECK(redact("Gr%C3%BC%c3%9fe-aus-K%C3%B6ln-%F0%9F%94%91") == blank);
    CHECK(redact("Gr_x00FC__x00DF_e-aus-K_x00F6_ln-_xD83D__xDD11_") == blank);
    CHECK(
        redact("sch\xF6ne-Gr\xFC\xDF"
               "e") == blank
    );
    CHECK(redact("sch%F6ne-Gr%FC%DFe") == blank);
}

TEST_CASE("redact: what is left of a secret that was cut", "[secret]") {
    const Secret secret("hunter2-Passw0rd");
    CHECK(redact("they said hunter2-Pa") == "they said " + blank);
    CHECK(redact("they said hun") == "they said " + blank);
    CHECK(redact("they said hu") == "they said hu");
    CHECK(redact("Passw0rd was said") == blank + " was said");
    CHECK(redact("said hunter2%2") == "said " + blank);
    CHECK(redact("said hunter2\\u002") == "said " + blank);
    CHECK(redact("said hunter2&#4") == "said " + blank);
    CHECK(redact("said hunter2_x002d") == "said " + blank);
    CHECK(redact("aHVudGVyMi1QYXN") == blank); // "hunter2-Pas"
    CHECK(redact("in hunter2-Pa the middle") == "in hunter2-Pa the middle");
}

TEST_CASE("redact: a part of a long secret is blanked, too", "[secret]") {
    const Secret secret("-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END KEY-----\n"
    );
    CHECK(redact("x QIBADANBgkqhkiG9w0B y") == "x " + blank + " y");
    CHECK(redact("x BEGIN KEY-----\\r\\nMIIEvQIBA y") == "x " + blank + " y");
    CHECK(redact("--- a line ---") == "--- a line ---");
    CHECK(redact("key MIIE") == "key MIIE");
}

TEST_CASE("redact: a text that holds a word-like secret is withheld whole", "[secret]") {
    const Secret secret(GENERATE(as<std::string>(), "wrong", "the", "a1", "7letter"));
    CHECK(redact("the password a1 7letter is wrong") == withheld);
    CHECK(redact("~ ~") == "~ ~");
    CHECK(redact("") == "");
}

TEST_CASE("redact: a word-like secret is found in other forms", "[secret]") {
    const Secret secret("wrong");
    for (const auto* text :
         {"w%72ong", "&#119;rong", "wr\\u006fng", "d3Jvbmc=", "77726f6e67", "is wro"})
        CHECK(redact(text) == withheld);
    CHECK(redact("nothing is right") == "nothing is right");
}

TEST_CASE("redact: no secret, or an empty one, changes nothing", "[secret]") {
    const std::string text = "%41 &amp; \\u0041 \0\r\n d3Jvbmc=";
    CHECK(redact(text) == text);
    const Secret empty((std::string()));
    CHECK(redact(text) == text);
}

TEST_CASE("redact: several secrets, side by side and one in the other", "[secret]") {
    const Secret outer("outer-inner-outer");
    const Secret inner("er-inner-outer-x");
    CHECK(redact("~outer-inner-outer-x~") == "~" + blank + "~");
    CHECK(redact("~outer-inner-outerer-inner-outer-x~") == "~" + blank + "~");
}
