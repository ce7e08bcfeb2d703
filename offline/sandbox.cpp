// Takes away what a reader of disks does not need, the calls of the system last.
#include "offline/sandbox.hpp"

#include "core/digest.hpp"
#include "core/disk_hints.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <seccomp.h>
#include <signal.h>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RDPSWEEP_SHADOW_MEMORY 1 // a sanitizer's: terabytes of address space, never used
#else
#define RDPSWEEP_SHADOW_MEMORY 0
#endif

namespace rdpsweep::offline {

namespace {

Error no_sandbox(const char* what, int code) {
    return Error(
               Phase::run,
               Errc::local_limit,
               std::string("the sandbox cannot be entered: ") + what + ": " + std::strerror(code)
    )
        .with_native("errno " + std::to_string(code))
        .with_hint(std::string(disk_hints::doctor));
}

// Lets libraries read their files while they may: the C library its time zone, OpenSSL what it
// reads before its first digest.
void ready_libraries() {
    clearenv();
    setenv("TZ", "UTC0", 1); // so that no file is looked at again
    tzset();
    (void)sha256_hex("");
    const std::time_t now = std::time(nullptr);
    tm parts{};
    gmtime_r(&now, &parts);
}

Status set_limit(int resource, rlim_t soft, rlim_t hard) {
    const rlimit both{soft, hard};
    if (setrlimit(static_cast<__rlimit_resource>(resource), &both) == 0) return {};
    return no_sandbox("setrlimit", errno);
}

// Sets the limits. One second after the soft one of CPU time the kernel kills instead of telling.
Status set_limits(const SandboxRules& rules) {
    const auto seconds = static_cast<rlim_t>(rules.cpu.count());
    auto set = set_limit(RLIMIT_CPU, seconds, seconds + 1);
    if (set && !RDPSWEEP_SHADOW_MEMORY) set = set_limit(RLIMIT_AS, rules.memory, rules.memory);
    for (const int nothing : {RLIMIT_FSIZE, RLIMIT_CORE, RLIMIT_NOFILE}) {
        if (set) set = set_limit(nothing, 0, 0);
    }
    return set;
}

// The filter of calls, while it is written. Each function notes the first failure.
class CallFilter {
public:
    CallFilter() : rules_(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release) {
        if (!rules_) code_ = ENOMEM;
        // Whatever thread a library may have started, and whatever architecture's calls it makes.
        note(seccomp_attr_set(rules_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
        note(seccomp_attr_set(rules_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    }

    void allow(int call) { note(seccomp_rule_add(rules_.get(), SCMP_ACT_ALLOW, call, 0)); }

    void allow(int call, scmp_arg_cmp first) {
        note(seccomp_rule_add_array(rules_.get(), SCMP_ACT_ALLOW, call, 1, &first));
    }

    void allow(int call, scmp_arg_cmp first, scmp_arg_cmp second) {
        const std::array both{first, second};
        note(seccomp_rule_add_array(rules_.get(), SCMP_ACT_ALLOW, call, 2, both.data()));
    }

    // Returns 0, or the errno of what failed.
    int load() {
        if (code_ == 0) note(seccomp_load(rules_.get()));
        return code_;
    }

private:
    void note(int returned) {
        if (code_ == 0 && returned != 0) code_ = -returned;
    }

    std::unique_ptr<void, void (*)(scmp_filter_ctx)> rules_;
    int code_ = 0;
};

constexpr scmp_arg_cmp argument_is(unsigned argument, std::uint64_t value) {
    return {argument, SCMP_CMP_EQ, value, 0};
}

constexpr scmp_arg_cmp bits_clear(unsigned argument, std::uint64_t bits) {
    return {argument, SCMP_CMP_MASKED_EQ, bits, 0};
}

constexpr scmp_arg_cmp bits_set(unsigned argument, std::uint64_t bits) {
    return {argument, SCMP_CMP_MASKED_EQ, bits, bits};
}

// Allows what talks to the parent, what memory needs (no file, nothing that could be run), what
// tells the time, and what a failed check of the C library does to end: a signal to itself.
int load_filter() {
    CallFilter filter;
    filter.allow(SCMP_SYS(read), argument_is(0, STDIN_FILENO));
    for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
        const auto to = argument_is(0, static_cast<std::uint64_t>(descriptor));
        filter.allow(SCMP_SYS(write), to);
        filter.allow(SCMP_SYS(writev), to);
    }
    filter.allow(SCMP_SYS(mmap), bits_clear(2, PROT_EXEC), bits_set(3, MAP_ANONYMOUS));
    filter.allow(SCMP_SYS(mprotect), bits_clear(2, PROT_EXEC));
    const auto self = static_cast<std::uint64_t>(getpid());
    filter.allow(SCMP_SYS(tgkill), argument_is(0, self));
    for (const int call :
         {SCMP_SYS(brk),
          SCMP_SYS(munmap),
          SCMP_SYS(mremap),
          SCMP_SYS(madvise),
          SCMP_SYS(futex),
          SCMP_SYS(getrandom), // malloc's, once
          SCMP_SYS(sysinfo),   // qsort's
          SCMP_SYS(clock_gettime),
          SCMP_SYS(gettimeofday),
          SCMP_SYS(time),
          SCMP_SYS(getpid),
          SCMP_SYS(gettid),
          SCMP_SYS(rt_sigprocmask),
          SCMP_SYS(rt_sigaction),
          SCMP_SYS(rt_sigreturn),
          SCMP_SYS(restart_syscall),
          SCMP_SYS(exit),
          SCMP_SYS(exit_group)}) {
        filter.allow(call);
    }
    // AddressSanitizer looks at the stack before all that does not return.
    if (RDPSWEEP_SHADOW_MEMORY) filter.allow(SCMP_SYS(sigaltstack));
    return filter.load();
}

} // namespace

Status enter_sandbox(const SandboxRules& rules) {
    ready_libraries();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return no_sandbox("prctl", errno);
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) != 0) {
        return no_sandbox("close_range", errno);
    }
    auto limited = set_limits(rules);
    if (!limited) return limited;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return no_sandbox("prctl", errno);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return no_sandbox("prctl", errno);
    if (const int code = load_filter(); code != 0) return no_sandbox("seccomp", code);
    return {};
}

} // namespace rdpsweep::offline
