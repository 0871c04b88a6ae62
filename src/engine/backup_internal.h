/* engine/backup_internal.h - the list of a back-up and its files: for backup*.c and restore.c. */
#pragma once

#include "engine/backup.h"

#define BACKUP_LISTING_BYTES_MAX ((size_t)64 << 20)
#define BACKUP_LIST_BYTES_MAX ((size_t)256 << 20)

/* A line of the list. */
struct backup_file {
	uint64_t bytes;
	uint32_t crc;
	str name; /* within the back-up: checked */
};
typedef err backup_each(void *context, const struct backup_file *file, struct why *why);

/* Calls `each` for every line of the list; its own checksum first. */
err backup_read_list(struct disk *disk, const char *folder, struct backup_summary *out,
	backup_each *each, void *context, struct why *why);

/* A piece of a copy: at most BACKUP_PIECE_BYTES from where it stands, synced; *more: there may be
 * some left below bytes_max.  The checksum goes on from piece to piece.  `to` NULL: it is only
 * read. */
enum { BACKUP_PIECE_BYTES = 8 << 20 };
struct backup_copy {
	struct file *from, *to;
	uint64_t bytes_max;
	uint64_t bytes; /* so far */
	uint32_t crc; /* of these */
};
err backup_copy_piece(struct backup_copy *copy, bool *more, struct why *why);
