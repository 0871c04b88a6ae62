/* base/drain.h - a large file that goes gives its room back little by little.
 *
 * A file system that tells the disk which blocks it has freed (ext4 or XFS mounted with `discard`)
 * does so for all of a file at once, and a sync of another file comes behind: while 8 GB of an old
 * checkpoint were freed, every append to the journal waited 25 ms for each 128 MB of it, 1.7 s in
 * all.  A file cut from its end by DRAIN_PIECE_BYTES at a time keeps a sync waiting for one of
 * these.
 *
 *   int fd = drain_begin(path);  remove the name;  drain_end(fd);
 */
#pragma once

enum { DRAIN_PIECE_BYTES = 8 << 20 };

/* Keeps a large file open until its name is removed; -1: it is not worth it, or cannot be. */
int drain_begin(const char *path);
/* Cuts it to nothing, if it has no name left and nobody reads it any more, and closes it; takes
 * some seconds for 10 GB.  Else it goes with its last name or reader, at once.  -1 is fine. */
void drain_end(int fd);
