/* Faults for a program that knows nothing of them: loaded before the C library (LD_PRELOAD), it stands between the program and
 * its files and sockets.
 *
 * Counted are, in one row over all threads: writes, truncations and syncs of files under FAULTS_UNDER, and sends to sockets.
 *
 *   FAULTS_UNDER=FOLDER    whose files count; nothing else is touched
 *   FAULTS_KILL_AT=N       SIGKILL instead of the N-th of them, counted from 1
 *   FAULTS_TORN=1          … but the first half of the N-th, if it is a write to a file
 *   FAULTS_POWER=1         … and whatever was written to files but not synced is undone, as by a power cut; at the end of the
 *                          program, too
 *   FAULTS_LYING_SYNC=1    a sync makes nothing durable
 *   FAULTS_FULL_AT=N, FAULTS_FULL_FOR=M   the disk is full for the N-th write and the M-1 after it
 *   FAULTS_FULL_WHILE=PATH the disk is full while this path exists
 *   FAULTS_NO_LOCK=1       flock() succeeds always
 *   FAULTS_SILENT_NAMES=1  the name servers never answer
 *   FAULTS_COUNT=PATH      at the end of the program, the number of writes and truncations is written there
 *
 * A power cut is modelled for one process that writes alone: files keep their names, and memory that is shared through a file
 * is not undone (SQLite makes its index of the log anew).
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* One write or truncation that is not synced yet. */
struct change {
    struct change *before;
    dev_t device;
    ino_t inode;
    off_t size; /* of the file before */
    off_t at;
    size_t count; /* of the bytes that were there before */
    char *path;
    char old[];
};

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static struct change *changes;
static long events, writes;
static const char *under, *full_while, *count_file;
static long kill_at, full_at, full_for;
static int torn, power, lying_sync, no_lock, silent_names;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_flock)(int, int);
static int (*real_getaddrinfo)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static long number(const char *name)
{
    const char *value = getenv(name);
    return value ? atol(value) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_send = dlsym(RTLD_NEXT, "send");
    real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_flock = dlsym(RTLD_NEXT, "flock");
    real_getaddrinfo = dlsym(RTLD_NEXT, "getaddrinfo");
    under = getenv("FAULTS_UNDER");
    full_while = getenv("FAULTS_FULL_WHILE");
    kill_at = number("FAULTS_KILL_AT");
    torn = number("FAULTS_TORN") != 0;
    power = number("FAULTS_POWER") != 0;
    lying_sync = number("FAULTS_LYING_SYNC") != 0;
    full_at = number("FAULTS_FULL_AT");
    full_for = number("FAULTS_FULL_FOR");
    no_lock = number("FAULTS_NO_LOCK") != 0;
    silent_names = number("FAULTS_SILENT_NAMES") != 0;
    count_file = getenv("FAULTS_COUNT");
}

/* The path of a file that counts. */
static int counts(int fd, char path[PATH_MAX])
{
    char link[64];
    struct stat found;
    if (!under || fstat(fd, &found) != 0 || !S_ISREG(found.st_mode))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    size_t prefix = strlen(under);
    return strncmp(path, under, prefix) == 0 && (path[prefix] == '/' || path[prefix] == 0);
}

static int is_socket(int fd)
{
    struct stat found;
    return under && fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode);
}

/* Undoes what is not synced, the last change first. */
static void lose_power(void)
{
    for (struct change *last = changes; last; last = last->before) {
        struct stat found;
        int fd = open(last->path, O_RDWR | O_CLOEXEC);
        if (fd < 0)
            continue;
        if (fstat(fd, &found) == 0 && found.st_ino == last->inode && found.st_dev == last->device) {
            if (last->count > 0 && real_pwrite(fd, last->old, last->count, last->at) < 0)
                abort();
            if (real_ftruncate(fd, last->size) != 0)
                abort();
        }
        close(fd);
    }
    changes = NULL;
}

static void die(void)
{
    if (power)
        lose_power();
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

__attribute__((destructor)) static void end(void)
{
    pthread_mutex_lock(&one);
    if (power)
        lose_power();
    int fd = count_file ? open(count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (fd >= 0) {
        dprintf(fd, "%ld", writes);
        close(fd);
    }
    pthread_mutex_unlock(&one);
}

/* Whether this is the one at which the program dies. */
static int is_last(void)
{
    events++;
    return kill_at > 0 && events == kill_at;
}

static int is_full(void)
{
    writes++;
    if (full_while && access(full_while, F_OK) == 0)
        return 1;
    return full_at > 0 && writes >= full_at && writes < full_at + full_for;
}

/* Keeps what a change of `count` bytes at `at` takes away. */
static void remember(int fd, const char *path, off_t at, size_t count)
{
    struct stat found;
    if (!power || fstat(fd, &found) != 0)
        return;
    size_t there = at < found.st_size ? (size_t)(found.st_size - at) : 0;
    if (count > there)
        count = there;
    struct change *change = malloc(sizeof *change + count);
    /* Through the program's own descriptor: closing another one would drop its locks on the file (fcntl). */
    if (!change || (count > 0 && pread(fd, change->old, count, at) != (ssize_t)count))
        abort();
    change->before = changes;
    change->device = found.st_dev;
    change->inode = found.st_ino;
    change->size = found.st_size;
    change->at = at;
    change->count = count;
    change->path = strdup(path);
    changes = change;
}

static void forget(int fd)
{
    struct stat found;
    if (lying_sync || fstat(fd, &found) != 0)
        return;
    for (struct change **place = &changes; *place;) {
        struct change *change = *place;
        if (change->inode == found.st_ino && change->device == found.st_dev) {
            *place = change->before;
            free(change->path);
            free(change);
        } else {
            place = &change->before;
        }
    }
}

/* Before a write of `count` bytes at `at`: 0, or -1 if it fails. Called and left with the lock held. */
static int before_write(int fd, const char *path, const void *bytes, off_t at, size_t count)
{
    if (is_last()) {
        if (torn && bytes) {
            remember(fd, path, at, count / 2);
            if (real_pwrite(fd, bytes, count / 2, at) < 0)
                abort();
        }
        die();
    }
    if (is_full()) {
        errno = ENOSPC;
        return -1;
    }
    remember(fd, path, at, count);
    return 0;
}

static void before_send(int fd)
{
    if (!is_socket(fd))
        return;
    pthread_mutex_lock(&one);
    if (is_last())
        die();
    pthread_mutex_unlock(&one);
}

static ssize_t write_at(int fd, const void *bytes, size_t count, off_t at, int moves)
{
    char path[PATH_MAX];
    if (!counts(fd, path))
        return moves ? real_write(fd, bytes, count) : real_pwrite(fd, bytes, count, at);
    pthread_mutex_lock(&one);
    if (moves)
        at = lseek(fd, 0, SEEK_CUR);
    ssize_t written = before_write(fd, path, bytes, at, count);
    if (written == 0)
        written = moves ? real_write(fd, bytes, count) : real_pwrite(fd, bytes, count, at);
    pthread_mutex_unlock(&one);
    return written;
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    before_send(fd);
    return write_at(fd, bytes, count, 0, 1);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
    return write_at(fd, bytes, count, at, 0);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at)
{
    return write_at(fd, bytes, count, at, 0);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    before_send(fd);
    return real_writev(fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t count, int flags)
{
    before_send(fd);
    return real_send(fd, bytes, count, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    before_send(fd);
    return real_sendmsg(fd, message, flags);
}

int ftruncate(int fd, off_t size)
{
    char path[PATH_MAX];
    struct stat found;
    if (!counts(fd, path) || fstat(fd, &found) != 0)
        return real_ftruncate(fd, size);
    pthread_mutex_lock(&one);
    size_t lost = found.st_size > size ? (size_t)(found.st_size - size) : 0;
    int done = before_write(fd, path, NULL, size, lost);
    if (done == 0)
        done = real_ftruncate(fd, size);
    pthread_mutex_unlock(&one);
    return done;
}

int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}

static int sync_by(int (*real)(int), int fd)
{
    char path[PATH_MAX];
    if (!counts(fd, path))
        return real(fd);
    pthread_mutex_lock(&one);
    if (is_last())
        die();
    forget(fd);
    pthread_mutex_unlock(&one);
    /* What was promised to be durable is so in the model; the disk of the tests need not turn for it. */
    return 0;
}

int fsync(int fd)
{
    return sync_by(real_fsync, fd);
}

int fdatasync(int fd)
{
    return sync_by(real_fdatasync, fd);
}

int flock(int fd, int operation)
{
    return no_lock ? 0 : real_flock(fd, operation);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    while (silent_names)
        pause();
    return real_getaddrinfo(name, service, hints, found);
}
