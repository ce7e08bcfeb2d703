// Walks every verb and every option of the table: whatever is made from it finds what it needs.
#include "core/text.hpp"
#include "scanner/cli/command_line.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/verbs/table.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <wordexp.h>

using namespace rdpsweep;

namespace {

using Words = std::vector<std::string>;

// The words that a shell makes of line.
Words as_shell(const std::string& line) {
    wordexp_t made{};
    REQUIRE(wordexp(line.c_str(), &made, WRDE_NOCMD | WRDE_UNDEF) == 0);
    Words words(made.we_wordv, made.we_wordv + made.we_wordc);
    wordfree(&made);
    return words;
}

// The command lines of ours that a footer shows.
Words examples(std::string_view footer) {
    Words found;
    for (const auto& line : split(footer, '\n')) {
        if (line.starts_with("  rdpsweep ")) found.push_back(line.substr(2));
    }
    return found;
}

Words dashed(const std::string& names) {
    Words found;
    for (const auto& name : split(names, ',')) {
        if (name.starts_with('-')) found.push_back(name);
    }
    return found;
}

void check_option(const cli::Option& option) {
    INFO(option.names);
    CHECK_FALSE(option.names.empty());
    CHECK_FALSE(trim(option.help).empty());
    REQUIRE(option.bind.set);
    const auto takes = option.bind.takes;
    const bool flag = takes == cli::Takes::nothing || takes == cli::Takes::count;
    CHECK(option.type.empty() == flag);
    CHECK_FALSE(option.group.empty());
    CHECK(dashed(option.names).empty() == option.nameless());
    if (option.type != "WORD") return;
    CHECK_FALSE(option.bind.choices.empty());
    for (const auto& choice : option.bind.choices) {
        INFO(choice);
        CHECK_FALSE(option.bind.set(choice).has_value());
    }
    CHECK(option.bind.set("none of them").has_value());
}

} // namespace

TEST_CASE("table: verbs have different names, a sentence and an example", "[cli]") {
    std::set<std::string_view> names;
    for (const auto& verb : all_verbs()) {
        INFO(verb.name);
        CHECK(names.insert(verb.name).second);
        CHECK_FALSE(verb.sentence.empty());
        const auto space = verb.name.find(' ');
        if (space != std::string_view::npos) CHECK(names.count(verb.name.substr(0, space)) == 1);
        if (!verb.ask) continue;
        CHECK_THAT(std::string(verb.footer), Catch::StartsWith("Example:\n  "));
        bool named = false;
        for (const auto& example : examples(verb.footer))
            named = named || example.starts_with("rdpsweep " + std::string(verb.name) + " ");
        CHECK(named);
    }
}

TEST_CASE("table: every option has help, a type and a group, and no name twice", "[cli]") {
    for (const auto& verb : all_verbs()) {
        if (!verb.ask) continue;
        INFO(verb.name);
        const auto asked = verb.ask(cli_names());
        REQUIRE(asked.run);
        std::set<std::string> names{"--help", "-h"};
        for (const auto& option : asked.options) {
            check_option(option);
            for (const auto& name : dashed(option.names)) {
                INFO(name);
                CHECK(names.insert(name).second);
            }
        }
        CHECK(names.count("--lang") == 1);
    }
}

TEST_CASE("table: --help of each verb shows all of its options", "[cli]") {
    for (const auto& verb : all_verbs()) {
        if (!verb.ask) continue;
        INFO(verb.name);
        auto words = split(verb.name, ' ');
        words.emplace_back("--help");
        const auto line = parse_command_line(words, all_verbs(), cli_names());
        REQUIRE(line.exit == exit_ok);
        const auto asked = verb.ask(cli_names());
        for (const auto& option : asked.options)
            CHECK_THAT(line.text, Catch::Contains("\n  " + option.names));
    }
}

TEST_CASE("table: every example is accepted as it stands", "[cli]") {
    std::size_t tried = 0;
    for (const auto& verb : all_verbs()) {
        for (const auto& example : examples(verb.footer)) {
            INFO(example);
            auto words = as_shell(example);
            words.erase(words.begin());
            const auto line = parse_command_line(words, all_verbs(), cli_names());
            INFO(line.text);
            CHECK_FALSE(line.exit.has_value());
            ++tried;
        }
    }
    CHECK(tried > 20);
}
