/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same board held to what a Cortex-M0+ can do: built for it, with the trap on that ARMv6-M has on every access
 * that isn't aligned. No machine of QEMU's has a Cortex-M0+ and room for more than a few containers.
 */
#include "../mps2-an385/board_config.h"
