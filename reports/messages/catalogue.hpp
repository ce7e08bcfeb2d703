// Sentences by key, in one language. What users read comes from here and from nowhere else, so
// that another language is one more file.
#pragma once

#include "core/finding.hpp"
#include "core/result.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep {

class Catalogue {
public:
    // Reads a catalogue. json: one flat object, key to sentence. Error{config, malformed_output}
    // names what is wrong.
    static Result<Catalogue> load(std::string_view json);

    // Returns the built-in one of a language (reports/messages/LANGUAGE.json); the English one for
    // a language that is none of built_in_languages().
    static const Catalogue& built_in(std::string_view language);

    // Returns the English one: what is stored and logged is English, whatever language the reports
    // have.
    static const Catalogue& english();

    // Returns what an error advises or a target's reason says, in this language. These come as
    // English sentences from the code that met the trouble, and are stored so; the catalogue knows
    // them by their English text ("phrase.*"). Others, and those with a value of the moment in
    // them, stay as they are.
    [[nodiscard]] std::string phrase(std::string_view english) const;

    // Returns every key, in order.
    [[nodiscard]] std::vector<std::string_view> keys() const;

    [[nodiscard]] bool has(std::string_view key) const;

    // Returns the sentence as it stands; "[key]" when there is none.
    [[nodiscard]] std::string text(std::string_view key) const;

    // Returns the sentence with each {name} replaced by the argument of that name. A placeholder
    // without an argument stays. Arguments go in as they are: the caller that shows the sentence
    // escapes it. A message without a key says nothing.
    [[nodiscard]] std::string say(const Message& message) const;

private:
    // Fills phrases_ from the sentences that stand for those of original.
    void learn_phrases(const Catalogue& original);

    std::map<std::string, std::string, std::less<>> sentences_;
    std::map<std::string, std::string, std::less<>> phrases_; // by their English text
};

// Returns "en", "zh-TW": what --lang takes.
std::span<const std::string_view> built_in_languages() noexcept;

} // namespace rdpsweep
