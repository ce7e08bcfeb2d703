// From argv to a verb.
#include "scanner/verbs/run_cli.hpp"

#include "scanner/cli/command_line.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/configuration.hpp"
#include "scanner/verbs/table.hpp"

namespace rdpsweep {

int run_cli(int argc, char** argv) {
    const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
    const auto line = parse_command_line(args, all_verbs(), cli_names(), read_configuration);
    if (!line.exit) return line.asked.run();
    if (*line.exit != exit_ok) {
        write_err(printable_lines(line.text));
        return *line.exit;
    }
    return write_out(printable_lines(line.text)) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
