// What sanitized programs take for granted; no other build has this file (cmake/Rdpsweep.cmake).
#define RDPSWEEP_EXPORTED extern "C" __attribute__((visibility("default")))

RDPSWEEP_EXPORTED const char* __asan_default_options();
RDPSWEEP_EXPORTED const char* __lsan_default_suppressions();

// Debian's libraries keep no frame pointers: only the slow walk finds who of them took a block, and
// 18 frames reach from OpenSSL out to its caller. A search for leaks is a process that the sandbox
// of rdpsweep-disk forbids.
const char* __asan_default_options() {
#ifdef RDPSWEEP_SANDBOXED
    return "detect_leaks=0";
#else
    return "fast_unwind_on_malloc=0:malloc_context_size=18";
#endif
}

// What leaks in the libraries of others, by name: LeakSanitizer is silent of these and of no more.
const char* __lsan_default_suppressions() {
    return "leak:gssntlmssp.so\n" // 1.2: its own OpenSSL context, and what it names a host by
           "leak:libcpprest.so\n" // 2.10: OpenSSL's state of its threads, which outlive exit()
           "leak:libssh2_userauth_list\n" // 1.10: the packet of a connection cut meanwhile
           "leak:libssh2_userauth_publickey_frommemory\n" // 1.10: a number of an RSA key
           "leak:libfwevt_xml_document_read\n"; // libevtx 20181227: a damaged record's tags
}
