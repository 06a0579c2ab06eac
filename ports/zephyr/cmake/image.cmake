# SPDX-License-Identifier: Apache-2.0

# sampan_add_image(<target> <name> <file>)
#
# Puts an image into flash, where sampan_zephyr_image_find and the shell find it by its name. If the packed engine is the
# only one, plain WebAssembly (*.wasm) is packed first: by the program `sampan` (SAMPAN_TOOL), else by cargo.
function(sampan_add_image target image_name file)
    if(NOT image_name MATCHES "^[A-Za-z0-9._-]+$")
        message(FATAL_ERROR "sampan_add_image: a name has letters, digits, '.', '_' and '-' only, not: ${image_name}")
    endif()
    cmake_path(ABSOLUTE_PATH file)
    string(MAKE_C_IDENTIFIER "${image_name}" image_symbol)
    set(base "${CMAKE_CURRENT_BINARY_DIR}/sampan_images/${image_symbol}")
    if(file MATCHES "\\.wasm$" AND NOT CONFIG_SAMPAN_HAS_WASMI)
        find_program(SAMPAN_TOOL sampan)
        find_program(SAMPAN_CARGO cargo PATHS "$ENV{HOME}/.cargo/bin")
        if(SAMPAN_TOOL)
            set(tool ${SAMPAN_TOOL})
        elseif(SAMPAN_CARGO)
            set(tool ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${CMAKE_BINARY_DIR}/sampan ${SAMPAN_CARGO} run --quiet
                --locked --bin sampan --)
        else()
            message(FATAL_ERROR "sampan_add_image: ${file} must be packed, and neither SAMPAN_TOOL nor cargo is there")
        endif()
        add_custom_command(OUTPUT ${base}.spk
            COMMAND ${tool} pack ${file} -o ${base}.spk
            DEPENDS ${file}
            WORKING_DIRECTORY ${SAMPAN_ROOT}
            COMMENT "Packing ${image_name}"
            VERBATIM)
        set(file ${base}.spk)
    endif()
    set(image_bytes ${base}.inc)
    generate_inc_file_for_target(${target} ${file} ${image_bytes})
    configure_file(${SAMPAN_ROOT}/ports/zephyr/cmake/image.c.in ${base}.c @ONLY)
    target_sources(${target} PRIVATE ${base}.c)
endfunction()
set(SAMPAN_ROOT "${SAMPAN_ROOT}" CACHE INTERNAL "Root of Sampan")
