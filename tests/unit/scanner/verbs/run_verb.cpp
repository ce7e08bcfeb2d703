#include "tests/unit/scanner/verbs/run_verb.hpp"

#include "tests/unit/scanner/scratch.hpp"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace rdpsweep::test {

Said run_verb(const std::function<int()>& verb) {
    const Scratch scratch;
    std::fflush(nullptr);
    const int saved[] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
    const std::string files[] = {scratch.file("out", ""), scratch.file("err", "")};
    for (int i = 0; i < 2; ++i) {
        const int file = open(files[i].c_str(), O_WRONLY | O_CLOEXEC);
        dup2(file, i + 1);
        close(file);
    }
    Said said;
    said.status = verb();
    for (int i = 0; i < 2; ++i) {
        dup2(saved[i], i + 1);
        close(saved[i]);
    }
    said.out = Scratch::read(files[0]);
    said.err = Scratch::read(files[1]);
    return said;
}

} // namespace rdpsweep::test
