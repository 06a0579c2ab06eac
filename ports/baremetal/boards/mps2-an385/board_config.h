/* SPDX-License-Identifier: Apache-2.0 */
/* Arm MPS2 with FPGA image AN385: a Cortex-M3, and all else as with AN386. */
#include "../mps2-an386/board_config.h"
