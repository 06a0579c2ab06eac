/* SPDX-License-Identifier: Apache-2.0 */
/* What the port needs of FreeRTOSConfig.h, said in words where it's missing; and how it asks where it runs. */
#ifndef KERNEL_NEEDS_H
#define KERNEL_NEEDS_H

#include <stdint.h>

#include "FreeRTOS.h"
#include "task.h"

#if configSUPPORT_STATIC_ALLOCATION != 1
#error "Sampan needs configSUPPORT_STATIC_ALLOCATION 1: its task and its locks are static"
#endif
#if configUSE_MUTEXES != 1
#error "Sampan needs configUSE_MUTEXES 1: its lock inherits priorities"
#endif
#if configUSE_TASK_NOTIFICATIONS != 1
#error "Sampan needs configUSE_TASK_NOTIFICATIONS 1: they wake its task"
#endif
#if INCLUDE_vTaskDelete != 1
#error "Sampan needs INCLUDE_vTaskDelete 1: sampan_freertos_stop ends its task"
#endif
#if INCLUDE_vTaskDelay != 1
#error "Sampan needs INCLUDE_vTaskDelay 1: its task leaves the core to lower ones"
#endif
#if INCLUDE_vTaskSuspend != 1
#error "Sampan needs INCLUDE_vTaskSuspend 1: else a wait without a deadline has one"
#endif
#if INCLUDE_xTaskGetSchedulerState != 1 && configUSE_TIMERS != 1
#error "Sampan needs INCLUDE_xTaskGetSchedulerState 1: its lock asks whether tasks run"
#endif
#if INCLUDE_uxTaskGetStackHighWaterMark != 1
#error "Sampan needs INCLUDE_uxTaskGetStackHighWaterMark 1: it tells how much of its stack was used"
#endif
#if defined(configNUMBER_OF_CORES) && configNUMBER_OF_CORES > 1
#error "Sampan's port knows one core"
#endif
#if defined(portUSING_MPU_WRAPPERS) && portUSING_MPU_WRAPPERS == 1
#error "Sampan's port runs in privileged tasks: use a FreeRTOS port without MPU wrappers"
#endif

/* Whether an interrupt is served. FreeRTOSConfig.h may say it better. */
#if defined(SAMPAN_FREERTOS_IN_INTERRUPT)
static inline BaseType_t needs_in_interrupt(void)
{
    return SAMPAN_FREERTOS_IN_INTERRUPT();
}
#elif defined(__arm__)
static inline BaseType_t needs_in_interrupt(void)
{
    return xPortIsInsideInterrupt();
}
#elif defined(__riscv) && defined(configISR_STACK_SIZE_WORDS)
/* The kernel's trap handler runs on a stack of its own, and that can be seen. */
static inline BaseType_t needs_in_interrupt(void)
{
    extern const StackType_t xISRStackTop;
    uintptr_t sp;
    __asm volatile("mv %0, sp" : "=r"(sp));
    return sp <= xISRStackTop && xISRStackTop - sp < configISR_STACK_SIZE_WORDS * sizeof(StackType_t);
}
#else
#error "Define SAMPAN_FREERTOS_IN_INTERRUPT() in FreeRTOSConfig.h: whether an interrupt is served"
#endif

#endif
