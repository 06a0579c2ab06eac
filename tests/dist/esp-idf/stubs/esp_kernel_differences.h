/* SPDX-License-Identifier: Apache-2.0 */
/* What ESP-IDF's kernel has otherwise, of what the port uses: critical sections take a spin lock, or have other names. */
#ifndef ESP_KERNEL_DIFFERENCES_H
#define ESP_KERNEL_DIFFERENCES_H

#define portNUM_PROCESSORS 1

#undef taskENTER_CRITICAL
#undef taskEXIT_CRITICAL
#define taskENTER_CRITICAL(mux) ((void)(mux), vPortEnterCritical())
#define taskEXIT_CRITICAL(mux) ((void)(mux), vPortExitCritical())

void vPortEnterCritical(void);
void vPortExitCritical(void);
BaseType_t xPortInIsrContext(void);

#endif
