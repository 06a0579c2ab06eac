/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel as the sample and the tests want it: preemptive, static, and everything checked. */
#ifndef FREERTOS_CONFIG_H
#define FREERTOS_CONFIG_H

#include <stdint.h>

#define configUSE_PREEMPTION 1
#define configUSE_TIME_SLICING 1
#define configTICK_RATE_HZ 1000
#define configTICK_TYPE_WIDTH_IN_BITS TICK_TYPE_WIDTH_32_BITS
#define configMAX_PRIORITIES 8
#define configMINIMAL_STACK_SIZE 256
#define configMAX_TASK_NAME_LEN 12
#define configSTACK_DEPTH_TYPE uint32_t

#define configSUPPORT_STATIC_ALLOCATION 1
#define configSUPPORT_DYNAMIC_ALLOCATION 0
#define configKERNEL_PROVIDED_STATIC_MEMORY 1

#define configUSE_MUTEXES 1
#define configUSE_TASK_NOTIFICATIONS 1
#define configUSE_TIMERS 0
#define configUSE_TICK_HOOK 1

#define configCHECK_FOR_STACK_OVERFLOW 2
#define configCHECK_HANDLER_INSTALLATION 1
extern void kernel_assert_failed(const char *file, int line);
#define configASSERT(held) \
    do { \
        if (!(held)) { \
            kernel_assert_failed(__FILE__, __LINE__); \
        } \
    } while (0)

#define INCLUDE_vTaskDelete 1
#define INCLUDE_vTaskDelay 1
#define INCLUDE_xTaskDelayUntil 1
#define INCLUDE_vTaskSuspend 1
#define INCLUDE_vTaskPrioritySet 0
#define INCLUDE_xTaskGetSchedulerState 1
#define INCLUDE_xTaskGetCurrentTaskHandle 1
#define INCLUDE_uxTaskGetStackHighWaterMark 1
#define INCLUDE_eTaskGetState 1

#if defined(__arm__) || defined(__riscv)
#define configUSE_IDLE_HOOK 0
#define configINITIAL_TICK_COUNT ((TickType_t)-400) /* so that its wrap is tested */
#endif

#if defined(__arm__)

#define configUSE_TICKLESS_IDLE 0 /* the tests borrow the tick's interrupt */
#define configPRIO_BITS 3
#define configKERNEL_INTERRUPT_PRIORITY (7 << (8 - configPRIO_BITS))
#define configMAX_SYSCALL_INTERRUPT_PRIORITY (2 << (8 - configPRIO_BITS))

#if defined(__ARM_ARCH_8M_MAIN__)
#define configCPU_CLOCK_HZ 20000000u
#define configENABLE_FPU 1
#define configENABLE_MPU 0
#define configENABLE_TRUSTZONE 0
#define configRUN_FREERTOS_SECURE_ONLY 1 /* QEMU's board starts in secure state and stays there */
#else
#define configCPU_CLOCK_HZ 25000000u
#define vPortSVCHandler SVC_Handler
#define xPortPendSVHandler PendSV_Handler
#define xPortSysTickHandler SysTick_Handler
#endif

#elif defined(__riscv)

#define configUSE_TICKLESS_IDLE 0 /* the kernel's port has none */
#define configCPU_CLOCK_HZ 10000000u /* that of the timer */
#define configMTIME_BASE_ADDRESS 0x0200bff8u
#define configMTIMECMP_BASE_ADDRESS 0x02004000u
#define configISR_STACK_SIZE_WORDS 512

#else /* the host, whose tick has 64 bits */

#define configUSE_TICKLESS_IDLE 0
#define configCPU_CLOCK_HZ 1000000000u
#define configUSE_IDLE_HOOK 1 /* an idle host sleeps */
extern long host_in_interrupt(void);
#define SAMPAN_FREERTOS_IN_INTERRUPT() host_in_interrupt()

#endif

#endif
