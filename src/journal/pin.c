/* journal/pin.c - see pin.h */
#include "journal/pin.h"

#include "journal/dedup_internal.h"
#include "journal/dedup_manifest.h"
#include "journal/journal_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first `count` stay. */
static void let_go(struct pinned *pinned, size_t count)
{
	while (pinned->count > count) {
		struct pinned_file *last = &pinned->files[--pinned->count];
		if (last->segment != NULL)
			segment_unref(last->segment);
		else
			file_close(last->file);
	}
}

void pinned_done(struct pinned *pinned)
{
	let_go(pinned, 0);
	free(pinned->files);
	*pinned = (struct pinned){ 0 };
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Takes over the file, or the segment's reference. */
static struct pinned_file *add(
	struct pinned *pinned, const char *name, struct file *file, struct segment *segment)
{
	if (pinned->count == pinned->room) {
		pinned->room = MAX_OF(pinned->room * 2, (size_t)16);
		pinned->files = memory_resize(pinned->files, pinned->room * sizeof(*pinned->files));
	}
	struct pinned_file *one = &pinned->files[pinned->count++];
	*one = (struct pinned_file){ .file = file, .bytes_max = UINT64_MAX, .segment = segment };
	ASSERT(strlen(name) < sizeof(one->name)); /* all names are ours */
	(void)snprintf(one->name, sizeof(one->name), "%s", name);
	return one;
}

static err pin_path(struct pinned *pinned, struct disk *disk, const char *path, struct why *why)
{
	struct file *file;
	err e = disk_open(disk, path, FILE_READ, &file, why);

	if (e == OK)
		(void)add(pinned, last_part(path), file, NULL); /* as a whole */
	return e;
}

err pin_file(struct pinned *pinned, struct disk *disk, const char *folder, const char *name,
	struct why *why)
{
	char path[PATH_BYTES_MAX];
	err e = path_join(path, folder, name, why);

	return e == OK ? pin_path(pinned, disk, path, why) : e;
}

void pin_segments(struct pinned *pinned, struct journal *journal)
{
	(void)pthread_mutex_lock(&journal->list_lock); /* fails only when misused */
	for (size_t i = 0; i < journal->count; i++) {
		struct segment *s = segment_ref(journal->segments[i]);
		struct pinned_file *one = add(pinned, last_part(s->path), s->file, s);
		if (i + 1 == journal->count)
			one->bytes_max = journal->at; /* what lies behind is written over */
	}
	(void)pthread_mutex_unlock(&journal->list_lock); /* fails only when misused */
}

/* Under disk_lock: no run that the manifest names is removed meanwhile. */
static err pin_runs(struct pinned *pinned, struct dedup *dedup, struct why *why)
{
	char path[PATH_BYTES_MAX];
	struct manifest *m = memory_alloc(sizeof(*m));
	err e = manifest_read(dedup->disk, dedup->folder, m, why);

	if (e == OK)
		e = pin_file(pinned, dedup->disk, dedup->folder, "manifest", why);
	for (size_t i = 0; e == OK && i < m->run_count; i++) {
		e = run_path(path, dedup->folder, m->runs[i].number, why);
		if (e == OK)
			e = pin_path(pinned, dedup->disk, path, why);
	}
	free(m);
	return e;
}

err pin_known(struct pinned *pinned, struct dedup *dedup, struct why *why)
{
	struct why here = { 0 };
	size_t before = pinned->count;

	(void)pthread_mutex_lock(&dedup->disk_lock); /* fails only when misused */
	err e = pin_runs(pinned, dedup, &here);
	(void)pthread_mutex_unlock(&dedup->disk_lock); /* fails only when misused */
	if (e != OK)
		let_go(pinned, before);
	if (e == ERR_NOT_FOUND || e == ERR_CORRUPT)
		return OK;
	if (e != OK && why != NULL)
		*why = here;
	return e;
}
