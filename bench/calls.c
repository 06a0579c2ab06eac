/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container that calls its host CALLS times and does nothing else.
 *
 * Built twice: with BARE it calls what the bare engine's bench answers at once, so that the engine's own cost of a
 * call can be taken off; else `sampan:clock`, which has next to nothing to do itself.
 */
#include <stdint.h>

#ifdef BARE
__attribute__((import_module("bench"), import_name("seed"))) uint32_t call_host(void);
#else
__attribute__((import_module("sampan:clock/1"), import_name("monotonic"))) int64_t call_host(void);
#endif

/* The name that the bare engine's bench runs, or the one that the runtime does. */
#ifdef BARE
__attribute__((export_name("run")))
#else
__attribute__((export_name("_start")))
#endif
void make_calls(void)
{
	for (int count = 0; count < CALLS; count++) {
		(void)call_host();
	}
}
