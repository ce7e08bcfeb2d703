// The program: everything is in the verbs.
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/run_cli.hpp"

#include <csignal>
#include <exception>

int main(int argc, char** argv) {
    // A reader that left (| head) is an error of write(), not the end of the process: the run must
    // still be stored.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return rdpsweep::run_cli(argc, argv);
    } catch (const std::exception& e) {
        rdpsweep::write_err("rdpsweep: internal error: " + rdpsweep::printable(e.what()) + "\n");
        return rdpsweep::exit_failed;
    }
}
