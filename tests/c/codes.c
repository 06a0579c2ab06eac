/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"

#include <stdatomic.h>
#include <stdio.h>

#include "harness.h"

struct noted {
  const char *name;
  uint32_t documented;
  uint32_t unprovoked;
};

/* By function; filled when asked for, since a bit is computed by a function. */
static struct noted row(enum noted_function function) {
  switch (function) {
#define FUNCTION(name, documented, unprovoked) \
  case NOTED_##name:                           \
    return (struct noted){#name, documented, unprovoked};
#include "codes.def"
#undef FUNCTION
    case NOTED_COUNT:
      break;
  }
  return (struct noted){"", 0, 0};
}

static _Atomic uint32_t answered[NOTED_COUNT];

uint32_t code_bit(int32_t code) {
  if (code == SAMPAN_STATUS_PENDING) {
    return UINT32_C(1) << 31;
  }
  return code <= 0 && code > -31 ? UINT32_C(1) << -code : 0;
}

int32_t note_code(enum noted_function function, int32_t code) {
  uint32_t bit = code_bit(code);
  uint32_t before = atomic_fetch_or(&answered[function], bit);
  if ((before & bit) == 0) {
    struct noted noted = row(function);
    if (!CHECK((noted.documented & bit) != 0)) {
      fprintf(stderr, "%s answers %d, which its comment doesn't name\n", noted.name, (int)code);
    }
  }
  return code;
}

void codes_check(void) {
  for (int function = 0; function < NOTED_COUNT; function++) {
    struct noted noted = row((enum noted_function)function);
    uint32_t seen = atomic_load(&answered[function]);
    for (int32_t code = -30; code <= 1; code++) {
      uint32_t bit = code_bit(code);
      if ((noted.documented & bit) == 0) {
        continue;
      }
      bool expected = (noted.unprovoked & bit) == 0;
      if (!CHECK(((seen & bit) != 0) == expected)) {
        fprintf(stderr, "%s: \"%s\" was %s\n", noted.name, sampan_status_text(code),
                expected ? "never answered" : "answered, though codes.def says that it can't be");
      }
    }
  }
}
