/* base/drain.c - see drain.h */
#include "base/drain.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAST_BYTES = 2 * DRAIN_PIECE_BYTES };

int drain_begin(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < LEAST_BYTES)
		return -1;
	return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

/* Does anybody else, in this process or another, have it open or mapped?  A lease for writing is
 * given to who alone has the file open (fcntl(2)), and is handed back at once: without a name
 * nobody can come to it later.  Where leases are not known somebody may. */
static bool is_read(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_WRLCK) != 0)
		return true;
	return fcntl(fd, F_SETLEASE, F_UNLCK) != 0;
}

void drain_end(int fd)
{
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_nlink == 0 && !is_read(fd))
		while (st.st_size > DRAIN_PIECE_BYTES) {
			st.st_size -= DRAIN_PIECE_BYTES;
			if (ftruncate(fd, st.st_size) != 0)
				break;
		}
	(void)close(fd); /* whatever is left goes now */
}
