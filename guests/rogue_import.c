/* SPDX-License-Identifier: Apache-2.0 */
/* Rogue: calls a function that nobody gave it. */
#include <stdint.h>

__attribute__((import_module("board"), import_name("flash-erase"))) int32_t board_flash_erase(uint32_t address);

int main(void)
{
    return board_flash_erase(0);
}
