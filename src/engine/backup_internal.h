/* engine/backup_internal.h - the list of a back-up and its files: for backup.c and restore.c. */
#pragma once

#include "engine/backup.h"

#define BACKUP_LISTING_BYTES_MAX ((size_t)64 << 20)

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

/* Copies, syncs, and says what it was; without `to` it is only read. */
err backup_copy_file(struct disk *disk, const char *from, const char *to, uint64_t *bytes,
	uint32_t *crc, struct why *why);
