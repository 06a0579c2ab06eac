/* SPDX-License-Identifier: Apache-2.0 */
/* One function a file `test_*.c`; each opens its own runtime and closes it. */
#ifndef TESTS_H
#define TESTS_H

void test_texts(void);
void test_init(void);
void test_structs(void);
void test_options(void);
void test_images(void);
void test_lifecycle(void);
void test_host(void);
void test_pending(void);
void test_context(void);
void test_events(void);
void test_devices(void);
void test_calls(void);
void test_wasi(void);
void test_messages(void);
void test_threads(void);
void test_crowd(void);
void test_malformed(void);
void test_trust(void);
void test_signed(void);

#endif
