// A plan's folder whose journal is what a test puts there.
#pragma once

#include "scanner/fix/journal.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/fix/fix_scene.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <filesystem>
#include <fstream>

namespace rdpsweep::test {

struct Place {
    Place() { std::filesystem::create_directories(scratch.path("state/plans/plan")); }

    void put(const std::string& text) const {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    }

    [[nodiscard]] Result<Journal> open(const JournalLimits& limits = {}) const {
        return Journal::open(scratch.path("state"), plan_key(), limits);
    }

    [[nodiscard]] auto read(const JournalLimits& limits = {}) const {
        return Journal::read(scratch.path("state"), plan_key(), limits);
    }

    // Opening and reading fail, and say the path and these words.
    void refuses(const std::string& words, const JournalLimits& limits = {}) const {
        const auto opened = open(limits);
        const auto seen = read(limits);
        REQUIRE_FALSE(opened);
        REQUIRE_FALSE(seen);
        for (const auto& error : {opened.error(), seen.error()}) {
            CHECK(error.phase() == Phase::config);
            CHECK(error.code() == Errc::local_limit);
            CHECK(error.detail() == "the journal " + path + words);
        }
    }

    Scratch scratch;
    std::string path = scratch.path("state/plans/plan/journal.jsonl");
};

} // namespace rdpsweep::test
