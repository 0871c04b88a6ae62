/* main/watched.c - see watched.h */
#include "main/watched.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "main/watched_internal.h"

enum { SECTIONS_BYTES_MAX = 1 << 20, LIST_BYTES_MAX = 64 << 20, NEWS_BYTES = 1 << 14 };

#define CHANGES (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)

/* ---- what is a file of events */

static bool is_passed_over(str name)
{
	static const char *const ends[] = { ".tmp", ".part", ".filepart", ".crdownload",
		"mapping.json" };

	if (name.ptr[0] == '.')
		return true;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(name, str_of(ends[i])))
			return true;
	return false;
}

static bool is_ours(str name)
{
	return name.ptr[0] == '.' || str_equal(name, STR("done")) ||
	       str_equal(name, STR("rejects"));
}

static bool stops(const struct watched *w)
{
	return atomic_load(&w->stop);
}

/* ---- what is old enough to go */

static void clear_one(const struct watched_place *place, const char *folder, int64_t before_ms)
{
	AUTO_ARENA arena = arena_create(LIST_BYTES_MAX);
	char path[PATH_BYTES_MAX], file[PATH_BYTES_MAX];
	struct disk_entry *entries;
	struct stat status;
	size_t count;

	if (path_join(path, place->path, folder, NULL) != OK ||
		disk_list(disk_real(), path, arena, &entries, &count, NULL) != OK)
		return; /* it is not there yet */
	for (size_t i = 0; i < count && !stops(place->of); i++)
		if (!entries[i].is_folder &&
			path_join(file, path, entries[i].name.ptr, NULL) == OK &&
			lstat(file, &status) == 0 &&
			(int64_t)status.st_ctim.tv_sec * 1000 < before_ms)
			(void)disk_remove(disk_real(), file, NULL); /* else the next time */
}

static void clear_old(const struct watched_place *place)
{
	int64_t keep_ms = input_ms(place->section, INPUT_KEY_KEEP);
	int64_t before_ms = clock_real()->now_ms(clock_real()) - keep_ms;

	if (keep_ms == 0)
		return;
	clear_one(place, "done", before_ms);
	clear_one(place, "rejects", before_ms);
}

/* ---- one round */

static void note_mapping(struct watched_place *place)
{
	struct stat status;

	if (path_join(place->mapping, place->path, "mapping.json", NULL) != OK ||
		stat(place->mapping, &status) != 0)
		place->mapping[0] = '\0';
}

static void look_into(struct watched_place *place, bool goes_down);

static void look_below(
	const struct watched_place *place, const struct disk_entry *entries, size_t count)
{
	size_t looked = 0;

	for (size_t i = 0; i < count && looked < WATCHED_FOLDERS_MAX && !stops(place->of); i++) {
		struct watched_place below = { .of = place->of, .section = place->section };
		if (!entries[i].is_folder || is_ours(entries[i].name) ||
			path_join(below.path, place->path, entries[i].name.ptr, NULL) != OK)
			continue;
		looked++;
		look_into(&below, false);
	}
}

/* Watched before it is listed: what comes meanwhile is told. */
static void look_into(struct watched_place *place, bool goes_down)
{
	AUTO_ARENA arena = arena_create(LIST_BYTES_MAX);
	struct disk_entry *entries;
	struct why why = { 0 };
	size_t count = 0;

	(void)inotify_add_watch(place->of->inotify, place->path, CHANGES); /* else by the clock */
	if (disk_list(disk_real(), place->path, arena, &entries, &count, &why) != OK) {
		place->of->options.tell(place->of->options.context, "folder", &why);
		return;
	}
	note_mapping(place);
	for (size_t i = 0; i < count && i < WATCHED_FILES_MAX && !stops(place->of); i++)
		if (!entries[i].is_folder && !is_passed_over(entries[i].name))
			(void)watched_take(place, entries[i].name); /* looked at again anyway */
	clear_old(place);
	if (goes_down)
		look_below(place, entries, count);
}

static void look_around(struct watched *w)
{
	for (size_t i = 0; i < w->count && !stops(w); i++) {
		struct watched_place place = { .of = w, .section = &w->folders[i] };
		str path = input_text(&w->folders[i], INPUT_KEY_PATH);
		memcpy(place.path, path.ptr, path.len + 1);
		look_into(&place, true);
	}
}

/* Until something changes, it is time again, or it is to stop. */
static void wait_for_news(struct watched *w)
{
	struct pollfd fds[2] = { { .fd = w->inotify, .events = POLLIN },
		{ .fd = w->wake, .events = POLLIN } };
	char news[NEWS_BYTES];

	(void)poll(fds, ARRAY_LEN(fds), WATCHED_AGAIN_MS); /* however it ends, a round follows */
	while (read(w->inotify, news, sizeof(news)) > 0)
		; /* what changed is seen by looking */
}

static void *run(void *context)
{
	struct watched *w = context;

	while (!stops(w)) {
		look_around(w);
		if (!stops(w))
			wait_for_news(w);
	}
	return NULL;
}

/* ---- life */

static err keep_folder(struct watched *w, const struct input_section *from, struct why *why)
{
	char path[PATH_BYTES_MAX];
	struct stat status;
	struct input_section *to = &w->folders[w->count];
	err e = path_absolute(path, input_text(from, INPUT_KEY_PATH).ptr, why);

	*to = *from;
	to->name = arena_str(w->arena, from->name);
	for (size_t i = 0; e == OK && i < INPUT_KEY_COUNT_; i++) {
		str text = i == INPUT_KEY_PATH ? str_of(path) : from->values[i].text;
		to->values[i].text = arena_str(w->arena, text);
		if (to->values[i].text.ptr == NULL || to->name.ptr == NULL)
			e = fail(why, MSG_NO_ROOM, arg_c("folders"), arg_int(SECTIONS_BYTES_MAX));
	}
	if (e == OK && (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)))
		e = fail(why, MSG_INPUT_FOLDER, arg_c(path),
			arg_c(strerrorname_np(errno == 0 ? ENOTDIR : errno)));
	w->count += e == OK;
	return e;
}

static err keep_folders(struct watched *w, struct why *why)
{
	const struct settings *s = w->options.settings;
	err e = OK;

	w->folders = arena_array(w->arena, INPUT_SECTIONS_MAX, sizeof(*w->folders));
	if (w->folders == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("folders"), arg_int(SECTIONS_BYTES_MAX));
	for (size_t i = 0; e == OK && i < s->input_count; i++)
		if (s->inputs[i].kind == INPUT_FOLDER)
			e = keep_folder(w, &s->inputs[i], why);
	return e;
}

err watched_open(const struct watched_options *options, struct watched **out, struct why *why)
{
	struct watched *w = memory_alloc(sizeof(*w));

	w->options = *options;
	w->settings = *options->lasting;
	w->arena = arena_create(SECTIONS_BYTES_MAX);
	w->inotify = w->wake = -1;
	atomic_init(&w->stop, false);
	err e = keep_folders(w, why);
	w->options.settings = NULL; /* it may go */
	if (e != OK || w->count == 0) {
		watched_stop(w);
		if (e == OK)
			*out = NULL;
		return e;
	}
	*out = w;
	return OK;
}

void watched_start(struct watched *w)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };

	if (w == NULL)
		return;
	(void)sigaction(SIGIO, &ignored, NULL); /* of leases: watched_file.c */
	w->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC); /* -1: by the clock alone */
	w->wake = eventfd(0, EFD_CLOEXEC);
	ASSERT(w->wake >= 0);
	int code = pthread_create(&w->thread, NULL, run, w);
	ASSERT(code == 0);
	(void)pthread_setname_np(w->thread, "folders");
	w->runs = true;
}

void watched_stop(struct watched *w)
{
	if (w == NULL)
		return;
	atomic_store(&w->stop, true);
	if (w->runs) {
		(void)eventfd_write(w->wake, 1); /* cannot fail: it is 0 */
		int code = pthread_join(w->thread, NULL);
		ASSERT(code == 0);
	}
	if (w->inotify >= 0)
		(void)close(w->inotify); /* nothing was written */
	if (w->wake >= 0)
		(void)close(w->wake); /* as above */
	arena_free(w->arena);
	free(w);
}
