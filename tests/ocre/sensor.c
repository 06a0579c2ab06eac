/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what its sensors measure, by number and by name. */
#include <stdio.h>

#include "ocre_api.h"

int main(void)
{
    int init = ocre_sensors_init(), count = ocre_sensors_discover();
    printf("init %d, sensors %d\n", init, count);
    for (int sensor = 0; sensor < count; sensor++) {
        int handle = ocre_sensors_get_handle(sensor), channels = ocre_sensors_get_channel_count(sensor);
        printf("sensor %d: handle %d, open %d, channels %d\n", sensor, handle, ocre_sensors_open(handle), channels);
        for (int channel = 0; channel < channels; channel++) {
            int type = ocre_sensors_get_channel_type(sensor, channel);
            printf("  %d: %d.%03d\n", type, (int)ocre_sensors_read(sensor, type),
                   (int)(ocre_sensors_read(sensor, type) * 1000) % 1000);
        }
    }
    printf("room: %d, measures %d; cellar: %d, measures %d\n", ocre_sensors_open_by_name("room"),
           (int)ocre_sensors_read_by_name("room", 0), ocre_sensors_open_by_name("cellar"),
           (int)ocre_sensors_read_by_name("cellar", 0));
    printf("beyond: %d %d %d\n", ocre_sensors_open(-1), ocre_sensors_get_channel_type(0, 9),
           (int)ocre_sensors_read(0, 9));
    return 0;
}
