// A folder that vanishes with the test, and files in it. In memory where there is such a folder: a
// journal waits for the disk after each entry, and thousands of days are 3 minutes of that.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

class Scratch {
public:
    Scratch() {
        umask(022); // files that others may write to are refused by what is tested
        const std::filesystem::path memory = "/dev/shm";
        const bool usable = access(memory.c_str(), W_OK | X_OK) == 0;
        const auto below = usable ? memory : std::filesystem::temp_directory_path();
        auto pattern = (below / "rdpsweep-test-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }

    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

    // Writes the file and returns its path.
    [[nodiscard]] std::string
    file(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        std::ofstream(path(name), std::ios::binary) << text;
        chmod(path(name).c_str(), mode);
        return path(name);
    }

    [[nodiscard]] static std::string read(const std::string& path) {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }

private:
    std::string folder_;
};
