// Sentences by key, in one language. What users read comes from here and from nowhere else, so
// that another language is one more file.
#pragma once

#include "core/finding.hpp"
#include "core/result.hpp"

#include <map>
#include <string>
#include <string_view>

namespace rdpsweep {

class Catalogue {
public:
    // json: one flat object, key to sentence. Error{config, malformed_output} names what is wrong.
    static Result<Catalogue> load(std::string_view json);

    // The built-in one (reports/messages/en.json).
    static const Catalogue& english();

    [[nodiscard]] bool has(std::string_view key) const;

    // The sentence as it stands; "[key]" when there is none.
    [[nodiscard]] std::string text(std::string_view key) const;

    // The sentence with each {name} replaced by the argument of that name. A placeholder without an
    // argument stays. Arguments go in as they are: whoever shows the sentence escapes it. A message without a key
    // says nothing.
    [[nodiscard]] std::string say(const Message& message) const;

private:
    std::map<std::string, std::string, std::less<>> sentences_;
};

} // namespace rdpsweep
