# Programs of .NET, which Debian does not have.
find_program(RDPSWEEP_DOTNET dotnet)

# dotnet_program(TARGET PROJECT PROGRAM DEPENDS...): builds PROJECT.csproj of this folder, all of it in the build
# folder. Packages by name and version, as the lock file has them.
function(dotnet_program target project program)
    set(output "${CMAKE_CURRENT_BINARY_DIR}/")
    add_custom_command(OUTPUT "${program}"
        COMMAND ${CMAKE_COMMAND} -E env DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
            DOTNET_CLI_HOME=${output}home ${RDPSWEEP_DOTNET}
            build "${CMAKE_CURRENT_SOURCE_DIR}/${project}.csproj"
            --configuration Release --verbosity quiet --output "${output}bin"
            -p:RestoreLockedMode=true -p:BuildFolder=${output}
        DEPENDS ${ARGN} ${project}.csproj Directory.Build.props packages.lock.json
        COMMENT "Building ${project}" VERBATIM)
    add_custom_target(${target} ALL DEPENDS "${program}")
endfunction()
