// Writes the words of hosts with their counts and first names.
#include "reports/html/changes.hpp"

#include "reports/changes/wording.hpp"
#include "reports/wording.hpp"

namespace rdpsweep::html {

Html change_words(const Words& words, const Difference& difference) {
    const auto& messages = words.catalogue();
    auto table = "<table><thead><tr><th scope=col>" + words("report.html.hosts") +
                 "<th scope=col>" + words("report.change.word") + "<th scope=col>" +
                 words("report.html.names") + "\n<tbody>\n";
    for (const auto& row : word_rows(difference)) {
        const auto& [count, names, places] = row.hosts;
        table += "<tr><td>" + number(count) + "<td>" + escaped(say(messages, row)) + "<td>";
        if (!names.empty()) table += escaped(some_names(messages, names, count));
        table += "\n";
    }
    return table + "</table>\n<p>" + escaped(change_sum(messages, difference), 2000) + "\n";
}

Html change_section(const Words& words, const Difference& difference) {
    auto section = "<section aria-labelledby=changes>\n<h2 id=changes>" +
                   words("report.change.section", {{"run", difference.before.id}}) + "</h2>\n";
    for (const auto& sentence : change_sentences(words.catalogue(), difference))
        section += "<p>" + escaped(sentence) + "\n";
    return section + change_words(words, difference) + "</section>\n";
}

} // namespace rdpsweep::html
