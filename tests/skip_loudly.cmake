# skip_loudly(TEST LACKS MUST): on a machine that lacks what a test needs it is skipped, and says so; on a CI
# machine that is an error, whose MUST says why.
function(skip_loudly test lacks must)
    add_test(NAME ${test} COMMAND bash -c "echo 'SKIPPED: ${lacks}'; test \"$CI\" != true")
    set_tests_properties(${test} PROPERTIES TIMEOUT 60 SKIP_REGULAR_EXPRESSION "SKIPPED: ${lacks}")
    if("$ENV{CI}" STREQUAL "true")
        message(FATAL_ERROR "${test}: ${lacks}, and on a CI machine ${must}")
    endif()
    message(WARNING "SKIPPED: ${lacks}: ${test} will not run")
endfunction()
