# SPDX-License-Identifier: Apache-2.0
# What a firmware's own build has already and this directory, built by itself, needs: a kernel and a board.
#
# FREERTOS_KERNEL names the kernel's directory; find-kernel prints one. SAMPAN_BOARD is a board of ports/baremetal, or
# `posix` for the kernel's port to the host.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

set(FREERTOS_KERNEL "" CACHE PATH "Directory of FreeRTOS-Kernel")
set(SAMPAN_BOARD mps2-an386 CACHE STRING "mps2-an386, mps2-an505, riscv32-virt or posix")
if(NOT EXISTS "${FREERTOS_KERNEL}/tasks.c")
    message(FATAL_ERROR "FREERTOS_KERNEL is \"${FREERTOS_KERNEL}\", which is no kernel")
endif()

if(SAMPAN_BOARD STREQUAL "mps2-an386")
    set(FREERTOS_PORT GCC_ARM_CM4F)
elseif(SAMPAN_BOARD STREQUAL "mps2-an505")
    set(FREERTOS_PORT GCC_ARM_CM33_NTZ_NONSECURE)
elseif(SAMPAN_BOARD STREQUAL "riscv32-virt")
    set(FREERTOS_PORT GCC_RISC_V)
elseif(SAMPAN_BOARD STREQUAL "posix")
    set(FREERTOS_PORT GCC_POSIX)
    set(CMAKE_C_EXTENSIONS ON) # the kernel's port is written for POSIX and GNU
else()
    message(FATAL_ERROR "SAMPAN_BOARD is ${SAMPAN_BOARD}, which is none of mps2-an386, mps2-an505, riscv32-virt, posix")
endif()

add_library(freertos_config INTERFACE)
target_include_directories(freertos_config SYSTEM INTERFACE ${CMAKE_CURRENT_LIST_DIR}/../config)
add_subdirectory(${FREERTOS_KERNEL} freertos_kernel EXCLUDE_FROM_ALL)

# The kernel is what it is; what is ours has no warnings.
add_compile_options($<$<COMPILE_LANGUAGE:C>:-Wall> $<$<COMPILE_LANGUAGE:C>:-Wextra> $<$<COMPILE_LANGUAGE:C>:-Werror>)
if(SAMPAN_BOARD STREQUAL "posix")
    add_library(board INTERFACE)
else()
    add_subdirectory(${CMAKE_CURRENT_LIST_DIR}/../../baremetal/boards boards)
    target_include_directories(board INTERFACE ${CMAKE_CURRENT_LIST_DIR}/../../baremetal)
endif()
