// write-goldens FOLDER: writes every golden report there. No test runs it; scripts/renew_goldens.sh
// does.
#include "tests/support/golden_reports.hpp"

#include <fstream>
#include <iostream>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: write-goldens FOLDER\n";
        return 2;
    }
    for (const auto& golden : rdpsweep::test::golden_reports()) {
        const auto path = std::string(argv[1]) + "/" + golden.file;
        std::ofstream file(path, std::ios::binary);
        file << golden.text() << std::flush;
        if (file) continue;
        std::cerr << "cannot write " << path << "\n";
        return 1;
    }
}
