// Keeps the registry of living secrets, by which every text of others is redacted.
#include "core/secret.hpp"

#include "core/redaction.hpp"
#include "core/secret_index.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace rdpsweep {

namespace {

// The living secrets, so that redact() can find them in a text. No copy of a secret is kept here,
// only sums of its parts, and these no longer than it lives.
class Registry {
public:
    void add(const std::string* plain) {
        const std::lock_guard lock(mutex_);
        living_.push_back(plain);
        index_.reset();
    }

    // Moves the text itself as well: another thread may be reading it. The text stays the same, and
    // with it the index.
    void move(std::string& from, std::string& to) noexcept {
        const std::lock_guard lock(mutex_);
        to = std::move(from);
        const std::string *const old = &from, *const now = &to;
        std::replace(living_.begin(), living_.end(), old, now);
    }

    void remove(const std::string* plain) noexcept {
        const std::lock_guard lock(mutex_);
        if (std::erase(living_, plain) != 0) index_.reset(); // one that was moved from is none
    }

    std::string redact(std::string_view text) {
        const std::lock_guard lock(mutex_);
        return redact_with(indexes().of_all, text);
    }

    std::string redact_long(std::string_view text) {
        const std::lock_guard lock(mutex_);
        return redact_with(indexes().of_long, text);
    }

    bool holds_secret(std::string_view json) {
        const std::lock_guard lock(mutex_);
        return holds_plainly(indexes().of_all, json);
    }

private:
    struct Indexes {
        SecretIndex of_all;
        SecretIndex of_long;
    };

    const Indexes& indexes() {
        if (index_) return *index_;
        index_.emplace();
        for (const auto* plain : living_) {
            index_->of_all.add(*plain);
            if (plain->size() >= SecretIndex::shortest_blanked) index_->of_long.add(*plain);
        }
        return *index_;
    }

    std::mutex mutex_;
    std::vector<const std::string*> living_;
    std::optional<Indexes> index_; // made when it is first needed after a change
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

Secret::Secret(Secret&& other) noexcept {
    registry().move(other.plain_, plain_);
    other.forget();
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        registry().remove(&plain_);
        forget();
        registry().move(other.plain_, plain_);
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

std::string redact(std::string_view foreign) {
    return registry().redact(foreign);
}

std::string redact_long(std::string_view foreign) {
    return registry().redact_long(foreign);
}

bool holds_secret(std::string_view json) {
    return registry().holds_secret(json);
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
