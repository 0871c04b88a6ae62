/* journal/dedup_manifest.h - which runs are live, and from where the journal is to be replayed.
 *
 * File `manifest`, written whole (base/file.h, disk_write_whole); numbers little-endian:
 *
 *   at size
 *    0    8  "ARIADEDM"
 *    8    4  version, 1
 *   12    4  runs, at most DEDUP_RUNS_MAX
 *   16    8  covered_seq, at least 1
 *   24    8  next_number: above every run's number
 *   32   16  a run, oldest first: number 8, CRC-32C of its header 4, zero 4
 *   ...
 *  end    4  CRC-32C of all before
 */
#pragma once

#include "journal/dedup.h"

struct manifest_run {
	uint64_t number;
	uint32_t header_crc;
};

struct manifest {
	uint64_t covered_seq, next_number;
	size_t run_count;
	struct manifest_run runs[DEDUP_RUNS_MAX];
};

enum { MANIFEST_BYTES_MAX = 36 + 16 * DEDUP_RUNS_MAX };

void manifest_encode(const struct manifest *manifest, struct strbuf *out);
/* False: these are not the bytes of a manifest; *at says where it shows. */
bool manifest_decode(str bytes, struct manifest *out, size_t *at);

err manifest_write(
	struct disk *disk, const char *folder, const struct manifest *manifest, struct why *why);
/* ERR_NOT_FOUND: there is none; ERR_CORRUPT: damaged, or of another version. */
err manifest_read(struct disk *disk, const char *folder, struct manifest *out, struct why *why);
