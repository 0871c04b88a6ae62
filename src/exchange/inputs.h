/* exchange/inputs.h - what a person names on the command line, as streams of plain bytes.
 *
 * A path, or "-" for standard input, or a folder.  gzip and zstd are undone (inflate.h), known
 * by their first bytes and not by their names.  Files are read with plain read(2): they lie
 * outside the data folder and may be pipes.
 *
 * No state but the objects, and what "-" is; one thread at a time for each.
 */
#pragma once

#include "exchange/inflate.h"

enum {
	INPUT_FILES_MAX = 100000, /* in one folder, with those below it */
	INPUT_DEPTH_MAX = 32, /* folders in folders */
};

/* A folder that holds a file of this name is not looked into: what lies beside events and is none
 * (an import of all that a folder holds would name it too). */
#define INPUT_SKIP_NAME ".ariane-skip"

/* The files meant by `path`: itself if it is no folder, else those in it and below, in the
 * order of their names (bytes; a folder's files where its name stands), without hidden ones
 * (".x").  Paths are NUL-terminated and lie in `arena`. */
err input_list(const char *path, struct arena *arena, str **files, size_t *count, struct why *why);

/* What "-" is for this thread: standard input, or that of whoever asks through a socket.  Not
 * owned. */
void input_set_standard(int fd);

struct input_file;

err input_open(const char *path, struct input_file **out, struct why *why);
void input_close(struct input_file *file); /* NULL is fine */

struct input *input_stream(struct input_file *file); /* plain bytes; its name is the path */
err input_peek(struct input_file *file, str *first_bytes, struct why *why); /* as inflater_peek */

/* How far it is, in bytes as they lie on the disk: for progress bars. */
struct input_progress {
	uint64_t consumed, total;
	bool total_known; /* not for pipes */
};
struct input_progress input_progress(const struct input_file *file);

enum exchange_format {
	EXCHANGE_UNKNOWN,
	EXCHANGE_CSV,
	EXCHANGE_TSV,
	EXCHANGE_JSONL,
	EXCHANGE_OCEL,
	EXCHANGE_XES,
	EXCHANGE_FORMAT_COUNT_
};

/* Is it a name of what people keep events in?  Also of what must be unpacked, or saved anew, before
 * it can be read: who passes over such a file loses something. */
bool exchange_is_named(str name);

/* A guess from the name (".gz" and ".zst" ignored) and the first plain bytes; the bytes win where
 * they are clear.  EXCHANGE_UNKNOWN: neither says anything. */
enum exchange_format exchange_detect(str name, str first_bytes);
