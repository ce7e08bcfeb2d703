// A document of facts/1 while it is written, with the list of what could not be read.
#pragma once

#include "core/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rdpsweep::offline {

// What a reader of the document takes of one text; a longer one would make it refuse the whole.
inline constexpr std::size_t longest_fact = 4096;

class Document {
public:
    Document();
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;
    ~Document();

    // Returns the member of that name, which is made if it is not there: null.
    nlohmann::json& group(std::string_view name);

    [[nodiscard]] nlohmann::json& all() noexcept { return *facts_; }

    // Says of a JSON pointer, and all below it, why it was not read.
    void unread(std::string pointer, std::string_view why, std::string_view code = {});

    // Does the same: only a running Windows could tell.
    void offline(std::string pointer) { unread(std::move(pointer), "offline"); }

    // Does the same by what the hive or the volume said.
    void failed(std::string pointer, const Error& error);

    // Returns the document as one line of JSON in ASCII.
    [[nodiscard]] std::string text() const;

private:
    std::unique_ptr<nlohmann::json> facts_;
    std::size_t unread_ = 0;
};

} // namespace rdpsweep::offline
