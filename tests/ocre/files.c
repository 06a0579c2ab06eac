// SPDX-License-Identifier: Apache-2.0
/* Files, by WASI alone: writes one, reads it back, seeks in it, lists the directory, and deletes it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH "/readings.txt"
#define TEXT "21.5 21.7 21.9"

static int failed(const char *step)
{
    printf("%s: error %d\n", step, errno);
    return 1;
}

/* How many files there are. */
static int list(void)
{
    int count = 0;
    DIR *directory = opendir("/");
    if (directory == NULL)
        return -1;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        printf("listed %s\n", entry->d_name);
        count++;
    }
    closedir(directory);
    return count;
}

int main(void)
{
    char text[32] = "";
    struct stat facts;
    int file = open(PATH, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (file < 0)
        return failed("open");
    if (write(file, TEXT, sizeof TEXT - 1) != sizeof TEXT - 1)
        return failed("write");
    if (lseek(file, 5, SEEK_SET) != 5 || read(file, text, 4) != 4)
        return failed("seek");
    printf("in the middle %s\n", text);
    if (close(file) != 0 || read(file, text, 1) != -1 || errno != EBADF)
        return failed("close");

    if (open(PATH, O_CREAT | O_EXCL | O_WRONLY, 0600) != -1 || errno != EEXIST)
        return failed("open of one that exists");
    file = open(PATH, O_WRONLY | O_APPEND);
    if (file < 0 || write(file, " 22.1", 5) != 5 || close(file) != 0)
        return failed("append");
    if (stat(PATH, &facts) != 0 || !S_ISREG(facts.st_mode))
        return failed("stat");
    printf("%d bytes\n", (int)facts.st_size);

    memset(text, 0, sizeof text);
    FILE *stream = fopen(PATH, "r");
    if (stream == NULL || fread(text, 1, sizeof text - 1, stream) != (size_t)facts.st_size || fclose(stream) != 0)
        return failed("fopen");
    printf("all of it %s\n", text);

    if (list() != 1)
        return failed("list");
    if (unlink(PATH) != 0 || list() != 0)
        return failed("unlink");
    if (open(PATH, O_RDONLY) != -1 || errno != ENOENT)
        return failed("open of one that was deleted");
    if (open("/../etc", O_RDONLY) != -1)
        return failed("open of what is outside");
    printf("gone\n");
    return 0;
}
