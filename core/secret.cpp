// Keeps the registry of living secrets, by which every text that leaves the program is redacted.
#include "core/secret.hpp"

#include "core/encoding.hpp"
#include "core/unicode.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <mutex>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <utility>

namespace rdpsweep {

namespace {

// Shorter secrets would blank out ordinary words.
constexpr std::size_t shortest_redacted = 4;

// The living secrets, so that redact() can find them in a text. Text is compared in place; no copy
// of a secret is kept here.
class Registry {
public:
    void add(const std::string* plain) {
        const std::lock_guard lock(mutex_);
        living_.push_back(plain);
    }

    void move(const std::string* from, const std::string* to) noexcept {
        const std::lock_guard lock(mutex_);
        std::replace(living_.begin(), living_.end(), from, to);
    }

    void remove(const std::string* plain) noexcept {
        const std::lock_guard lock(mutex_);
        std::erase(living_, plain);
    }

    std::string redact(std::string text) {
        const std::lock_guard lock(mutex_);
        for (const auto* plain : living_) {
            if (plain->size() < shortest_redacted) continue;
            replace_forms(text, *plain);
        }
        return text;
    }

private:
    static void replace_all(std::string& text, std::string_view what) {
        static constexpr std::string_view blank = "[redacted]";
        for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
            text.replace(at, what.size(), blank);
            at += blank.size();
        }
    }

    // Base64 of a secret inside a longer text depends on its offset modulo 3: the characters that
    // are the same at any place are looked for.
    static void replace_base64(std::string& text, std::string_view bytes) {
        for (std::size_t skew = 0; skew < 3; ++skew) {
            auto padded = std::string(skew, '\0') + std::string(bytes);
            auto encoded = base64_encode(padded);
            const auto head = skew == 0 ? 0u : skew + 1u;
            const auto tail = padded.size() % 3 == 0 ? 0u : 4u;
            if (encoded.size() > head + tail + shortest_redacted) {
                replace_all(
                    text, std::string_view(encoded).substr(head, encoded.size() - head - tail)
                );
            }
            cleanse(padded);
            cleanse(encoded);
        }
    }

    static void replace_forms(std::string& text, const std::string& plain) {
        replace_all(text, plain);
        auto wide = utf8_to_utf16le(plain);
        replace_all(text, wide);
        if (text.size() >= plain.size()) {
            replace_base64(text, plain);
            replace_base64(text, wide);
        }
        cleanse(wide);
    }

    std::mutex mutex_;
    std::vector<const std::string*> living_;
};

Registry& registry() {
    static Registry instance;
    return instance;
}

} // namespace

Secret::Secret(std::string plain) : plain_(std::move(plain)) {
    forbid_core_dumps();
    registry().add(&plain_);
    cleanse(plain); // a short text was copied, not moved
}

Secret::Secret(Secret&& other) noexcept : plain_(std::move(other.plain_)) {
    registry().move(&other.plain_, &plain_);
    other.forget();
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        registry().remove(&plain_);
        forget();
        plain_ = std::move(other.plain_);
        registry().move(&other.plain_, &plain_);
        other.forget();
    }
    return *this;
}

Secret::~Secret() {
    registry().remove(&plain_);
    forget();
}

std::string_view Secret::reveal() const noexcept {
    return plain_;
}

void Secret::forget() noexcept {
    cleanse(plain_);
}

std::string redact(std::string text) {
    return registry().redact(std::move(text));
}

void forbid_core_dumps() noexcept {
    static std::once_flag once;
    std::call_once(once, [] {
        const rlimit none{0, 0};
        setrlimit(RLIMIT_CORE, &none);
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    });
}

void cleanse(std::string& text) noexcept {
    // The whole capacity: a moved-from or shortened string keeps its old bytes behind the end.
    text.resize(text.capacity());
    if (!text.empty()) OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

} // namespace rdpsweep
