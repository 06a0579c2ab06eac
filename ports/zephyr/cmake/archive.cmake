# SPDX-License-Identifier: Apache-2.0
#
# libsampan.a: sets sampan_archive to its path. A prebuilt one is checked against the board's core and float ABI;
# else the target sampan_cargo builds it, in the application's build directory.

if(CONFIG_SAMPAN_ENGINE_PACKED)
    set(sampan_features packed)
elseif(CONFIG_SAMPAN_ENGINE_WASMI)
    set(sampan_features wasmi)
else()
    set(sampan_features packed,wasmi)
endif()
if(CONFIG_SAMPAN_HOST_CALLS)
    string(APPEND sampan_features ",calls")
endif()
if(CONFIG_SAMPAN_SIGNED)
    string(APPEND sampan_features ",rust-crypto")
endif()

# Ends the build if the archive isn't for the board's core and float ABI.
function(sampan_check_archive path)
    if(NOT EXISTS "${path}")
        message(FATAL_ERROR "Sampan: there is no archive ${path}: see SAMPAN_ARCHIVE and CONFIG_SAMPAN_PREBUILT")
    endif()
    execute_process(COMMAND ${CMAKE_READELF} -h -A "${path}" OUTPUT_VARIABLE facts ERROR_QUIET RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "Sampan: ${path} is no archive of object files")
    endif()
    if(NOT facts MATCHES "Machine: [^\n]*${sampan_machine}")
        message(FATAL_ERROR "Sampan: ${path} isn't for this board, ${BOARD}${BOARD_QUALIFIERS}: its machine is not "
                            "${sampan_machine}. Build it with: cargo xtask staticlib --target ${sampan_target}")
    endif()
    set(float_abi soft)
    if(facts MATCHES "Tag_ABI_VFP_args" OR facts MATCHES "(single|double)-float ABI")
        set(float_abi hard)
    endif()
    if(NOT float_abi STREQUAL sampan_float_abi)
        message(FATAL_ERROR "Sampan: ${path} has the ${float_abi}-float ABI, but this build the ${sampan_float_abi}-float "
                            "one. Build it with: cargo xtask staticlib --target ${sampan_target}, or change CONFIG_FPU "
                            "and CONFIG_FP_HARDABI")
    endif()
endfunction()

if(SAMPAN_ARCHIVE)
    set(sampan_archive "${SAMPAN_ARCHIVE}")
elseif(CONFIG_SAMPAN_PREBUILT)
    cmake_path(ABSOLUTE_PATH CONFIG_SAMPAN_PREBUILT BASE_DIRECTORY "${APPLICATION_SOURCE_DIR}" OUTPUT_VARIABLE sampan_archive)
endif()

if(sampan_archive)
    sampan_check_archive("${sampan_archive}")
elseif(NOT sampan_target)
    message(FATAL_ERROR "Sampan: no Rust target fits ${BOARD}${BOARD_QUALIFIERS}. There are thumbv6m, thumbv7m, "
                        "thumbv7em and thumbv8m.main with CONFIG_FP_HARDABI or CONFIG_FP_SOFTABI, RV32IMC and RV32IMAC "
                        "without CONFIG_FLOAT_HARD, and native_sim/native/64 on x86-64")
else()
    find_program(SAMPAN_CARGO cargo PATHS "$ENV{HOME}/.cargo/bin")
    if(NOT SAMPAN_CARGO)
        message(FATAL_ERROR "Sampan: neither an archive nor Rust. Set SAMPAN_ARCHIVE (or CONFIG_SAMPAN_PREBUILT) to a "
                            "libsampan.a for ${sampan_target}, or install cargo: https://rustup.rs")
    endif()
    set(cargo_dir "${CMAKE_BINARY_DIR}/sampan")
    set(sampan_archive "${cargo_dir}/${sampan_target}/firmware/libsampan.a")
    # Always run: cargo knows what is fresh.
    add_custom_target(sampan_cargo
        COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${cargo_dir} ${SAMPAN_CARGO} run --quiet --locked --package xtask --
                staticlib --target ${sampan_target} --no-default-features --features ${sampan_features}
        WORKING_DIRECTORY ${SAMPAN_ROOT}
        BYPRODUCTS ${sampan_archive}
        COMMENT "Building libsampan.a for ${sampan_target}: ${sampan_features}"
        USES_TERMINAL
        VERBATIM)
endif()
