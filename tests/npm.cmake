# Clients from the npm registry, which need Node.js 20; Debian 12 has none.
find_program(RDPSWEEP_NODE NAMES node nodejs)
find_program(RDPSWEEP_NPM npm)
set(RDPSWEEP_NODE_MAJOR 0)
if(RDPSWEEP_NODE)
    execute_process(COMMAND ${RDPSWEEP_NODE} --version OUTPUT_VARIABLE told ERROR_QUIET)
    string(REGEX MATCH "[0-9]+" RDPSWEEP_NODE_MAJOR "${told}")
endif()

# npm_test(NAME SECONDS [DEBIAN] MODULE...): tests/integration/NAME.py with node and main.mjs of this folder, beside
# which lie its other modules and what package-lock.json lists, by name, version and digest. Modules look for
# packages beside themselves, so all of it is in the build folder. Where a machine lacks node or npm the test
# is skipped, loudly, but on a CI machine that is an error. DEBIAN: by Debian's interpreter, as integration_test has it.
function(npm_test name seconds)
    cmake_parse_arguments(ARG "DEBIAN" "" "" ${ARGN})
    set(python Python3::Interpreter)
    if(ARG_DEBIAN)
        set(python /usr/bin/python3)
    endif()
    if(NOT RDPSWEEP_NPM OR RDPSWEEP_NODE_MAJOR LESS 20)
        skip_loudly(integration_${name} "no Node.js 20 with npm" "clients of others must run")
        return()
    endif()
    set(output "${CMAKE_CURRENT_BINARY_DIR}")
    set(made "${output}/node_modules/.package-lock.json")
    add_custom_command(OUTPUT "${made}"
        COMMAND ${CMAKE_COMMAND} -E copy package.json package-lock.json "${output}"
        COMMAND ${RDPSWEEP_NPM} ci --prefix "${output}" --ignore-scripts --no-audit --no-fund --loglevel error
        COMMAND ${CMAKE_COMMAND} -E touch "${made}"
        DEPENDS package.json package-lock.json WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
        COMMENT "Installing npm's packages for ${name}" VERBATIM)
    foreach(module main ${ARG_UNPARSED_ARGUMENTS})
        add_custom_command(OUTPUT "${output}/${module}.mjs"
            COMMAND ${CMAKE_COMMAND} -E copy "${CMAKE_CURRENT_SOURCE_DIR}/${module}.mjs" "${output}"
            DEPENDS "${module}.mjs" VERBATIM)
        list(APPEND made "${output}/${module}.mjs")
    endforeach()
    add_custom_target(rdpsweep_npm_${name} ALL DEPENDS ${made})
    add_test(NAME integration_${name}
        COMMAND ${python} "${CMAKE_SOURCE_DIR}/tests/integration/${name}.py" ${RDPSWEEP_NODE}
            "${output}/main.mjs"
        WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(integration_${name} PROPERTIES TIMEOUT 120
        ENVIRONMENT "RDPSWEEP_BUILD=${CMAKE_BINARY_DIR};PYTHONUNBUFFERED=1")
    test_takes(integration_${name} ${seconds})
endfunction()
