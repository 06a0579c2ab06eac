/* SPDX-License-Identifier: Apache-2.0 */
/* The host's sockets as the platform's. */
#ifndef POSIX_SOCKETS_H
#define POSIX_SOCKETS_H

/* Tells which of the sockets that are watched are ready. Any thread, or a signal: calls nothing but poll. */
void host_sockets_serve(void);

#endif
