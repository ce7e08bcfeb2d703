// Lists of approvers, who may change them, and how they add up.
#include "scanner/fix/approver_lists.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace rdpsweep;

namespace {

// RFC 8410 section 10.1; RFC 8032 section 7.1, tests 1 and 2.
const std::string key_a = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
const std::string key_b = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const std::string key_c = "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";

std::string line(const std::string& name, const std::string& key) {
    return name + " " + key + "\n";
}

using Names = std::vector<std::string>;

std::string lack(Risk risk, const std::vector<ApproverList>& lists, const Names& names) {
    const auto found = lack_of_approval(risk, lists, names);
    return found ? found->what : "";
}

} // namespace

TEST_CASE("approver lists: they add up, and each that stands has its say", "[fix]") {
    const Scratch scratch;
    const auto state = scratch.file("state", line("anna", key_a));
    const auto named = scratch.file("named", line("ben", key_b) + line("cleo", key_c));
    const auto none = scratch.path("none");
    const auto lists = read_lists({none, state}, named);
    REQUIRE(lists);
    REQUIRE(lists->size() == 2);
    CHECK((*lists)[0].standing);
    CHECK_FALSE((*lists)[1].standing);
    const auto all = all_people(*lists);
    REQUIRE(all.size() == 3);
    CHECK(all[0].name == "anna");
    CHECK(all[2].name == "cleo");
    CHECK(lack(Risk::low, *lists, {}).empty());
    CHECK(lack(Risk::medium, *lists, {"anna"}).empty());
    CHECK(lack(Risk::high, *lists, {"anna", "ben"}).empty());
    const auto of_those = " of those in " + state + " and " + named;
    CHECK(
        lack(Risk::medium, *lists, {}) ==
        "a plan of medium risk takes the approval of 1" + of_those + "; given: none"
    );
    CHECK(
        lack(Risk::high, *lists, {"anna"}) ==
        "a plan of high risk takes the approval of 2" + of_those + "; given: anna"
    );
    // A list that is brought along does not do without the one that stands.
    CHECK(
        lack(Risk::high, *lists, {"ben", "cleo"}) == "a plan of high risk takes the approval of 2" +
                                                         of_those + ", and of one in " + state +
                                                         " at least; given: ben, cleo"
    );
    CHECK(lack(Risk::high, {}, {}).empty());
}

TEST_CASE("approver lists: one person is one person in all of them", "[fix]") {
    const Scratch scratch;
    const auto state = scratch.file("state", line("anna", key_a));
    const auto same = read_lists({state}, scratch.file("same", line("anna", key_a)));
    REQUIRE(same);
    CHECK(all_people(*same).size() == 1);
    for (const auto& other : {line("anne", key_a), line("anna", key_b)}) {
        const auto named = scratch.file("named", other);
        const auto refused = read_lists({state}, named);
        REQUIRE_FALSE(refused);
        CHECK(
            refused.error().detail() ==
            named + " has " + other.substr(0, 4) + " otherwise than another list of approvers"
        );
    }
    const auto absent = read_lists({state}, scratch.path("absent"));
    REQUIRE_FALSE(absent);
    CHECK(
        absent.error().detail() ==
        "cannot read " + scratch.path("absent") + ": No such file or directory"
    );
    // A link that leads nowhere is a list that cannot be read, and not none.
    REQUIRE(symlink("nowhere", scratch.path("link").c_str()) == 0);
    CHECK_FALSE(read_lists({scratch.path("link")}, ""));
}

TEST_CASE("approver lists: one that whoever applies can change proves nothing", "[fix]") {
    if (geteuid() != 0) return; // the owners of files are given away here
    const Scratch scratch;
    const Account root{0, {0}}, user{4711, {4711, 800}};
    REQUIRE(::mkdir(scratch.path("d").c_str(), 0755) == 0);
    const auto path = scratch.file("d/list", line("anna", key_a), 0644);
    const auto folder = scratch.path("d");
    REQUIRE(::chmod(scratch.path("").c_str(), 0755) == 0);
    const auto set = [](const std::string& file, uid_t owner, gid_t group, mode_t mode) {
        REQUIRE(::chown(file.c_str(), owner, group) == 0);
        REQUIRE(::chmod(file.c_str(), mode) == 0);
    };
    CHECK_FALSE(open_part(path, root));
    CHECK_FALSE(open_part(path, user));
    set(path, 4711, 4711, 0400); // an owner can give itself the right
    CHECK(open_part(path, user) == path);
    CHECK(open_part(path, root) == path);
    set(path, 0, 800, 0664); // as a member of the group
    CHECK(open_part(path, user) == path);
    CHECK(open_part(path, root) == path);
    set(path, 0, 900, 0664); // not as a stranger to it
    CHECK_FALSE(open_part(path, user));
    set(path, 0, 0, 0646);
    CHECK(open_part(path, user) == path);
    set(path, 0, 0, 0644);
    set(folder, 4711, 4711, 0755); // another file can be put in its place
    CHECK(open_part(path, user) == folder);
    set(folder, 0, 0, 0777);
    CHECK(open_part(path, user) == folder);
    set(folder, 0, 0, 01777); // but not where it is sticky, and the file is another's
    CHECK_FALSE(open_part(path, user));
    CHECK_FALSE(open_part(path, root));
    set(path, 4712, 4712, 0644); // which a third may own
    CHECK_FALSE(open_part(path, user));
    CHECK(open_part(path, root) == path);
    set(folder, 0, 0, 0755);
    set(path, 0, 0, 0644);
    // A link is as good as the folder that it is in, and as what it leads to.
    REQUIRE(::mkdir(scratch.path("mine").c_str(), 0755) == 0);
    const auto link = scratch.path("mine/list");
    REQUIRE(symlink(path.c_str(), link.c_str()) == 0);
    CHECK_FALSE(open_part(link, user));
    set(scratch.path("mine"), 4711, 4711, 0755);
    CHECK(open_part(link, user) == scratch.path("mine"));
    // Of a chain each link counts.
    const auto first = scratch.path("first");
    REQUIRE(symlink(link.c_str(), first.c_str()) == 0);
    CHECK(open_part(first, user) == scratch.path("mine"));
    set(scratch.path("mine"), 0, 0, 0755);
    CHECK_FALSE(open_part(first, user));
    REQUIRE(symlink("second", scratch.path("second").c_str()) == 0); // to itself
    CHECK(open_part(scratch.path("second"), user) == scratch.path("second"));
    set(path, 4711, 0, 0644);
    CHECK(open_part(link, user) == path);
    CHECK(open_part(scratch.path("gone"), user) == scratch.path("gone"));
    const ApproverList list{path};
    const auto lack = lack_of_keeping(list, user);
    REQUIRE(lack);
    CHECK(
        lack->what == "the list of approvers " + path +
                          " proves nothing: who applies the plan (uid 4711) can change " + path
    );
    // Nothing that is told here overwrites the list that root keeps.
    CHECK(
        lack->advice == "root has to keep them: let root add its lines to /etc/rdpsweep/approvers "
                        "(mode 0644), and take this list away"
    );
}
